"""A JPEG in strips is the JPEG written at one go, but for restart markers."""

from __future__ import annotations

import re
from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from processing.engine.arrays import U8
from processing.engine.files import bare, decode
from processing.engine.files.formats import jpeg_strips
from tests.tables import in_turn


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpeg_strips, "_LARGE", 1)


def grain(height: int, width: int) -> U8:
    noise = np.random.default_rng(5).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 2), dtype=np.uint8)


def at_one_go(pixels: U8, quality: int) -> bytes:
    bgr = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def encoded(pixels: U8, quality: int) -> bytes:
    data = jpeg_strips.encode(pixels, quality)
    assert data is not None
    return data


def restarts(data: bytes) -> list[int]:
    return [marker[1] for marker in re.findall(rb"\xff[\xd0-\xd7]", data)]


# A last strip of one row, of whole and of broken units; more strips than there are restart markers.
SIZES = [(257, 33), (512, 40), (770, 17), (600, 1), (2600, 19)]


@in_turn("quality", [60, 92, 100])
@in_turn("grey", [False, True])
@in_turn(("height", "width"), SIZES)
def test_the_same_pixels_come_back(height: int, width: int, grey: bool, quality: int) -> None:
    pixels = grain(height, width)[..., 0].copy() if grey else grain(height, width)
    data, plain = encoded(pixels, quality), at_one_go(pixels, quality)
    strips = -(-height // 256)
    assert restarts(data) == [0xD0 + number % 8 for number in range(strips - 1)]
    assert restarts(plain) == []
    for one, other in zip(*map(shown, (data, plain)), strict=True):
        assert np.array_equal(one, other)
    assert decode.verify(data, max_pixels=10**9).oriented_size == (width, height)
    assert bare.is_bare(data)
    # What a restart costs: its marker, bits that fill a byte, values that are not told as differences.
    assert len(data) - len(plain) < 6 + 20 * (strips - 1)


def shown(data: bytes) -> list[U8]:
    """What two decoders make of it."""
    theirs = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return [np.asarray(Image.open(BytesIO(data))), np.asarray(theirs, dtype=np.uint8)]


@pytest.mark.parametrize(
    ("width", "rows"), [(100, 256), (16_000, 256), (16_385, 240), (65_500, 64)]
)
def test_very_wide_pictures_have_lower_strips(width: int, rows: int) -> None:
    assert jpeg_strips._rows(width) == rows
    assert -(-width // 8) * (rows // 8) <= 65_535


def test_a_wide_grey_picture_comes_back() -> None:
    pixels = np.tile(grain(70, 655)[..., 0], (1, 100))
    data = encoded(pixels, 90)
    assert len(restarts(data)) == 1
    assert np.array_equal(shown(data)[0], shown(at_one_go(pixels, 90))[0])


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_leave_no_trace(threads: int) -> None:
    pixels = grain(900, 60)
    before, expected = cv2.getNumThreads(), encoded(pixels, 92)
    try:
        cv2.setNumThreads(threads)
        assert encoded(pixels, 92) == expected
    finally:
        cv2.setNumThreads(before)


def test_a_small_picture_is_written_at_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    pixels = grain(999, 1001)
    assert encoded(pixels, 92) == at_one_go(pixels, 92)
    assert restarts(encoded(grain(1000, 1000), 92)) == [0xD0, 0xD1, 0xD2]
