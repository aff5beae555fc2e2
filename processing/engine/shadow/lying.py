"""The shadow of what lies flat, seen from straight above, or hangs on a wall."""

import math

import numpy as np

from processing.engine.arrays import F32
from processing.engine.shadow.lit_subject import LitSubject
from processing.engine.shadow.soften import moved, softened

# A thing that lies is as thick as this share of its size; one that hangs is so far from its wall.
_THICKNESS, _FROM_WALL = 0.045, 0.075
# A soft edge is moved away from the light by so many of its own deviations: a fifteenth of it, at most,
# is seen on the side of the light, however soft it is.
_LEE = 1.5
# ... and the line of contact by so many.
_CONTACT_LEE = 0.8
# Light whose shadows are longer than this per unit of height comes from a side. Steeper light moves
# shadows less, and they are narrower.
_SIDEWAYS, _USUAL = 0.2, 0.34
_NARROWEST, _WIDEST = 0.4, 2.0
# How wide a gap between two parts of the subject may be to lie in the dark, as a share of its size.
_GAP = 0.03


def lit(subject: LitSubject) -> F32:
    """The share of light that reaches the surface, float32 (h, w)."""
    style, unit = subject.style, subject.contact.unit
    reach = math.hypot(subject.right, subject.away)
    # (one who asks for a shadow straight down gets it close to the subject)
    width = unit * subject.blur * min(max(reach / _USUAL, _NARROWEST), _WIDEST)
    result = 1 - np.float32(style.thrown) * _thrown(subject)
    # Light is multiplied, as by filters: however many layers there are, none goes below black.
    if not subject.hangs:
        # Where both meet no light is soft enough to spread, and a wide line all around is an outline.
        thin = style.contact.blur * unit * min(subject.blur, 1.0)
        line = softened(_away(subject, _CONTACT_LEE * thin), thin, thin)
        result *= 1 - np.float32(style.contact.opacity) * line
    for layer in style.around:
        across = layer.blur * width
        soft = softened(_away(subject, _LEE * across), across, across)
        result *= 1 - np.float32(layer.opacity) * soft
    result *= 1 - np.float32(style.folds) * _gaps(subject)
    return np.asarray(result, np.float32)


def _away(subject: LitSubject, pixels: float) -> F32:
    """The matte, moved away from the light."""
    reach = math.hypot(subject.right, subject.away)
    far = pixels / max(reach, _SIDEWAYS)
    return moved(subject.matte, far * subject.right, -far * subject.away)


def _thrown(subject: LitSubject) -> F32:
    """Draw what the slab's upper side throws, 0 to 1, and its flank without a gap."""
    style, unit = subject.style, subject.contact.unit
    reach = math.hypot(subject.right, subject.away)
    sigma = style.crisp * unit * subject.blur
    height = _FROM_WALL if subject.hangs else _THICKNESS
    far = max(height * unit * reach, _LEE * sigma * min(1.0, reach / _SIDEWAYS))
    dark = _along(subject, far)
    if not subject.hangs:
        # What touches the surface has no light beneath its edge, however narrow it is.
        for share in (0.5, 0.25):
            right, down = (share * far * part for part in _aside(subject))
            dark = np.maximum(dark, moved(dark, -right, -down))
    return softened(dark, sigma, sigma)


def _along(subject: LitSubject, pixels: float) -> F32:
    right, down = _aside(subject)
    return moved(subject.matte, pixels * right, pixels * down)


def _aside(subject: LitSubject) -> tuple[float, float]:
    """The direction of the shadow in the picture, right and down, of length 1."""
    reach = max(math.hypot(subject.right, subject.away), 1e-6)
    return subject.right / reach, -subject.away / reach


def _gaps(subject: LitSubject) -> F32:
    """Measure how deep between parts of the subject each place lies, 0 to 1: of a straight edge, from
    which half of the sky is seen, nothing."""
    across = _GAP * subject.contact.unit
    hidden = 2 * softened(subject.matte, across, across) - 1
    return np.asarray(np.maximum(hidden, 0), np.float32)
