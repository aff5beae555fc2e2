"""Mattes of things that stand and lie, drawn in memory on a canvas of 240 by 240."""

from __future__ import annotations

import cv2
import numpy as np

CANVAS = 240


def polygon(*corners: tuple[int, int]) -> np.ndarray:
    alpha = np.zeros((CANVAS, CANVAS), np.uint8)
    cv2.fillPoly(alpha, [np.array(corners, np.int32)], 255)
    return alpha


def rectangle(left: int, top: int, right: int, bottom: int) -> np.ndarray:
    """Filled from (left, top) up to, but without, (right, bottom)."""
    alpha = np.zeros((CANVAS, CANVAS), np.uint8)
    alpha[top:bottom, left:right] = 255
    return alpha


def box() -> np.ndarray:
    return rectangle(80, 90, 160, 170)


def bottle() -> np.ndarray:
    return rectangle(98, 110, 142, 200) | rectangle(112, 40, 128, 110)


def shoe() -> np.ndarray:
    return polygon((20, 170), (20, 130), (60, 90), (90, 130), (200, 150), (200, 170))


def mug() -> np.ndarray:
    alpha = rectangle(60, 90, 140, 170)
    cv2.ellipse(alpha, (140, 130), (34, 24), 0, -90, 90, 255, 8)
    return alpha


def shirt() -> np.ndarray:
    return polygon(
        (90, 50), (150, 50), (210, 80), (195, 110), (155, 95), (155, 190), (85, 190), (85, 95),
        (45, 110), (30, 80),
    )  # fmt: skip


def trousers() -> np.ndarray:
    return polygon((85, 40), (155, 40), (170, 200), (130, 200), (120, 90), (110, 200), (70, 200))
