"""PNG files chunk by chunk, with what no library writes."""

from __future__ import annotations

import struct
import zlib
from typing import Any

Chunk = tuple[bytes, bytes]
KINDS = {1: 0, 3: 2}


def png(pixels: Any, *chunks: Chunk) -> bytes:
    """Pixels (h, w[, 3]) of 8 or 16 bits, and the chunks before them."""
    height, width = pixels.shape[:2]
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    depth = 8 * pixels.dtype.itemsize
    header = struct.pack(">IIBBBBB", width, height, depth, KINDS[channels], 0, 0, 0)
    rows = pixels.astype(pixels.dtype.newbyteorder(">"))
    packed = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    parts = [(b"IHDR", header), *chunks, (b"IDAT", packed), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_packed(*part) for part in parts)


def gamma(value: float) -> Chunk:
    return b"gAMA", struct.pack(">I", round(value * 100_000))


def chromaticities(*values: float) -> Chunk:
    return b"cHRM", struct.pack(">8I", *(round(value * 100_000) for value in values))


def cicp(primaries: int, transfer: int) -> Chunk:
    return b"cICP", bytes((primaries, transfer, 0, 1))


def profile(icc: bytes) -> Chunk:
    return b"iCCP", b"a\0\0" + zlib.compress(icc)


def _packed(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
