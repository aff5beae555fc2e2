"""Bringing whatever a decoder yields to 8-bit sRGB, with or without alpha."""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from processing.engine.files import color_space, samples
from processing.engine.files.color_space import ColorSpace

_SRGB = ImageCms.createProfile("sRGB")
# The color space that a profile must be for, to be of use to a picture of this mode.
_PROFILE_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK", "LAB": "Lab "}
# What CMYK is taken for without a profile: United States web coating (CGATS TR 001), for the screen.
_PRESS = Path(__file__).parent / "profiles" / "CGATS001Compat-v2-micro.icc"
# A profile that differs from sRGB by no more than this, in levels of 255, is sRGB: its curve is
# written down with other digits.
_ALIKE = 1
# Larger ones are no sRGB, and not worth remembering.
_MAX_SRGB = 1 << 16


def to_srgb(image: Image.Image, data: bytes, space: ColorSpace | None = None) -> Image.Image:
    """Return the picture as mode RGB or RGBA in sRGB; `data` is the file it was opened from.

    16-bit and float values are scaled to 8 bits, palettes are resolved, transparency of any kind
    becomes alpha. Colors are converted from `space` (see color_tags), or else by the embedded ICC
    profile (perceptual intent); one that is broken or made for another kind of picture is ignored,
    as browsers do. CMYK without a profile is taken for a printing press's.
    """
    profile = image.info.get("icc_profile")
    if space is not None and (wide := samples.sixteen_bits(image, data)) is not None:
        rgb, cover = wide
        image = Image.fromarray(color_space.to_srgb(rgb, space))
        if cover is not None:
            image.putalpha(Image.fromarray(cover))
        return image
    image, alpha = _opaque(samples.to_8_bit(image, data))
    if space is not None:
        image = Image.fromarray(color_space.to_srgb(np.asarray(image.convert("RGB")), space))
    else:
        image = _apply_profile(image, profile)
    if image.mode != "RGB":
        image = image.convert("RGB")
    if alpha is not None:
        image.putalpha(alpha)
    return image


def needs_conversion(profile: bytes | None) -> bool:
    """Tell whether a profile says anything else than sRGB. Its numbers count, not its name."""
    if not profile:
        return False
    return len(profile) > _MAX_SRGB or _differs(profile)


def is_transparent(image: Image.Image) -> bool:
    """Tell whether the picture carries an alpha channel or a transparent color."""
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        return True
    return "transparency" in image.info and image.mode in ("P", "L", "RGB", "1", "I;16")


def _opaque(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """The colors as mode RGB, L, CMYK or LAB, and the alpha."""
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
    return image, alpha


@lru_cache(maxsize=64)
def _differs(profile: bytes) -> bool:
    """Whether any of 742 colors (a cube, and all greys) looks otherwise than in sRGB."""
    steps = np.array([0, 16, 48, 80, 112, 144, 176, 208, 255], np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        kind = source.profile.xcolor_space.strip()
        if kind not in ("RGB", "GRAY"):
            return True
        mode, colors = ("RGB", np.vstack([cube, greys])) if kind == "RGB" else ("L", greys)
        given = Image.fromarray(
            np.ascontiguousarray(colors[None] if mode == "RGB" else colors[None, :, 0])
        )
        shown = ImageCms.profileToProfile(given, source, _SRGB, outputMode="RGB")
    except (OSError, ImageCms.PyCMSError):
        return False
    if shown is None:
        return False
    return bool(np.abs(np.asarray(shown)[0].astype(int) - colors).max() > _ALIKE)


def _apply_profile(image: Image.Image, profile: bytes | None) -> Image.Image:
    converted = _converted(image, profile) if profile and needs_conversion(profile) else None
    if converted is None and image.mode == "CMYK":
        converted = _converted(image, _press())
    return converted or image


def _converted(image: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        kind = source.profile.xcolor_space.strip()
        if image.mode == "L" and kind == "RGB":
            image = image.convert("RGB")
        # A CMYK profile on an RGB picture would turn it into another picture.
        if kind != _PROFILE_SPACES.get(image.mode, "").strip():
            return None
        return ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except (OSError, ImageCms.PyCMSError):
        return None


@lru_cache(maxsize=1)
def _press() -> bytes:
    return _PRESS.read_bytes()
