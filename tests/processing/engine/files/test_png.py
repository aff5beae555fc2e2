"""Our own PNG files: every decoder reads them, strictly, and threads leave no trace."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from processing.engine.arrays import U8
from processing.engine.files import png
from processing.engine.files.formats import deflate


def grain(height: int, width: int, channels: int = 3) -> U8:
    return np.random.default_rng(7).integers(0, 256, (height, width, channels), dtype=np.uint8)


def cut_out(height: int, width: int) -> tuple[U8, U8]:
    """A noisy disc with a soft edge on nothing; its rows reach neither top nor bottom."""
    down, across = np.mgrid[:height, :width]
    distance = np.hypot(down - height / 2, across - width / 2)
    alpha = np.clip((min(height, width) / 4 - distance) * 40, 0, 255).astype(np.uint8)
    return grain(height, width), alpha


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Read strictly: the signature, each length and checksum, and nothing behind the end."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    place = 8
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, place + 8 + length)
        assert checksum == zlib.crc32(kind + body)
        yield kind, body
        place += 12 + length
    assert place == len(data)


def unfiltered(data: bytes) -> U8:
    """The pixels by a decoder of ten lines: no other library's patience hides a mistake."""
    parts = list(chunks(data))
    assert [kind for kind, _ in parts][:: len(parts) - 1] == [b"IHDR", b"IEND"]
    width, height, depth, color, *rest = struct.unpack(">IIBBBBB", parts[0][1])
    assert (depth, rest) == (8, [0, 0, 0])
    channels = {0: 1, 2: 3, 6: 4}[color]
    stream = zlib.decompressobj()
    raw = stream.decompress(b"".join(body for kind, body in parts if kind == b"IDAT"))
    assert (stream.eof, stream.unused_data) == (True, b"")
    rows = np.frombuffer(raw, np.uint8).reshape(height, 1 + width * channels)
    pixels = np.zeros((height, width * channels), np.uint8)
    for number, (kind, values) in enumerate(zip(rows[:, 0], rows[:, 1:], strict=True)):
        assert kind in (0, 2)
        pixels[number] = values + (pixels[number - 1] if kind == 2 and number else 0)
    return pixels.reshape(height, width, channels)


def without_hidden_colors(rgb: U8, alpha: U8) -> U8:
    return np.where(alpha[..., None] > 0, np.dstack([rgb, alpha]), 0)


@pytest.fixture(autouse=True, params=["ISA-L", "zlib"])
def deflater(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each test run by what deflates here, and by what does on processors that it isn't for."""
    if request.param == "zlib":
        monkeypatch.setattr(deflate, "isal_zlib", None)
    elif deflate.isal_zlib is None:
        pytest.skip("ISA-L is not for this processor.")


# One pixel, one row, one column, several strips with a short last one, a row longer than a strip.
SIZES = [(1, 1), (1, 700), (700, 1), (5, 3), (610, 333), (2, 90_001)]


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_pixels_come_back(height: int, width: int) -> None:
    rgb, alpha = cut_out(height, width)
    assert np.array_equal(unfiltered(png.encode(rgb)), rgb)
    assert np.array_equal(unfiltered(png.encode(rgb[..., 0]))[..., 0], rgb[..., 0])
    expected = without_hidden_colors(rgb, alpha)
    assert np.array_equal(unfiltered(png.encode(rgb, alpha)), expected)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_other_decoders_agree(height: int, width: int) -> None:
    rgb, alpha = cut_out(height, width)
    expected = without_hidden_colors(rgb, alpha)
    data = png.encode(rgb, alpha)
    assert np.array_equal(np.asarray(Image.open(BytesIO(data))), expected)
    theirs = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(cv2.cvtColor(np.asarray(theirs), cv2.COLOR_BGRA2RGBA), expected)


@given(
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    seed=st.integers(0, 2**32 - 1),
    kind=st.sampled_from(["grey", "rgb", "rgba"]),
)
@settings(max_examples=40, deadline=None)
def test_any_picture_comes_back(size: tuple[int, int], seed: int, kind: str) -> None:
    generator = np.random.default_rng(seed)
    rgb = generator.integers(0, 256, (*size, 3), dtype=np.uint8)
    alpha = generator.choice(np.array([0, 1, 255], np.uint8), size)
    if kind == "grey":
        assert np.array_equal(unfiltered(png.encode(rgb[..., 1]))[..., 0], rgb[..., 1])
    elif kind == "rgb":
        assert np.array_equal(unfiltered(png.encode(rgb)), rgb)
    else:
        pixels = unfiltered(png.encode(rgb, alpha))
        assert np.array_equal(pixels, without_hidden_colors(rgb, alpha))


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_leave_no_trace(threads: int) -> None:
    rgb, alpha = cut_out(700, 500)
    before = cv2.getNumThreads()
    expected = png.encode(rgb, alpha)
    try:
        cv2.setNumThreads(threads)
        assert png.encode(rgb, alpha) == expected
    finally:
        cv2.setNumThreads(before)


def test_a_picture_may_be_a_view_into_another() -> None:
    rgb, alpha = cut_out(300, 200)
    data = png.encode(rgb[20:250, 11:180], alpha[20:250, 11:180])
    assert data == png.encode(rgb[20:250, 11:180].copy(), alpha[20:250, 11:180].copy())


def test_nothing_at_all_costs_next_to_nothing() -> None:
    data = png.encode(grain(1000, 1000), np.zeros((1000, 1000), np.uint8))
    assert not unfiltered(data).any()
    assert len(data) < 10_000


def test_grain_and_pattern_are_each_packed_their_own_way() -> None:
    smooth = cv2.GaussianBlur(grain(400, 400), (0, 0), 8).astype(int)
    noisy = (smooth + np.random.default_rng(3).normal(0, 3, smooth.shape)).clip(0, 255)
    stripes = np.tile(grain(1, 40), (400, 10, 1)) ^ np.tile(grain(400, 1), (1, 400, 1))
    for pixels in (noisy.astype(np.uint8), stripes):
        settings = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_FILTER, 3]
        assert len(png.encode(pixels)) < 1.02 * len(cv2.imencode(".png", pixels, settings)[1])


def test_further_chunks_stand_before_the_pixels() -> None:
    pixel_size = struct.pack(">IIB", 11811, 11811, 1)
    data = png.encode(grain(4, 4), ancillary=[(b"pHYs", pixel_size), (b"tEXt", b"a\0b")])
    kinds = [kind for kind, _ in chunks(data)]
    assert kinds == [b"IHDR", b"pHYs", b"tEXt", b"IDAT", b"IDAT", b"IEND"]
    assert Image.open(BytesIO(data)).info["dpi"] == pytest.approx((300, 300), abs=0.01)
