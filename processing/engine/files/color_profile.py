"""Bringing whatever a decoder yields to 8-bit sRGB, with or without alpha."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

_SRGB = ImageCms.createProfile("sRGB")
# The color space that a profile must be for, to be of use to a picture of this mode.
_PROFILE_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK", "LAB": "Lab "}


def to_srgb(image: Image.Image) -> Image.Image:
    """Return the picture as mode RGB or RGBA in sRGB.

    16-bit and float values are scaled to 8 bits, palettes are resolved, transparency of any kind
    becomes alpha. An embedded ICC profile is applied (perceptual intent); one that is broken or
    made for another kind of picture is ignored, as browsers do.
    """
    profile = image.info.get("icc_profile")
    image = _to_8_bit(image)
    alpha = None
    if is_transparent(image):
        # Grey stays grey, so that a profile made for grey still fits it.
        image = image.convert("LA" if image.mode in ("LA", "La") else "RGBA")
        alpha = image.getchannel("A")
        image = image.convert("L" if image.mode == "LA" else "RGB")
    elif image.mode == "P":
        image = image.convert("RGB")
    elif image.mode == "1":
        image = image.convert("L")
    image = _apply_profile(image, profile)
    if image.mode != "RGB":
        image = image.convert("RGB")
    if alpha is not None:
        image.putalpha(alpha)
    return image


def needs_conversion(profile: bytes | None) -> bool:
    """Tell whether a profile says anything else than sRGB."""
    if not profile:
        return False
    try:
        parsed = ImageCms.ImageCmsProfile(BytesIO(profile))
        return "sRGB" not in ImageCms.getProfileDescription(parsed)
    except (OSError, ImageCms.PyCMSError):
        return False


def is_transparent(image: Image.Image) -> bool:
    """Tell whether the picture carries an alpha channel or a transparent color."""
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        return True
    return "transparency" in image.info and image.mode in ("P", "L", "RGB", "1")


def _to_8_bit(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16") or image.mode == "I":
        values = np.asarray(image).astype(np.int64)
        # Mode I doesn't tell how deep its values are: where none passes 255 they are taken for
        # bytes.
        wide = values.size > 0 and (image.mode != "I" or int(values.max()) > 255)
        scaled = (values * 255 + 32767) // 65535 if wide else values
        return Image.fromarray(scaled.clip(0, 255).astype(np.uint8))
    if image.mode == "F":
        values = np.nan_to_num(np.asarray(image))
        # Floating-point TIFFs come as 0..1 (graphics) or 0..255 (converted from 8 bits).
        scale = 255.0 if values.size and float(values.max()) <= 1.0 else 1.0
        return Image.fromarray((values * scale + 0.5).clip(0, 255).astype(np.uint8))
    return image


def _apply_profile(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile or not needs_conversion(profile):
        return image
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        # A CMYK profile on an RGB picture would turn it into another picture.
        if source.profile.xcolor_space.strip() != _PROFILE_SPACES.get(image.mode, "").strip():
            return image
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except (OSError, ImageCms.PyCMSError):
        return image
    return converted if converted is not None else image
