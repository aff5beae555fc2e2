"""A rough stroke ends where the product does, changes nothing beyond its reach, and the last one wins."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.cutout import strokes
from processing.engine.errors import InvalidPlan
from processing.engine.plans import touch_up
from processing.engine.plans.touch_up import Stroke, Tool, TouchUp

SIDE, HALF = 240, 70
RED, GREEN = (200, 30, 30), (40, 150, 60)


def photo() -> tuple[np.ndarray, np.ndarray]:
    """A red square on green, with a little noise, and its true alpha."""
    truth = np.zeros((SIDE, SIDE), np.uint8)
    truth[SIDE // 2 - HALF : SIDE // 2 + HALF, SIDE // 2 - HALF : SIDE // 2 + HALF] = 255
    noise = np.random.default_rng(1).integers(-6, 7, (SIDE, SIDE, 3))
    rgb = np.where(truth[..., None] > 0, RED, GREEN) + noise
    return rgb.astype(np.uint8), truth


def stroke(tool: Tool, radius: float, *points: tuple[float, float], hardness: float = 1) -> Stroke:
    return Stroke(tool, radius, points, hardness)


def test_a_rough_stroke_gives_a_lost_product_back_and_ends_at_its_edge() -> None:
    rgb, truth = photo()
    # Along the square's right half, 15 pixels beyond its edge on three sides.
    wanted = TouchUp((stroke("keep", 40, (165, 75), (165, 165)),))
    found = strokes.mend(rgb, np.zeros_like(truth), wanted)
    reached = np.hypot(*(np.indices(truth.shape) - np.array([120, 165])[:, None, None])) < 60
    assert found[110:130, 145:187].min() == 255  # within the stroke and the product
    # Where the stroke ends within the product there is no edge to follow.
    assert found[110:130, 128:145].min() > 128
    wrong = np.abs(found.astype(int) - truth)[reached & (np.indices(truth.shape)[1] > 127)]
    assert (wrong > 64).mean() < 0.02
    assert found[:, 193:].max() < 64  # the brush reached to 205, the product to 190
    assert not found[:, :124].any()  # beyond the brush nothing changes


def test_erasing_follows_the_edge_from_the_other_side() -> None:
    rgb, truth = photo()
    blob = truth.copy()
    blob[60:180, 190:225] = 255  # a matte that has taken background for product
    wanted = TouchUp((stroke("erase", 24, (208, 55), (208, 185)),))
    found = strokes.mend(rgb, blob, wanted)
    assert found[70:170, 193:].max() < 32
    assert found[70:170, 180:188].min() > 223  # the rim overlaps the product, which stays
    assert (found <= blob).all()


def test_nothing_changes_beyond_the_reach_of_a_stroke_and_keeping_only_adds() -> None:
    rgb, truth = photo()
    soft = np.asarray(np.random.default_rng(2).integers(0, 256, truth.shape), dtype=np.uint8)
    found = strokes.mend(rgb, soft, TouchUp((stroke("keep", 10, (120, 120)),)))
    far = np.hypot(*(np.indices(truth.shape) - 120)) > 11.5
    assert (found[far] == soft[far]).all()
    assert (found >= soft).all()
    assert found[118:123, 118:123].min() == 255


@pytest.mark.parametrize("follow", ["edges", "brush"])
def test_the_last_stroke_wins(follow: touch_up.Follow) -> None:
    rgb, truth = photo()
    wrong = stroke("keep", 20, (30, 30))
    away = stroke("erase", 26, (30, 30))
    found = strokes.mend(rgb, truth, TouchUp((wrong, away), follow))
    assert (found == truth).all()
    again = strokes.mend(rgb, truth, TouchUp((wrong, away, wrong), follow))
    assert again[30, 30] == 255


def test_a_brush_that_follows_nothing_paints_what_it_covers() -> None:
    rgb, truth = photo()
    empty = np.zeros_like(truth)
    found = strokes.mend(rgb, empty, TouchUp((stroke("keep", 20, (50, 60), (90, 60)),), "brush"))
    down, across = np.indices(truth.shape)
    distance = np.hypot(down - 60, across - np.clip(across, 50, 90))
    assert (found[distance < 19] == 255).all()
    assert not found[distance > 22].any()
    fading = strokes.mend(rgb, empty, TouchUp((stroke("keep", 20, (60, 60), hardness=0),), "brush"))
    assert 110 < int(fading[60, 70]) < 160
    assert int(fading[60, 63]) > int(fading[60, 70]) > int(fading[60, 77]) > 0


def test_no_strokes_change_nothing() -> None:
    rgb, truth = photo()
    assert (strokes.mend(rgb, truth, TouchUp()) == truth).all()


def test_strokes_on_a_large_photo_are_as_on_a_small_one() -> None:
    rgb, truth = photo()
    large, many = (
        np.kron(rgb, np.ones((10, 10, 1), np.uint8)),
        np.kron(truth, np.ones((10, 10), np.uint8)),
    )
    wanted = TouchUp((stroke("keep", 400, (1650, 750), (1650, 1650)),))
    found = strokes.mend(large, np.zeros_like(many), wanted)
    assert found[1100:1300, 1450:1850].min() > 250
    assert found[:, 1930:].max() < 64


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: stroke("keep", 0, (1, 1)), "radius"),
        (lambda: stroke("keep", float("nan"), (1, 1)), "radius"),
        (lambda: stroke("keep", 5000, (1, 1)), "radius"),
        (lambda: stroke("keep", 5), "points"),
        (lambda: stroke("keep", 5, (float("inf"), 1)), "points"),
        (lambda: stroke("keep", 5, (1, 1), hardness=2), "hardness"),
        (lambda: TouchUp((stroke("keep", 5, (1, 1)),) * 1001), "strokes"),
        (lambda: TouchUp((stroke("keep", 5, *[(1.0, 1.0)] * 600),) * 100), "strokes"),
        (
            lambda: TouchUp((stroke("keep", 5, (1, 1), (49, 1)),)).check(48, 32),
            "strokes[0].points[1]",
        ),
        (lambda: TouchUp((stroke("keep", 5, (-1, 1)),)).check(48, 32), "strokes[0].points[0]"),
    ],
)
def test_what_no_brush_does_is_refused(make: object, field: str) -> None:
    with pytest.raises(InvalidPlan) as caught:
        make()  # type: ignore[operator]
    assert caught.value.field == field


def to_and_fro(count: int) -> tuple[Stroke, ...]:
    """Strokes of four brushes in turn, here and there, large and small, hard and soft."""
    rng = np.random.default_rng(5)
    tools: tuple[Tool, ...] = ("keep", "erase")
    return tuple(
        stroke(
            tools[n // 2 % 2],
            (4, 15)[n % 2],
            *(tuple(place) for place in rng.uniform(0, SIDE, (1 + n % 3, 2))),
            hardness=(1, 0.4)[n % 2],
        )
        for n in range(count)
    )


def test_strokes_that_are_painted_together_come_to_the_same_as_one_after_the_other() -> None:
    rgb, truth = photo()
    wanted = to_and_fro(60)
    expected = truth
    for one in wanted:
        expected = strokes.mend(rgb, expected, TouchUp((one,), "brush"))
    together = strokes.mend(rgb, truth, TouchUp(wanted, "brush"))
    assert np.array_equal(together, expected)
    # And in fewer steps than there are strokes.
    canvas, rows = strokes._prepared(wanted, (0, 0, SIDE, SIDE))
    assert (canvas.size, len(rows) < len(wanted)) == ((SIDE, SIDE), True)


def test_strokes_all_over_a_photo_are_painted_on_a_coarser_copy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rgb, truth = photo()
    rng = np.random.default_rng(6)
    wanted = tuple(
        stroke(
            ("erase", "keep")[n % 2], 9, *(tuple(place) for place in rng.uniform(0, SIDE, (6, 2)))
        )
        for n in range(40)
    )
    exact = strokes.mend(rgb, truth, TouchUp(wanted, "brush"))
    monkeypatch.setattr(strokes, "_MOST_CELLS", 40 * SIDE * SIDE // 4)
    canvas, rows = strokes._prepared(wanted, (0, 0, SIDE, SIDE))
    assert max(canvas.size) < SIDE
    assert sum(strokes._area(row.window) for row in rows) <= 1.1 * strokes._MOST_CELLS
    coarse = strokes.mend(rgb, truth, TouchUp(wanted, "brush"))
    # The rims are rougher, by a pixel; what strokes cover is not another thing.
    assert (np.abs(exact.astype(int) - coarse) > 128).mean() < 0.03
