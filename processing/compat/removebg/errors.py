"""Every failure in the vendor's one shape: ``errors``, each with a title, a code, and where there is more to say a
detail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from config.errors import AppError
from config.outbound import OutboundError
from processing.compat.failures import ErrorFormat, Failure
from processing.compat.pictures import PictureParam
from processing.engine.errors import EngineError

_DETAIL = "detail"
# What we call otherwise, with the vendor's title where its sentence is not ours.
_WORDS: dict[str, tuple[str, str | None]] = {
    "QUOTA_EXCEEDED": ("insufficient_credits", "Insufficient credits"),
    "RATE_LIMITED": ("rate_limit_exceeded", "Rate limit exceeded"),
    "NOTHING_FOUND": ("unknown_foreground", "Could not identify foreground in image."),
    "TOO_MANY_PIXELS": ("resolution_too_high", "The image has too many pixels."),
    "UNSUPPORTED_FORMAT": ("invalid_file_type", "File type not supported"),
    "BROKEN_IMAGE": ("failed_to_read_image", "Failed to read image"),
    "TOO_COSTLY": ("failed_to_read_image", "Failed to read image"),
    "PAYLOAD_TOO_LARGE": ("file_too_large", "File too large"),
    "INVALID_PLAN": ("invalid_dimensions", "Invalid dimensions"),
    "VALIDATION_ERROR": ("invalid_request", None),
    "FORBIDDEN": ("auth_failed", None),
}
# These say with their title all that there is to say.
_WITHOUT_DETAIL = frozenset({"unknown_foreground"})
# What is no base64 is no picture; of all else that is wrong the vendor's code is its name.
_UNREADABLE = dict.fromkeys(("image_file_b64", "image_base64"), "failed_to_read_image")
_STATUSES = {"QUOTA_EXCEEDED": 402, "PAYLOAD_TOO_LARGE": 400}


class Refusal(AppError):
    """A failure that the vendor has a code for."""

    def __init__(self, code: str, title: str, detail: str = "", *, status: int = 400) -> None:
        fields = {_DETAIL: [detail]} if detail else None
        super().__init__(code, title, status=status, fields=fields)


def _shape(failure: Failure) -> dict[str, Any]:
    code, title = _WORDS.get(failure.code, (failure.code.lower(), None))
    told = {"title": title or failure.message, "code": code}
    detail = failure.fields.get(_DETAIL, [""])[0]
    if title and not detail and title.rstrip(".") != failure.message.rstrip("."):
        detail = failure.message
    name = next(iter(failure.fields), _DETAIL)
    if failure.code == "VALIDATION_ERROR" and name != _DETAIL:
        told["code"] = _UNREADABLE.get(name, f"invalid_{name}")
    if detail and code not in _WITHOUT_DETAIL:
        told[_DETAIL] = detail
    return {"errors": [told]}


ERROR_FORMAT = ErrorFormat("removebg", _shape, statuses=_STATUSES)


@contextmanager
def naming_picture(picture: PictureParam, download: str) -> Iterator[None]:
    """In this block a picture that can't be had, or can't be read, is told as the vendor does: ``download`` is its
    code for an address that leads to none."""
    try:
        yield
    except AppError as error:
        if isinstance(error.__cause__, EngineError):
            raise AppError(error.__cause__.code, error.message) from error
        if error.code != "VALIDATION_ERROR":
            raise
        if isinstance(error.__cause__, OutboundError):
            title = f"Failed to download image from URL {picture.content}"
            raise Refusal(download, title, error.__cause__.message) from error
        raise Refusal("failed_to_read_image", "Failed to read image", error.message) from error
