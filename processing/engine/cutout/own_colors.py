"""Which colors are the product's own, and what that says of places which a network leaves in doubt.

Colors where the network is sure are counted for either side (histograms as likelihoods: Boykov and Jolly,
"Interactive Graph Cuts", 2001). Well within the outline, doubt about a place of the product's own colors is no reason
to let the backdrop show through.
"""

import cv2
import numpy as np

from processing.engine.arrays import F32, I32, U8, Mask

# What the network calls background and subject for sure, and from where on it leaves no doubt.
_BACKGROUND, _SUBJECT, _NO_DOUBT = 0.05, 0.95, 0.99
# The least share of the picture that either side must have.
_ENOUGH = 0.03
# Steps of each channel, and the density of colors that neither side is known for.
_STEPS = 16
_UNKNOWN = 1e-4
# How deep within the outline doubt is settled, in cells of the network's grid; over how many, as a standard deviation,
# what colors say is averaged there; and the least that they must say.
_DEPTH, _AVERAGED, _OWN = 5.0, 1.5, 0.25
# All of a side but this share, and of how many places one is asked.
_NEARLY, _EVERY = 0.05, 7
# Up to this deep, in cells, strands may part, and each place's own color is asked, too.
_STRANDS = 12.0
# Inlets narrower than this, in cells, lie within the outline where the network believes this much in them.
_INLET, _BELIEVED = 7.0, 0.3
# A hole that the network is sure of has a narrow rim: the doubt around it covers less than this share of it.
_VAGUE = 1.0


def share(rgb: F32, matte: F32) -> F32 | None:
    """How much a color is the subject's rather than the background's, float32 (h, w), 0 to 1: 0 for colors unknown to both.

    `rgb` (h, w, 3), 0 to 1; `matte` (h, w). None where the network is sure of too little.
    """
    subject, background = matte > _SUBJECT, matte < _BACKGROUND
    if min(subject.mean(), background.mean()) < _ENOUGH:
        return None
    steps = np.minimum(rgb * np.float32(_STEPS), _STEPS - 1).astype(np.int32)
    places: I32 = (steps[..., 0] * _STEPS + steps[..., 1]) * _STEPS + steps[..., 2]
    own, other = (_counted(places[where]) for where in (subject, background))
    return np.asarray((own / (own + other + np.float32(_UNKNOWN)))[places], dtype=np.float32)


def settled(matte: F32, rgb: F32, cell: float) -> F32:
    """The matte (h, w) with 1 where it leaves doubt well within the subject and colors don't.

    `cell`: how many of its places one of the network's cells covers.
    """
    step = max(1.0, cell)
    outline = (matte > 0.5).astype(np.uint8)
    whole = _whole(outline, 2 * round(_INLET * step / 2) + 1, matte > _BELIEVED)
    framed = cv2.distanceTransform(np.pad(whole, 1, mode="edge"), cv2.DIST_L2, 5)
    depth = np.asarray(framed, dtype=np.float32)[1:-1, 1:-1]
    open_to_doubt = (depth > _DEPTH * step) & (matte < _NO_DOUBT)
    open_to_doubt &= ~_certain_holes(whole - outline, matte, step)
    if not open_to_doubt.any():
        return matte
    colors = share(rgb, matte)
    if colors is None:
        return matte
    blurred = cv2.GaussianBlur(colors, (0, 0), _AVERAGED * step)
    said = np.asarray(blurred, dtype=np.float32)
    least = _least(said, matte)
    # The backdrop between strands of hair is next to the hair's colors.
    strange = (colors < 0.5 * least) & (depth < _STRANDS * step)
    settled_here = open_to_doubt & (said > least) & ~strange
    return np.where(settled_here, 1, matte).astype(np.float32)


def _whole(outline: U8, inlet: int, believed: Mask) -> U8:
    """All that an outline's pieces enclose, and believed inlets narrower than so many places, 1 in uint8 (h, w)."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (inlet, inlet))
    closed = cv2.morphologyEx(np.pad(outline, inlet), cv2.MORPH_CLOSE, kernel)
    around = np.ascontiguousarray(closed[inlet:-inlet, inlet:-inlet] * believed)
    found, _ = cv2.findContours(around, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(around, found, -1, 1, cv2.FILLED), dtype=np.uint8)


def _least(said: F32, matte: F32) -> float:
    """What colors must say at least: halfway between what they say of nearly all of either side."""
    own, other = (said[where][::_EVERY] for where in (matte > _SUBJECT, matte < _BACKGROUND))
    halfway = 0.5 * float(np.quantile(own, _NEARLY) + np.quantile(other, 1 - _NEARLY))
    return max(_OWN, halfway)


def _certain_holes(holes: U8, matte: F32, step: float) -> Mask:
    """Holes, 1 in uint8 (h, w), that the network is sure of, and their rims."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(holes, connectivity=4)
    certain = np.zeros(matte.shape, np.bool_)
    reach = 2 * round(4 * step) + 1
    for label in range(1, count):
        left, top, width, height, area = stats[label].tolist()
        rows = slice(max(0, top - reach), top + height + reach)
        columns = slice(max(0, left - reach), left + width + reach)
        inside = (labels[rows, columns] == label).astype(np.uint8)
        around = np.asarray(cv2.dilate(inside, np.ones((reach, reach), np.uint8))) > 0
        seen = matte[rows, columns]
        vague = ((seen > _BACKGROUND) & (seen < _SUBJECT) & around).sum()
        if vague < _VAGUE * area:
            certain[rows, columns] |= around
    return certain


def _counted(places: I32) -> F32:
    """The share of each color (steps^3,), blurred a little over its neighbors."""
    counts = np.bincount(places, minlength=_STEPS**3).astype(np.float32)
    result = (counts / np.float32(max(1, len(places)))).reshape(_STEPS, _STEPS, _STEPS)
    for axis in range(3):
        across = np.moveaxis(result, axis, 0)
        before = np.concatenate([across[:1], across[:-1]])
        after = np.concatenate([across[1:], across[-1:]])
        result = np.moveaxis((before + 2 * across + after) / np.float32(4), 0, axis)
    return np.ascontiguousarray(result).reshape(-1)
