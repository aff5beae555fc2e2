"""Shadows drawn from the subject's own matte.

A shadow is a few layers of darkness on what the subject touches: a line where both meet, some that fall
from there away from the light, and one that the light throws. The matte is taken as a slab that lies
(seen from straight above) or hangs, or as a sheet that leans on its ground line at the pose's angle, on
ground that is seen from slightly above. Nothing is darkened evenly all around: on the side of the light a
subject hides no light from what it touches, but for the line of contact.
"""

import math

import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, U8
from processing.engine.light.scene_light import SceneLight
from processing.engine.plans.edit import Shadow
from processing.engine.shadow import hovering, lit_subject, lying, standing
from processing.engine.shadow.lit_subject import LitSubject
from processing.engine.shadow.setting import Setting
from processing.engine.shadow.soften import enlarged
from processing.engine.shadow.styles import STYLES

# The copy goes on beyond the canvas by this share of its longer side, so that a subject which the
# canvas cuts goes on too, and no shadow starts or ends in a line at that edge.
_MARGIN = 0.12
_DARKEST = 0.95
_INTENSITY = 0.5
# Ground ends as softly as this, in rows of the copy.
_EDGE = 2.0


def cast(
    alpha: U8, shadow: Shadow, light: SceneLight | None = None, setting: Setting | None = None
) -> U8:
    """Draw the opacity (h, w) of the shadow that a subject throws on its canvas.

    `alpha` uint8 (h, w) is the subject's matte on the whole canvas. Where `shadow` leaves a value
    open, `light` and `setting` decide, else the mode; where nobody names a pose, `ground_contact.pose`
    guesses it. The shadow goes on beneath the subject, which will cover it. All 0 where there is no
    subject.
    """
    height, width = alpha.shape
    size = arrays.fit_within(width, height, STYLES[shadow.mode].side)
    margin = math.ceil(_MARGIN * max(size))
    small = arrays.shrink(alpha, size)
    subject = lit_subject.found(small, margin, shadow, light, setting)
    if subject is None:
        return np.zeros_like(alpha)
    lit = hovering.lit(subject) if shadow.mode == "floating" else _touching(subject)
    intensity = _INTENSITY if shadow.intensity is None else shadow.intensity
    dark = (1 - lit)[margin : margin + size[1], margin : margin + size[0]]
    if subject.begins >= 0:
        dark *= _on_ground(subject.begins - margin, size[1])
    # The modes' opacities are what an intensity of 0.5 looks like.
    dark *= np.float32(intensity / _INTENSITY)
    return enlarged(np.minimum(dark, np.float32(_DARKEST)), (width, height))


def _touching(subject: LitSubject) -> F32:
    """The share of light that reaches what the subject touches: between lying and standing, some of both."""
    if subject.lean == 0:
        return lying.lit(subject)
    upright = standing.lit(subject)
    if subject.lean >= 1 - 1e-6:
        return upright
    lean = np.float32(subject.lean)
    return np.asarray(lean * upright + (1 - lean) * lying.lit(subject), np.float32)


def _on_ground(begins: float, rows: int) -> F32:
    """Give each row's share of ground, (rows, 1): 0 above the row where it begins."""
    below = (np.arange(rows, dtype=np.float32) + np.float32(0.5 - begins)) / np.float32(_EDGE)
    return np.asarray(np.clip(below, 0, 1)[:, None], np.float32)
