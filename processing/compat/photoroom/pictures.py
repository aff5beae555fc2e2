"""Which pictures a request brings along, as files or as addresses."""

from __future__ import annotations

from config.errors import AppError
from processing.compat.fields import MAX_URL, Fields, wrong
from processing.compat.pictures import PictureParam


def file_or_address(fields: Fields, name: str) -> PictureParam | None:
    """``NAME.imageFile`` or ``NAME.imageUrl``, at most one of them."""
    file_name, url_name = f"{name}.imageFile", f"{name}.imageUrl"
    file, url = fields.file(file_name), fields.text(url_name, most=MAX_URL)
    if file is not None and url is not None:
        raise wrong(url_name, f"can't be provided if {file_name} is provided")
    if file is not None:
        return PictureParam(file_name, file)
    return PictureParam(url_name, url) if url is not None else None


def main_picture(fields: Fields) -> PictureParam:
    """``imageFile`` of a POST, ``imageUrl`` of a GET."""
    name, other, method = ("imageUrl", "imageFile", "POST")
    if fields.is_form:
        name, other, method = ("imageFile", "imageUrl", "GET")
    if fields.has(other):
        raise wrong(other, f"is only available in the {method} request; send {name}")
    content = fields.file(name) if fields.is_form else fields.text(name, most=MAX_URL)
    if content is None:
        raise missing(name)
    return PictureParam(name, content)


def missing(name: str) -> AppError:
    return AppError(
        "MISSING_IMAGE", f"{name}: must be provided", fields={name: ["must be provided"]}
    )
