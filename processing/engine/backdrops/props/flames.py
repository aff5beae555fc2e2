"""Flames of candles, and the glow around them."""

import cv2
import numpy as np

from processing.engine.arrays import F32, Box
from processing.engine.backdrops.props.solids import Solid
from processing.engine.backdrops.props.view import View

_HIGH = 0.028
_CORE = np.array([1.5, 1.25, 0.75], np.float32)
_RIM = np.array([1.35, 0.62, 0.12], np.float32)
_GLOW = np.array([0.34, 0.17, 0.05], np.float32)


def lit(rgba: F32, box: Box, things: list[Solid], view: View) -> None:
    """Add the flames of things to a canvas that covers `box`, premultiplied linear RGBA, in place."""
    for thing in things:
        if thing.flame is not None:
            foot = np.array([[thing.at[0], thing.flame, thing.at[1]]], np.float32)
            column, row = view.seen(foot)[0] - np.array(box[:2], np.float32)
            _flame(rgba, (float(column), float(row)), _HIGH / view.pixel(thing.at[1]))


def _flame(rgba: F32, foot: tuple[float, float], high: float) -> None:
    height, width = rgba.shape[:2]
    reach = 4 * high
    left, right = max(0, int(foot[0] - reach)), min(width, int(foot[0] + reach) + 1)
    top, bottom = max(0, int(foot[1] - high - reach)), min(height, int(foot[1] + reach) + 1)
    if right <= left or bottom <= top:
        return
    x = ((np.arange(left, right) - foot[0]) / high)[None, :].astype(np.float32)
    y = ((foot[1] - np.arange(top, bottom)) / high)[:, None].astype(np.float32)
    along = np.clip(y, 0, 1)
    # A drop: widest at a third of its height, pointed at its top.
    half = 0.2 * np.abs(np.sin(np.pi * along**0.6)) ** 0.9 * np.sqrt(1.04 - along) + 1e-4
    away = np.abs(x) / half
    drop = np.clip(1.15 - away, 0, 1) * ((y > 0) & (y < 1))
    soft = np.asarray(
        cv2.GaussianBlur(drop.astype(np.float32), (0, 0), max(0.5, 0.035 * high)), np.float32
    )
    core = np.clip(soft * 1.6 - 0.3, 0, 1)[..., None]
    glow = np.exp(-(x * x + np.square(y - 0.4)) / 1.6)
    part = rgba[top:bottom, left:right]
    part *= 1 - soft[..., None]
    part[..., :3] += soft[..., None] * (_RIM + (_CORE - _RIM) * core)
    part[..., 3] += soft
    # What only adds light covers nothing.
    part[..., :3] += glow[..., None] * _GLOW * 0.5
    part[..., 3] = np.maximum(part[..., 3], 0.25 * glow)
