"""Which haze and lines go, and which thin parts stay."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from processing.engine.cutout.tails import without_tails

Alpha = npt.NDArray[np.float32]


def product() -> Alpha:
    alpha = np.zeros((200, 160), np.float32)
    alpha[60:160, 30:130] = 1
    return alpha


def drawn(*points: tuple[int, int], width: int = 1) -> Alpha:
    """A line through the points, 0 to 1."""
    canvas = np.zeros((200, 160), np.uint8)
    line = np.array(points, np.int32)
    cv2.polylines(canvas, [line], False, 255, width, cv2.LINE_AA)
    return canvas.astype(np.float32) / np.float32(255)


def test_haze_goes_however_much_the_network_believed_in_it() -> None:
    alpha, opinion = product(), product()
    alpha[170:195, 40:120], opinion[170:195, 40:60], opinion[170:195, 60:120] = 0.2, 0.05, 0.6
    alpha[160:170, 40:120] = opinion[160:170, 40:120] = 0.3
    cleaned = without_tails(alpha, opinion)
    assert cleaned[165:].max() == 0
    assert np.array_equal(cleaned[:160], alpha[:160])


def test_a_solid_joint_of_the_floor_that_leaves_the_picture_goes() -> None:
    joint = drawn((129, 150), (159, 199))
    alpha, opinion = np.maximum(product(), joint), np.maximum(product(), 0.5 * joint)
    cleaned = without_tails(alpha, opinion)
    assert cleaned[168:, 131:].max() < 0.05
    assert np.array_equal(cleaned[:, :130], alpha[:, :130])


@pytest.mark.parametrize("belief", [0.6, 0.9])
def test_straps_stay(belief: float) -> None:
    strap = drawn((50, 60), (50, 12), (56, 5), (62, 12), (62, 60), width=3)
    alpha = np.maximum(product(), strap)
    cleaned = without_tails(alpha, np.maximum(product(), belief * strap))
    assert np.array_equal(cleaned[alpha == 1], alpha[alpha == 1])


def test_a_lace_that_the_network_hardly_saw_stays() -> None:
    lace = drawn((125, 150), (145, 165), (140, 180), (152, 190), width=3)
    alpha = np.maximum(product(), lace)
    cleaned = without_tails(alpha, np.maximum(product(), 0.15 * lace))
    assert cleaned[alpha == 1].min() == 1


def test_fringe_and_fur_stay() -> None:
    alpha, opinion = product(), product()
    alpha[160:180, 30:130:3] = 1
    opinion[160:180, 30:130] = 0.2
    assert np.array_equal(without_tails(alpha, opinion), alpha)


def test_the_hook_of_an_earring_and_a_chain_stay() -> None:
    hook = drawn((80, 62), (80, 30), (86, 22), (94, 26), (94, 40))
    chain = np.zeros_like(hook)
    chain[20:60:2, 40:42] = 1
    parts = np.maximum(hook, chain)
    alpha = np.maximum(product(), parts)
    # A network's own grid is coarse.
    seen = 0.8 * np.asarray(cv2.dilate(parts, np.ones((3, 3), np.uint8)))
    assert np.array_equal(without_tails(alpha, np.maximum(product(), seen)), alpha)


def test_glass_stays() -> None:
    alpha, opinion = product(), product()
    alpha[80:140, 50:110] = 0.3
    assert np.array_equal(without_tails(alpha, opinion), alpha)


def test_a_faint_subject_is_nobodys_haze() -> None:
    alpha = np.float32(0.4) * product()
    assert np.array_equal(without_tails(alpha, alpha), alpha)
