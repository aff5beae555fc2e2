"""Writing PNG on all cores: strips of rows are filtered and deflated side by side.

Deflate lets a stream be flushed at a byte boundary, so strips that were compressed apart are one
stream when laid end to end (RFC 1950 and 1951; Adler, "pigz"). What a strip becomes depends on its
pixels alone: any number of threads writes the same bytes.
"""

import struct
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

from processing.engine import parallel
from processing.engine.arrays import U8
from processing.engine.files.formats.deflate import adler32, crc32, deflated

Chunk = tuple[bytes, bytes]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Bytes of a strip: enough for compression to get going, few enough for the processor's cache and
# for all cores to share even a small picture.
_STRIP = 1 << 18
_NONE, _UP = 0, 2
# Deflate with a window of 32 KiB, fastest level, no dictionary (RFC 1950, section 2.2).
_ZLIB_HEADER = b"\x78\x01"
_LAST_BLOCK = b"\x03\x00"  # empty, compressed by fixed codes, final
_ADLER_BASE = 65_521
_COLOR_TYPES = {1: 0, 3: 2, 4: 6}


class _Strip(NamedTuple):
    """A deflated run of rows, the Adler-32 of what it inflates to, and how long that is."""

    deflated: bytes
    adler: int
    length: int


def encode(rgb: U8, alpha: U8 | None = None, *, ancillary: Iterable[Chunk] = ()) -> bytes:
    """Write 8-bit pixels as a PNG, byte for byte the same whatever OpenCV's number of threads.

    `rgb` is uint8 (h, w, 3), or (h, w) for grey; `alpha` uint8 (h, w), or None (always None for
    grey). Colors of fully transparent pixels are written as black. `ancillary` are chunks (type,
    body) that go between the header and the pixels. Sides are 1 to 2**31 - 1.
    """
    channels = 4 if alpha is not None else 1 if rgb.ndim == 2 else 3
    height, width = rgb.shape[:2]
    rows = max(1, _STRIP // (width * channels))
    strips = parallel.each(lambda top: _strip(rgb, alpha, top, rows), range(0, height, rows))
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOR_TYPES[channels], 0, 0, 0)
    parts = [SIGNATURE, *_chunk(b"IHDR", header)]
    for kind, content in ancillary:
        parts += _chunk(kind, content)
    return b"".join([*parts, *_pixel_chunks(strips), *_chunk(b"IEND", b"")])


def _pixel_chunks(strips: Iterable[_Strip]) -> Iterable[bytes]:
    """One zlib stream over IDAT chunks, one for each strip and one that ends it."""
    adler = 1
    start = _ZLIB_HEADER
    for strip in strips:
        yield from _chunk(b"IDAT", start, strip.deflated)
        adler = _joined_adler(adler, strip)
        start = b""
    yield from _chunk(b"IDAT", _LAST_BLOCK, struct.pack(">I", adler))


def _joined_adler(before: int, strip: _Strip) -> int:
    """Adler-32 of two runs of bytes laid end to end, from theirs (RFC 1950, section 8.2)."""
    # Each sum begins at 1, so one of the two ones goes.
    low = (before & 0xFFFF) + (strip.adler & 0xFFFF) - 1
    high = (before >> 16) + (strip.adler >> 16) + strip.length * ((before & 0xFFFF) - 1)
    return (high % _ADLER_BASE) << 16 | low % _ADLER_BASE


def _chunk(kind: bytes, *body: bytes) -> tuple[bytes, ...]:
    checksum = crc32(kind)
    for part in body:
        checksum = crc32(part, checksum)
    length = sum(len(part) for part in body)
    return struct.pack(">I", length) + kind, *body, struct.pack(">I", checksum)


def _strip(rgb: U8, alpha: U8 | None, top: int, rows: int) -> _Strip:
    """Filter and deflate the rows from `top` on."""
    if alpha is not None and not alpha[top : top + rows].any():
        height, width = alpha[top : top + rows].shape
        return _blank(height * (1 + 4 * width))
    filtered = _filtered(rgb, alpha, top, rows)
    return _Strip(deflated(filtered.reshape(-1)), adler32(filtered.data), filtered.size)


@lru_cache(maxsize=4)
def _blank(length: int) -> _Strip:
    """Rows of nothing at all, without a filter: most cut-outs have some above and below."""
    nothing = np.full(length, _NONE, np.uint8)
    return _Strip(deflated(nothing), adler32(nothing.data), length)


def _filtered(rgb: U8, alpha: U8 | None, top: int, rows: int) -> U8:
    """The rows as differences to those above, each behind the byte that names this filter."""
    first = max(0, top - 1)
    pixels = rgb[first : top + rows]
    if alpha is not None:
        pixels = _with_alpha(pixels, alpha[first : top + rows])
    values = pixels.reshape(len(pixels), -1)
    own = values[top - first :]
    filtered = np.empty((len(own), 1 + own.shape[1]), np.uint8)
    filtered[:, 0] = _UP
    # The row above may be in another strip: readers undo filters after they have inflated all.
    filtered[0, 1:] = own[0] - values[0] if top else own[0]
    np.subtract(own[1:], own[:-1], out=filtered[1:, 1:])
    return filtered


def _with_alpha(rgb: U8, alpha: U8) -> U8:
    pixels = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2RGBA), dtype=np.uint8)
    cv2.insertChannel(alpha, pixels, 3)
    # All four channels at once: nothing is left of colors that can't be seen.
    whole = pixels.view(np.uint32)[..., 0]
    whole *= alpha != 0
    return pixels
