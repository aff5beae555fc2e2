"""What a file says about its colors without a profile: CICP numbers, gamma, chromaticities.

Read as Chromium reads them: a PNG's cICP comes before its profile, gAMA and cHRM count only where
neither is there, and cHRM not alone; in HEIC and AVIF a profile comes before the numbers (nclx), whose
curves for television are taken for sRGB's, which nearly all encoders mean by them.
"""

import numpy as np
import pillow_heif
from PIL import Image

from processing.engine.files.color_space import (
    PRIMARIES,
    SRGB,
    SRGB_CURVE,
    TELEVISION,
    TRANSFERS,
    Chromaticities,
    ColorSpace,
)
from processing.engine.files.opening import DECODER_ERRORS

# libpng takes gammas for equal that are this near.
_SRGB_GAMMA, _GAMMA_MARGIN = 1 / 2.2, 0.05
_CHUNKS_AT = 8


def space_of(image: Image.Image, data: bytes) -> ColorSpace | None:
    """The space that a file names by numbers, or None: it is sRGB, or its profile counts, or
    nothing is said, or nothing that makes sense."""
    try:
        if image.format == "PNG":
            space = _of_png(image, data)
        elif image.format in ("AVIF", "HEIF") and not image.info.get("icc_profile"):
            space = _of_nclx(image, data)
        else:
            return None
    except DECODER_ERRORS:
        return None
    return None if space is None or space.is_srgb else space


def _of_png(image: Image.Image, data: bytes) -> ColorSpace | None:
    body = _chunk(data, b"cICP")
    if len(body) == 4 and body[2] == 0 and body[0] in PRIMARIES and body[1] in TRANSFERS:
        return ColorSpace(PRIMARIES[body[0]], body[1])
    if "icc_profile" in image.info or "srgb" in image.info:
        return None
    gamma, chromaticities = image.info.get("gamma"), image.info.get("chromaticity")
    if not gamma or not 0.01 <= gamma <= 20:
        return None
    if chromaticities is None:
        near = abs(gamma / _SRGB_GAMMA - 1) <= _GAMMA_MARGIN
        return None if near else ColorSpace(gamma=1 / gamma)
    if not _is_plausible(chromaticities):
        return None
    return ColorSpace(tuple(chromaticities), gamma=1 / gamma)


def _of_nclx(image: Image.Image, data: bytes) -> ColorSpace | None:
    # Pillow's own plugin, which reads AVIF, doesn't tell; that of HEIF does.
    info = image.info if image.format == "HEIF" else pillow_heif.open_heif(data).info
    named = info.get("nclx_profile")
    if not named:
        return None
    transfer = named["transfer_characteristics"]
    if transfer not in TRANSFERS or transfer in TELEVISION:
        transfer = SRGB_CURVE
    return ColorSpace(PRIMARIES.get(named["color_primaries"], SRGB), transfer)


def _is_plausible(space: Chromaticities) -> bool:
    """Whether these are corners of a triangle."""
    if len(space) != 8 or min(space[1::2]) <= 0 or max(space) > 1:
        return False
    red, green, blue = (np.array(space[2 * i : 2 * i + 2]) for i in (1, 2, 3))
    one, other = green - red, blue - red
    return abs(float(one[0] * other[1] - one[1] * other[0])) > 0.01


def _chunk(data: bytes, kind: bytes) -> bytes:
    """The body of the first PNG chunk of this kind before the pixels, or nothing."""
    at = _CHUNKS_AT
    while at + 8 <= len(data):
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if name == b"IDAT":
            break
        if name == kind:
            return data[at + 8 : at + 8 + length]
        at += 12 + length
    return b""
