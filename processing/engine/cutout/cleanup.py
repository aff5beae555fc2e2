"""Small mercies for sellers: islands, pinholes, the ground's shadow, the hanger.

Each works on a small copy, and each can be switched off (`plans.cutout.CleanUp`).
"""

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, U8
from processing.engine.cutout import tails
from processing.engine.cutout.foreground import nearby_mean
from processing.engine.plans.cutout import CleanUp

# An island smaller than this share of the largest piece is dirt; a second product is larger, and somewhere the network
# believes in it more than this.
_ISLAND, _BELIEVED = 0.01, 0.5
# A hole smaller than this share of the subject is a mistake of the matte; a handle's is larger.
_PINHOLE = 0.0004
# A shadow is the background's color times a factor between these, without its hue or texture ...
_DARKEST, _LIGHTEST = 0.35, 0.97
_HUE_DRIFT = 0.035
_TEXTURE = 0.02
# ... and only where the network itself had doubts: a grey shirt on white looks just the same.
_SHADOW_DOUBT = 0.9
# Shadows are soft: they are looked for on a copy of this longer side.
_SHADOW_SIDE = 160
# A hanger's hook is thinner than this share of the subject's width, and rises from its top.
_HOOK = 0.07
_HOOK_ZONE = 0.25
# Straps come in pairs at either side; a hook stands within this share of the width from the middle.
_HOOK_MIDDLE = 0.1


def tidy(alpha: F32, opinion: F32, options: CleanUp) -> F32:
    """Alpha (h, w) without islands, haze and pinholes, as far as the options ask for it.

    `opinion` (h, w) is the network's, which alpha was made from.
    """
    if options.islands:
        # Not the other way round: a solid ribbon that hangs on a thread of haze would be an island.
        alpha = tails.without_tails(_without_islands(alpha, opinion), opinion)
    if options.pinholes:
        alpha = _without_pinholes(alpha)
    return alpha


def without_hook(alpha: F32, options: CleanUp) -> tuple[F32, bool | None]:
    """Alpha (h, w) without a hanger's hook, where the options ask for that; whether there was one, None
    where none was looked for."""
    if options.keep_hanger:
        return alpha, None
    without = _without_hanger(alpha)
    return without, bool((without != alpha).any())


def without_shadow(matte: F32, rgb: F32, options: CleanUp) -> F32:
    """The matte with less belief in what looks like the ground's shadow, float32 (h, w).

    Looks below the middle of the subject only, where shadows fall on the ground. A product
    whose own color is a darker shade of the background is left alone wherever the network is sure.
    """
    if not options.shadow:
        return matte
    height, width = matte.shape
    size = arrays.fit_within(width, height, _SHADOW_SIDE)
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    belief = np.asarray(cv2.resize(matte, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    shadow = cv2.resize(_shadow(belief, small), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.where(np.asarray(shadow) > 127, 0, matte).astype(np.float32)


def _shadow(matte: F32, rgb: F32) -> U8:
    """255 where a shadow lies, on a small grid."""
    background = matte < 0.02
    if not background.any():
        return np.zeros(matte.shape, np.uint8)
    light = nearby_mean(rgb, background.astype(np.float32))
    # The factor that fits best (least squares), and what it can't explain: another hue.
    factor = (rgb * light).sum(axis=-1) / ((light * light).sum(axis=-1) + np.float32(1e-4))
    drift = np.abs(rgb - factor[..., None] * light).max(axis=-1)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    texture = cv2.blur(np.abs(cv2.Laplacian(grey, cv2.CV_32F)), (5, 5))
    alike = (factor > _DARKEST) & (factor < _LIGHTEST) & (drift < _HUE_DRIFT)
    alike &= matte < _SHADOW_DOUBT
    rows = np.flatnonzero((matte > 0.5).any(axis=1))
    # A shadow above the middle of the subject can't lie on the ground.
    if rows.size:
        alike[: (rows[0] + rows[-1]) // 2] = False
    smooth = (alike & (texture < _TEXTURE)).astype(np.uint8)
    opened = cv2.morphologyEx(smooth, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    # The rim of a shadow is no longer smooth, but it is still a shade of the background.
    whole = np.asarray(cv2.dilate(opened, np.ones((7, 7), np.uint8))) * alike
    return np.asarray(whole * 255, dtype=np.uint8)


def _without_islands(alpha: F32, opinion: F32) -> F32:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        (alpha > 0.05).astype(np.uint8), connectivity=8
    )
    if count <= 2:
        return alpha
    areas = stats[:, cv2.CC_STAT_AREA]
    small = areas < _ISLAND * areas[1:].max()
    small |= np.bincount(labels[opinion > _BELIEVED], minlength=count) == 0
    small[1 + int(areas[1:].argmax())] = False
    # Label 0 is all that is not subject.
    small[0] = False
    return np.where(small[labels], 0, alpha).astype(np.float32)


def _without_pinholes(alpha: F32) -> F32:
    # Four neighbors: a hole must not leak out between two pixels that touch at a corner.
    hollow = (alpha < 0.95).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(hollow, connectivity=4)
    areas, left, top = (stats[:, i] for i in (cv2.CC_STAT_AREA, cv2.CC_STAT_LEFT, cv2.CC_STAT_TOP))
    right, bottom = left + stats[:, cv2.CC_STAT_WIDTH], top + stats[:, cv2.CC_STAT_HEIGHT]
    # What reaches the frame is a gap that the frame cuts, and no hole.
    inside = (left > 0) & (top > 0) & (right < alpha.shape[1]) & (bottom < alpha.shape[0])
    small = inside & (areas < _PINHOLE * float(alpha.sum()))
    small[0] = False  # label 0 is the solid rest
    return np.where(small[labels], 1, alpha).astype(np.float32)


def _without_hanger(alpha: F32) -> F32:
    """Drop what is thin, rises from the top of the subject and stands near its middle.

    A rule and no understanding: it takes a thin strap that stands up in the same place, too, and
    leaves the bar of a hanger that shows through a neckline.
    """
    solid = (alpha > 0.3).astype(np.uint8)
    left, top, width, height = cv2.boundingRect(solid)
    if width == 0:
        return alpha
    side = max(3, round(_HOOK * width)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    # Opening takes away what is thinner than the kernel, and the rim that it rounds off comes
    # back by the dilation: what is left over is thin.
    body = cv2.dilate(cv2.morphologyEx(solid, cv2.MORPH_OPEN, kernel), np.ones((3, 3), np.uint8))
    thin = np.asarray(cv2.bitwise_and(solid, 1 - np.asarray(body)), dtype=np.uint8)
    return np.where(_hooks(thin, (left, top, width, height)), 0, alpha).astype(np.float32)


def _hooks(thin: U8, box: tuple[int, int, int, int]) -> cv2.typing.MatLike:
    left, top, width, height = box
    _, labels, stats, middles = cv2.connectedComponentsWithStats(thin, connectivity=8)
    starts = stats[:, cv2.CC_STAT_TOP]
    rises = stats[:, cv2.CC_STAT_HEIGHT]
    hook = (starts <= top + 0.03 * height) & (starts + rises <= top + _HOOK_ZONE * height)
    hook &= (rises >= 0.02 * height) & (
        np.abs(middles[:, 0] - left - width / 2) < _HOOK_MIDDLE * width
    )
    hook[0] = False
    return np.asarray(hook[labels])
