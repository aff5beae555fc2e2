"""Masks of cutouts: their alpha channel, made when somebody follows the link to it.

It is the very picture that a job for the mask alone would make, without its price.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from config.errors import AppError, not_found
from media_library import admission
from media_library.files import storage
from media_library.models import Image


def mask_url(image: Image, *, base: str) -> str:
    """A link to the mask, as good and for as long as one to the picture itself."""
    token = _signer().sign(image.pk.hex)
    return f"{base}{reverse('backgroundfx-mask', args=[token])}"


def image_of(token: str) -> Image:
    """Raises AppError: FORBIDDEN for a link that is none of ours or too old, NOT_FOUND."""
    try:
        image_id = UUID(_signer().unsign(token, max_age=settings.SIGNED_URL_SECONDS))
    except BadSignature as error:
        message = "This link is not valid or has expired."
        raise AppError("FORBIDDEN", message, status=403) from error
    image = Image.live.filter(pk=image_id, has_alpha=True).first()
    if image is None:
        raise not_found("Image")
    return image


def mask_of(image: Image) -> bytes:
    """The alpha channel as a grey png: white is the subject."""
    mask = admission.alpha_png(storage.read(image.file_key), image.account_id)
    if mask is None:
        raise not_found("Mask")
    return mask


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="processing.compat.backgroundfx.masks")
