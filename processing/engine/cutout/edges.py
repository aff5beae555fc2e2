"""From a network's coarse matte to an alpha channel that follows the picture's own edges.

On a small copy of the subject's region: doubt that colors settle (`own_colors`), where the matte is sure
(`_sure`), alpha between those places (`matting`), with plain rims kept plain (`rims`), above standard strength once more with what
colors say (`evidence`) and on a finer copy, clean-ups (`cleanup`), the colors on both sides of the edge (`foreground`). Then at full size
along the edge alone (`fullsize`). So the cost hardly grows with the photo.
"""

from dataclasses import replace

import cv2
import numpy as np

from processing.engine.arrays import F32, U8, Box, fit_within, shrink
from processing.engine.cutout import (
    cleanup,
    evidence,
    foreground,
    fullsize,
    holes,
    matting,
    own_colors,
    rims,
)
from processing.engine.cutout.fullsize import Findings, to_u8
from processing.engine.cutout.result import Cutout
from processing.engine.plans.cutout import CleanUp, Edge, edge_strength

# Chosen on half of 14 photos with measured alpha, and by eye on sellers' photos.
# What the matte is sure of, and how many of its cells further in that begins.
_SURE_BACKGROUND, _SURE_SUBJECT, _MARGIN = 0.01, 0.99, 2.0
# What is thinner than this many cells, and believed in that much more than what lies around it, is
# a strap; where cells are finer than this, in pixels, straps have a sure middle of their own.
_THIN, _BELIEVED, _COARSE = 8.0, 0.7, 0.75
# Far from the likely subject (in cells) fainter opinions are haze: without this, alpha runs along the
# joints of a tiled floor.
_REACH, _FAR_HAZE = 20.0, 0.1
# Longer side of the working copies: the least and the most of them, and the photo's share of that.
# A network with a finer grid than U2-Net's 320 has earned a finer copy.
_STANDARD, _FINE = (256, 384, 4), (640, 1024, 3)
_GRID_SHARE = 0.625
# The weight of the network's opinion where both sides differ in color and what is added where they
# do not; the squared distance of colors (0 to 1) between the two; the side of the copy for that.
_MIN_TRUST, _MORE_TRUST, _LOW_CONTRAST = np.float32(3e-4), np.float32(4e-2), np.float32(0.04)
_CONTRAST_SIDE = 160
# What colors say is heard in full where the network leaves at least one over this for it, and less in
# proportion where it leaves less.
_HEARD = np.float32(4)
# The ends of alpha, as a share, that are stretched to 0 and 1: at standard strength, in proportion else.
VEIL = 0.02
# Belief too faint to count when asking how sure the network was.
_HAZE = 0.04
# Cells of the matte around its own box: room for the band of doubt.
_REGION_MARGIN = 6


def cut_out(rgb: U8, matte: F32, *, edge: Edge, clean: CleanUp | None = None) -> Cutout:
    """Fit a matte (n, m) of the whole picture, 0 to 1, to the picture (h, w, 3)."""
    height, width = rgb.shape[:2]
    clean = clean or CleanUp.off()
    strength = edge_strength(edge)
    region = _region(matte, width, height)
    if region is None:
        return Cutout(rgb, np.zeros((height, width), np.uint8))
    if strength == 0:
        tidied, hook = cleanup.without_hook(cleanup.tidy(matte, matte, clean), clean)
        return Cutout(rgb, enlarge(tidied, width, height), hook)
    findings, hook = _find(rgb, matte, region, (strength, clean))
    return Cutout(*fullsize.spread(rgb, region, findings), hook)


def enlarge(matte: F32, width: int, height: int) -> U8:
    """Enlarge the matte as it is to alpha of the given size: cubic interpolation, uint8 (h, w)."""
    resized = cv2.resize(to_u8(matte), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(resized, dtype=np.uint8)


def uncertainty(matte: F32) -> float:
    """Say how undecided the model was, 0 to 1: the mean of 4m(1-m) over all that may be subject.

    On 136 sellers' photos with the fast model the median is 0.05; above 0.12 ten of 14 were cut
    out badly, below 0.07 one of 87. 1 when nothing was found.
    """
    maybe = matte[matte > _HAZE]
    if maybe.size == 0:
        return 1.0
    # The 4 makes the most undecided matte, 0.5 all over, come to 1.
    return round(float(np.mean(4 * maybe * (1 - maybe))), 4)


def _find(
    rgb: U8, matte: F32, region: Box, wanted: tuple[float, CleanUp]
) -> tuple[Findings, bool | None]:
    """What is known of the region, and whether a hook was found in it."""
    strength, clean = wanted
    left, top, right, bottom = region
    seen = rgb[top:bottom, left:right]
    standard, fine = _working_sides(matte, max(seen.shape[:2]))
    looked_at = copy(seen, max(rims.SIDE, standard))
    opened = _task(looked_at, matte, (rgb, region), (standard, clean))
    known = matting.approached(opened)
    # Places of the copy that a pixel of the photo covers, and a cell of the network.
    pixel = max(opened.matte.shape) / max(seen.shape[:2])
    cell = pixel * max(rgb.shape[:2]) / max(matte.shape)
    rim = rims.traced(opened, known, looked_at, cell)
    coarse = task = rim.narrowed(opened) if rim else opened
    model = matting.finished(task, known)
    if strength < 50:
        # The matte as a model: no slope, and the matte itself as the offset.
        as_it_is = np.dstack([np.zeros_like(task.rgb), opened.matte])
        model = _blend(as_it_is, model, strength / 50)
    elif strength > 50:
        task, known = weighed(task, model), model
        finer = _finer(task, copy(seen, fine))
        model = matting.resized(model, finer.matte.shape)
        model = _blend(model, matting.refine((task, finer), known), strength / 50 - 1)
        task = finer
    if rim:
        pixel = max(task.matte.shape) / max(seen.shape[:2])
        model = rim.drawn(model, pixel, min(1, strength / 50))
    alpha = np.clip(matting.apply(model, task.rgb), 0, 1)
    alpha = fullsize.unveiled(alpha, veil := VEIL * strength / 50)
    tidied, hook = cleanup.without_hook(cleanup.tidy(alpha, task.matte, clean), clean)
    # Along the edge, full-size alpha comes from the model: it must hold the clean-ups, too.
    correct(model, tidied != alpha, tidied)
    # Colors change slowly, so the standard copy will do, however fine the edge is.
    colors = foreground.blur_fusion(coarse.rgb, resized(tidied, coarse.rgb))
    return Findings(to_u8(tidied), doubt(tidied), model, veil, *colors), hook


def _task(
    copied: F32, matte: F32, part: tuple[U8, Box], wanted: tuple[int, CleanUp]
) -> matting.Task:
    """Gather what is known of a part of a picture before matting: its colors as `copied`, made smaller, to the given
    longer side."""
    side, clean = wanted
    rgb, region = part
    left, top, right, bottom = region
    size = fit_within(right - left, bottom - top, side)
    small = np.asarray(cv2.resize(copied, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    opinion = _cropped(matte, rgb, region, (small.shape[1], small.shape[0]))
    # Pixels of the working copy that one cell of the network covers: margins are meant in cells.
    shrunk = max(opinion.shape) / max(right - left, bottom - top)
    cell = max(rgb.shape[:2]) / max(matte.shape) * shrunk
    opinion = holes.opened(cleanup.without_shadow(opinion, small, clean), small, clean)
    opinion = own_colors.settled(opinion, small, cell)
    subject, background = _sure(opinion, cell)
    return matting.Task(small, opinion, trust(small, subject, background), subject, background)


def _working_sides(matte: F32, longest: int) -> tuple[int, int]:
    """The longer side of the standard and of the fine copy."""
    least = int(max(matte.shape) * _GRID_SHARE)
    standard, fine = (
        max(least, lowest, min(highest, longest // share))
        for lowest, highest, share in (_STANDARD, _FINE)
    )
    return min(standard, longest), min(fine, longest)


def copy(seen: U8, side: int) -> F32:
    small = shrink(seen, fit_within(seen.shape[1], seen.shape[0], side))
    return small.astype(np.float32) / np.float32(255)


def resized(layer: F32, like: F32) -> F32:
    size = (like.shape[1], like.shape[0])
    method = cv2.INTER_AREA if layer.shape[1] > size[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(layer, size, interpolation=method), dtype=np.float32)


def weighed(task: matting.Task, model: F32) -> matting.Task:
    """Add what colors say, given the model that was found without them."""
    alpha = np.clip(matting.apply(model, task.rgb), 0, 1)
    found = evidence.weigh(task.rgb, alpha, task.subject, task.background)
    # A cuff in the shade has the color of some background: the surer the network, the less that says.
    heard = np.minimum(1, _HEARD * np.where(found > 0, task.matte, 1 - task.matte))
    return replace(task, evidence=np.asarray(found * heard, dtype=np.float32))


def _finer(task: matting.Task, rgb: F32) -> matting.Task:
    """Refine a task's colors only: what the network thinks is no finer on a finer copy."""
    parts = (task.matte, task.trust, task.subject, task.background)
    finer = matting.Task(rgb, *(resized(part, rgb) for part in parts))
    if task.evidence is None:
        return finer
    return replace(finer, evidence=resized(task.evidence, rgb))


def _blend(one: F32, other: F32, share: float) -> F32:
    return np.asarray(one + np.float32(share) * (other - one), dtype=np.float32)


def _sure(opinion: F32, cell: float) -> tuple[F32, F32]:
    """Find where the matte may be believed: 1 or 0, float32 (h, w), for subject and background.
    `cell` is how many pixels one of the network's own covers."""
    step = max(1.0, cell)
    subject = cv2.erode((opinion > _SURE_SUBJECT).astype(np.uint8), _square(_MARGIN * step))
    likely = (opinion > 0.5).astype(np.uint8)
    near = np.asarray(cv2.dilate(likely, _square(_REACH * step)))
    haze = np.where(near > 0, np.float32(_SURE_BACKGROUND), np.float32(_FAR_HAZE))
    background = cv2.erode((opinion < haze).astype(np.uint8), _square(_MARGIN * step))
    if cell > _COARSE:
        # Ridges add to what is sure; what a margin took from a strap comes back here.
        subject = cv2.bitwise_or(subject, _ridges(opinion, step))
    return subject.astype(np.float32), background.astype(np.float32)


def _ridges(opinion: F32, cell: float) -> U8:
    """1 along the middle of what is too thin for a margin but believed in: straps, laces, handles.
    Without them alpha would fade along a strap as it gets away from the bag."""
    side = 2 * max(1, round(_THIN * cell / 2)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    thin = np.asarray(cv2.morphologyEx(opinion, cv2.MORPH_TOPHAT, kernel)) > _BELIEVED
    # A local maximum, with room for rounding.
    peak = opinion >= 0.99 * np.asarray(cv2.dilate(opinion, np.ones((3, 3), np.uint8)))
    return np.asarray(thin & peak, dtype=np.uint8)


def trust(small: F32, subject: F32, background: F32) -> F32:
    """Say how far to trust the network's opinion rather than the picture's edges, float32 (h, w):
    the less both sides differ in color, the less an edge of the picture says."""
    height, width = subject.shape
    size = fit_within(width, height, _CONTRAST_SIDE)
    parts = (
        cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        for part in (small, subject, background)
    )
    rgb, inside, outside = (np.asarray(part, dtype=np.float32) for part in parts)
    difference = foreground.nearby_mean(rgb, inside) - foreground.nearby_mean(rgb, outside)
    contrast = (difference * difference).sum(axis=-1)
    weight = _MIN_TRUST + _MORE_TRUST * np.exp(-contrast / _LOW_CONTRAST)
    return np.asarray(cv2.resize(weight, (width, height)), dtype=np.float32)


def _square(radius: float) -> U8:
    side = 2 * max(1, round(radius)) + 1
    return np.ones((side, side), np.uint8)


def correct(model: F32, where: cv2.typing.MatLike, alpha: F32) -> None:
    """Make the model say what a clean-up changed, whatever the color."""
    model[where] = 0
    model[where, 3] = alpha[where]


def doubt(alpha: F32) -> U8:
    """255 where alpha is soft, or next to where it is or changes, else 0."""
    soft = cv2.inRange(to_u8(alpha), 3, 252)
    halves = np.asarray(cv2.inRange(alpha, 0.5, 1.0), dtype=np.uint8)
    # A hard edge leaves no soft pixel at all; the outline of the half-way mark always exists.
    outline = cv2.morphologyEx(halves, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    near = cv2.dilate(cv2.bitwise_or(soft, outline), np.ones((3, 3), np.uint8))
    return np.asarray(near, dtype=np.uint8)


def _region(matte: F32, width: int, height: int) -> Box | None:
    """Find the part of the picture (pixels) that can hold any subject, or None."""
    cells = (matte > _SURE_BACKGROUND).astype(np.uint8)
    left, top, across, down = cv2.boundingRect(cells)
    if across == 0:
        return None
    rows, columns = matte.shape
    scale_x, scale_y = width / columns, height / rows
    return (
        max(0, int((left - _REGION_MARGIN) * scale_x)),
        max(0, int((top - _REGION_MARGIN) * scale_y)),
        min(width, int(np.ceil((left + across + _REGION_MARGIN) * scale_x))),
        min(height, int(np.ceil((top + down + _REGION_MARGIN) * scale_y))),
    )


def _cropped(matte: F32, rgb: U8, region: Box, size: tuple[int, int]) -> F32:
    """The matte over the region, on the working copy's grid."""
    (rows, columns), (height, width) = matte.shape, rgb.shape[:2]
    left, top, right, bottom = region
    across, down = columns / width, rows / height
    step_x, step_y = (right - left) / size[0] * across, (bottom - top) / size[1] * down
    # Centers of pixels fall on centers of pixels: hence the halves.
    shift_x = left * across + step_x / 2 - 0.5
    shift_y = top * down + step_y / 2 - 0.5
    matrix = np.array([[step_x, 0, shift_x], [0, step_y, shift_y]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(matte, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip(laid, 0, 1), dtype=np.float32)
