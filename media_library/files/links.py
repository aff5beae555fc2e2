"""Addresses of pictures: signed, so that an ``<img>`` needs no token, and good for a while only."""

from __future__ import annotations

import time
from typing import Final

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.http import urlencode

from media_library.models import Image

# What a link may show, and the model field that holds its file. "original" is the file as it came;
# "public" is for strangers: it is made when it is first asked for, so its field may be empty. "trashed"
# is shown only while the picture lies in the trash, all others only while it doesn't.
PUBLIC: Final = "public"
TRASHED: Final = "trashed"
VARIANTS: Final = {
    "file": "file_key",
    "original": "file_key",
    "thumbnail": "thumbnail_key",
    "corrected": "corrected_key",
    PUBLIC: "public_key",
    TRASHED: "thumbnail_key",
}


def content_url(
    image: Image,
    variant: str = "file",
    *,
    base: str = "",
    download: bool = False,
    seconds: int | None = None,
    grant: str = "",
) -> str:
    """A link to one of the picture's files, for at most ``seconds`` (``SIGNED_URL_SECONDS``), and only
    as long as somebody vouches for its ``grant`` (see grants.py).

    ``base`` (``https://shop.example``) makes it absolute. The moment of expiry is rounded down to
    a twelfth of that time, so that a page shown again has the same links and the browser's cache
    still serves them.
    """
    path = reverse("image-content", args=[image.public_id, variant])
    expires = _expiry(settings.SIGNED_URL_SECONDS if seconds is None else seconds)
    signature = _signature(image.public_id, variant, expires, grant)
    query: dict[str, str | int] = {"expires": expires, "signature": signature}
    if grant:
        query["grant"] = grant
    if download:
        query["download"] = 1
    return f"{base}{path}?{urlencode(query)}"


def seconds_left(
    public_id: str, variant: str, *, expires: str, signature: str, grant: str = ""
) -> int:
    """Tell how long the link still holds, unless its grant ended. Raises BadSignature if it is wrong or
    has expired."""
    # Only the plain digits that content_url writes: int() takes other scripts' digits and spaces.
    if not (expires.isascii() and expires.isdigit() and len(expires) <= 12):
        raise BadSignature("expiry is not a number")
    signer = _signer()
    value = _value(public_id, variant, int(expires), grant)
    signer.unsign(f"{value}{signer.sep}{signature}")
    left = int(expires) - time.time()
    if left <= 0:
        raise BadSignature("expired")
    return int(left)


def _expiry(life: int) -> int:
    step = max(1, life // 12)
    return (int(time.time()) + life) // step * step


def _value(public_id: str, variant: str, expires: int, grant: str) -> str:
    return f"{public_id}/{variant}/{expires}{f'/{grant}' if grant else ''}"


def _signer() -> Signer:
    return Signer(salt="media_library.files.links")


def _signature(public_id: str, variant: str, expires: int, grant: str) -> str:
    return _signer().signature(_value(public_id, variant, expires, grant))
