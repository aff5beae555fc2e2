"""What a JPEG's markers tell before any decoder runs, and the one fault that hides no pixel."""

import re
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageChops

# Each scan of a progressive JPEG passes over all its pixels again, and an empty one takes ten bytes.
# Encoders write about ten, those that search for the smallest file up to forty.
MAX_SCANS = 100
# Twenty passes over the largest picture; forty over one of half its size.
MAX_SCANNED_PIXELS = 1_300_000_000
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_START_OF_SCAN, _END_OF_IMAGE = b"\xff\xda", b"\xff\xd9"
# Compressed bits, all zeros and all ones, more than any block needs.
_FILLINGS = (b"\x00" * 256, b"\xff\x00" * 256)


@dataclass(frozen=True, slots=True)
class Markers:
    """How many scans there are, counted no further than one too many, and whether an end follows."""

    scans: int
    has_end: bool


def markers(data: bytes) -> Markers:
    """Walk over the markers of the first picture.

    Not by searching for them: a phone may append a film, in which any stands by chance.
    """
    scans, place = 0, 2
    while scans <= MAX_SCANS and (marker := _MARKER.search(data, place)):
        if marker[0] == _END_OF_IMAGE:
            return Markers(scans, has_end=True)
        scans += marker[0] == _START_OF_SCAN
        place = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2], "big")
    return Markers(scans, has_end=False)


def completed(data: bytes) -> bytes | None:
    """A JPEG with its end marker, where that is all it lacks; else None.

    The decoder waits for more, and given an end it would make up what is missing without a word. So other bits are put there twice: if they make a
    difference, pixels were missing.
    """
    first, second = (
        Image.open(BytesIO(data + filling + _END_OF_IMAGE), formats=["JPEG"])
        for filling in _FILLINGS
    )
    with first, second:
        if ImageChops.difference(first, second).getbbox() is not None:
            return None
    return data + _END_OF_IMAGE


def ended(data: bytes) -> bytes:
    """Give a file that is known to be whole the end marker that some decoders insist on."""
    return data if markers(data).has_end else data + _END_OF_IMAGE
