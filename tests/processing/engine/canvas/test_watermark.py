"""The mark of pictures that were made for trying out."""

from __future__ import annotations

import numpy as np
import pytest

from processing.engine.arrays import U8
from processing.engine.canvas.watermark import stamp


def flat(value: int, size: tuple[int, int] = (90, 120)) -> U8:
    return np.full((*size, 3), value, np.uint8)


@pytest.mark.parametrize("value", [0, 60, 128, 200, 255])
def test_shows_on_every_ground(value: int) -> None:
    marked, _ = stamp(flat(value), None)
    change = np.abs(marked.astype(int) - value).max(axis=2)
    assert 0.1 < np.mean(change > 20) < 0.6
    assert change.max() >= 50


def test_covers_every_part_of_the_picture() -> None:
    marked, _ = stamp(flat(128, (400, 600)), None)
    changed = (marked != 128).any(axis=2)
    shares = changed.reshape(4, 100, 6, 100).mean(axis=(1, 3))
    assert shares.min() > 0.1


def test_marks_what_is_transparent_and_takes_nothing_from_what_is_not() -> None:
    alpha = np.zeros((90, 120), np.uint8)
    alpha[:, 60:] = 255
    _, marked = stamp(flat(10), alpha)
    assert marked is not None
    assert marked[:, 60:].min() == 255
    assert 0.1 < np.mean(marked[:, :60] > 0) < 0.8


def test_on_opaque_alpha_as_without_any() -> None:
    rgb = np.arange(90 * 120 * 3, dtype=np.uint32).astype(np.uint8).reshape(90, 120, 3)
    plain, none = stamp(rgb, None)
    same, alpha = stamp(rgb, np.full((90, 120), 255, np.uint8))
    assert none is None
    assert alpha is not None
    assert alpha.min() == 255
    assert np.abs(plain.astype(int) - same).max() == 0


def test_leaves_its_input_alone() -> None:
    rgb, alpha = flat(128), np.zeros((90, 120), np.uint8)
    stamp(rgb, alpha)
    assert (rgb == 128).all()
    assert not alpha.any()


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (300, 2), (64, 64)])
def test_any_size(size: tuple[int, int]) -> None:
    marked, alpha = stamp(flat(128, size), np.zeros(size, np.uint8))
    assert marked.shape == (*size, 3)
    assert alpha is not None
    assert alpha.any()
