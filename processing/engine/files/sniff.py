"""Telling a picture's format from its first bytes, never from its name."""

import struct

MEDIA_TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "heic": "image/heic",
    "avif": "image/avif",
    "tiff": "image/tiff",
    "bmp": "image/bmp",
    "gif": "image/gif",
}
EXTENSIONS = {name: name for name in MEDIA_TYPES} | {"jpeg": "jpg", "tiff": "tif"}
# The one Pillow plugin that may open each format: a file can't talk its way into another decoder.
PILLOW_NAMES = {name: name.upper() for name in MEDIA_TYPES} | {"heic": "HEIF"}

_SIGNATURES = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),  # BigTIFF
    (b"MM\x00+", "tiff"),
)
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"}
_GENERIC_BRANDS = {b"mif1", b"msf1"}


def sniff(data: bytes) -> str | None:
    """The format's short name ("jpeg", "png", ...), or None when it is none that we read."""
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        return _iso_media(data)
    return None


def webp_size(data: bytes) -> tuple[int, int] | None:
    """Width and height out of a WebP header, or None where it is too short or unknown.

    Pillow's decoder reserves the whole canvas while it opens the file, so the size must be known
    before. Layout: WebP container specification, chunks VP8X, VP8L and VP8.
    """
    kind, head = data[12:16], data[20:30]
    if len(head) < 10:
        return None
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[6:10])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _iso_media(data: bytes) -> str | None:
    """HEIF and AVIF share a container; the brands in its first box tell them apart."""
    size = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12]} | {data[i : i + 4] for i in range(16, size, 4)}
    if data[8:12] not in _AVIF_BRANDS | _HEIF_BRANDS | _GENERIC_BRANDS:
        return None
    if brands & _AVIF_BRANDS:
        return "avif"
    return "heic" if brands & (_HEIF_BRANDS | _GENERIC_BRANDS) else None
