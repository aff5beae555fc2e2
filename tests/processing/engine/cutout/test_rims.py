"""Plain rims stay plain on a patterned backdrop, and what is no line stays as matting found it."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from processing.engine.cutout import edges, rim_paths, rims
from processing.engine.plans.cutout import Edge

Alpha = npt.NDArray[np.float32]
SIDE = 400
DARK, PALE = (60, 52, 58), (205, 190, 170)


def disc(radius: float = 110, softness: float = 1.0) -> Alpha:
    rows, columns = np.indices((SIDE, SIDE), dtype=np.float32)
    away = np.hypot(rows - SIDE / 2, columns - SIDE / 2)
    return np.clip(0.5 - (away - radius) / (2 * softness), 0, 1).astype(np.float32)


def believed(alpha: Alpha) -> Alpha:
    """What a network makes of it: cells a little larger than pixels, blurred."""
    small = cv2.resize(alpha, (320, 320), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 1.5), dtype=np.float32)


def pattern(strength: float = 1) -> npt.NDArray[np.float32]:
    """A print of patches, half of them of the subject's color, (h, w, 3). `strength`: how much paler the others are."""
    noise = np.random.RandomState(3).normal(size=(SIDE, SIDE))
    patches = cv2.GaussianBlur(noise, (0, 0), 2.5) > 0
    other = np.array(DARK) + strength * np.subtract(PALE, DARK)
    return np.where(patches[..., None], DARK, other).astype(np.float32)


def photo(
    alpha: Alpha, backdrop: npt.NDArray[np.float32], color: tuple[int, int, int] = DARK
) -> npt.NDArray[np.uint8]:
    grain = np.random.RandomState(1).normal(0, 2, (SIDE, SIDE, 3))
    mixed = alpha[..., None] * color + (1 - alpha[..., None]) * backdrop + grain
    return np.clip(mixed, 0, 255).round().astype(np.uint8)


def cut(rgb: npt.NDArray[np.uint8], alpha: Alpha, edge: Edge = "standard") -> Alpha:
    cutout = edges.cut_out(rgb, believed(alpha), edge=edge)
    return np.asarray(cutout.alpha / np.float32(255), dtype=np.float32)


def apart(found: Alpha, truth: Alpha) -> float:
    """The area between two alphas beside the disc's outline: pixels to each of its own."""
    return float(np.abs(found - truth).sum() / (2 * np.pi * 110))


@pytest.fixture
def no_rims(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From then on matting alone finds alpha."""
    return lambda: monkeypatch.setattr(rims, "traced", lambda *_: None)


@pytest.mark.parametrize("edge", ["standard", "fine"])
def test_a_plain_rim_is_a_line_on_a_pattern_of_its_own_color(
    edge: Edge, no_rims: Callable[[], None]
) -> None:
    truth = disc()
    rgb = photo(truth, pattern())
    found = cut(rgb, truth, edge)
    assert apart(found, truth) < 1
    no_rims()
    assert apart(cut(rgb, truth, edge), truth) > 1.6


def test_a_backdrop_that_hardly_differs_frays_no_plain_rim(no_rims: Callable[[], None]) -> None:
    truth = disc()
    rgb = photo(truth, pattern(0.15))
    assert apart(cut(rgb, truth), truth) < 0.7
    no_rims()
    assert apart(cut(rgb, truth), truth) > 1.4


def test_a_line_is_as_sharp_on_a_large_photo() -> None:
    truth = disc()
    rgb = cv2.resize(photo(truth, pattern()), None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC)
    alpha = edges.cut_out(np.asarray(rgb, np.uint8), believed(truth), edge="standard").alpha
    soft = ((alpha > 10) & (alpha < 245)).sum() / (2 * np.pi * 5 * 110)
    assert soft < 6


def fringed() -> Alpha:
    """A disc with hair all around it: thin strands, of which ever fewer reach far."""
    alpha = disc()
    random = np.random.RandomState(5)
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    for angle in np.linspace(0, 2 * np.pi, 900):
        reach = 112 + 14 * random.rand()
        ends = [(SIDE / 2 + r * np.cos(angle), SIDE / 2 + r * np.sin(angle)) for r in (100, reach)]
        line = (np.array(ends) * 16).round().astype(np.int32)
        cv2.polylines(canvas, [line], False, 255, 1, cv2.LINE_AA, 4)
    return np.maximum(alpha, canvas.astype(np.float32) / np.float32(255))


def test_hair_keeps_the_alpha_that_matting_found(no_rims: Callable[[], None]) -> None:
    truth = fringed()
    rgb = photo(truth, np.full((SIDE, SIDE, 3), PALE, np.float32))
    found = cut(rgb, truth)
    no_rims()
    before = cut(rgb, truth)
    ring = (disc(124) > 0) & (disc(112) == 0)
    assert truth[ring].mean() > 0.2
    assert np.abs(found - before)[ring].mean() < 0.02


def test_a_thread_that_ends_stays_as_it_was_found(no_rims: Callable[[], None]) -> None:
    truth = disc()
    rgb = photo(truth, np.full((SIDE, SIDE, 3), PALE, np.float32))
    rgb[199:202, 305:324] = DARK
    thread = np.s_[200, 310:318]
    found = cut(rgb, truth)[thread]
    no_rims()
    assert found.mean() > 0.4
    assert found.min() >= cut(rgb, truth)[thread].min()


def test_a_joint_of_tiles_ends_at_the_rim(no_rims: Callable[[], None]) -> None:
    truth = disc()
    backdrop = np.full((SIDE, SIDE, 3), PALE, np.float32)
    cv2.line(backdrop, (0, 40), (SIDE, 320), DARK, 2)
    rgb = photo(truth, backdrop)
    beyond = (disc(114) == 0) & (backdrop[..., 0] == DARK[0])
    found = cut(rgb, truth)[beyond].sum()
    no_rims()
    assert found < 0.5 * cut(rgb, truth)[beyond].sum()


def test_the_frame_is_no_rim() -> None:
    task = edges.matting.Task(
        np.full((60, 80, 3), 0.5, np.float32),
        np.ones((60, 80), np.float32),
        *(np.full((60, 80), value, np.float32) for value in (0.001, 1, 0)),
    )
    model = np.zeros((60, 80, 4), np.float32)
    assert rims.traced(task, model, task.rgb, 1.0) is None


def test_lace_is_all_rim_and_left_alone() -> None:
    holes = np.ones((512, 512), np.float32)
    for row in range(8, 504, 9):
        for column in range(8, 504, 9):
            holes[row : row + 6, column : column + 6] = 0
    assert rim_paths.strips(np.zeros((512, 512, 3), np.float32), holes, 1.0) is None


def test_normals_point_out_of_pieces_and_into_holes() -> None:
    ring = disc(120) - disc(60)
    strips = rim_paths.strips(np.zeros((SIDE, SIDE, 3), np.float32), ring, 1.25)
    assert strips is not None
    assert len(strips.parts) == 2
    middle = len(strips.offsets) // 2
    assert (strips.belief[:, middle - 10] > 0.9).all()
    assert (strips.belief[:, middle + 10] < 0.1).all()


@pytest.mark.parametrize(("color", "shade"), [(DARK, 1.0), ((60, 80, 150), 0.6)])
def test_the_rim_moves_to_the_edge_that_the_picture_has(
    color: tuple[int, int, int], shade: float
) -> None:
    """The network is wrong by two pixels, all around, even where a shadow ends further out."""
    truth, opinion = disc(110), disc(112)
    light = 1 - (1 - shade) * disc(114, 1.5)[..., None]
    backdrop = np.full((SIDE, SIDE, 3), PALE, np.float32) * light
    rgb = photo(truth, backdrop, color).astype(np.float32) / 255
    strips = rim_paths.strips(rgb, cv2.GaussianBlur(opinion, (0, 0), 2), 1.25)
    assert strips is not None
    sides = strips.side(outer=False), strips.side(outer=True)
    rim = strips.points + strips.normals * strips.offsets[rim_paths.path(strips, *sides)][:, None]
    radius = np.hypot(*(rim - SIDE / 2).T)
    assert abs(radius.mean() - 110) < 0.5
    assert radius.std() < 0.5
