"""Shadows touch what throws them, fall where they are told, and end without a line."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from processing.engine.errors import InvalidPlan
from processing.engine.light.scene_light import SceneLight
from processing.engine.plans.edit import Shadow
from processing.engine.shadow import cast
from processing.engine.shadow.setting import Plane, Setting
from tests.processing.engine.silhouettes import bottle, box, mug, rectangle, shirt, shoe
from tests.tables import in_turn

MODES = ("soft", "hard", "floating")
BOX = (80, 90, 160, 170)


def shade_of(alpha: np.ndarray, light: SceneLight | None = None, **options: object) -> np.ndarray:
    return cast.cast(alpha, Shadow(**options), light).astype(int)


def visible(alpha: np.ndarray, shade: np.ndarray) -> np.ndarray:
    """What the subject leaves to be seen of its shadow."""
    return np.where(alpha > 0, 0, shade)


def middle(alpha: np.ndarray, shade: np.ndarray) -> tuple[float, float]:
    """The centre of the visible shadow as seen from the subject's, right and down."""
    seen = visible(alpha, shade).astype(float)
    rows, columns = np.mgrid[: seen.shape[0], : seen.shape[1]]
    places = [(columns, "x"), (rows, "y")]
    right, down = (
        float((seen * place).sum() / seen.sum() - place[alpha > 0].mean()) for place, _ in places
    )
    return right, down


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (90, 40)])
def test_no_subject_throws_no_shadow(mode: str, shape: tuple[int, int]) -> None:
    shade = cast.cast(np.zeros(shape, np.uint8), Shadow(mode=mode))
    assert shade.shape == shape
    assert shade.dtype == np.uint8
    assert shade.max() == 0


@in_turn("mode", MODES)
@in_turn("pose", [0, 45, 90])
@in_turn("shape", [(1, 1), (2, 300), (300, 2), (7, 9)])
def test_odd_canvases_do_no_harm(mode: str, pose: float, shape: tuple[int, int]) -> None:
    shade = cast.cast(np.full(shape, 255, np.uint8), Shadow(mode=mode, pose=pose))
    assert shade.shape == shape


@pytest.mark.parametrize("mode", MODES)
def test_the_same_again_on_any_number_of_threads(mode: str) -> None:
    first = shade_of(mug(), mode=mode)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        assert np.array_equal(shade_of(mug(), mode=mode), first)
    finally:
        cv2.setNumThreads(threads)


@pytest.mark.parametrize("mode", ["soft", "hard"])
@pytest.mark.parametrize("subject", [box, bottle, shoe])
def test_the_base_of_what_stands_is_touched_all_along(
    mode: str, subject: Callable[[], np.ndarray]
) -> None:
    """The row right below the base is dark, and no row after it is darker: no line of light."""
    alpha = subject()
    shade = shade_of(alpha, mode=mode, pose=90)
    base = int(np.flatnonzero(alpha.any(axis=1))[-1])
    columns = np.flatnonzero(alpha[base])[4:-4]
    below = shade[base + 1 : base + 12, columns]
    assert below[0].min() > 30
    assert (np.diff(below, axis=0) <= 3).all()


@pytest.mark.parametrize("direction", [135, 180, 225])
def test_a_shadow_thrown_to_the_front_hangs_on_the_base(direction: float) -> None:
    shade = shade_of(box(), mode="hard", pose=90, direction=direction)
    assert shade[170:176, 110:130].min() > 75


@pytest.mark.parametrize("mode", MODES)
def test_no_glow_surrounds_what_lies(mode: str) -> None:
    """A box touches its surface all around, and a few pixels away only what is below it is dark."""
    shade = shade_of(box(), mode=mode, pose=0)
    if mode != "floating":
        touching = (
            shade[89, 100:140],
            shade[110:150, 79],
            shade[110:150, 160],
            shade[170, 100:140],
        )
        assert min(side.mean() for side in touching) > 5
    near = {"above": shade[86, 100:140], "left": shade[110:150, 76], "below": shade[172, 100:140]}
    seen = {side: float(values.mean()) for side, values in near.items()}
    assert seen["below"] > 8
    assert seen["above"] < 0.1 * seen["below"]
    assert seen["left"] < 0.7 * seen["below"]


def test_a_narrow_gap_between_two_parts_is_dark() -> None:
    """As between a sleeve and the body, where less of the sky is seen than beside a straight edge."""
    parts = rectangle(60, 60, 120, 180) | rectangle(126, 60, 180, 180)
    shade = shade_of(parts, pose=0, direction=180)
    assert shade[120, 123] > shade[120, 57] + 12


@pytest.mark.parametrize("mode", MODES)
def test_no_shadow_falls_above_where_the_ground_begins(mode: str) -> None:
    behind = SceneLight(direction=315, elevation=30, softness=0.3)
    alpha = bottle()
    shade = cast.cast(alpha, Shadow(mode=mode), behind, Setting("ground", 0.75)).astype(int)
    assert shade[:179].max() == 0
    assert shade[190:, :].max() > 60
    free = cast.cast(alpha, Shadow(mode=mode), behind, Setting("ground")).astype(int)
    assert (free[:179].max() > 10) == (mode != "floating")


@pytest.mark.parametrize("direction", [0, 45, 180, 315])
@pytest.mark.parametrize("plane", ["wall", "surface"])
def test_what_hangs_or_is_seen_from_above_has_its_shadow_below(
    plane: Plane, direction: float
) -> None:
    light = SceneLight(direction=direction, elevation=45, softness=0.3)
    seen = middle(box(), cast.cast(box(), Shadow(), light, Setting(plane)).astype(int))
    assert seen[1] > 4
    assert np.sign(round(seen[0], 1)) == np.sign(round(-np.sin(np.radians(direction)), 1))


@pytest.mark.parametrize("begins", [-0.1, 1.1, float("nan")])
def test_ground_that_cannot_be(begins: float) -> None:
    with pytest.raises(InvalidPlan, match="Ground"):
        Setting("ground", begins)


def test_the_shadow_of_what_lies_has_no_gap_at_a_narrow_strap() -> None:
    """A strap is narrower than the shadow's offset, and yet none of it floats above the ground."""
    strap = rectangle(118, 30, 122, 60) | rectangle(60, 60, 180, 200)
    shade = shade_of(strap, mode="hard", pose=0, direction=270, spread=60)
    assert (np.diff(shade[45, 122:140]) <= 2).all()
    assert shade[45, 122] > 60


def test_under_what_hovers_there_is_light() -> None:
    shade = shade_of(box(), mode="floating", pose=90)[:, 100:140].mean(axis=1)
    darkest = int(shade[170:].argmax())
    assert darkest > 6
    assert shade[170] < 0.35 * shade[170 + darkest]


def test_the_shadow_of_what_hovers_stays_on_the_canvas() -> None:
    roomy, tight = (
        shade_of(rectangle(80, bottom - 80, 160, bottom), mode="floating", pose=90)
        for bottom in (170, 230)
    )
    assert roomy[170 + 9 :].max() == roomy[170:].max()
    assert tight[230:].max() > 0.8 * roomy.max()
    assert tight[239].mean() < 0.6 * tight[230:].mean(axis=1).max()


@in_turn(
    ("direction", "right", "down"),
    [(0, 0, -1), (90, -1, 0), (180, 0, 1), (270, 1, 0), (225, 1, 1), (45, -1, -1)],
)
@in_turn("mode", MODES)
def test_what_lies_throws_its_shadow_where_it_is_told(
    mode: str, direction: float, right: int, down: int
) -> None:
    seen = middle(box(), shade_of(box(), mode=mode, pose=0, direction=direction, spread=45))
    for went, expected in zip(seen, (right, down), strict=True):
        assert went * expected > 4 if expected else abs(went) < 1.5


@pytest.mark.parametrize(("direction", "right"), [(90, -1), (135, -1), (225, 1), (315, 1)])
@pytest.mark.parametrize("mode", ["soft", "hard"])
def test_so_does_what_stands(mode: str, direction: float, right: int) -> None:
    seen = middle(bottle(), shade_of(bottle(), mode=mode, pose=90, direction=direction, spread=45))
    assert seen[0] * right > 4


def test_behind_what_stands_hides_its_shadow_and_before_it_shows() -> None:
    behind, front = (
        visible(box(), shade_of(box(), mode="hard", pose=90, direction=direction))
        for direction in (0, 180)
    )
    assert behind[:140].max() < 10
    assert front[180:185, 100:140].min() > 50


@pytest.mark.parametrize("pose", [0, 90])
@pytest.mark.parametrize("mode", ["soft", "hard"])
def test_a_wider_spread_reaches_further(mode: str, pose: float) -> None:
    reach = [
        middle(bottle(), shade_of(bottle(), mode=mode, pose=pose, direction=270, spread=spread))[0]
        for spread in (5, 30, 60)
    ]
    assert (np.diff(reach) > 1).all()


def test_intensity_is_darkness_up_to_almost_black() -> None:
    darkest = [shade_of(box(), pose=0, intensity=intensity).max() for intensity in (0, 0.2, 0.5, 1)]
    assert darkest[0] == 0
    assert darkest[2] == pytest.approx(2.5 * darkest[1], rel=0.03)
    assert darkest[3] in (242, 243)  # 0.95 of 255, rounded either way


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("pose", [0, 90])
def test_softness_flattens_the_steepest_edge(mode: str, pose: float) -> None:
    alpha = rectangle(60, 40, 180, 170)
    outside = (alpha[1:] == 0) & (alpha[:-1] == 0)
    steepest = [
        np.abs(np.diff(shade_of(alpha, mode=mode, pose=pose, softness=softness), axis=0))[
            outside
        ].max()
        for softness in (0.2, 0.6, 1)
    ]
    assert steepest[0] > 1.15 * steepest[1] > 1.15**2 * steepest[2]


def test_a_hard_shadow_gets_softer_and_fainter_with_distance() -> None:
    """A pillar's shadow to the front: its edge is crisp at the foot, and wide at the far end."""
    alpha = rectangle(100, 20, 140, 120)
    shade = shade_of(alpha, mode="hard", pose=90, direction=180, spread=90)
    near, far = (shade[row, 60:121] for row in (124, 185))
    assert near.max() > 1.2 * far.max() > 40
    assert width_of_edge(near) < 6
    assert width_of_edge(far) > 2 * width_of_edge(near)


def width_of_edge(profile: np.ndarray) -> int:
    """Pixels from a tenth to nine tenths of the way up."""
    low, high = np.searchsorted(
        np.maximum.accumulate(profile), profile.max() * np.array([0.1, 0.9])
    )
    return int(high - low)


@in_turn("mode", MODES)
@in_turn("pose", [0, 90])
@in_turn(
    "alpha",
    [rectangle(0, 90, 160, 170), rectangle(80, 90, 160, 240), rectangle(0, 0, 160, 240)],
)
def test_a_cut_subject_has_no_line_at_the_edge(mode: str, pose: float, alpha: np.ndarray) -> None:
    """Going towards the edge that cuts it, the shadow neither swells nor dies away."""
    shade = shade_of(alpha, mode=mode, pose=pose)
    if alpha[:, 0].any():
        assert np.abs(np.diff(shade[:, :6], axis=1)).max() <= 4
    if alpha[-1].any():
        assert np.abs(np.diff(shade[-6:], axis=0)).max() <= 4
        assert shade[-1, 175:].max() <= shade[150, 175:].max() + 4


def test_the_light_of_a_scene_fills_in_what_the_caller_leaves_open() -> None:
    low = SceneLight(direction=90, elevation=20, softness=0.1)
    high = SceneLight(direction=90, elevation=70, softness=0.1)
    soft = SceneLight(direction=90, elevation=20, softness=0.9)
    seen = [middle(box(), shade_of(box(), light, mode="hard", pose=90))[0] for light in (low, high)]
    assert seen[0] < seen[1] < 0
    edges = [
        np.abs(np.diff(shade_of(box(), light, mode="hard", pose=90), axis=1)).max()
        for light in (low, soft)
    ]
    assert edges[0] > 1.5 * edges[1]


def test_what_the_caller_says_wins_over_the_scene() -> None:
    scene = SceneLight(direction=90, elevation=20, softness=0.9)
    asked = {"direction": 270, "spread": 30, "softness": 0.2, "pose": 90}
    assert np.array_equal(shade_of(box(), scene, **asked), shade_of(box(), **asked))


@pytest.mark.parametrize(("subject", "pose"), [(bottle, 90), (shirt, 0)])
def test_without_a_pose_the_matte_decides(subject: Callable[[], np.ndarray], pose: float) -> None:
    guessed = shade_of(subject())
    assert np.array_equal(guessed, shade_of(subject(), pose=pose))
    assert not np.array_equal(guessed, shade_of(subject(), pose=90 - pose))


def test_a_fade_has_no_bands() -> None:
    """In a fade on a large canvas no value fills a strip of its own: its neighbours mix in."""
    alpha = cv2.resize(box(), (1200, 1200), interpolation=cv2.INTER_NEAREST)
    shade = shade_of(alpha, mode="floating", pose=0, direction=180, softness=1)
    column = shade[900:1150, 560:640]
    assert column.max() > 20
    assert np.mean([len(np.unique(row)) > 1 for row in column]) > 0.8


@pytest.mark.parametrize(
    ("direction", "elevation", "softness", "color"),
    [
        (361, 50, 0.5, (1, 1, 1)),
        (0, -1, 0.5, (1, 1, 1)),
        (0, 50, 1.1, (1, 1, 1)),
        (0, 50, 0.5, (2, 2, 2)),
        (0, 50, 0.5, (3.5, -0.5, 0)),
        (float("nan"), 50, 0.5, (1, 1, 1)),
        (0, 50, 0.5, (float("nan"), 1, 1)),
    ],
)
def test_a_light_that_cannot_be(
    direction: float, elevation: float, softness: float, color: tuple[float, float, float]
) -> None:
    with pytest.raises(InvalidPlan, match="light"):
        SceneLight(direction, elevation, color, softness)
