"""Masks that cuttings name: whose they are, and their files."""

from __future__ import annotations

from config.errors import invalid
from media_library.models import Image, ImageKind
from processing.engine.plans.cutout import Cutting
from processing.models import Job
from processing.worker import runner


def check(cutting: Cutting | None, source: Image, *, field: str = "mask") -> None:
    """Refuse a cutting that names what is no mask of this picture. Raises AppError VALIDATION_ERROR."""
    if cutting is None or cutting.mask is None:
        return
    named = Image.live.filter(account=source.account_id, pk=cutting.mask).first()
    if named is None or named.kind != ImageKind.MASK:
        raise invalid(field, "This image is not a mask. Make one with POST /images/{id}/mask.")
    if named.parent_id != source.pk:
        raise invalid(field, "This mask belongs to another image.")


def file_of(job: Job, cutting: Cutting) -> bytes | None:
    """The file of the mask that a cutting names, if any. Raises AppError where it is gone, or another
    picture's: a look with a mask may have been asked for several."""
    if cutting.mask is None:
        return None
    check(cutting, job.picture)
    return runner.picture(job, cutting.mask)
