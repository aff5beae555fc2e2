"""Values of more than 8 bits, brought to 8: what Pillow leaves as it is, or gets wrong.

Its modes tell neither how deep values are nor which way round, so the file's own tags do.
findings/tiff_wide_samples.sh and findings/png16_transparent_colour.sh show what comes out otherwise.
"""

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from processing.engine.arrays import U8, U16

_BITS, _PHOTOMETRIC, _PLANES, _FORMAT = 258, 262, 284, 339
_WHITE_IS_ZERO, _SEPARATE, _SIGNED = 0, 2, 2
_GREY = 0
# Floating-point values: no more of them than a tenth shine brighter than this many whites.
_HIGHEST_LIGHT = 16.0
_LOOKED_AT = 256  # rows or columns
_STRIP = 64  # rows
# Where a PNG's header says how deep its values are, and of what kind.
_DEPTH_AT, _KIND_AT = 24, 25


def mend(image: Image.Image) -> None:
    """Let an opened TIFF of 16 bits, stored plane by plane, be loaded as what it is.

    Pillow takes each plane for one of 8 bits. What libtiff decompresses is right.
    """
    if image.format != "TIFF" or _tag(image, _PLANES) != _SEPARATE or _tag(image, _BITS) != 16:
        return
    order = "L" if image.tag_v2.prefix == b"II" else "B"  # type: ignore[attr-defined]
    image.tile = [  # type: ignore[attr-defined]
        tile._replace(args=(f"{tile.args[0]};16{order}", *tile.args[1:]))
        if tile.codec_name == "raw" and isinstance(tile.args, tuple) and len(tile.args[0]) == 1
        else tile
        for tile in image.tile  # type: ignore[attr-defined]
    ]


def to_8_bit(image: Image.Image, data: bytes) -> Image.Image:
    """The loaded picture in a mode of 8 bits; `data` is the file it was opened from. A 16-bit color
    that stands for transparency becomes alpha."""
    if image.format == "PNG" and data[_DEPTH_AT] == 16 and "transparency" in image.info:
        return _with_alpha(image, data)
    if image.mode.startswith("I"):
        return Image.fromarray(_scaled(image))
    if image.mode == "F":
        return Image.fromarray(_not_inverted(image, from_float(np.asarray(image))))
    return image


def from_float(values: npt.NDArray[np.floating]) -> U8:
    """8 bits of floating-point values: of 0 to 1 as graphics programs write them, with highlights
    beyond, or of 0 to 255 as what had 8 bits is converted."""
    step = max(1, min(values.shape[:2]) // _LOOKED_AT)
    some = np.nan_to_num(values[::step, ::step])
    is_whole = float(some.max()) > 1 and bool((some == np.rint(some)).all())
    is_bytes = is_whole or float(np.percentile(some, 90)) > _HIGHEST_LIGHT
    white = np.float32(255.0 if is_bytes else 1.0)
    out = np.empty(values.shape, np.uint8)
    for start in range(0, len(values), _STRIP):  # copies of all would take four times the memory
        part = slice(start, start + _STRIP)
        out[part] = np.nan_to_num(values[part]).clip(0, white) * (np.float32(255.0) / white) + 0.5
    return out


def sixteen_bits(image: Image.Image, data: bytes) -> tuple[U16, U8 | None] | None:
    """Colors (h, w, 3) in 16 bits and the alpha of a PNG that has them; None of any other picture."""
    if image.format != "PNG" or data[_DEPTH_AT] != 16:
        return None
    if data[_KIND_AT] == _GREY:  # of which OpenCV forgets the transparent color
        values = np.asarray(image, np.uint16)
        return np.repeat(values[..., None], 3, axis=2), _hole(image, values)
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != np.uint16 or pixels.ndim != 3:
        return None
    rgb = np.asarray(cv2.cvtColor(pixels[..., :3], cv2.COLOR_BGR2RGB), np.uint16)
    return rgb, _narrowed(np.asarray(pixels[..., 3], np.uint16)) if pixels.shape[2] == 4 else None


def _with_alpha(image: Image.Image, data: bytes) -> Image.Image:
    wide = sixteen_bits(image, data)
    if wide is None:
        return image
    rgb, alpha = wide
    narrow = Image.fromarray(_narrowed(rgb))
    if image.mode != "RGB":
        narrow = narrow.getchannel(0)
    if alpha is not None:
        narrow.putalpha(Image.fromarray(alpha))
    return narrow


def _hole(image: Image.Image, values: U16) -> U8 | None:
    clear = image.info.get("transparency")
    return None if clear is None else np.where(values == clear, 0, 255).astype(np.uint8)


def _narrowed(values: U16, top: int = 65535) -> U8:
    return np.asarray(cv2.convertScaleAbs(values, alpha=255 / top), np.uint8)


def _scaled(image: Image.Image) -> U8:
    values = np.asarray(image)
    if image.mode != "I":
        top = 4095 if _tag(image, _BITS) == 12 else 65535
        return _not_inverted(image, _narrowed(values.astype(np.uint16, copy=False), top))
    if _tag(image, _BITS) == 32 and _tag(image, _FORMAT) != _SIGNED:
        values = np.ascontiguousarray(values).view(np.uint32)  # in Pillow white is -1
    top = _top(image, int(values.max()))
    scaled = np.empty(values.shape, np.uint8)
    for row, wide in enumerate(values):
        scaled[row] = ((wide.astype(np.int64) * 255 + top // 2) // top).clip(0, 255)
    return _not_inverted(image, scaled)


def _top(image: Image.Image, most: int) -> int:
    """The value of white in mode I."""
    signed = _tag(image, _FORMAT) == _SIGNED
    if signed and _tag(image, _BITS) == 16:
        return 32767
    # 32 bits don't tell how many of them are in use.
    return next((top for top in (255, 65535) if most <= top), 2**31 - 1 if signed else 2**32 - 1)


def _not_inverted(image: Image.Image, values: U8) -> U8:
    """White where it was meant. Up to 8 bits, Pillow sees to this."""
    return 255 - values if _tag(image, _PHOTOMETRIC) == _WHITE_IS_ZERO else values


def _tag(image: Image.Image, number: int) -> int | None:
    """The first value of a TIFF's tag; None of other files, and where it is missing."""
    if image.format != "TIFF":
        return None
    value = image.tag_v2.get(number)  # type: ignore[attr-defined]
    if isinstance(value, tuple):
        value = value[0] if value else None
    return value if isinstance(value, int) else None
