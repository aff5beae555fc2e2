"""Every export format: pixels, quality, density, and not a word too much."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from processing.engine.errors import InvalidPlan
from processing.engine.files import decode, encode
from processing.engine.plans.edit import EditFormat, Export
from tests.processing.engine.pictures import opened, picture

RGB = np.asarray(picture()).copy()
ALPHA = np.tile(np.linspace(0, 255, 48).astype(np.uint8), (32, 1))
FORMATS: list[EditFormat] = ["png", "jpg", "webp", "avif"]
NO_SOURCE = b"not looked at"


def written(export: Export, *, alpha: np.ndarray | None = ALPHA) -> Image.Image:
    return opened(encode.write(RGB, alpha, export, NO_SOURCE))


@pytest.mark.parametrize(
    ("format", "type_"),
    [("png", "image/png"), ("jpg", "image/jpeg"), ("webp", "image/webp"), ("avif", "image/avif")],
)
def test_each_format_is_what_it_says(format: EditFormat, type_: str) -> None:
    image = written(Export(format))
    assert (image.get_format_mimetype(), encode.media_type(format)) == (type_, type_)
    assert (image.size, image.mode) == ((48, 32), "RGB" if format == "jpg" else "RGBA")


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_seen_comes_back(format: EditFormat) -> None:
    expected = np.asarray(Image.merge("RGBA", [*picture().split(), Image.fromarray(ALPHA)]))
    white = np.full((32, 48, 4), 255, np.uint8)
    on_white = np.asarray(Image.alpha_composite(Image.fromarray(white), Image.fromarray(expected)))
    shown = Image.alpha_composite(Image.fromarray(white), written(Export(format)).convert("RGBA"))
    assert np.abs(np.asarray(shown).astype(int) - on_white).max() <= (0 if format == "png" else 30)


@pytest.mark.parametrize("format", ["png", "webp", "avif"])
def test_alpha_is_exact(format: EditFormat) -> None:
    alpha = np.asarray(written(Export(format)).getchannel("A")).astype(int)
    # AVIF has no lossless alpha beside lossy colors.
    assert np.abs(alpha - ALPHA).max() <= (2 if format == "avif" else 0)


@pytest.mark.parametrize("format", ["png", "webp", "avif"])
def test_what_was_cut_away_does_not_leak(format: EditFormat) -> None:
    secret = np.full((32, 48, 3), 200, np.uint8)
    data = encode.write(secret, np.zeros((32, 48), np.uint8), Export(format), NO_SOURCE)
    assert np.asarray(opened(data))[..., :3].max() <= 2


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_is_written_unasked(format: EditFormat) -> None:
    image = written(Export(format))
    assert dict(image.getexif()) == {}
    assert {"icc_profile", "exif", "xmp", "comment", "dpi"}.isdisjoint(image.info)


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_bytes_again(format: EditFormat) -> None:
    first = encode.write(RGB, ALPHA, Export(format), NO_SOURCE)
    assert encode.write(RGB, ALPHA, Export(format), NO_SOURCE) == first


@pytest.mark.parametrize(("format", "default"), [("jpg", 80), ("webp", 90), ("avif", 90)])
def test_quality_and_its_default(format: EditFormat, default: int) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    sizes = {
        quality: len(encode.write(noise, None, Export(format, quality=quality), NO_SOURCE))
        for quality in (20, default, 100)
    }
    assert sizes[20] < sizes[default] / 1.5
    assert sizes[default] < sizes[100]
    assert len(encode.write(noise, None, Export(format), NO_SOURCE)) == sizes[default]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("dpi", [72, 300, 1200])
def test_density(format: EditFormat, dpi: int) -> None:
    image = written(Export(format, dpi=dpi))
    if format in ("png", "jpg"):
        assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.02)
        assert dict(image.getexif()) == {}
    else:
        assert dict(image.getexif()) == {0x011A: dpi, 0x011B: dpi, 0x0128: 2}


def test_a_plain_jpg_is_opencvs() -> None:
    expected = cv2.imencode(".jpg", RGB[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
    assert encode.write(RGB, None, Export("jpg"), NO_SOURCE) == expected
    assert decode.encode(RGB, None, format="jpeg", quality=80) == expected


def test_a_density_moves_nothing_else_in_a_jpg() -> None:
    plain = encode.write(RGB, None, Export("jpg"), NO_SOURCE)
    tagged = encode.write(RGB, None, Export("jpg", dpi=300), NO_SOURCE)
    assert [place for place in range(len(plain)) if plain[place] != tagged[place]] == [
        13,
        14,
        15,
        16,
        17,
    ]


@pytest.mark.parametrize(("format", "side"), [("jpg", 65_500), ("webp", 16_383), ("avif", 32_768)])
def test_the_longest_side_is_exact(format: EditFormat, side: int) -> None:
    line = np.zeros((side, 1, 3), np.uint8)
    with Image.open(BytesIO(encode.write(line, None, Export(format), NO_SOURCE))) as image:
        assert image.size == (1, side)
    with pytest.raises(InvalidPlan, match="use png"):
        encode.write(np.zeros((1, side + 1, 3), np.uint8), None, Export(format), NO_SOURCE)
