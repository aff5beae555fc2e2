"""Skies: found, matted, drawn and put in their place."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from processing.engine.arrays import F32, U8
from processing.engine.backdrops.far_views import panorama
from processing.engine.canvas import linear
from processing.engine.errors import InvalidPlan
from processing.engine.plans.edit import Export
from processing.engine.plans.room import Level, RoomPlan, SkyKind
from processing.engine.render_room import render_room
from processing.engine.room.sky import alpha, border, finding, replacing
from processing.engine.room.sky.drawn import View, draw
from processing.engine.room.sky.replacing import Camera
from tests.processing.engine.room.drawn import FOCAL, room
from tests.processing.engine.room.house import BLUE, GREY, NIGHT, House, house

CAMERA = Camera(FOCAL, None)
NEW = (0.5, 0.1, 0.05)  # the light of a sky that no photo has


@pytest.fixture(scope="module")
def blue() -> House:
    return house(BLUE)


@pytest.fixture(scope="module")
def grey() -> House:
    return house(GREY)


def replaced(rgb: U8, light: Level = "NONE", kind: SkyKind = "CLEAR") -> U8:
    return replacing.replace(rgb, finding.find(rgb), kind, light, CAMERA)


def alpha_of(rgb: U8) -> F32:
    found = alpha.alpha_of(rgb, border.border_of(rgb, finding.find(rgb)))
    return found.astype(np.float32) / 255


def overlap(one: F32, other: F32) -> float:
    return float(np.minimum(one, other).sum() / np.maximum(one, other).sum())


def red(kind: str, view: View, seed: int, seen: U8) -> F32:
    return np.full((8, 8, 3), NEW, np.float32)


def test_a_sky_is_found_to_within_its_leaves_and_wires(blue: House, grey: House) -> None:
    for scene in (blue, grey):
        found = finding.find(scene.rgb)
        assert found.reason is None
        assert found.share == pytest.approx(float(scene.sky.mean()), abs=0.04)
        share = alpha_of(scene.rgb)
        assert overlap(share, scene.sky) > 0.985
        assert np.abs(share - scene.sky)[:, 520:].mean() < 0.012  # where the tree is


def test_large_photos_are_gone_through_pixel_by_pixel_where_they_are_mixed(blue: House) -> None:
    size = (2999, 2001)  # (not of whole blocks)
    rgb = np.asarray(cv2.resize(blue.rgb, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    sky = np.asarray(cv2.resize(blue.sky, size, interpolation=cv2.INTER_LINEAR), np.float32)
    cv2.line(rgb, (0, 100), (2998, 300), (30, 30, 32), 1)
    share = alpha_of(rgb)
    assert overlap(share, sky) > 0.985
    rows = 100 + np.round(np.arange(2999) * 200 / 2998).astype(int)
    assert (share[rows, np.arange(2999)] < 0.1).mean() > 0.98
    assert (share[rows - 3, np.arange(2999)] == 1).mean() > 0.98


def test_what_jpeg_made_bluer_beside_leaves_is_sky(blue: House) -> None:
    whole = (blue.sky == 1).astype(np.uint8)
    beside = (whole > 0) & (cv2.erode(whole, np.ones((5, 5), np.uint8)) == 0)
    beside[:90] = beside[200:] = beside[:, 560:] = False
    beside[:, ::2] = False
    rgb = blue.rgb.astype(np.int16)
    rgb[beside] += (-22, -4, 12)
    share = alpha_of(np.clip(rgb, 0, 255).astype(np.uint8))
    assert beside.sum() > 500
    assert share[beside].mean() > 0.97


def test_what_mirrors_the_sky_stays(blue: House) -> None:
    result = replaced(blue.rgb)
    assert (result[blue.window] == blue.rgb[blue.window]).all()
    assert (result[345:] == blue.rgb[345:]).all()


def test_no_fringe_of_the_old_sky_is_left(blue: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replacing, "draw", red)
    result = replaced(blue.rgb).astype(float)
    ideal = linear.from_float(blue.front + blue.sky[..., None] * np.float32(NEW)).astype(float)
    edges = (blue.sky > 0.1) & (blue.sky < 0.9)
    assert edges.sum() > 2000
    assert np.abs(result - ideal)[edges].mean() < 12
    bluer = (result - ideal)[edges][:, 2]
    assert bluer.mean() < 6
    row, column = blue.wire
    wire = result[row - 1 : row + 2, column].min(axis=0)
    assert (wire < 0.6 * result[row - 10, column]).all()


def test_light_specks_beside_leaves_go_with_the_sky(blue: House) -> None:
    """As sharpening leaves them, lighter than the sky."""
    rgb, alpha = blue.rgb.copy(), alpha_of(blue.rgb)
    beside = (cv2.erode(alpha, np.ones((3, 3))) < 0.3) & (alpha > 0.97) & (blue.sky > 0.97)
    rows, columns = np.nonzero(beside[:, 520:])
    rows, columns = rows[::7], columns[::7] + 520
    assert len(rows) > 50
    rgb[rows, columns] = np.clip(rgb[rows, columns] * 1.12 + 4, 0, 255)
    assert alpha_of(rgb)[rows, columns].mean() > 0.85


def test_a_house_below_a_grey_sky_becomes_warmer_and_below_a_blue_one_stays(
    blue: House, grey: House
) -> None:
    wall = np.s_[330:390, 220:260]
    tinted = {
        level: replaced(grey.rgb, level)[wall].reshape(-1, 3).mean(axis=0)
        for level in ("NONE", "LOW", "HIGH")
    }
    warmth = {level: color[0] - color[2] for level, color in tinted.items()}
    assert (tinted["NONE"] == grey.rgb[wall].reshape(-1, 3).mean(axis=0)).all()
    assert warmth["NONE"] + 1 < warmth["LOW"] < warmth["HIGH"] - 2
    assert tinted["HIGH"][1] > tinted["NONE"][1] + 4
    was, now = (rgb[wall].astype(int) for rgb in (blue.rgb, replaced(blue.rgb, "HIGH")))
    assert np.abs(now - was).max() <= 8


def test_the_same_photo_gets_the_same_sky_and_another_one_another(blue: House, grey: House) -> None:
    first, again, other = (replaced(scene.rgb, kind="HIGH_CLOUD") for scene in (blue, blue, grey))
    assert (first == again).all()
    small = cv2.resize(blue.rgb, (480, 320), interpolation=cv2.INTER_AREA)
    assert finding.find(np.asarray(small, np.uint8)).seed == finding.find(blue.rgb).seed
    assert np.abs(first[:60].astype(int) - other[:60]).mean() > 4


def test_skies_brighten_towards_the_horizon_and_hold_what_they_are_called() -> None:
    view = View((300, 200), 190, FOCAL, 160)
    clear, low, high = (
        draw(kind, view, 3, np.ones((160, 300), np.bool_))
        for kind in ("CLEAR", "LOW_CLOUD", "HIGH_CLOUD")
    )
    for sky in (clear, low, high):
        assert sky.shape == (160, 300, 3)
        assert sky.min() > 0
        assert sky.max() < 1
    rows = clear.mean(axis=(1, 2))
    assert (np.diff(rows) > 0).all()
    assert clear[:40, ..., 2].mean() > 2 * clear[:40, ..., 0].mean()
    for sky in (low, high):
        more = (sky - clear).max(axis=-1)
        assert 0.05 < (more > 0.08).mean() < 0.9
    assert low.max() > clear.max() + 0.1


def test_nights_and_rooms_have_no_sky_to_replace() -> None:
    assert finding.find(house(NIGHT).rgb).reason == "night"
    for roll, pitch in ((0, 0), (3, -6), (0, 10)):
        found = finding.find(room((600, 400), roll=roll, pitch=pitch))
        assert (found.reason, found.share, found.mask.any()) == ("no-sky", 0.0, False)
    noise = np.random.default_rng(7).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    for rgb in (noise, np.full((90, 120, 3), 255, np.uint8), np.full((90, 120, 3), BLUE[0])):
        assert finding.find(rgb.astype(np.uint8)).reason == "no-sky"


def scene(*parts: tuple[tuple[slice, slice], tuple[int, int, int] | None]) -> U8:
    """A wall, uint8 (200, 300, 3), with flat parts in it; None is a blue sky that pales downwards."""
    rgb = np.full((200, 300, 3), (150, 120, 90), np.uint8)
    down = np.linspace(0, 2, 200)[:, None, None]
    sky = np.array(BLUE[0]) + (np.array(BLUE[1]) - BLUE[0]) * np.minimum(down, 1)
    for place, color in parts:
        rgb[place] = np.broadcast_to(sky, rgb.shape)[place] if color is None else color
    return rgb


def test_what_belongs_to_a_sky_is_told_by_its_color_and_place() -> None:
    sky, apart, beside = np.s_[:80, :200], np.s_[30:70, 240:290], np.s_[40:90, 250:]
    window = np.s_[60:105, :50]
    alone = finding.find(scene((sky, None)))
    assert alone.share == pytest.approx(80 * 200 / 60_000, abs=0.01)
    for part, color, is_sky in (
        (apart, None, True),  # behind a column
        (apart, (70, 100, 140), False),  # a pane that mirrors it
        (beside, (105, 118, 130), False),  # a slate roof
    ):
        found = finding.find(scene((sky, None), (part, color)))
        assert (found.share > alone.share + 0.02) is is_sky, color
        assert bool(found.mask[45:65, 260:285].all()) is is_sky, color
    assert finding.find(scene((window, None))).reason == "no-sky"
    pale = np.full((200, 300, 3), (216, 226, 236), np.uint8)
    pale[80:] = (150, 120, 90)
    pale[80:104] = (212, 208, 202)
    assert finding.find(pale).share == pytest.approx(0.4, abs=0.01)


def test_what_sharpening_and_coarse_colors_leave_at_an_edge_goes_with_the_sky() -> None:
    """Beside a white wall the sky is darker for some pixels, and its color is between both."""
    rgb = np.full((800, 1200, 3), (52, 124, 206), np.uint8)
    rgb[240:, 400:] = (224, 226, 228)
    rgb[237:240, 400:] = (70, 124, 180)
    rgb[240:, 397:400] = (44, 112, 190)
    rgb[600:] = (150, 120, 90)
    share = alpha_of(rgb)
    assert share[237:239, 420:].min() > 0.9
    assert share[260:580, 397:399].min() > 0.9
    assert share[245:, 405:].max() == 0


def seen(name: str, yaw: float) -> U8:
    """What a camera sees in an environment, uint8 (267, 400, 3)."""
    across, down = np.meshgrid(np.linspace(-0.6, 0.6, 400), np.linspace(-0.4, 0.4, 267))
    source = panorama(name)
    column = (np.arctan2(across, 1) / (2 * np.pi) * 512 + yaw / 360 * 512) % 512
    row = 128 + np.arctan2(down, np.hypot(across, 1)) / np.pi * 256
    light = cv2.remap(
        source,
        column.astype(np.float32),
        row.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_WRAP,
    )
    return linear.from_float(light / np.float32(np.percentile(light, 90) / 0.75))


@pytest.mark.parametrize("name", ["apartment", "hall", "lobby", "warehouse", "workshop"])
def test_photographed_rooms_have_none(name: str) -> None:
    assert [finding.find(seen(name, yaw)).share for yaw in range(0, 360, 60)] == [0] * 6


def test_where_all_is_bluish_ceilings_are_no_skies() -> None:
    for name, yaw in (("warehouse", 60), ("hall", 60), ("hall", 300)):
        tinted = np.clip(seen(name, yaw) * np.array((0.9, 1, 1.1)), 0, 255)
        assert finding.find(tinted.round().astype(np.uint8)).reason == "no-sky", (name, yaw)


def test_photographed_skies_are_found() -> None:
    for yaw in range(0, 360, 60):
        assert 0.25 < finding.find(seen("park", yaw)).share < 0.65, yaw


def test_pictures_of_any_shape_are_looked_at() -> None:
    for shape in ((1, 1), (8, 8), (3, 900), (900, 3), (40, 2000), (1, 5000), (20_000, 3)):
        sky = np.zeros((*shape, 3), np.uint8)
        sky[: max(1, shape[0] // 2)] = BLUE[1]
        found = finding.find(sky)
        if found.reason is None:
            result = replacing.replace(sky, found, "HIGH_CLOUD", "LOW", CAMERA)
            assert result.shape == sky.shape


def test_a_photo_without_a_sky_is_as_it_was() -> None:
    out = BytesIO()
    Pillow.fromarray(room((300, 200))).save(out, "PNG")
    plan = RoomPlan(look=None, straighten=False, sky="CLEAR", export=Export(format="png"))
    made = render_room(out.getvalue(), plan, max_pixels=10**6)
    assert (np.asarray(Pillow.open(BytesIO(made.data))) == room((300, 200))).all()
    assert made.room is not None
    assert made.room.sky is not None
    assert (made.room.sky.found, made.room.sky.replaced, made.room.sky.reason) == (
        *(False, False),
        "no-sky",
    )


def test_plans_of_skies_are_checked() -> None:
    with pytest.raises(InvalidPlan, match="must be one of CLEAR"):
        RoomPlan(sky="PINK")  # type: ignore[arg-type]
    with pytest.raises(InvalidPlan, match="must be one of NONE"):
        RoomPlan(sky="CLEAR", sky_light="high")  # type: ignore[arg-type]
    assert RoomPlan(look=None, straighten=False, sky="CLEAR").sky == "CLEAR"
