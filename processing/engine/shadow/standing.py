"""The shadow of what stands on ground that is seen from slightly above, or leans over it."""

import math

import cv2
import numpy as np

from processing.engine.arrays import F32
from processing.engine.shadow.lit_subject import LitSubject
from processing.engine.shadow.soften import graded, moved, softened
from processing.engine.shadow.styles import Layer

# No thing is so thin that light from its side throws a mere line: the shadow of what is 1 high is at
# least this deep.
_THINNEST = 0.1
# Blurs narrower than this, in pixels of the copy, show its steps when it is enlarged.
_STEPLESS = 0.8
# How high above the ground, in a layer's blurs along the ground, a subject still darkens it.
_NEAR = 2.6
# A thrown shadow is blurred by its subject's depth: so many times as much as it is where it begins.
_DEPTH = 2.5
# What stands hides more of the sky from its ground than what lies: layers are as much wider, and darker.
_WIDER, _DARKER = 4.4, 2.3
# How a light's softness counts for the line where what stands meets the ground, as a power.
_MEETING = 0.7


def lit(subject: LitSubject) -> F32:
    """The share of light that reaches the ground, float32 (h, w)."""
    style = subject.style
    result = 1 - np.float32(style.thrown) * _thrown(subject)
    # Light is multiplied, as by filters: however many layers there are, none goes below black.
    for layer in (style.contact, *style.around):
        opacity = min(1.0, _DARKER * layer.opacity)
        result *= 1 - np.float32(opacity) * _around(subject, layer)
    return np.asarray(result, np.float32)


def _around(subject: LitSubject, layer: Layer) -> F32:
    """Measure how much of the sky the subject hides from the ground beside it, 0 to 1.

    Only the part near the ground counts; its blur is moved down to stay dark right up to the base.
    """
    # Where both meet, soft light spreads less.
    blur = subject.blur**_MEETING if layer is subject.style.contact else subject.blur
    across = _WIDER * layer.blur * subject.contact.unit * blur
    along = max(across * subject.squash, _STEPLESS)
    contact = subject.contact
    rows = np.arange(subject.matte.shape[0], dtype=np.float32)[:, None]
    height = np.maximum(contact.foot[None] - rows, 0) * np.float32(1 / (_NEAR * along))
    down = 1.1 * along * subject.lean
    near = subject.matte * np.exp(-height) * contact.touches[None]
    return moved(softened(near, across, along), 0, down)


def _behind(subject: LitSubject) -> F32:
    """Measure how far up the picture from the ground line each point lies."""
    rows = np.arange(subject.matte.shape[0], dtype=np.float32)[:, None]
    return np.asarray(subject.contact.ground[None, :] - rows, np.float32)


def _thrown(subject: LitSubject) -> F32:
    """Draw the cast shadow, 0 to 1: crisp where it starts, softer and fainter with height.

    Works backwards: which point of the sheet, `sheet` up from its foot, darkens this point of the
    ground? (Where the ground line is curved, the line at the shadow is taken for that at the foot.)
    """
    box, unit, style = subject.contact.box, subject.contact.unit, subject.style
    # A point one unit up the sheet lies `flat` up the picture, and its shadow falls `away` further
    # for the `lean` that it is above the ground.
    deep = subject.flat + subject.away * subject.lean
    deep = math.copysign(max(abs(deep), _THINNEST), deep)
    # The matte's steps would show along the ground, where it is squeezed most: begin beneath it.
    start = subject.lean * (1 if deep > 0 else 3)
    sheet = (_behind(subject) - np.float32(start)) / np.float32(deep)
    dark = _projected(subject, sheet)
    tall = max(1.0, (box[3] - box[1]) * subject.lean)
    far = np.clip(sheet * np.float32(subject.lean), 0, tall)
    dark *= 1 - far * np.float32(style.fade / tall)
    sigma = (style.crisp * unit + far * np.float32(style.penumbra)) * np.float32(subject.blur)
    # Things are no sheets: their depth blurs what would end in a line along the ground.
    deep_blur = _DEPTH * style.crisp * unit * subject.blur
    return softened(graded(dark, sigma), style.crisp * unit * subject.blur, deep_blur)


def _projected(subject: LitSubject, sheet: F32) -> F32:
    columns = np.arange(sheet.shape[1], dtype=np.float32)[None, :]
    # Back along the light: what darkens this column stands to its left by the throw to the right.
    foot = columns - np.float32(subject.right * subject.lean) * sheet
    ground = cv2.remap(
        subject.contact.ground[None, :],
        foot,
        np.zeros_like(foot),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    dark = cv2.remap(
        subject.matte,
        foot,
        np.asarray(ground) - sheet,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    # Nothing is below the ground; where the canvas cuts the subject, its copy goes on there.
    return np.asarray(dark * np.clip(sheet + 2, 0, 1), np.float32)
