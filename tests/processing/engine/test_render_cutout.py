"""Bytes in, bytes out: what a plan asks for is what the picture shows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from PIL import Image

from processing.engine.arrays import F32, U8
from processing.engine.errors import NothingFound, TooManyPixels, UnknownModel
from processing.engine.files import decode
from processing.engine.networks.registry import Registry
from processing.engine.plans.cutout import CleanUp, CutoutPlan
from processing.engine.render_cutout import render
from tests.processing.engine.files.test_decode import with_orientation
from tests.processing.engine.pictures import opened, saved


@dataclass
class RedFinder:
    """A stand-in for the models: it finds what is red, and notes what it was shown."""

    seen: list[U8] = field(default_factory=list)

    def resolve(self, name: str) -> str:
        if name not in ("fast", "high"):
            raise UnknownModel(name)
        return "red"

    def provider(self, name: str) -> str:
        return "rembg/red"

    def side(self, name: str) -> int:
        return 64

    def matte(self, name: str, rgb: U8) -> F32:
        self.seen.append(rgb)
        small = np.asarray(Image.fromarray(rgb).resize((64, 64), Image.Resampling.BOX)).astype(int)
        return (small[..., 0] - small[..., 1] > 100).astype(np.float32)


def scene(size: tuple[int, int] = (128, 64)) -> Image.Image:
    """A red box (32, 16, 64, 48) on grey."""
    image = Image.new("RGB", size, (120, 120, 120))
    image.paste((220, 30, 30), (32, 16, 64, 48))
    return image


PHOTO = saved(scene(), "PNG")


def test_a_cutout() -> None:
    result = render(PHOTO, CutoutPlan(), RedFinder())
    image = opened(result.data)
    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (128, 64))
    assert (image.getpixel((48, 32)), image.getpixel((5, 5))) == ((220, 30, 30, 255), (0, 0, 0, 0))
    assert (result.format, result.media_type, result.has_alpha) == ("png", "image/png", True)
    assert (result.width, result.height) == (128, 64)
    assert result.subject_box == (32, 16, 64, 48)
    assert (result.model, result.provider, result.uncertainty) == ("red", "rembg/red", 0.0)
    assert (result.corrected, result.corrected_media_type) == (None, None)
    assert result.preview is None
    assert list(result.timings) == ["decode", "matte", "edge", "compose", "encode"]
    assert min(result.timings.values()) >= 0


@pytest.mark.parametrize(
    ("plan", "middle", "corner"),
    [
        (CutoutPlan(), (220, 30, 30, 255), (0, 0, 0, 0)),
        (CutoutPlan(format="jpg"), (220, 30, 30), (255, 255, 255)),
        (CutoutPlan(output="mask"), (255, 255, 255), (0, 0, 0)),
    ],
)
def test_a_preview_shows_the_result(
    plan: CutoutPlan, middle: tuple[int, ...], corner: tuple[int, ...]
) -> None:
    result = render(PHOTO, plan, RedFinder(), preview_side=64)
    assert result.preview is not None
    image = opened(result.preview)
    assert (image.format, image.size) == ("WEBP", (64, 32))
    for place, expected in (((24, 16), middle), ((2, 2), corner)):
        found = image.getpixel(place)
        assert isinstance(found, tuple)
        assert found == pytest.approx(expected, abs=6)


@pytest.mark.parametrize(
    ("format", "media_type", "alpha"),
    [("png", "image/png", True), ("webp", "image/webp", True), ("jpg", "image/jpeg", False)],
)
def test_formats(format: str, media_type: str, alpha: bool) -> None:
    result = render(PHOTO, CutoutPlan(format=format), RedFinder())
    image = opened(result.data)
    assert (Image.MIME[image.format], result.media_type) == (media_type, media_type)
    assert (result.has_alpha, image.mode) == (alpha, "RGBA" if alpha else "RGB")
    if not alpha:
        assert image.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("format", ["png", "webp", "jpg"])
def test_a_background_goes_with_any_format(format: str) -> None:
    result = render(PHOTO, CutoutPlan(format=format, bg_color="#005ac8"), RedFinder())
    image = opened(result.data)
    assert (result.has_alpha, image.mode) == (False, "RGB")
    assert np.abs(np.array(image.getpixel((5, 5))) - (0, 90, 200)).max() <= 3


def test_cropping() -> None:
    result = render(PHOTO, CutoutPlan(crop=True), RedFinder())
    assert (result.width, result.height, opened(result.data).size) == (32, 32, (32, 32))
    assert result.subject_box == (32, 16, 64, 48)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"crop": True},
        {"edge": "none"},
        {"edge": "fine"},
        {"output": "mask"},
        {"format": "jpg", "bg_color": "white"},
        {"size": "preview"},
    ],
)
def test_finding_nothing_is_no_picture(options: dict[str, Any]) -> None:
    data = saved(Image.new("RGB", (40, 30), "grey"), "PNG")
    with pytest.raises(NothingFound) as caught:
        render(data, CutoutPlan(**options), RedFinder())
    assert caught.value.code == "NOTHING_FOUND"
    assert caught.value.message.startswith("No product was found in this picture, so there is")


class Faint(RedFinder):
    """Believes in the whole picture, by so much."""

    def __init__(self, belief: float) -> None:
        super().__init__()
        self.belief = belief

    def matte(self, name: str, rgb: U8) -> F32:
        return np.full((64, 64), self.belief, np.float32)


def test_what_no_eye_sees_is_nothing() -> None:
    """Alpha 16 of 255 is where haze begins to show."""
    plan = CutoutPlan(edge="none", clean_up=CleanUp.off())
    assert render(PHOTO, plan, Faint(16 / 255)).subject_box == (0, 0, 128, 64)
    with pytest.raises(NothingFound):
        render(PHOTO, plan, Faint(15 / 255))


@pytest.mark.parametrize("keep", [False, True])
def test_a_file_that_is_transparent_throughout_shows_nothing(keep: bool) -> None:
    """Whatever color lies beneath: this one is what the model looks for."""
    data = saved(Image.new("RGBA", (40, 30), (220, 30, 30, 0)), "PNG")
    with pytest.raises(NothingFound):
        render(data, CutoutPlan(keep_existing_alpha=keep), RedFinder())


def turned(orientation: int, format: str = "JPEG", mode: str = "RGB") -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[1] = "N"
    return saved(scene().convert(mode), format, exif=exif)


def test_a_turned_photo_comes_out_upright_without_metadata() -> None:
    result = render(turned(6), CutoutPlan(), RedFinder(), corrected_original=True)
    assert (result.width, result.height) == (64, 128)
    assert result.subject_box is not None
    assert np.abs(np.array(result.subject_box) - (16, 32, 48, 64)).max() <= 1
    assert result.corrected is not None
    original = opened(result.corrected)
    assert (original.format, original.size, original.mode) == ("JPEG", (64, 128), "RGB")
    assert result.corrected_media_type == "image/jpeg"
    assert dict(original.getexif()) == dict(opened(result.data).getexif()) == {}


def test_a_turned_photo_with_alpha_is_corrected_as_png() -> None:
    data = turned(3, "PNG", "RGBA")
    result = render(data, CutoutPlan(), RedFinder(), corrected_original=True)
    assert result.corrected is not None
    assert (opened(result.corrected).mode, result.corrected_media_type) == ("RGBA", "image/png")


@pytest.mark.parametrize(("orientation", "asked"), [(1, True), (6, False)])
def test_a_corrected_original_only_where_asked_and_needed(orientation: int, asked: bool) -> None:
    result = render(turned(orientation), CutoutPlan(), RedFinder(), corrected_original=asked)
    assert result.corrected is None


def half_transparent() -> bytes:
    image = scene().convert("RGBA")
    image.paste((0, 200, 0, 0), (48, 0, 128, 64))
    return saved(image, "PNG")


def test_existing_alpha_is_kept_and_no_model_runs() -> None:
    models = RedFinder()
    result = render(half_transparent(), CutoutPlan(keep_existing_alpha=True), models)
    assert models.seen == []
    assert (result.provider, result.model, result.uncertainty) == ("existing-alpha", "", 0.0)
    assert result.subject_box == (0, 0, 48, 64)
    assert (result.timings["matte"], result.timings["edge"]) == (0.0, 0.0)


def test_an_opaque_alpha_channel_says_nothing() -> None:
    models = RedFinder()
    data = saved(scene().convert("RGBA"), "PNG")
    result = render(data, CutoutPlan(model="fast", keep_existing_alpha=True), models)
    assert (len(models.seen), result.provider) == (1, "rembg/red")


def test_transparent_places_stay_transparent_and_the_model_sees_no_color_of_theirs() -> None:
    models = RedFinder()
    result = render(half_transparent(), CutoutPlan(), models)
    # Half of what they border on is grey, half is red, and the model sees the color between.
    assert models.seen[0][5, 100].tolist() == [170, 75, 75]
    assert result.subject_box == (32, 16, 48, 48)


def test_limits_and_unknown_models_are_refused_before_any_work() -> None:
    models = RedFinder()
    with pytest.raises(TooManyPixels):
        render(PHOTO, CutoutPlan(), models, max_pixels=128 * 64 - 1)
    with pytest.raises(UnknownModel):
        render(b"never read", CutoutPlan(model="slow"), models)
    assert models.seen == []


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "LA", "1"])
def test_odd_pictures_go_all_the_way(mode: str) -> None:
    format = "TIFF" if mode == "CMYK" else "PNG"
    result = render(saved(scene().convert(mode), format), CutoutPlan(), Faint(1.0))
    assert (opened(result.data).size, result.subject_box) == ((128, 64), (0, 0, 128, 64))


# What each bundled photo shows: where the thing lies, as shares of width and height.
BOXES = {
    "wool-hat": (0.06, 0.24, 0.98, 0.81),
    "blue-skirt": (0.11, 0.23, 0.90, 0.88),
    "denim-shorts": (0.07, 0.20, 0.82, 0.73),
    "striped-top": (0.15, 0.13, 0.88, 0.93),
}


@pytest.mark.parametrize("name", BOXES)
def test_real_photos(name: str, photo: Callable[[str], bytes], registry: Registry) -> None:
    result = render(photo(name), CutoutPlan(), registry)
    alpha = np.asarray(opened(result.data).getchannel("A"))
    height, width = alpha.shape
    assert result.subject_box is not None
    shares = np.array(result.subject_box) / (width, height, width, height)
    assert np.abs(shares - BOXES[name]).max() < 0.05
    assert alpha[height // 2, width // 2] == 255
    corners = alpha[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert corners.max() == 0
    assert (result.model, result.provider) == ("u2netp", registry.provider("fast"))
    assert result.uncertainty < 0.12
    assert ((alpha > 0) & (alpha < 255)).mean() < 0.12


@dataclass
class Beside(RedFinder):
    """Finds what is red once the photo is being decoded, and lets it be decoded to its end then."""

    decoding: threading.Event = field(default_factory=threading.Event)
    looking: threading.Event = field(default_factory=threading.Event)

    def matte(self, name: str, rgb: U8) -> F32:
        assert self.decoding.wait(20)
        self.looking.set()
        return super().matte(name, rgb)


@pytest.mark.parametrize("orientation", [1, 6])
def test_the_model_looks_while_a_large_photo_is_decoded(
    orientation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = scene().resize((640, 320), Image.Resampling.NEAREST)
    photo = saved(large, "JPEG", exif=with_orientation(orientation))
    models = Beside()
    plainly = decode._whole_jpeg

    def decoded(data: bytes) -> U8:
        models.decoding.set()
        assert models.looking.wait(20)
        return plainly(data)

    expected = render(photo, CutoutPlan(), RedFinder())
    monkeypatch.setattr(decode, "_LARGE", 640 * 320)
    monkeypatch.setattr(decode, "_whole_jpeg", decoded)
    result = render(photo, CutoutPlan(), models)
    assert models.seen[0].shape == ((160, 320, 3) if orientation == 1 else (320, 160, 3))
    assert result.data == expected.data
    assert result.timings.keys() == expected.timings.keys()
