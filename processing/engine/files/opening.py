"""Opening a picture that somebody sent: its kind by its bytes, its size before its pixels."""

import math
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import cv2
import pillow_heif
from PIL import Image

from processing.engine import memory
from processing.engine.errors import BrokenImage, TooCostly, TooManyPixels, UnsupportedFormat
from processing.engine.files.sniff import PILLOW_NAMES, sniff, webp_size

pillow_heif.register_heif_opener()
# The caller's limit counts: Pillow's own would refuse what a site allows, without naming a size.
Image.MAX_IMAGE_PIXELS = None

# What Pillow's plugins were seen or are documented to raise on damaged bytes. Listed, so that a
# mistake of our own (NameError, AssertionError) still surfaces as one.
DECODER_ERRORS = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError,
    OverflowError, ZeroDivisionError, RuntimeError, struct.error, zlib.error,
    cv2.error,
)  # fmt: skip
_ORIENTATION_TAG = 0x0112
# Each scan of a progressive JPEG passes over all its pixels again, and an empty one takes ten bytes.
# Encoders write about ten, those that search for the smallest file up to forty.
MAX_SCANS = 100
# Twenty passes over the largest picture; forty over one of half its size.
MAX_SCANNED_PIXELS = 1_300_000_000
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_START_OF_SCAN, _END_OF_IMAGE = b"\xff\xda", b"\xff\xd9"


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
    scans = _scans(data) if name == "jpeg" else 1
    if scans > MAX_SCANS:
        raise TooCostly(_too_many_scans(f"more than {MAX_SCANS}"))
    try:
        with (
            memory.shortage_told(),
            # One format: else Pillow would try all its decoders in turn, hardly used ones among
            # them.
            Image.open(BytesIO(data), formats=[PILLOW_NAMES[name]]) as image,
        ):
            _check_size(*image.size, max_pixels=max_pixels)
            if scans > 1 and image.width * image.height * scans > MAX_SCANNED_PIXELS:
                raise TooCostly(_too_many_scans(str(scans)))
            yield image
    except DECODER_ERRORS as error:
        raise BrokenImage(f"The {name.upper()} file is damaged or truncated.") from error


def orientation(image: Image.Image) -> int:
    """EXIF orientation; a photo whose EXIF is damaged is still a photo, so that reads as 1."""
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except DECODER_ERRORS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _scans(data: bytes) -> int:
    """Count a JPEG's scans, no further than one too many, by its markers alone.

    Not by searching for the marker: a phone may append a film, in which it stands by chance.
    """
    scans, place = 0, 2
    while scans <= MAX_SCANS and (marker := _MARKER.search(data, place)):
        if marker[0] == _END_OF_IMAGE:
            break
        scans += marker[0] == _START_OF_SCAN
        place = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2], "big")
    return scans


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
