"""What leaves: one object for each picture. The vendor's document names URL, MIME type and size."""

from __future__ import annotations

from typing import Any

from media_library.files.links import content_url
from media_library.models import Image
from processing.models import OPEN_STATES, Job, JobState


def enhanced(job: Job, *, base: str) -> dict[str, Any]:
    """A picture that was made, is being made, or couldn't be."""
    if job.state in OPEN_STATES:
        return {**_nothing(job.public_id), "status": "processing"}
    if job.state == JobState.FAILED:
        return failed(job.public_id, job.error_code, job.error)
    if job.state == JobState.CANCELLED:
        return failed(job.public_id, "CANCELLED", "The job was cancelled.")
    if job.result is None or job.result.deleted_at is not None:
        return failed(job.public_id, "NOT_FOUND", "The image was deleted.")
    return {**picture(job.result, base=base, id=job.public_id), "status": "completed"}


def failed(id: str | None, code: str, message: str) -> dict[str, Any]:
    return {**_nothing(id), "status": "failed", "error": {"error": code, "message": message}}


def picture(image: Image, *, base: str, id: str) -> dict[str, Any]:
    """``mime`` and ``mimeType`` say the same: the document has a MIME type and doesn't spell its name."""
    return {
        "id": id,
        "imageId": image.public_id,
        "name": image.name,
        "url": content_url(image, base=base),
        "mime": image.media_type,
        "mimeType": image.media_type,
        "size": image.bytes,
        "width": image.width,
        "height": image.height,
    }


def _nothing(id: str | None) -> dict[str, Any]:
    unknown = ("imageId", "name", "url", "mime", "mimeType", "size", "width", "height")
    return {"id": id, **dict.fromkeys(unknown)}
