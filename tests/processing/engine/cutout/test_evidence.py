"""Colors decide where they are one side's alone, and say nothing where they could be either's."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from processing.engine.cutout import edges, evidence

RED, GREEN, BLUE = (0.8, 0.2, 0.2), (0.2, 0.6, 0.2), (0.1, 0.1, 0.9)


def strip(color: tuple[float, float, float]) -> np.ndarray:
    """Weigh a color in doubt between surely red on the left and surely green on the right."""
    rgb = np.zeros((60, 90, 3), np.float32)
    rgb[:, :30], rgb[:, 30:60], rgb[:, 60:] = RED, color, GREEN
    left, right = np.zeros((60, 90), np.float32), np.zeros((60, 90), np.float32)
    left[:, :30], right[:, 60:] = 1, 1
    return evidence.weigh(rgb, np.full((60, 90), 0.5, np.float32), left, right)


def test_a_color_of_one_side_is_that_sides() -> None:
    assert strip(RED)[:, 30:60].min() > 0.75
    assert strip(GREEN)[:, 30:60].max() < -0.75


def test_sure_places_need_no_evidence() -> None:
    weighed = strip(RED)
    assert not weighed[:, :30].any()
    assert not weighed[:, 60:].any()


@pytest.mark.parametrize("color", [(0.5, 0.4, 0.2), BLUE])
def test_a_mixture_and_a_strange_color_are_nobodys(color: tuple[float, float, float]) -> None:
    assert not strip(color).any()


@pytest.mark.parametrize("guess", [0, 0.5, 1])
def test_where_both_sides_look_alike_colors_decide_nothing(guess: float) -> None:
    rgb = np.full((40, 60, 3), 0.7, np.float32)
    left, right = np.zeros((40, 60), np.float32), np.zeros((40, 60), np.float32)
    left[:, :20], right[:, 40:] = 1, 1
    assert not evidence.weigh(rgb, np.full((40, 60), guess, np.float32), left, right).any()


@pytest.mark.parametrize("side", [0, 1])
def test_without_sure_places_on_a_side_there_is_no_evidence(side: int) -> None:
    rgb, nowhere = np.full((20, 30, 3), 0.5, np.float32), np.zeros((20, 30), np.float32)
    somewhere = nowhere.copy()
    somewhere[:, :10] = 1
    parts = (somewhere, nowhere) if side else (nowhere, somewhere)
    assert not evidence.weigh(rgb, nowhere, *parts).any()


def test_batches_leave_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = strip((0.75, 0.25, 0.2))
    monkeypatch.setattr(evidence, "_BATCH", 77)
    assert np.array_equal(strip((0.75, 0.25, 0.2)), whole)


def test_fine_edges_finish_a_sleeve_and_open_a_gap_that_the_network_half_saw() -> None:
    truth = np.zeros((480, 480), np.float32)
    truth[120:400, 140:300] = 1
    truth[140:180, 300:420] = 1
    truth[260:400, 200:240] = 0
    grain = np.random.RandomState(1).normal(0, 3, (480, 480, 3))
    colors = truth[..., None] * (150, 60, 60) + (1 - truth[..., None]) * (90, 110, 130) + grain
    rgb = colors.round().astype(np.uint8)
    believed = truth.copy()
    believed[120:200, 330:440] *= 0.2
    believed[250:400, 195:245] = 0.7
    matte = cv2.GaussianBlur(
        cv2.resize(believed, (80, 80), interpolation=cv2.INTER_AREA), (0, 0), 1
    ).astype(np.float32)
    standard, fine = (edges.cut_out(rgb, matte, edge=edge).alpha for edge in ("standard", "fine"))
    cuff, gap = np.s_[145:175, 380:415], np.s_[280:380, 205:235]
    assert standard[cuff].mean() < 200
    assert standard[gap].mean() > 20
    assert fine[cuff].min() > 245
    assert fine[gap].max() < 10


@pytest.mark.parametrize(
    ("hair", "backdrop", "most"),
    [
        ((70, 40, 30), (225, 220, 205), 0.02),
        ((150, 110, 60), (90, 130, 150), 0.04),
        ((200, 195, 190), (225, 220, 205), 0.18),
    ],
)
def test_fine_edges_part_drawn_hair(
    hair: tuple[int, int, int], backdrop: tuple[int, int, int], most: float
) -> None:
    """The sum of differences to true alpha, as a share of that of the network's matte as it is."""
    random = np.random.RandomState(5)
    cover = np.zeros((560, 560), np.uint8)
    cv2.circle(cover, (280, 280), 130, 255, cv2.FILLED)
    for angle in random.uniform(0, 2 * np.pi, 240):
        far, turn = random.uniform(170, 235), angle + random.uniform(-0.2, 0.2)
        start = (round(280 + 120 * np.cos(angle)), round(280 + 120 * np.sin(angle)))
        end = (round(280 + far * np.cos(turn)), round(280 + far * np.sin(turn)))
        cv2.line(cover, start, end, 255, 2, cv2.LINE_AA)
    truth = cover[..., None] / 255
    rgb = (truth * hair + (1 - truth) * np.array(backdrop)).round().astype(np.uint8)
    small = cv2.resize(cover, (80, 80), interpolation=cv2.INTER_AREA)
    matte = cv2.GaussianBlur(small, (0, 0), 1.5).astype(np.float32) / np.float32(255)
    plain, fine = (
        np.abs(edges.cut_out(rgb, matte, edge=edge).alpha / 255 - truth[..., 0])
        for edge in ("none", "fine")
    )
    assert fine.sum() < most * plain.sum()
