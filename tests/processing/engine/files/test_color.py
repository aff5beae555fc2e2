"""Colors are what the file's numbers say: as Chromium's canvas shows them."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms
from playwright.sync_api import sync_playwright

from processing.engine.files import color_profile, decode
from tests.chromium import chromium
from tests.processing.engine.files.formats.png_chunks import (
    Chunk,
    chromaticities,
    cicp,
    gamma,
    png,
    profile,
)
from tests.processing.engine.pictures import MP50, opened, saved
from tests.tables import in_turn

D65 = (0.3127, 0.329)
SRGB = (*D65, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
P3 = (*D65, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)
D50_SRGB = (0.3457, 0.3585, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)

SHOW = """async (url) => {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const context = canvas.getContext("2d", {colorSpace: "srgb", willReadFrequently: true});
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    let text = "";  // as a list of numbers they would take seconds to come here
    for (const value of pixels) text += String.fromCharCode(value);
    return btoa(text);
}"""
Show = Callable[[bytes, str], Any]


@pytest.fixture(scope="module")
def shown() -> Iterator[Show]:
    """What Chromium shows of a file on a screen that is exactly sRGB."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--force-color-profile=srgb"]
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        page = browser.new_page()

        def show(data: bytes, kind: str) -> Any:
            url = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
            side = decode.probe(data, max_pixels=MP50).width
            pixels = np.frombuffer(base64.b64decode(page.evaluate(SHOW, url)), np.uint8)
            return pixels.reshape(-1, side, 4)[..., :3].astype(int)

        yield show
        browser.close()


def colors() -> Any:
    """Greys, and colors at random."""
    pixels = np.random.RandomState(3).randint(0, 256, (32, 32, 3)).astype(np.uint8)
    pixels[:8] = np.arange(256).reshape(8, 32, 1)
    return pixels


def rgb(data: bytes) -> Any:
    return decode.decode(data, max_pixels=MP50).rgb.astype(int)


def named_srgb(gamma: float) -> bytes:
    """A profile called sRGB, with its primaries and another curve."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    at = made.index(b"para")
    made[at : at + 14] = b"curv" + struct.pack(">IIH", 0, 1, round(gamma * 256))
    return bytes(made)


def avif(pixels: Any, primaries: int, transfer: int) -> bytes:
    """Lossy, so each color fills a block; the numbers are written over those of the encoder."""
    blocks = np.repeat(np.repeat(pixels, 8, axis=0), 8, axis=1)
    data = saved(Image.fromarray(blocks), "AVIF", quality=100, subsampling="4:4:4")
    return renumbered(data, primaries, transfer)


def renumbered(data: bytes, primaries: int, transfer: int) -> bytes:
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


@in_turn(
    "chunks",
    [
        pytest.param([gamma(1)], id="gamma 1"),
        pytest.param([gamma(1 / 1.8)], id="gamma 1.8"),
        pytest.param([gamma(1 / 2.2)], id="gamma 2.2"),
        pytest.param([chromaticities(*P3)], id="chromaticities alone"),
        pytest.param([gamma(1 / 2.2), chromaticities(*P3)], id="P3 by chromaticities"),
        pytest.param([gamma(1 / 2.2), chromaticities(*SRGB)], id="sRGB's by chromaticities"),
        pytest.param([gamma(1 / 2.2), chromaticities(*D50_SRGB)], id="another white"),
        pytest.param([gamma(1 / 2.2), chromaticities(*[0] * 8)], id="no chromaticities"),
        pytest.param([gamma(0)], id="no gamma"),
        pytest.param([(b"sRGB", b"\0"), gamma(1)], id="sRGB before gamma"),
        pytest.param([profile(named_srgb(1.8)), gamma(1)], id="a profile before gamma"),
        pytest.param([cicp(12, 13), profile(named_srgb(1.8))], id="cICP before a profile"),
        *(
            pytest.param([cicp(*pair)], id=f"cICP {pair}")
            for pair in [
                *((1, 13), (12, 13), (9, 13), (9, 14), (1, 1), (12, 1), (4, 4), (5, 5), (6, 6)),
                *((1, 7), (8, 8), (11, 17), (22, 13), (2, 13), (1, 2)),
            ]
        ),
    ],
)
def test_a_png_looks_as_in_a_browser(shown: Show, chunks: list[Chunk]) -> None:
    data = png(colors(), *chunks)
    assert np.abs(rgb(data) - shown(data, "png")).max() <= 1


def test_16_bits_keep_their_depth_until_the_end() -> None:
    """Which a browser's canvas does not: the darkest sixteenth of linear light has 71 levels of sRGB,
    and 16 of 8 bits."""
    dark = np.arange(4096, dtype=np.uint16).reshape(64, 64, 1).repeat(3, axis=2)
    light = dark / 65535
    exact = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    assert np.array_equal(rgb(png(dark, gamma(1))), np.round(exact * 255))
    assert np.array_equal(rgb(png(dark[..., 0], gamma(1))), np.round(exact * 255))


@pytest.mark.parametrize("curve", [1.0, 1.8])
@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_a_profiles_numbers_count_and_not_its_name(shown: Show, kind: str, curve: float) -> None:
    options = {"quality": 100, "subsampling": 0} if kind == "jpeg" else {}
    blocks = Image.fromarray(np.repeat(np.repeat(colors(), 8, axis=0), 8, axis=1))
    data = saved(blocks, kind.upper(), icc_profile=named_srgb(curve), **options)
    there = shown(data, kind)
    assert np.abs(there - np.asarray(blocks)).max() > 17
    assert np.abs(rgb(data) - there).max() <= 2


@pytest.mark.parametrize("mode", ["L", "LA", "1", "P"])
def test_a_profile_for_rgb_counts_for_greys_and_palettes(shown: Show, mode: str) -> None:
    picture = Image.fromarray(colors()) if mode == "P" else Image.fromarray(colors()[..., 0])
    data = saved(picture.convert(mode), "PNG", icc_profile=named_srgb(1.8))
    assert np.abs(rgb(data) - shown(data, "png")).max() <= 1


def test_what_is_srgb_is_left_alone_whatever_its_name() -> None:
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    other = made.replace("sRGB".encode("utf-16-be"), "Test".encode("utf-16-be"))
    assert other != made
    assert [color_profile.needs_conversion(one) for one in (made, other, b"?", b"", None)] == [
        False
    ] * 5
    assert [color_profile.needs_conversion(named_srgb(one)) for one in (1, 1.8, 2.6)] == [True] * 3


def test_large_profiles_are_not_remembered() -> None:
    """Strangers send them, by the megabyte."""
    before = color_profile._differs.cache_info().currsize
    data = saved(Image.new("RGB", (4, 4), "red"), "PNG", icc_profile=bytes(1 << 17))
    assert rgb(data)[0, 0].tolist() == [255, 0, 0]
    assert color_profile._differs.cache_info().currsize == before


@pytest.mark.parametrize(
    "numbers",
    [(1, 13), (12, 13), (9, 13), (9, 1), (9, 14), (1, 1), (12, 2), (2, 2), (1, 4), (1, 8)],
)
def test_an_avif_looks_as_in_a_browser(shown: Show, numbers: tuple[int, int]) -> None:
    data = avif(colors(), *numbers)
    assert np.abs(rgb(data) - shown(data, "avif")).max() <= 1


def test_a_heic_is_read_by_its_numbers() -> None:
    """No browser here shows HEIC. (200, 30, 30) of Display P3 is (218, 0, 6)."""
    out = BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 64), (200, 30, 30))).save(out, quality=100)
    assert np.abs(rgb(out.getvalue()) - (200, 30, 30)).max() <= 3
    p3 = renumbered(out.getvalue(), 12, 13)
    assert np.abs(rgb(p3) - (218, 0, 6)).max() <= 4
    small = opened(decode.thumbnail(p3, max_side=8, max_pixels=MP50, format="png"))
    assert np.abs(np.array(small.getpixel((4, 4))) - (218, 0, 6)).max() <= 4


def test_transparency_stays_beside_numbers() -> None:
    image = Image.new("RGBA", (4, 4), (200, 30, 30, 70))
    data = saved(image, "PNG")
    data = data[:33] + png(np.zeros((1, 1), np.uint8), cicp(12, 13))[33:49] + data[33:]
    decoded = decode.decode(data, max_pixels=MP50)
    assert decoded.alpha is not None
    assert (decoded.rgb[0, 0].tolist(), int(decoded.alpha[0, 0])) == ([218, 0, 6], 70)


# What CGATS TR 001 says of inks on coated paper, with paper white and all inks black.
INKS = {
    (0, 0, 0, 0): (255, 255, 255),
    (255, 0, 0, 0): (0, 174, 239),
    (0, 255, 0, 0): (236, 0, 140),
    (0, 0, 255, 0): (255, 242, 0),
    (0, 0, 0, 255): (35, 31, 32),
    (255, 255, 255, 255): (0, 0, 0),
}


@pytest.mark.parametrize("ink", INKS)
@pytest.mark.parametrize(("kind", "close"), [("TIFF", 1), ("JPEG", 4)])
def test_cmyk_without_a_profile_is_a_presss(ink: tuple[int, ...], kind: str, close: int) -> None:
    for icc in (None, b"not a profile", named_srgb(1.8)):
        options = {"quality": 100} if kind == "JPEG" else {}
        if icc is not None:
            options["icc_profile"] = icc
        data = saved(Image.new("CMYK", (16, 16), ink), kind, **options)
        assert np.abs(rgb(data)[8, 8] - INKS[ink]).max() <= close
        small = opened(decode.thumbnail(data, max_side=8, max_pixels=MP50, format="png"))
        assert np.abs(np.array(small.getpixel((4, 4))[:3]) - INKS[ink]).max() <= close
