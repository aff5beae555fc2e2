"""What a network is shown of a file with transparency, and when the file's own alpha is kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from processing.engine.arrays import F32, U8
from processing.engine.cutout import own_alpha
from processing.engine.errors import NothingFound
from processing.engine.files import decode
from processing.engine.networks.registry import Registry
from processing.engine.plans.cutout import CutoutPlan, Cutting
from processing.engine.plans.edit import EditPlan, Layout
from processing.engine.render_cutout import render
from processing.engine.render_edit import Tools, render_edit
from tests.processing.engine.pictures import opened, saved

WHITE, GREY, BLACK, RED = (255, 255, 255), (128, 128, 128), (0, 0, 0), (220, 30, 30)
SIZE = (240, 200)


def mug() -> U8:
    """The alpha of a mug whose handle has a hole, with room on all sides."""
    mask = Image.new("L", (960, 800), 0)
    draw = ImageDraw.Draw(mask)
    draw.ellipse((500, 280, 780, 600), fill=255)
    draw.ellipse((570, 350, 710, 530), fill=0)
    draw.rounded_rectangle((200, 160, 600, 680), 60, fill=255)
    return np.asarray(mask.resize(SIZE, Image.Resampling.BOX))


def logo() -> U8:
    mask = Image.new("L", SIZE, 0)
    font = ImageFont.load_default(52)
    ImageDraw.Draw(mask).text((20, 60), "knots&co", font=font, fill=255)
    return np.asarray(mask)


def shape(kind: str) -> U8:
    """What is visible of a photo that was not cut out."""
    mask = Image.new("L", SIZE, 0)
    draw = ImageDraw.Draw(mask)
    match kind:
        case "whole":
            mask.paste(255, (0, 0, *SIZE))
        case "rounded corners":
            draw.rounded_rectangle((0, 0, SIZE[0] - 1, SIZE[1] - 1), 25, fill=255)
        case "between strips":
            mask.paste(255, (0, 40, SIZE[0], 160))
        case "circle":
            draw.ellipse((20, 0, 219, 199), fill=255)
        case "with room":
            draw.rounded_rectangle((20, 20, 219, 179), 10, fill=255)
    return np.asarray(mask)


def plain(color: tuple[int, int, int]) -> U8:
    return np.full((SIZE[1], SIZE[0], 3), color, np.uint8)


def checkered() -> U8:
    """Tiles of 20 pixels in colors of all kinds."""
    tiles = np.random.default_rng(5).integers(0, 256, (10, 12, 3))
    return np.asarray(tiles.repeat(20, 0).repeat(20, 1), dtype=np.uint8)


def file(rgb: U8, alpha: U8) -> bytes:
    return saved(Image.fromarray(np.dstack([rgb, alpha])), "PNG")


def alpha_of(data: bytes) -> U8:
    return np.asarray(opened(data).getchannel("A"))


def shown(rgb: U8, alpha: U8) -> U8:
    return own_alpha.shown(decode.decode(file(rgb, alpha), max_pixels=1_000_000))


class Finder:
    """Stands in for the models: its matte is what it is told to find, on the picture's own grid."""

    def __init__(self, found: U8) -> None:
        self.found = found

    def resolve(self, name: str) -> str:
        return "finder"

    def provider(self, name: str) -> str:
        return "rembg/finder"

    def side(self, name: str) -> int:
        return 320

    def matte(self, name: str, rgb: U8) -> F32:
        return self.found.astype(np.float32) / np.float32(255)


NOTHING = np.zeros((SIZE[1], SIZE[0]), np.uint8)
PLAN = CutoutPlan(edge="none")


@pytest.mark.parametrize(
    ("rgb", "alpha"),
    [
        (plain(WHITE), mug()),
        (plain(BLACK), mug()),
        (plain(GREY), mug()),
        (checkered(), mug()),
        (plain(WHITE), mug() // 3),  # a glass: a third as opaque
        (plain(WHITE), logo()),
    ],
    ids=["white", "black", "grey", "checkered", "glass", "logo"],
)
def test_what_is_cut_out_already_stays_whole(rgb: U8, alpha: U8, registry: Registry) -> None:
    result = render(file(rgb, alpha), CutoutPlan(model="fast"), registry)
    kept = alpha_of(result.data)
    assert (kept <= alpha).all()
    assert kept.sum(dtype=float) > 0.98 * alpha.sum(dtype=float)


@pytest.mark.parametrize(
    ("color", "ground"),
    [(WHITE, GREY), ((240, 238, 235), GREY), (RED, WHITE), (GREY, WHITE), (BLACK, WHITE)],
)
def test_a_cutout_lies_on_a_color_unlike_its_own(color: Any, ground: Any) -> None:
    """Whatever color is hidden under its transparent pixels."""
    alpha = mug()
    rgb = np.where((alpha == 0)[..., None], plain(ground), plain(color))
    seen = shown(rgb, alpha)
    assert (seen[alpha == 0] == ground).all()
    assert (seen[alpha == 255] == color).all()


def test_of_all_greys_the_rarest_lies_beneath() -> None:
    alpha, rgb = mug(), plain(WHITE).copy()
    rows = np.flatnonzero(alpha.max(axis=1))
    for at, shade in enumerate((0, 64, 128, 190, 255)):
        rgb[rows[0] + at * 24 : rows[0] + (at + 1) * 24] = shade
    rgb[rows[0] + 5 * 24 :] = (200, 30, 30)
    seen = shown(rgb, alpha)
    # Next to black and to white there is one grey, next to every other two; least of the mug is black.
    assert (seen[alpha == 0] == 0).all()


@pytest.mark.parametrize("kind", ["rounded corners", "between strips"])
def test_a_photo_that_is_framed_lies_on_the_color_along_its_rim(kind: str) -> None:
    rgb = plain((30, 90, 60)).copy()
    rgb[80:120, 90:150] = WHITE
    alpha = shape(kind)
    assert (shown(rgb, alpha) == rgb).all()
    hidden = np.where((alpha == 0)[..., None], plain(RED), rgb)
    assert (shown(hidden, alpha) == rgb).all()


def test_an_opaque_alpha_changes_nothing() -> None:
    assert (shown(checkered(), shape("whole")) == checkered()).all()


@pytest.mark.parametrize("alpha", [mug(), mug() // 3, logo(), shape("circle"), shape("with room")])
def test_a_cutout_in_which_nothing_is_found_is_kept_to_the_pixel(alpha: U8) -> None:
    result = render(file(checkered(), alpha), PLAN, Finder(NOTHING))
    assert (result.provider, result.uncertainty) == ("existing-alpha", 0.0)
    assert (alpha_of(result.data) == alpha).all()
    visible = alpha > 0
    assert (np.asarray(opened(result.data))[visible][:, :3] == checkered()[visible]).all()


@pytest.mark.parametrize("kind", ["whole", "rounded corners", "between strips"])
def test_a_photo_in_which_nothing_is_found_shows_nothing(kind: str) -> None:
    with pytest.raises(NothingFound):
        render(file(checkered(), shape(kind)), PLAN, Finder(NOTHING))


def part_of(alpha: U8, share: float) -> U8:
    """The upper part that has such a share of all that is visible."""
    rows = alpha.sum(axis=1, dtype=float).cumsum()
    found = alpha.copy()
    found[int(np.searchsorted(rows, share * rows[-1])) :] = 0
    return found


@pytest.mark.parametrize(
    ("alpha", "share", "provider"),
    [
        (mug(), 0.4, "existing-alpha"),
        (mug(), 0.6, "rembg/finder"),  # what it leaves out may be a leftover of the background
        (shape("circle"), 0.4, "rembg/finder"),  # a photo in a circle, or a plate: nobody can tell
        (shape("with room"), 0.4, "rembg/finder"),
        (shape("between strips"), 0.4, "rembg/finder"),
        (shape("whole"), 0.4, "rembg/finder"),
    ],
)
def test_a_network_that_loses_most_of_a_cutout_is_not_believed(
    alpha: U8, share: float, provider: str
) -> None:
    found = part_of(alpha, share)
    result = render(file(checkered(), alpha), PLAN, Finder(found))
    assert result.provider == provider
    expected = alpha if provider == "existing-alpha" else found
    assert np.abs(alpha_of(result.data).astype(int) - expected).max() <= 1


def test_a_cutout_is_no_cutout_where_it_leaves_out_little() -> None:
    """5 % of the frame is where it begins: 12 of 240 columns."""
    for columns, is_better in ((11, False), (12, True)):
        alpha = np.full((SIZE[1], SIZE[0]), 255, np.uint8)
        alpha[:100, : 2 * columns] = 0  # a corner is missing, so it is no rectangle
        assert own_alpha.is_better(alpha, NOTHING) is is_better


def test_an_edit_keeps_it_too() -> None:
    tools = Tools(Finder(NOTHING), {}.__getitem__, None, None, None, 1_000_000)  # type: ignore[arg-type]
    plan = EditPlan(cutting=Cutting(edge="none"), layout=Layout(reference_box="originalImage"))
    result = render_edit(file(plain(WHITE), mug()), plan, tools)
    assert result.provider == "existing-alpha"
    assert (alpha_of(result.data) == mug()).all()
