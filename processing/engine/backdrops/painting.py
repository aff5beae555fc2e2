"""A picture painted again with a brush, from broad strokes to small ones.

After Hertzmann, "Painterly rendering with curved brush strokes of multiple sizes" (SIGGRAPH 1998):
each layer paints only where the canvas still differs from the picture, along its edges.
"""

import cv2
import numpy as np

from processing.engine.arrays import F32

_SIDE = 900
# Brushes as shares of the longer side; a stroke is so many brushes long, and a grid cell so wide.
_BRUSHES = (0.034, 0.017, 0.008)
_LONG, _CELL = 2.6, 0.75
# Paint again where colors differ by more, in bytes; how far a stroke's color strays.
_CLOSE, _STRAY = (0.0, 9.0, 15.0), 4.5
_RELIEF = 0.5
_SUB = 16


def painted(picture: F32, random: np.random.Generator) -> F32:
    """`picture` is float32 (h, w, 3) from 0 to 255, as is what comes back."""
    height, width = picture.shape[:2]
    scale = min(1.0, _SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    canvas, bristles = small.mean(axis=(0, 1)) + np.zeros_like(small), np.zeros_like(small[..., 0])
    for share, close in zip(_BRUSHES, _CLOSE, strict=True):
        _layer((canvas, bristles), small, (share * max(size), close), random)
    vivid = canvas.mean(axis=-1, keepdims=True)
    canvas = vivid + (canvas - vivid) * np.float32(1.12)
    soft = cv2.GaussianBlur(bristles, (0, 0), 0.8)
    canvas += np.asarray(cv2.Sobel(soft, cv2.CV_32F, 1, 1), np.float32)[..., None] * np.float32(
        _RELIEF
    )
    large = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(large, 0, 255), dtype=np.float32)


def _layer(
    paint: tuple[F32, F32], wanted: F32, brush: tuple[float, float], random: np.random.Generator
) -> None:
    """One brush's strokes, in random order, on canvas and relief."""
    canvas, bristles = paint
    wide, close = brush
    height, width = wanted.shape[:2]
    soft = np.asarray(cv2.GaussianBlur(wanted, (0, 0), max(0.5, 0.45 * wide)), dtype=np.float32)
    differs = np.asarray(cv2.blur(np.abs(soft - canvas).mean(axis=-1), (round(wide) | 1,) * 2))
    turns = _directions(soft, wide, random)
    cell = max(2.0, _CELL * wide)
    grid = np.stack(np.meshgrid(np.arange(0, width, cell), np.arange(0, height, cell)), -1)
    places = grid.reshape(-1, 2) + random.uniform(0, cell, (grid.size // 2, 2))
    columns = np.clip(places[:, 0].astype(int), 0, width - 1)
    rows = np.clip(places[:, 1].astype(int), 0, height - 1)
    order = random.permutation(len(places))
    lengths = wide * _LONG * random.uniform(0.6, 1.3, len(places))
    strays = random.normal(0, _STRAY, (len(places), 1)) + random.normal(0, 1.5, (len(places), 3))
    thick = max(1, round(wide * 0.9))
    for stroke in order[differs[rows, columns][order] >= close]:
        row, column = rows[stroke], columns[stroke]
        half = (
            0.5
            * lengths[stroke]
            * np.array([np.cos(turns[row, column]), np.sin(turns[row, column])])
        )
        ends = np.round(np.array([places[stroke] - half, places[stroke] + half]) * _SUB).astype(int)
        color = [float(c) for c in soft[row, column] + strays[stroke]]
        start, end = ((int(x), int(y)) for x, y in ends)
        cv2.line(canvas, start, end, color, thick, cv2.LINE_8, 4)
        cv2.line(bristles, start, end, float(strays[stroke, 0] * 4), thick, cv2.LINE_8, 4)


def _directions(soft: F32, wide: float, random: np.random.Generator) -> F32:
    """Point along the edges where there are any, else with a slow current, in radians (h, w)."""
    grey = soft.mean(axis=-1)
    across, down = (np.asarray(cv2.Sobel(grey, cv2.CV_32F, x, 1 - x), np.float32) for x in (1, 0))
    # Doubled angles, so that opposite gradients of one edge agree instead of cancelling out.
    real, imaginary = across * across - down * down, 2 * across * down
    real, imaginary = (
        np.asarray(cv2.GaussianBlur(part, (0, 0), max(1.0, wide)), np.float32)
        for part in (real, imaginary)
    )
    current = random.standard_normal((2, 5, 5), dtype=np.float32)
    shape = grey.shape[::-1]
    slow = [np.asarray(cv2.resize(part, shape, interpolation=cv2.INTER_CUBIC)) for part in current]
    return np.asarray(
        0.5 * np.arctan2(imaginary + 3 * slow[0], real + 3 * slow[1]) + np.pi / 2, dtype=np.float32
    )
