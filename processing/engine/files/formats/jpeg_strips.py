"""Writing JPEG on all cores: strips of rows are encoded side by side and joined by restart markers.

At a restart marker nothing is remembered of what came before (ITU-T T.81, section F.1.1.5.1), and a
strip ends where a row of units does, so its coefficients are those of the whole picture. How a picture
is cut depends on its size alone: any number of threads writes the same bytes.
"""

import struct

import cv2

from processing.engine import parallel
from processing.engine.arrays import U8

# Rows of a strip: a multiple of all units' heights.
_ROWS = 256
_TALLEST_UNIT = 16
# Below, one thread is as quick.
_LARGE = 1_000_000
_MOST_UNITS = 65_535  # in a restart interval
_SOI_LENGTH, _EOI = 2, b"\xff\xd9"
_SOF, _SOS = 0xC0, 0xDA
_DRI = b"\xff\xdd\x00\x04"
_FIRST_RESTART, _RESTARTS = 0xD0, 8


def encode(pixels: U8, quality: int) -> bytes | None:
    """Write pixels, uint8 (h, w, 3) as RGB or (h, w) for grey, as a baseline JPEG; None where OpenCV
    can't. The pixels that come back are those of a JPEG that was written at one go."""
    height, width = pixels.shape[:2]
    rows = _rows(width)
    if height <= rows or height * width < _LARGE:
        return _written(pixels, quality)
    parts = [pixels[top : top + rows] for top in range(0, height, rows)]
    strips = parallel.each(lambda part: _written(part, quality), parts)
    if any(strip is None for strip in strips):
        return None
    return _joined([strip for strip in strips if strip is not None], (height, width), rows)


def _rows(width: int) -> int:
    """The height of a strip: fewer rows of a picture so wide that they would hold too many units,
    which have 8 pixels a side at least."""
    fitting = _MOST_UNITS // -(-width // 8) * 8
    return min(_ROWS, fitting - fitting % _TALLEST_UNIT)


def _written(pixels: U8, quality: int) -> bytes | None:
    bgr = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    done, encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return encoded.tobytes() if done else None


def _joined(strips: list[bytes], size: tuple[int, int], rows: int) -> bytes:
    first = strips[0]
    frame, scan = _segment(first, _SOF), _segment(first, _SOS)
    across, down = _unit(first, frame)
    units = -(-size[1] // across) * (rows // down)
    # A frame's length and precision stand before its height.
    height_at = frame + 5
    parts = [
        first[:height_at],
        struct.pack(">H", size[0]),
        first[height_at + 2 : scan],
        _DRI + struct.pack(">H", units),
        first[scan : _after(first, scan)],
    ]
    for number, strip in enumerate(strips):
        if number:
            parts.append(bytes([0xFF, _FIRST_RESTART + (number - 1) % _RESTARTS]))
        parts.append(strip[_after(strip, _segment(strip, _SOS)) : -len(_EOI)])
    return b"".join([*parts, _EOI])


def _segment(data: bytes, kind: int) -> int:
    """Where the first segment of this kind begins, with its marker."""
    place = _SOI_LENGTH
    while data[place + 1] != kind:
        place = _after(data, place)
    return place


def _after(data: bytes, place: int) -> int:
    """Where the segment ends that begins there."""
    return place + 2 + int.from_bytes(data[place + 2 : place + 4])


def _unit(data: bytes, frame: int) -> tuple[int, int]:
    """Width and height in pixels of what is encoded together: 8 x 8 of a grey picture, else as many
    times more as the finest component has samples."""
    components = data[frame + 9]
    if components == 1:
        return 8, 8
    factors = [data[frame + 11 + 3 * number] for number in range(components)]
    return 8 * max(one >> 4 for one in factors), 8 * max(one & 15 for one in factors)
