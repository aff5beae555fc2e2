"""TIFFs that Pillow doesn't read: values of 32 bits and floating point, and why others are refused."""

from io import BytesIO
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from processing.engine.arrays import U8
from processing.engine.errors import UnsupportedFormat
from processing.engine.files import samples

_HEADER, _BIG_HEADER = 8, 16
_BIG = 43
_KIND, _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 258, 259, 262
_ORIENTATION, _SAMPLES, _PLANES, _EXTRA, _FORMAT, _PROFILE = 274, 277, 284, 338, 339, 34675
_UNSIGNED, _FLOAT = 1, 3
_REDUCED = 1  # a bit of the page's kind
_GREY, _RGB, _CIELAB = 1, 2, 8
_SEPARATE_PLANES, _PREMULTIPLIED = 2, 1
_COMPRESSIONS = {
    34712: "JPEG 2000",
    34887: "LERC",
    50001: "WebP",
    50002: "JPEG XL",
    52546: "JPEG XL",
}
_SAVE_AS = "Save it with 8 or 16 bits per channel and LZW compression."
UNKNOWN = f"This kind of TIFF can't be read. {_SAVE_AS}"
PREVIEW = (
    "The file is a camera's raw file, or another TIFF that begins with a preview of its picture. "
    "Export the picture as JPEG or PNG."
)


class Layout(NamedTuple):
    """How a TIFF's first page stores its pixels, and what belongs to them."""

    size: tuple[int, int]
    bits: int
    format: int
    samples: int
    photometric: int
    compression: int
    planes: int
    extra: int
    orientation: int
    profile: bytes | None
    is_reduced: bool

    @property
    def is_ours(self) -> bool:
        """Tell whether Pillow has no mode for the values."""
        if self.photometric not in (_GREY, _RGB) or self.planes == _SEPARATE_PLANES:
            return False
        if self.format == _FLOAT:
            return self.bits in (32, 64) and (self.samples in (3, 4) or self.bits == 64)
        return self.format == _UNSIGNED and self.bits == 32 and self.samples in (3, 4)


def layout(data: bytes) -> Layout:
    """Read the first page's tags. Raises UnsupportedFormat, and what Pillow does on damaged ones."""
    if data[3] == _BIG:  # big-endian: Pillow recognizes it and then reads it as an ordinary one
        raise UnsupportedFormat(UNKNOWN)
    directory = ImageFileDirectory_v2(data[: _BIG_HEADER if data[2] == _BIG else _HEADER])
    stream = BytesIO(data)
    stream.seek(directory.next)
    directory.load(stream)

    def number(tag: int, default: int) -> int:
        value = directory.get(tag, default)
        first = value[0] if isinstance(value, tuple) and value else value
        return first if isinstance(first, int) else default

    profile = directory.get(_PROFILE)
    return Layout(
        size=(number(_WIDTH, 0), number(_HEIGHT, 0)),
        bits=number(_BITS, 1),
        format=number(_FORMAT, _UNSIGNED),
        samples=number(_SAMPLES, 1),
        photometric=number(_PHOTOMETRIC, _GREY),
        compression=number(_COMPRESSION, 1),
        planes=number(_PLANES, 1),
        extra=number(_EXTRA, 0),
        orientation=number(_ORIENTATION, 1),
        profile=profile if isinstance(profile, bytes) else None,
        is_reduced=bool(number(_KIND, 0) & _REDUCED),
    )


def read(data: bytes, page: Layout) -> Image.Image:
    """Decode a page that `is_ours`, at 8 bits and upright, as Pillow does it with other TIFFs."""
    # Unchanged but for the orientation, which OpenCV applies here whatever it is told.
    values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None or sorted(values.shape[:2]) != sorted(page.size):
        raise UnsupportedFormat(refusal(page) or UNKNOWN)
    pixels = _to_8_bits(values, page)
    if pixels.ndim == 3:
        pixels = pixels[..., [2, 1, 0, 3][: pixels.shape[2]]]
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.format = "TIFF"
    image.getexif()[_ORIENTATION] = page.orientation
    image.tag_v2 = {}  # type: ignore[attr-defined]  # nothing is left to be mended by its tags
    if page.profile is not None:
        image.info["icc_profile"] = page.profile
    return image


def refusal(page: Layout) -> str | None:
    """Say in words why a page can't be read, or None where it can, unless it is damaged."""
    if page.compression in _COMPRESSIONS:
        return f"TIFF with {_COMPRESSIONS[page.compression]} compression can't be read. {_SAVE_AS}"
    if page.format == _FLOAT and not (page.bits == 32 and page.samples == 1) and not page.is_ours:
        where = " in separate planes" if page.planes == _SEPARATE_PLANES else ""
        return f"TIFF with {page.bits}-bit floating-point values{where} can't be read. {_SAVE_AS}"
    if page.photometric == _CIELAB and page.bits != 8:
        return f"CIELAB TIFF with {page.bits} bits per channel can't be read. Save it as RGB."
    if page.bits > 16 and page.samples > 1 and not page.is_ours:
        return f"TIFF with {page.bits} bits per channel can't be read. {_SAVE_AS}"
    return None


def _to_8_bits(values: np.ndarray, page: Layout) -> U8:
    premultiplied = page.samples == 4 and page.extra == _PREMULTIPLIED
    if page.format == _UNSIGNED:
        if not premultiplied:
            return (values >> 24).astype(np.uint8)
        values = values / np.float32(2**32 - 1)
    values = values.astype(np.float32, copy=False)
    if premultiplied:
        alpha = values[..., 3:]
        values[..., :3] /= np.where(alpha > 0, alpha, 1)
    return samples.from_float(values)
