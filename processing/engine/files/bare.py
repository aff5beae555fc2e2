"""Telling whether a file holds a picture and nothing else: no metadata, profile or second picture.

The bytes are walked, not decoded. Only what is known to be harmless passes: a segment, a chunk or a
byte after the picture's end that isn't makes the answer no.
"""

import re

_SOI = b"\xff\xd8"
_EOI, _SOS = 0xD9, 0xDA
_FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive
_TABLES = {0xC4, 0xDB, 0xDD}  # Huffman, quantization, restart interval
_APP0, _APP14 = 0xE0, 0xEE
_LONGEST_JFIF, _LONGEST_ADOBE = 14, 12  # without a thumbnail or anything else behind
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7]")

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PLAIN_CHUNKS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"pHYs", b"sRGB", b"bKGD", b"sBIT"}
_SRGB_AGAIN = {b"gAMA", b"cHRM"}  # what a chunk sRGB says, for readers that don't know it


def is_bare(data: bytes) -> bool:
    """Whether it is a JPEG (grey or color, not CMYK) or an 8-bit PNG with nothing but its pixels."""
    if data.startswith(_SOI):
        return _is_bare_jpeg(data)
    return data.startswith(_PNG_SIGNATURE) and _is_bare_png(data)


def _is_bare_jpeg(data: bytes) -> bool:
    """Walk the segments (ITU-T T.81, annex B) to the end of the image, which must be the file's."""
    position = len(_SOI)
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        body = data[position + 4 : position + 2 + int.from_bytes(data[position + 2 : position + 4])]
        if not _is_plain_segment(marker, body):
            return False
        position += 4 + len(body)
        if marker == _SOS:
            found = _NEXT_MARKER.search(data, position)
            if found is None:
                return False
            position = found.start()
            if data[position + 1] == _EOI:
                return position + 2 == len(data)
    return False


def _is_plain_segment(marker: int, body: bytes) -> bool:
    if marker in _FRAMES:
        return len(body) > 5 and body[5] in (1, 3)  # components
    if marker == _APP0:
        return body.startswith(b"JFIF\0") and len(body) <= _LONGEST_JFIF
    if marker == _APP14:
        return body.startswith(b"Adobe") and len(body) <= _LONGEST_ADOBE
    return marker in _TABLES or marker == _SOS


def _is_bare_png(data: bytes) -> bool:
    position, found = len(_PNG_SIGNATURE), set()
    while position + 12 <= len(data):
        length = int.from_bytes(data[position : position + 4])
        name = data[position + 4 : position + 8]
        if name == b"IHDR" and data[position + 16] > 8:  # bits
            return False
        found.add(name)
        position += 12 + length
        if name == b"IEND":
            break
    harmless = _PLAIN_CHUNKS | (_SRGB_AGAIN if b"sRGB" in found else set())
    return b"IEND" in found and found <= harmless and position == len(data)
