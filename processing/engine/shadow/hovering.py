"""The shadow of what hovers above what it would touch."""

import cv2
import numpy as np

from processing.engine.arrays import F32
from processing.engine.shadow.lit_subject import LitSubject
from processing.engine.shadow.soften import softened

# Hovering things: how high (as a share of their size), how far their shadow is thrown when they
# face the camera above it, and how deep it is as a share of their height.
_HOVER, _HOVER_LYING, _DEPTH = 0.07, 0.26, 0.35
# How many of its standard deviations of blur a shadow needs to fade out below it.
_FADE_OUT = 3.0


def lit(subject: LitSubject) -> F32:
    """The share of light that reaches the ground, float32 (h, w).

    What faces the camera throws its footprint, as flat as the ground looks, clear below itself, as
    far as the canvas leaves room; what is seen from above throws its outline aside.
    """
    left, top, right, bottom = subject.contact.box
    style, unit = subject.style, subject.contact.unit
    height = _HOVER * unit
    print_depth = _DEPTH * subject.squash * min(right - left, bottom - top)
    fade = _FADE_OUT * style.around[0].blur * unit * subject.squash * subject.blur
    # Where the canvas ends too soon the shadow moves up, rather than being cut off.
    room = min(1.0, max(0.0, subject.floor - bottom) / (height + print_depth + fade))
    # Lying, the outline keeps its size; standing, it is pressed to the depth of a footprint.
    scale = subject.flat + subject.lean * room * print_depth / (bottom - top)
    drop = subject.lean * room * (height + print_depth)
    aside = subject.lean * height + (1 - subject.lean) * _HOVER_LYING * unit
    up = subject.away * aside * (1 - subject.lean)
    matrix = np.array(
        [[1, 0, subject.right * aside], [0, scale, bottom * (1 - scale) + drop - up]], np.float32
    )
    size = subject.matte.shape[1], subject.matte.shape[0]
    shape = cv2.warpAffine(subject.matte, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    result = np.ones_like(subject.matte)
    for layer in style.around:
        across = layer.blur * unit * subject.blur * (1 + subject.lean)
        result *= 1 - np.float32(layer.opacity) * softened(
            np.asarray(shape, np.float32), across, across * subject.squash
        )
    return result
