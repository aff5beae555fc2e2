"""Findings of a small grid on the full photo: only what is in doubt is touched."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from processing.engine.cutout.fullsize import Findings, spread, to_u8, unveiled

RED, GREEN = np.float32([0.8, 0.2, 0.2]), np.float32([0.2, 0.6, 0.2])
REGION = (10, 20, 70, 620)


def findings(rows: int = 60, columns: int = 6) -> Findings:
    """Left half subject, right half background; between them alpha is a matter of red: 0 at 0.2,
    1 at 0.8."""
    alpha, doubt = np.zeros((rows, columns), np.uint8), np.zeros((rows, columns), np.uint8)
    alpha[:, : columns // 2], doubt[:, columns // 2 - 1 : columns // 2 + 1] = 255, 255
    model = np.zeros((rows, columns, 4), np.float32)
    model[..., 0], model[..., 3] = 1 / 0.6, -0.2 / 0.6
    front, back = (np.broadcast_to(c, (rows, columns, 3)).copy() for c in (RED, GREEN))
    return Findings(alpha, doubt, model, 0.0, front, back)


def photo(share: float) -> np.ndarray:
    """One mixture of red and green everywhere."""
    mixed = share * RED + (1 - share) * GREEN
    return np.broadcast_to(np.round(mixed * 255).astype(np.uint8), (640, 80, 3)).copy()


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0])
def test_in_doubt_the_model_decides_and_the_background_leaves(share: float) -> None:
    colors, alpha = spread(photo(share), REGION, findings())
    band = np.s_[20:620, 30:50]
    assert np.abs(alpha[band].astype(int) - round(share * 255)).max() <= 1
    if 0 < share < 1:
        assert np.abs(colors[band] / 255 - RED).max() < 0.01


def test_where_nothing_is_in_doubt_the_photo_stays() -> None:
    rgb = photo(0.5)
    colors, alpha = spread(rgb, REGION, findings())
    assert (alpha[20:620, 10:28].min(), alpha[20:620, 52:70].max()) == (255, 0)
    outside = np.ones(alpha.shape, bool)
    outside[20:620, 30:50] = False
    assert np.array_equal(colors[outside], rgb[outside])
    outside[20:620, 10:70] = False
    assert alpha[outside].max() == 0


def test_the_veil_is_stretched_away() -> None:
    _, alpha = spread(photo(0.05), REGION, replace(findings(), veil=0.1))
    assert alpha.max() == 255
    assert alpha[20:620, 30:50].max() == 0


def test_layers_may_have_sizes_of_their_own() -> None:
    fine, coarse = findings(120, 12), findings(30, 4)
    mixed = replace(fine, subject=coarse.subject, background=coarse.background)
    one, other = (spread(photo(0.5), REGION, each) for each in (fine, mixed))
    assert np.array_equal(one[0], other[0])
    assert np.array_equal(one[1], other[1])


def test_the_number_of_threads_changes_nothing() -> None:
    rgb = np.random.default_rng(4).integers(0, 256, (640, 80, 3), dtype=np.uint8)
    before = cv2.getNumThreads()
    results = []
    try:
        for threads in (1, 2, 5):
            cv2.setNumThreads(threads)
            results.append(b"".join(part.tobytes() for part in spread(rgb, REGION, findings())))
    finally:
        cv2.setNumThreads(before)
    assert results[0] == results[1] == results[2]


def test_unveiled() -> None:
    given = np.float32([0, 0.1, 0.5, 0.9, 1])
    assert unveiled(given, 0.1) == pytest.approx([0, 0, 0.5, 1, 1], abs=1e-6)
    assert unveiled(given, 0.0) == pytest.approx(given)


def test_to_u8_rounds() -> None:
    assert to_u8(np.float32([0, 0.5, 0.999, 1])).tolist() == [0, 128, 255, 255]
