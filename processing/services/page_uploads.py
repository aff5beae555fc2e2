"""Uploads from the library page: each file for itself, and cut out right away where wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext

from accounts.access.pages import limit, signed_in
from config.errors import AppError, invalid
from media_library.intake.ingest import ingest_all
from media_library.intake.uploads import incoming, sent_name
from media_library.models import Image
from processing.commands import RemoveBackground
from processing.engine.plans.cutout import CutoutPlan
from processing.services import jobs, projects


@dataclass
class UploadResult:
    """The pictures that were kept, and in words what was not done."""

    images: list[Image] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def accept_uploads(
    request: HttpRequest, files: Sequence[UploadedFile[bytes]], *, cut_out: bool
) -> UploadResult:
    """Keep what can be kept. Raises AppError where there is no file at all."""
    if not files:
        raise invalid("files", gettext("Choose at least one file."))
    caller, _ = signed_in(request)
    brought = UploadResult()
    for file in files:
        try:
            brought.images += ingest_all(caller.account, [incoming(file, "files")])
        except AppError as error:
            brought.problems.append(f"{sent_name(file)}: {error.page_message}")
    if cut_out and brought.images:
        problem = what_hinders(request, brought.images)
        brought.problems += [problem] if problem else []
    return brought


def cut_out_images(request: HttpRequest, images: Sequence[Image]) -> tuple[list[Image], str]:
    """Begin to cut them out, which counts as one request; those that were not begun, and why in words. Where most
    was done to rooms, as the page says, none is cut out.

    The first refusal stands for all that follow. Raises AppError RATE_LIMITED, and nothing is begun.
    """
    caller, _ = signed_in(request)
    if images and projects.is_of_rooms(caller.account.pk, images[0].project_id):
        return [], ""
    command = RemoveBackground(plan=CutoutPlan(model=settings.DEFAULT_MODEL))
    if images:
        limit(request, "processing")
    left = list(images)
    try:
        jobs.check(command)
        while left:
            jobs.submit(caller, command, source=left[0])
            del left[0]
    except AppError as error:
        return left, _not_begun(error)
    return [], ""


def what_hinders(request: HttpRequest, images: Sequence[Image]) -> str:
    """Begin to cut them out; what hinders it in words, "" for nothing."""
    try:
        return cut_out_images(request, images)[1]
    except AppError as error:
        return _not_begun(error)


def _not_begun(error: AppError) -> str:
    words = gettext("Uploaded, but not cut out. %(why)s")
    return words % {"why": error.page_message}
