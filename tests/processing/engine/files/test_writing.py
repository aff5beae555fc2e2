"""What is written opens everywhere, says only what was asked, and hides nothing."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.errors import InvalidPlan
from processing.engine.files import decode
from tests.processing.engine.pictures import opened, picture

RGB = np.asarray(picture()).copy()
ALPHA = np.tile(np.linspace(0, 255, 48).astype(np.uint8), (32, 1))


def test_png_gives_back_the_same_pixels() -> None:
    image = opened(decode.encode(RGB, ALPHA, format="png"))
    assert (image.format, image.mode) == ("PNG", "RGBA")
    pixels = np.asarray(image)
    assert np.array_equal(pixels[..., 3], ALPHA)
    assert np.array_equal(pixels[ALPHA > 0][:, :3], RGB[ALPHA > 0])


def test_colors_under_nothing_are_dropped() -> None:
    pixels = np.asarray(opened(decode.encode(RGB + 1, ALPHA, format="png")))
    assert pixels[ALPHA == 0][:, :3].max() == 0


def test_an_opaque_png() -> None:
    image = opened(decode.encode(RGB, None, format="png"))
    assert image.mode == "RGB"
    assert np.array_equal(np.asarray(image), RGB)


def test_webp_keeps_alpha_exactly() -> None:
    image = opened(decode.encode(RGB, ALPHA, format="webp"))
    assert (image.format, image.mode) == ("WEBP", "RGBA")
    assert np.array_equal(np.asarray(image)[..., 3], ALPHA)


def test_a_jpg_is_white_where_nothing_is() -> None:
    image = opened(
        decode.encode(np.zeros((16, 16, 3), np.uint8), np.zeros((16, 16), np.uint8), format="jpg")
    )
    assert (image.format, image.mode, image.getpixel((8, 8))) == ("JPEG", "RGB", (255, 255, 255))


@pytest.mark.parametrize("format", ["png", "webp", "jpg"])
def test_a_background_flattens_any_format(format: str) -> None:
    nothing = np.zeros((16, 16), np.uint8)
    data = decode.encode(RGB[:16, :16], nothing, format=format, background=(10, 200, 30))
    image = opened(data)
    assert image.mode == "RGB"
    assert np.abs(np.asarray(image).astype(int) - (10, 200, 30)).max() <= 3


@pytest.mark.parametrize("format", ["png", "webp", "jpg"])
def test_no_metadata_and_no_profile_is_written(format: str) -> None:
    image = opened(decode.encode(RGB, None, format=format))
    assert dict(image.getexif()) == {}
    assert {"icc_profile", "exif", "xmp", "comment"}.isdisjoint(image.info)


def test_quality_is_heeded() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    for format in ("jpg", "webp"):
        low = decode.encode(noise, None, format=format, quality=20)
        assert len(low) < len(decode.encode(noise, None, format=format, quality=95)) / 2


@pytest.mark.parametrize(("format", "side"), [("webp", 16_384), ("jpg", 65_536), ("tiff", 1)])
def test_what_a_format_cannot_hold_is_said(format: str, side: int) -> None:
    with pytest.raises(InvalidPlan):
        decode.encode(np.zeros((1, side, 3), np.uint8), None, format=format)
