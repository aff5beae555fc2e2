"""Cut out and placed by shares: what a plan asks for is what the picture shows, whatever its size."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image, ImageDraw

from processing.engine.arrays import U8, VISIBLE
from processing.engine.composing import Tools
from processing.engine.errors import InvalidPlan, NothingFound, UnknownModel
from processing.engine.files import decode
from processing.engine.plans.cutout import Area, Cutting
from processing.engine.plans.edit import Background, BackgroundImage, Generated, Shadow
from processing.engine.plans.placed import Around, PlacedPlan
from processing.engine.render_placed import render_placed
from processing.engine.rendered import Rendered
from tests.processing.engine.pictures import opened, saved
from tests.processing.engine.test_render_cutout import RedFinder

SIZE = (1600, 1200)
BOX = (400, 300, 800, 900)


def scene(size: tuple[int, int] = SIZE, box: tuple[int, int, int, int] = BOX) -> Image.Image:
    """A red product with round corners, so that there is something to see through in its box."""
    image = Image.new("RGB", size, (120, 120, 120))
    left, top, right, bottom = box
    corner = (right - left) // 8
    drawn = ImageDraw.Draw(image)
    drawn.rounded_rectangle((left, top, right - 1, bottom - 1), corner, (220, 30, 30))
    return image


JPEG, PNG = (
    saved(scene(), kind, **more) for kind, more in (("JPEG", {"quality": 95}), ("PNG", {}))
)


def tools(models: Any, images: dict[str, bytes] | None = None) -> Tools:
    nothing: Any = None
    named = (images or {}).__getitem__
    return Tools(models, named, nothing, nothing, nothing, max_pixels=65_000_000)


def rendered(
    plan: PlacedPlan, source: bytes = JPEG, images: dict[str, bytes] | None = None, **more: Any
) -> Rendered:
    return render_placed(source, plan, tools(RedFinder(), images), **more)


def red_box(data: bytes) -> tuple[int, ...] | None:
    """Where a picture is red and covers."""
    pixels = np.asarray(opened(data).convert("RGBA")).astype(int)
    red = (pixels[..., 3] >= VISIBLE) & (pixels[..., 0] - pixels[..., 1] > 90)
    found = Image.fromarray((red * 255).astype(np.uint8)).getbbox()
    return None if found is None else tuple(found)


PLANS = {
    "as it is": PlacedPlan(),
    "cropped": PlacedPlan(crop=True),
    "with a margin": PlacedPlan(crop=True, around=Around("40px", 0.25, 0.1, "10px")),
    "smaller": PlacedPlan(scale=0.5, position=(0.5, 0.5)),
    "larger, at the side": PlacedPlan(scale=1.0, position=(0.0, 0.5)),
    "moved": PlacedPlan(position=(1.0, 1.0)),
    "scaled where it stood": PlacedPlan(scale=0.3),
    "cropped and scaled": PlacedPlan(crop=True, scale=0.6, position=(0.2, 0.8)),
}


@pytest.mark.parametrize("source", [JPEG, PNG], ids=["jpeg", "png"])
@pytest.mark.parametrize("most", [25_000_000, 250_000, 20_000])
@pytest.mark.parametrize("name", PLANS)
def test_the_picture_is_where_it_says(name: str, most: int, source: bytes) -> None:
    found = rendered(replace(PLANS[name], most_pixels=most), source)
    picture = opened(found.data)
    assert found.placed is not None
    assert (picture.mode, picture.size) == ("RGBA", (found.width, found.height))
    assert found.width * found.height <= most
    shown = red_box(found.data)
    assert shown is not None
    assert list(shown) == pytest.approx(found.placed.box, abs=2)
    # A network of 64 pixels a side sees where the box is to a few pixels of the photo.
    assert list(found.placed.in_photo) == pytest.approx(BOX, abs=26)


@pytest.mark.parametrize("name", PLANS)
def test_a_small_result_is_the_large_one_made_smaller(name: str) -> None:
    large, small = (rendered(replace(PLANS[name], most_pixels=n)) for n in (10**8, 120_000))
    assert (large.placed and large.placed.canvas) is not None
    scale = (120_000 / (large.width * large.height)) ** 0.5
    assert (small.width, small.height) == pytest.approx(
        (large.width * scale, large.height * scale), rel=0.03
    )
    size = (small.width, small.height)
    there = opened(large.data).convert("RGBA").resize(size, Image.Resampling.BOX)
    apart = np.abs(np.asarray(there).astype(int)[..., 3] - np.asarray(opened(small.data))[..., 3])
    assert float((apart > 100).mean()) < 0.04


def test_a_preview_decodes_and_cuts_out_no_more_than_it_shows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decoded: list[tuple[int, int]] = []
    whole = decode.decode

    def noted(data: bytes, **options: Any) -> decode.Decoded:
        found = whole(data, **options)
        decoded.append((found.rgb.shape[1], found.rgb.shape[0]))
        return found

    monkeypatch.setattr(decode, "decode", noted)
    monkeypatch.setattr(decode, "coming", None)  # what decodes in full
    models = RedFinder()
    render_placed(JPEG, PlacedPlan(most_pixels=20_000), tools(models))
    assert decoded == [(200, 150)]
    assert models.seen[0].shape[:2] == (150, 200)
    decoded.clear()
    # Cropped, the photo is needed a little larger than the whole of it would be.
    render_placed(JPEG, PlacedPlan(most_pixels=20_000, crop=True), tools(models))
    assert decoded == [(200, 150), (800, 600)]


def test_a_subject_is_cut_out_anew_where_the_first_look_took_it_for_larger() -> None:
    """As where a clean-up leaves less of it: the result is as large as it may be all the same."""

    class Wide(RedFinder):
        def matte(self, name: str, rgb: U8) -> Any:
            matte = super().matte(name, rgb)
            if len(self.seen) == 1:
                matte[-1:, -1:] = 1  # an island, far away
            return matte

    photo = saved(scene((4000, 3000), (100, 100, 900, 1000)), "JPEG", quality=95)
    plan = PlacedPlan(cutting=Cutting(model="fast"), crop=True, most_pixels=25_000)
    found = render_placed(photo, plan, tools(Wide()))
    assert found.width * found.height > 24_000
    assert found.subject_box is not None  # in pixels of what was cut out: hardly any were made up
    left, top, right, bottom = found.subject_box
    assert (right - left) * (bottom - top) > 20_000


def test_turned_photos() -> None:
    turned = Image.open(BytesIO(JPEG)).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    source = saved(turned, "JPEG", quality=95, exif=exif)
    for plan in (PlacedPlan(), PlacedPlan(most_pixels=20_000), PlacedPlan(crop=True)):
        straight, other = rendered(plan), rendered(plan, source)
        assert (straight.width, straight.height) == pytest.approx(
            (other.width, other.height), abs=6
        )


class TestFormats:
    @pytest.mark.parametrize(
        ("plan", "format_", "mode"),
        [
            (PlacedPlan(format="auto"), "PNG", "RGBA"),
            (PlacedPlan(format="auto", background=Background(color="#0000ff")), "JPEG", "RGB"),
            (PlacedPlan(format="auto", background=Background(color="#0000ff80")), "PNG", "RGBA"),
            (PlacedPlan(format="jpg"), "JPEG", "RGB"),
            (PlacedPlan(format="webp"), "WEBP", "RGBA"),
            (PlacedPlan(format="auto", output="mask"), "PNG", "L"),
            (PlacedPlan(format="jpg", output="mask"), "JPEG", "L"),
            (PlacedPlan(format="webp", output="mask"), "WEBP", "RGB"),
        ],
    )
    def test_of_one_picture(self, plan: PlacedPlan, format_: str, mode: str) -> None:
        found = rendered(plan)
        picture = opened(found.data)
        assert (picture.format, picture.mode, picture.size) == (format_, mode, SIZE)
        assert found.media_type == Image.MIME[format_]

    def test_zip(self) -> None:
        found = rendered(PlacedPlan(format="zip", crop=True, around=Around(0.2, 0.2, 0.2, 0.2)))
        packed = ZipFile(BytesIO(found.data))
        assert packed.namelist() == ["color.jpg", "alpha.png"]
        color, alpha = (Image.open(packed.open(name)) for name in packed.namelist())
        assert (color.format, color.mode, color.size) == (
            "JPEG",
            "RGB",
            (found.width, found.height),
        )
        assert (alpha.format, alpha.mode, alpha.size) == ("PNG", "L", color.size)
        assert red_box(saved(Image.merge("RGBA", (*color.split(), alpha)), "PNG")) is not None
        # Where nothing covers there is the subject's color, and no black that would get into its edges.
        assert color.getpixel((1, 1)) == pytest.approx((220, 30, 30), abs=12)
        assert alpha.getpixel((1, 1)) == 0
        assert found.preview is not None
        png = rendered(PlacedPlan(format="png", crop=True, around=Around(0.2, 0.2, 0.2, 0.2)))
        assert np.array_equal(np.asarray(opened(png.data))[..., 3], np.asarray(alpha))

    def test_zip_on_a_color(self) -> None:
        found = rendered(PlacedPlan(format="zip", background=Background(color="#00ff00")))
        packed = ZipFile(BytesIO(found.data))
        color, alpha = (Image.open(packed.open(name)) for name in packed.namelist())
        assert color.getpixel((2, 2)) == pytest.approx((0, 255, 0), abs=4)
        assert alpha.getextrema() == (255, 255)


def test_what_lies_behind() -> None:
    wall = saved(Image.new("RGB", (100, 100), (0, 0, 250)), "PNG")
    plan = PlacedPlan(background=Background(image=BackgroundImage("wall")), most_pixels=250_000)
    picture = opened(rendered(plan, images={"wall": wall}).data).convert("RGB")
    assert picture.getpixel((3, 3)) == (0, 0, 250)
    assert picture.getpixel((216, 216))[0] > 180
    mask = opened(rendered(replace(plan, output="mask")).data)  # and needs no wall
    assert (mask.mode, mask.getpixel((3, 3)), mask.getpixel((216, 216))) == ("L", 0, 255)


def test_a_shadow_falls_beside_it() -> None:
    plan = PlacedPlan(shadow=Shadow("soft", intensity=0.9), most_pixels=250_000)
    plain, shaded = (
        np.asarray(opened(rendered(one).data))[..., 3].astype(int)
        for one in (replace(plan, shadow=None), plan)
    )
    assert (shaded - plain).max() > 60


def test_a_part_of_the_photo() -> None:
    photo = scene()
    photo.paste((220, 30, 30), (1300, 200, 1500, 400))
    source = saved(photo, "PNG")
    right = Area(0.6, 0.0, 1.0, 1.0)
    found = rendered(PlacedPlan(region=right, crop=True), source)
    assert found.placed is not None
    assert list(found.placed.in_photo) == pytest.approx((1300, 200, 1500, 400), abs=26)
    small = rendered(PlacedPlan(region=right, crop=True, most_pixels=10_000), source)
    assert small.placed is not None
    assert list(small.placed.in_photo) == pytest.approx((1300, 200, 1500, 400), abs=26)


@pytest.mark.parametrize("most", [25_000_000, 20_000])
@pytest.mark.parametrize("source", [JPEG, PNG], ids=["jpeg", "png"])
def test_outside_of_the_region_nothing_is_left(source: bytes, most: int) -> None:
    """Also of a subject that goes on there, and lies in the region by less than half."""
    region = Area(0.0, 0.0, 0.375, 1.0)  # up to 600 of 1600
    found = rendered(PlacedPlan(region=region, most_pixels=most), source)
    assert found.placed is not None
    assert list(found.placed.in_photo) == pytest.approx((400, 300, 600, 900), abs=26)
    picture = opened(found.data)
    assert picture.size == (found.width, found.height)
    alpha = np.asarray(picture)[..., 3]
    assert alpha[:, found.width * 600 // 1600 + 1 :].max() == 0
    assert alpha[found.height // 2, found.width * 500 // 1600] == 255
    narrow = rendered(replace(PlacedPlan(), region=Area(0.3, 0.3, 0.3002, 0.3002)), source)
    assert narrow.placed is not None
    assert narrow.placed.box[2] - narrow.placed.box[0] == 1


def test_a_kept_matte_makes_the_same_picture() -> None:
    first = rendered(PlacedPlan(), keeps_matte=True)
    assert first.matte is not None
    for plan in PLANS.values():
        again = render_placed(JPEG, plan, tools(Unasked()), kept=first.matte)
        assert again.data == rendered(plan).data


class Unasked(RedFinder):
    def matte(self, name: str, rgb: U8) -> Any:
        raise AssertionError("No network is asked where a matte was kept.")


def test_a_mark() -> None:
    assert rendered(PlacedPlan()).data != rendered(PlacedPlan(), watermark=True).data


@pytest.mark.parametrize("most", [25_000_000, 10_000])
@pytest.mark.parametrize("crop", [False, True])
def test_nothing_to_be_found(crop: bool, most: int) -> None:
    with pytest.raises(NothingFound):
        rendered(PlacedPlan(crop=crop, most_pixels=most), saved(Image.new("RGB", SIZE), "JPEG"))


def test_an_unknown_model() -> None:
    with pytest.raises(UnknownModel):
        rendered(PlacedPlan(cutting=Cutting(model="green")))


@pytest.mark.parametrize(
    "wrong",
    [
        {"scale": 0.05},
        {"scale": float("nan")},
        {"position": (0.5, 1.5)},
        {"most_pixels": 0},
        {"background": Background(generated=Generated("oak"))},
        {"cutting": Cutting(mask="mask")},
        {"cutting": Cutting(box=Area(0.1))},
    ],
)
def test_plans_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidPlan):
        PlacedPlan(**wrong)


@pytest.mark.parametrize("reach", [0.51, -0.1, "501px", "10", "px", "-1px", True, float("nan")])
def test_margins_that_cannot_be(reach: Any) -> None:
    with pytest.raises(InvalidPlan):
        Around(left=reach)
