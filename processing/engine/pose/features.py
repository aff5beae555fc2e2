"""What a small copy of a photo shows of where it was taken: light, color, texture and edges over a grid.

Orientations are counted as Dalal and Triggs do ("Histograms of oriented gradients for human detection", CVPR 2005).
A photo and its mirror image have the same features.
"""

import cv2
import numpy as np

from processing.engine.arrays import F32, U8, shrink

# The copy is squeezed to a square of so many pixels, and its cells are a sixth of that.
SIDE, GRID = 96, 6
_ORIENTATIONS = 6
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
# Texture finer than the first, and between both, in pixels of the copy.
_FINE, _COARSE = 1.2, 4.0
# Three of light and color, two of texture, and the orientations; each as its mean over mirrored cells and its
# difference between them.
CHANNELS = 5 + _ORIENTATIONS
COUNT = CHANNELS * GRID * GRID


def features(rgb: U8) -> F32:
    """Describe a photo, sRGB uint8 (h, w, 3) of any size: float32 (COUNT,), about 0 to 1 each."""
    copy = shrink(rgb, (SIDE, SIDE)).astype(np.float32) / np.float32(255)
    grey = np.asarray(copy @ _LUMA, np.float32)
    red_green = copy[..., 0] - copy[..., 1]
    yellow_blue = (copy[..., 0] + copy[..., 1]) / 2 - copy[..., 2]
    smooth = np.asarray(cv2.GaussianBlur(grey, (0, 0), _FINE), np.float32)
    smoother = np.asarray(cv2.GaussianBlur(smooth, (0, 0), _COARSE), np.float32)
    textures = [8 * np.abs(grey - smooth), 4 * np.abs(smooth - smoother)]
    parts = [grey, red_green, yellow_blue, *textures, *_edges(grey)]
    cells = np.stack([_cells(part) for part in parts])
    # Energies are spread over decades.
    cells[3:] = np.sqrt(np.maximum(cells[3:], 0))
    return _either_way_round(cells)


def _edges(grey: F32) -> list[F32]:
    """The gradient's strength in each of the orientations, a gradient between two shared by both."""
    across = np.asarray(cv2.Sobel(grey, cv2.CV_32F, 1, 0), np.float32)
    down = np.asarray(cv2.Sobel(grey, cv2.CV_32F, 0, 1), np.float32)
    strength = np.float32(0.6) * np.hypot(across, down)
    place = np.mod(np.arctan2(down, across), np.pi) * np.float32(_ORIENTATIONS / np.pi)
    edges = []
    for number in range(_ORIENTATIONS):
        away = np.abs(place - number)
        away = np.minimum(away, _ORIENTATIONS - away)
        edges.append(np.asarray(strength * np.maximum(0, 1 - away), np.float32))
    return edges


def _cells(part: F32) -> F32:
    small = cv2.resize(part, (GRID, GRID), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def _either_way_round(cells: F32) -> F32:
    """Cells (CHANNELS, GRID, GRID) with their mirror image: means of both, and how far they are apart."""
    mirrored = cells[:, :, ::-1].copy()
    # In a mirror, an edge that climbs to the right climbs to the left.
    mirrored[6:] = mirrored[:5:-1].copy()
    half = GRID // 2
    both = [(cells + mirrored) / 2, np.abs(cells - mirrored) / 2]
    return np.concatenate([part[:, :, :half].ravel() for part in both]).astype(np.float32)
