"""Damaged and malicious bytes leave as one of the engine's errors, quickly, and as nothing else."""

from __future__ import annotations

import contextlib
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from processing.engine.errors import BrokenImage, EngineError, TooManyPixels
from processing.engine.files import decode
from tests.processing.engine.pictures import MP50, picture, saved
from tests.tables import in_turn

NAMES = ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "BMP", "GIF"]


def noisy(mode: str = "RGB") -> Image.Image:
    pixels = np.random.default_rng(5).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    return Image.fromarray(pixels).convert(mode)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_claiming(width: int, height: int, *extra: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + b"".join(extra)
    return (
        b"\x89PNG\r\n\x1a\n" + chunks + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    )


@in_turn("name", NAMES)
@in_turn("part", [0.5, 0.9, 0.99])
def test_a_file_cut_short_is_broken(name: str, part: float) -> None:
    data = saved(noisy(), name)
    cut = data[: int(len(data) * part)]
    with pytest.raises(BrokenImage):
        decode.verify(cut, max_pixels=MP50)
    with pytest.raises(BrokenImage):
        decode.decode(cut, max_pixels=MP50)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_cut_anywhere_is_broken(progressive: bool) -> None:
    data = saved(noisy(), "JPEG", progressive=progressive)
    for end in range(len(data) // 3, len(data) - 2, len(data) // 9):
        with pytest.raises(BrokenImage):
            decode.decode(data[:end], max_pixels=MP50)


def survives(data: bytes) -> None:
    """Either it is a picture or it is refused; anything else fails the test."""
    for read in (decode.probe, decode.decode):
        with contextlib.suppress(EngineError):
            read(data, max_pixels=MP50)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_flipped_bytes_never_surprise(name: str) -> None:
    generator = np.random.default_rng(20)
    data = saved(noisy("P" if name == "GIF" else "RGB"), name)
    for _ in range(30):
        damaged = bytearray(data)
        for place in generator.integers(0, min(len(data), 500), 6):
            damaged[place] = generator.integers(0, 256)
        survives(bytes(damaged))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_any_beginning_of_a_file_never_surprises(name: str) -> None:
    data = saved(noisy(), name)
    for end in [*range(1, 64), *range(64, len(data), len(data) // 8)]:
        survives(data[:end])


def test_a_header_may_claim_anything_and_nothing_is_decoded() -> None:
    for width, height in ((20_000, 20_000), (2**31 - 1, 2**31 - 1), (50_000_001, 1)):
        with pytest.raises((TooManyPixels, BrokenImage)) as caught:
            decode.probe(png_claiming(width, height), max_pixels=MP50)
        assert caught.value.code == "TOO_MANY_PIXELS"


def test_a_webp_canvas_is_refused_before_it_is_reserved() -> None:
    data = bytearray(saved(picture("RGBA"), "WEBP", exif=b"Exif\0\0x"))
    assert data[12:16] == b"VP8X"
    data[24:30] = b"\xfe\x3f\0\xfe\x3f\0"
    with pytest.raises(TooManyPixels):
        decode.probe(bytes(data), max_pixels=MP50)


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt"])
def test_a_text_bomb_is_refused(kind: bytes) -> None:
    bomb = zlib.compress(b"x" * 20_000_000)
    body = b"c\0\0" + bomb if kind == b"zTXt" else b"c\0\1\0\0\0" + bomb
    with pytest.raises(BrokenImage):
        decode.probe(png_claiming(8, 8, chunk(kind, body)), max_pixels=MP50)


def test_pixels_that_are_missing_are_missed() -> None:
    data = png_claiming(64, 64)
    with pytest.raises(BrokenImage):
        decode.verify(data, max_pixels=MP50)


def test_a_mistake_of_our_own_is_not_called_a_broken_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def mistake(*_: object) -> None:
        raise AssertionError("ours")

    monkeypatch.setattr("processing.engine.files.decode._probe", mistake)
    with pytest.raises(AssertionError, match="ours"):
        decode.probe(saved(picture(), "PNG"), max_pixels=MP50)
