"""Shadows drawn from the subject's own matte.

A shadow is a few layers of darkness on the ground: some that hug the line where subject and ground
meet, and one that the light throws. The same sums serve every pose: the matte is taken as a sheet
that leans on its ground line at the pose's angle, and the ground as seen by a camera that looks
straight down on what lies flat, and slightly down on what stands upright.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, U8
from processing.engine.light.scene_light import SceneLight
from processing.engine.plans.edit import Shadow
from processing.engine.shadow import ground_contact
from processing.engine.shadow.ground_contact import GroundContact
from processing.engine.shadow.soften import enlarged, graded, moved, softened

# The copy goes on beyond the canvas by this share of its longer side, so that a subject which the
# canvas cuts goes on too, and no shadow starts or ends in a line at that edge.
_MARGIN = 0.12
_DARKEST = 0.95
_INTENSITY = 0.5
# Where shadows fall unless told: to the lower right of what lies, behind and right of what stands.
_DIRECTION_LYING, _DIRECTION_UPRIGHT = 225.0, 310.0
# The full range of softness makes blurs this many times (as a power of two) wider.
_SOFTNESS_OCTAVES = 4.0
# A spread of 90 degrees would reach to the horizon; this share of it looks right.
_SPREAD_SHARE = 0.75
# An upright subject is seen from about 20 degrees above: a circle on its ground is as flat as this.
_FORESHORTENED = 0.34
# A thing that lies flat is as thick as this share of its size ...
_THICKNESS = 0.035
# ... and no thing is so thin that light from its side throws a mere line: the shadow of what is
# 1 high is at least this deep.
_THINNEST = 0.1
# Light comes in all around what lies flat; what stands upright hides half the sky behind it.
_LYING_SHARE = 0.7
# Blurs narrower than this, in pixels of the copy, show its steps when it is enlarged.
_STEPLESS = 0.8
# How high above the ground, in a layer's blurs, a subject still darkens it.
_NEAR = 3.0
# Hovering things: how high (as a share of their size), how far their shadow is thrown when they
# face the camera above it, and how deep it is as a share of their height.
_HOVER, _HOVER_LYING, _DEPTH = 0.07, 0.16, 0.35
# How many of its standard deviations of blur a shadow needs to fade out below it.
_FADE_OUT = 3.0


@dataclass(frozen=True, slots=True)
class _Layer:
    """Darkness around the subject: `blur` as a share of its size, `opacity` where it is full."""

    blur: float
    opacity: float


@dataclass(frozen=True, slots=True)
class _Style:
    """What a mode means.

    - `side`: shadows are soft, so they are drawn on a copy with this longer side.
    - `softness`, `spread`: what holds where nobody says otherwise.
    - `around`: the layers that hug the subject (or lie below it, where it hovers).
    - `thrown`: opacity of the cast shadow; `fade`: how much of it is gone at its far end.
    - `crisp`: its blur at the near end, as a share of the subject's size; `penumbra`: how much
      wider it gets for every pixel of height that throws it.
    """

    side: int
    softness: float
    spread: float
    around: tuple[_Layer, ...]
    thrown: float = 0.0
    fade: float = 0.0
    crisp: float = 0.0
    penumbra: float = 0.0


_STYLES = {
    "soft": _Style(
        side=400,
        softness=0.5,
        spread=25,
        around=(_Layer(0.004, 0.45), _Layer(0.014, 0.38), _Layer(0.07, 0.5)),
        thrown=0.32,
        fade=0.6,
        crisp=0.02,
        penumbra=0.16,
    ),
    "hard": _Style(
        side=560,
        softness=0.15,
        spread=45,
        around=(_Layer(0.003, 0.45), _Layer(0.01, 0.28)),
        thrown=0.5,
        fade=0.45,
        crisp=0.0025,
        penumbra=0.035,
    ),
    "floating": _Style(
        side=300, softness=0.5, spread=25, around=(_Layer(0.03, 0.42), _Layer(0.06, 0.25))
    ),
}


@dataclass(frozen=True, slots=True)
class _Scene:
    """A copy of the subject and how it is lit; all lengths in the copy's pixels.

    - `matte` float32 (h, w), 0 to 1; `floor`: the y of the canvas's lower edge.
    - `lean`, `flat`: sine and cosine of the pose.
    - What is 1 above the ground throws its shadow `right` and `away` (up the picture) from its foot.
    - `squash`: how long a unit of the ground's depth looks. `blur`: a factor for every blur.
    """

    matte: F32
    floor: float
    contact: GroundContact
    style: _Style
    lean: float
    flat: float
    right: float
    away: float
    squash: float
    blur: float


def cast(alpha: U8, shadow: Shadow, light: SceneLight | None = None) -> U8:
    """Draw the opacity (h, w) of the shadow that a subject throws on its canvas.

    `alpha` uint8 (h, w) is the subject's matte on the whole canvas. Where `shadow` leaves a value
    open, `light` decides, else the mode; where nobody names a pose, `ground_contact.pose` guesses it.
    The shadow goes on beneath the subject, which will cover it. All 0 where there is no subject.
    """
    height, width = alpha.shape
    style = _STYLES[shadow.mode]
    size = arrays.fit_within(width, height, style.side)
    margin = math.ceil(_MARGIN * max(size))
    small = arrays.shrink(alpha, size)
    scene = _scene(small, margin, shadow, light)
    if scene is None:
        return np.zeros_like(alpha)
    lit = _hovering(scene) if shadow.mode == "floating" else _standing(scene)
    intensity = _INTENSITY if shadow.intensity is None else shadow.intensity
    dark = 1 - lit[margin : margin + size[1], margin : margin + size[0]]
    # The modes' opacities are what an intensity of 0.5 looks like.
    dark *= np.float32(intensity / _INTENSITY)
    return enlarged(np.minimum(dark, np.float32(_DARKEST)), (width, height))


def _scene(small: U8, margin: int, shadow: Shadow, light: SceneLight | None) -> _Scene | None:
    copy = np.asarray(
        cv2.copyMakeBorder(small, margin, margin, margin, margin, borderType=cv2.BORDER_REPLICATE),
        np.uint8,
    )
    found = ground_contact.measure(copy)
    if found is None:
        return None
    pose = math.radians(ground_contact.pose(small) if shadow.pose is None else shadow.pose)
    style = _STYLES[shadow.mode]
    light = _lit(shadow, light, style, math.sin(pose))
    direction = math.radians(light.direction)
    # How long a shadow is per unit of height: the tangent of the light's angle off the vertical.
    reach = math.tan(math.radians(_SPREAD_SHARE * (90 - light.elevation)))
    # 1 where the camera looks straight down, foreshortened where the subject stands.
    squash = 1 - math.sin(pose) * (1 - _FORESHORTENED)
    return _Scene(
        matte=copy.astype(np.float32) / np.float32(255),
        floor=margin + small.shape[0],
        contact=found,
        style=style,
        lean=math.sin(pose),
        flat=math.cos(pose),
        right=-reach * math.sin(direction),
        away=reach * math.cos(direction) * squash,
        squash=squash,
        blur=2 ** (_SOFTNESS_OCTAVES * (light.softness - style.softness)),
    )


def _lit(shadow: Shadow, light: SceneLight | None, style: _Style, lean: float) -> SceneLight:
    """The scene's light, or the mode's own, with what the caller asks for."""
    if light is None:
        direction = _DIRECTION_LYING + lean * (_DIRECTION_UPRIGHT - _DIRECTION_LYING)
        light = SceneLight(direction, elevation=90 - style.spread, softness=style.softness)
    spread = 90 - light.elevation if shadow.spread is None else shadow.spread
    return SceneLight(
        direction=light.direction if shadow.direction is None else shadow.direction,
        elevation=90 - spread,
        softness=light.softness if shadow.softness is None else shadow.softness,
    )


def _standing(scene: _Scene) -> F32:
    """The share of light that reaches the ground, where the subject stands or lies on it."""
    lit = 1 - scene.style.thrown * _thrown(scene)
    share = _LYING_SHARE + (1 - _LYING_SHARE) * scene.lean
    # Light is multiplied, as by filters: however many layers there are, none goes below black.
    for layer in scene.style.around:
        lit *= 1 - np.float32(layer.opacity * share) * _around(scene, layer)
    return np.asarray(lit, np.float32)


def _around(scene: _Scene, layer: _Layer) -> F32:
    """Measure how much of the sky the subject hides from the ground beside it, 0 to 1.

    Of what leans, only the part near the ground counts; its blur is moved down to stay dark right
    up to the base. Around what lies it moves a little away from the light.
    """
    across = layer.blur * scene.contact.unit * scene.blur
    along = max(across * scene.squash, _STEPLESS)
    height = np.maximum(_behind(scene), 0) * np.float32(scene.lean / (_NEAR * across))
    right = 1.5 * across * scene.right * (1 - scene.lean)
    down = 0.8 * along * scene.lean - 1.5 * across * scene.away * (1 - scene.lean)
    return moved(softened(scene.matte * np.exp(-height), across, along), right, down)


def _behind(scene: _Scene) -> F32:
    """Measure how far up the picture from the ground line each point lies."""
    rows = np.arange(scene.matte.shape[0], dtype=np.float32)[:, None]
    return np.asarray(scene.contact.ground[None, :] - rows, np.float32)


def _thrown(scene: _Scene) -> F32:
    """Draw the cast shadow, 0 to 1: crisp where it starts, softer and fainter with height.

    Works backwards: which point of the sheet, `sheet` up from its foot, darkens this point of the
    ground? (Where the ground line is curved, the line at the shadow is taken for that at the foot.)
    """
    box, unit, style = scene.contact.box, scene.contact.unit, scene.style
    thickness = _THICKNESS * unit * (1 - scene.lean)
    # A point one unit up the sheet lies `flat` up the picture, and its shadow falls `away` further
    # for the `lean` that it is above the ground.
    deep = scene.flat + scene.away * scene.lean
    deep = math.copysign(max(abs(deep), _THINNEST), deep)
    # The matte's steps would show along the ground, where it is squeezed most: begin beneath it.
    start = scene.away * thickness + scene.lean * (1 if deep > 0 else 3)
    sheet = (_behind(scene) - np.float32(start)) / np.float32(deep)
    dark = _projected(scene, sheet, thickness)
    # What touches the ground all along has no light beneath its edge, however narrow it is.
    for share in (0.5, 0.25):
        back = share * thickness
        dark = np.maximum(dark, moved(dark, -scene.right * back, scene.away * back))
    tall = max(1.0, (box[3] - box[1]) * scene.lean)
    far = np.clip(sheet * np.float32(scene.lean), 0, tall)
    dark *= 1 - far * np.float32(style.fade / tall)
    sigma = (style.crisp * unit + far * np.float32(style.penumbra)) * np.float32(scene.blur)
    return graded(dark, sigma)


def _projected(scene: _Scene, sheet: F32, thickness: float) -> F32:
    columns = np.arange(sheet.shape[1], dtype=np.float32)[None, :]
    # Back along the light: what darkens this column stands to its left by the throw to the right.
    foot = columns - np.float32(scene.right) * (sheet * np.float32(scene.lean) + thickness)
    ground = cv2.remap(
        scene.contact.ground[None, :],
        foot,
        np.zeros_like(foot),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    dark = cv2.remap(
        scene.matte,
        foot,
        np.asarray(ground) - sheet,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    # Nothing is below the ground; where the canvas cuts the subject, its copy goes on there.
    return np.asarray(dark * np.clip(sheet + 2, 0, 1), np.float32)


def _hovering(scene: _Scene) -> F32:
    """The share of light that reaches the ground, where the subject hovers.

    What faces the camera throws its footprint, as flat as the ground looks, clear below itself, as
    far as the canvas leaves room; what is seen from above throws its outline aside.
    """
    left, top, right, bottom = scene.contact.box
    height = _HOVER * scene.contact.unit
    print_depth = _DEPTH * scene.squash * min(right - left, bottom - top)
    fade = _FADE_OUT * scene.style.around[0].blur * scene.contact.unit * scene.squash * scene.blur
    # Where the canvas ends too soon the shadow moves up, rather than being cut off.
    room = min(1.0, max(0.0, scene.floor - bottom) / (height + print_depth + fade))
    # Lying, the outline keeps its size; standing, it is pressed to the depth of a footprint.
    scale = scene.flat + scene.lean * room * print_depth / (bottom - top)
    drop = scene.lean * room * (height + print_depth)
    aside = scene.lean * height + (1 - scene.lean) * _HOVER_LYING * scene.contact.unit
    matrix = np.array(
        [
            [1, 0, scene.right * aside],
            [0, scale, bottom * (1 - scale) + drop - scene.away * aside * (1 - scene.lean)],
        ],
        np.float32,
    )
    size = scene.matte.shape[1], scene.matte.shape[0]
    shape = cv2.warpAffine(scene.matte, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    lit = np.ones_like(scene.matte)
    for layer in scene.style.around:
        across = layer.blur * scene.contact.unit * scene.blur * (1 + scene.lean)
        lit *= 1 - np.float32(layer.opacity) * softened(
            np.asarray(shape, np.float32), across, across * scene.squash
        )
    return lit
