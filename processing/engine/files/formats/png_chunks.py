"""What a PNG's chunks tell before any decoder runs: those that a viewer may do without."""

import zlib

_SIGNATURE = 8
_FRAME = 12  # length, name, checksum
_ANCILLARY = 0x20  # a small first letter


def without_damaged_extras(data: bytes) -> bytes:
    """Drop ancillary chunks with a wrong checksum, as viewers do; pixels are never touched."""
    kept, start, place = [], 0, _SIGNATURE
    while place + _FRAME <= len(data):
        end = place + _FRAME + int.from_bytes(data[place : place + 4], "big")
        if data[place + 4] & _ANCILLARY and end <= len(data):
            checksum = zlib.crc32(memoryview(data)[place + 4 : end - 4])
            if checksum != int.from_bytes(data[end - 4 : end], "big"):
                kept.append(data[start:place])
                start = end
        place = end
    return b"".join([*kept, data[start:]]) if kept else data
