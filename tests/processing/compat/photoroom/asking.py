"""Parameters as a query or a form would bring them."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile

from processing.compat.fields import Fields
from processing.compat.photoroom.edit import EditRequest, read_edit
from processing.engine.plans.edit import EditPlan

FILE = "a file"


def fields_of(params: dict[str, str], *, is_form: bool = True) -> Fields:
    """FILE as a value stands for an uploaded picture."""
    files: dict[str, list[UploadedFile[Any]]] = {
        name: [SimpleUploadedFile("photo.jpg", b"...")]
        for name, value in params.items()
        if value is FILE
    }
    values = {name: [value] for name, value in params.items() if value is not FILE}
    return Fields(values, files, is_form=is_form)


def asked_for(params: dict[str, str], base: EditPlan | None = None) -> EditRequest:
    return read_edit(fields_of(params), base or EditPlan())
