"""Samples of more than 8 bits: none is cut off, turned round, or taken for another."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest

from processing.engine.files import decode
from tests.processing.engine.files.formats.png_chunks import png
from tests.processing.engine.pictures import MP50, opened

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB = 0, 1, 2
UNSIGNED, SIGNED, FLOAT = 1, 2, 3


def tiff(
    pixels: Any, order: str = "<", *, photometric: int = BLACK_IS_ZERO, planar: bool = False
) -> bytes:
    """An uncompressed TIFF of pixels (h, w[, channels]); planes lie one behind the other."""
    height, width = pixels.shape[:2]
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    bits, kind = 8 * pixels.dtype.itemsize, {"u": UNSIGNED, "i": SIGNED, "f": FLOAT}
    stored = np.moveaxis(pixels, -1, 0) if planar else pixels
    body = stored.astype(pixels.dtype.newbyteorder(order)).tobytes()
    planes = channels if planar else 1
    strips = [8 + i * len(body) // planes for i in range(planes)]
    tags = {
        256: [width],
        257: [height],
        258: [bits] * channels,
        259: [1],
        262: [photometric],
        273: strips,
        277: [channels],
        278: [height],
        279: [len(body) // planes] * planes,
        284: [2 if planar else 1],
        339: [kind[pixels.dtype.kind]] * channels,
    }
    at = 8 + len(body)
    extra, entries = b"", b""
    for number, values in tags.items():
        packed = struct.pack(f"{order}{len(values)}I", *values)
        place = packed
        if len(values) > 1:
            place = struct.pack(f"{order}I", at + 6 + 12 * len(tags) + len(extra))
            extra += packed
        entries += struct.pack(f"{order}HHI", number, 4, len(values)) + place
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", at)
    table = struct.pack(f"{order}H", len(tags)) + entries + bytes(4) + extra
    return head + body + table


def grey(data: bytes) -> list[int]:
    return [int(value) for value in decode.decode(data, max_pixels=MP50).rgb[0, :, 0]]


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("planar", [False, True])
def test_16_bit_colors_lie_pixel_by_pixel_or_plane_by_plane(order: str, planar: bool) -> None:
    pixels = np.random.RandomState(4).randint(0, 65536, (9, 14, 3)).astype(np.uint16)
    data = tiff(pixels, order, photometric=RGB, planar=planar)
    exact = (pixels.astype(int) * 255 + 32767) // 65535
    assert np.abs(decode.decode(data, max_pixels=MP50).rgb - exact).max() <= 1
    small = opened(decode.thumbnail(data, max_side=20, max_pixels=MP50, format="png"))
    assert np.abs(np.asarray(small).astype(int) - exact).max() <= 1


RAMPS = [
    (np.array([[0, 128, 255]], np.uint8), "<"),
    (np.array([[0, 32896, 65535]], np.uint16), "<"),
    (np.array([[0.0, 0.5, 1.0]], np.float32), "<"),
    (np.array([[0.0, 0.5, 1.0]], np.float32), ">"),
]


@pytest.mark.parametrize(("ramp", "order"), RAMPS)
def test_white_is_zero_at_every_depth(ramp: Any, order: str) -> None:
    assert grey(tiff(ramp, order)) == [0, 128, 255]
    assert grey(tiff(ramp, order, photometric=WHITE_IS_ZERO)) == [255, 127, 0]


@pytest.mark.parametrize(
    ("ramp", "expected"),
    [
        (np.array([[0, 2**31, 2**32 - 1]], np.uint32), [0, 128, 255]),
        (np.array([[0, 2**30, 2**31 - 1]], np.int32), [0, 128, 255]),
        (np.array([[0, 32896, 65535]], np.uint32), [0, 128, 255]),
        (np.array([[0, 128, 255]], np.uint32), [0, 128, 255]),
        (np.array([[-5, 16384, 32767]], np.int16), [0, 128, 255]),
    ],
)
def test_whole_numbers_are_scaled_from_their_own_white(ramp: Any, expected: list[int]) -> None:
    assert grey(tiff(ramp)) == expected


@pytest.mark.parametrize(
    ("values", "clear", "channels", "alpha"),
    [
        ([0xFFFF, 0x8000], 0xFFFF, 3, [0, 255]),
        ([0x0003, 0x0300, 0x0342], 0x0003, 3, [0, 255, 255]),
        ([0x03E8, 0x8000, 0x03E9], 0x03E8, 1, [0, 255, 255]),
    ],
)
def test_a_transparent_color_of_16_bits(
    values: list[int], clear: int, channels: int, alpha: list[int]
) -> None:
    row = np.array([values], np.uint16)
    pixels = row if channels == 1 else np.repeat(row[..., None], 3, axis=2)
    data = png(pixels, (b"tRNS", struct.pack(">H", clear) * channels))
    decoded = decode.decode(data, max_pixels=MP50)
    assert decoded.probe.has_alpha
    assert decoded.alpha is not None
    assert decoded.alpha[0].tolist() == alpha
    assert decoded.rgb[0, :, 0].tolist() == [(value * 255 + 32767) // 65535 for value in values]
    small = opened(decode.thumbnail(data, max_side=9, max_pixels=MP50, format="png"))
    assert list(small.getchannel("A").tobytes()) == alpha
