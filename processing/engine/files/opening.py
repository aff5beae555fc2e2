"""Opening a picture that somebody sent: its kind by its bytes, its size before its pixels."""

import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO

import cv2
import pillow_heif
from PIL import Image, PngImagePlugin, UnidentifiedImageError

from processing.engine import memory
from processing.engine.errors import BrokenImage, TooCostly, TooManyPixels, UnsupportedFormat
from processing.engine.files.formats import jpeg, png_chunks, tiff
from processing.engine.files.sniff import PILLOW_NAMES, sniff, webp_size

pillow_heif.register_heif_opener()
# The caller's limit counts: Pillow's own would refuse what a site allows, without naming a size.
Image.MAX_IMAGE_PIXELS = None
# Neither may notes and profiles of more than a megabyte make a PNG a damaged one; a file has 30.
PngImagePlugin.MAX_TEXT_CHUNK = 16 << 20

# What Pillow's plugins were seen or are documented to raise on damaged bytes. Listed, so that a
# mistake of our own (NameError, AssertionError) still surfaces as one.
DECODER_ERRORS = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError,
    OverflowError, ZeroDivisionError, RuntimeError, struct.error, zlib.error,
    cv2.error,
)  # fmt: skip
_ORIENTATION_TAG = 0x0112
_XMP = ("xmp", "XML:com.adobe.xmp")


@contextmanager
def opened(data: bytes, *, max_pixels: int) -> Iterator[Image.Image]:
    """Read the header with the one decoder that the bytes call for; pixels are not decoded yet.

    Whatever a decoder throws in here or in the `with` block leaves as BrokenImage.
    Raises UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory, BrokenImage.
    """
    if not data:
        raise BrokenImage("The file is empty.")
    name = sniff(data)
    if name is None:
        raise UnsupportedFormat("The file is not an image in a supported format: " + _kinds())
    # Pillow reserves a WebP's whole canvas as it opens it: the size must be refused before.
    if name == "webp" and (size := webp_size(data)):
        _check_size(*size, max_pixels=max_pixels)
    marks = jpeg.markers(data) if name == "jpeg" else None
    if marks and marks.scans > jpeg.MAX_SCANS:
        raise TooCostly(_too_many_scans(f"more than {jpeg.MAX_SCANS}"))
    try:
        with memory.shortage_told(), _opened(data, name, marks, max_pixels) as image:
            _read_exif(image)
            yield image
    except DECODER_ERRORS as error:
        if name == "tiff" and (reason := _refusal(data, error)):
            raise UnsupportedFormat(reason) from error
        raise BrokenImage(f"The {name.upper()} file is damaged or truncated.") from error


def _opened(data: bytes, name: str, marks: jpeg.Markers | None, max_pixels: int) -> Image.Image:
    if name == "png":
        data = png_chunks.without_damaged_extras(data)
    if name == "tiff" and (page := tiff.layout(data)).is_reduced:
        raise UnsupportedFormat(tiff.PREVIEW)
    if name == "tiff" and page.is_ours:
        _check_size(*page.size, max_pixels=max_pixels)
        return tiff.read(data, page)
    # One format: else Pillow would try all its decoders in turn, hardly used ones among them.
    image = Image.open(BytesIO(data), formats=[PILLOW_NAMES[name]])
    _check_size(*image.size, max_pixels=max_pixels)
    if marks is None:
        return image
    if marks.scans > 1 and image.width * image.height * marks.scans > jpeg.MAX_SCANNED_PIXELS:
        raise TooCostly(_too_many_scans(str(marks.scans)))
    whole = None if marks.has_end else jpeg.completed(data)
    return Image.open(BytesIO(whole), formats=[PILLOW_NAMES[name]]) if whole else image


def _refusal(data: bytes, error: Exception) -> str | None:
    try:
        page = tiff.layout(data)
    except DECODER_ERRORS:
        return None
    # Its tags are whole, and Pillow knows no pixels like these.
    is_unknown = isinstance(error, UnidentifiedImageError) and min(page.size) > 0
    return tiff.refusal(page) or (tiff.UNKNOWN if is_unknown else None)


def _read_exif(image: Image.Image) -> None:
    """Read EXIF alone, before anything else does: Pillow would take an orientation from XMP, too,
    which browsers don't, and turn a TIFF by it."""
    if image.format == "PNG":  # may hold it behind the pixels: see orientation()
        return
    hidden = {name: image.info.pop(name) for name in _XMP if name in image.info}
    with suppress(*DECODER_ERRORS):
        image.getexif()
    image.info.update(hidden)


def orientation(image: Image.Image) -> int:
    """EXIF orientation; a photo whose EXIF is damaged is still a photo, so that reads as 1."""
    try:
        if image.format == "PNG":
            image.load()
            block = Image.Exif()
            block.load(image.info.get("exif") or b"")
        else:
            block = image.getexif()
        value = block.get(_ORIENTATION_TAG, 1)
    except DECODER_ERRORS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _check_size(width: int, height: int, *, max_pixels: int) -> None:
    if width * height > max_pixels:
        megapixels = math.ceil(width * height / 100_000) / 10
        raise TooManyPixels(
            f"The image has {megapixels:,g} megapixels ({width} x {height}). "
            f"The maximum is {max_pixels / 1e6:g} megapixels."
        )


def _too_many_scans(number: str) -> str:
    return (
        f"The JPEG file is stored in {number} passes, which takes too long to open. "
        "Save it again as an ordinary JPEG."
    )


def _kinds() -> str:
    return "send JPEG, PNG, WebP, HEIC, AVIF, TIFF, BMP or GIF."
