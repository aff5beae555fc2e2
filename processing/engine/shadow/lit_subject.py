"""A copy of the subject, how it stands, lies or hangs, and how it is lit: what every shadow is drawn from."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from processing.engine.arrays import F32, U8
from processing.engine.light.scene_light import SceneLight
from processing.engine.plans.edit import Shadow
from processing.engine.shadow import ground_contact
from processing.engine.shadow.ground_contact import LYING, UPRIGHT, GroundContact
from processing.engine.shadow.setting import Setting, light_on
from processing.engine.shadow.styles import STYLES, Style

# Where shadows fall unless told: below and a little to the right of what lies or hangs, behind and
# right of what stands.
_DIRECTION_LYING, _DIRECTION_UPRIGHT = 205.0, 310.0
# The full range of softness makes blurs this many times (as a power of two) wider.
_SOFTNESS_OCTAVES = 4.0
# A spread of 90 degrees would reach to the horizon; this share of it looks right.
_SPREAD_SHARE = 0.75
# An upright subject is seen from about 20 degrees above: a circle on its ground is as flat as this.
_FORESHORTENED = 0.34


@dataclass(frozen=True, slots=True)
class LitSubject:
    """A copy of the subject and how it is lit; all lengths in the copy's pixels.

    - `matte` float32 (h, w), 0 to 1; `floor`: the y of the canvas's lower edge.
    - `hangs` on a wall, at some distance from it.
    - `lean`, `flat`: sine and cosine of the pose.
    - What is 1 above the ground throws its shadow `right` and `away` (up the picture) from its foot.
    - `squash`: how long a unit of the ground's depth looks. `blur`: a factor for every blur.
    - `begins`: the y of the ground's farthest row; above, nothing is darkened.
    """

    matte: F32
    floor: float
    contact: GroundContact
    style: Style
    hangs: bool
    lean: float
    flat: float
    right: float
    away: float
    squash: float
    blur: float
    begins: float


def found(
    small: U8, margin: int, shadow: Shadow, light: SceneLight | None, setting: Setting | None
) -> LitSubject | None:
    """Measure the subject of a small matte (h, w), copied with `margin` pixels more on every side; None
    where nothing is visible."""
    copy = np.asarray(
        cv2.copyMakeBorder(small, margin, margin, margin, margin, borderType=cv2.BORDER_REPLICATE),
        np.uint8,
    )
    contact = ground_contact.measure(copy)
    if contact is None:
        return None
    setting = setting or _guessed(small, shadow)
    pose = math.radians(_pose(shadow, setting))
    style = STYLES[shadow.mode]
    light = _lit(shadow, light, style, setting)
    direction = math.radians(light.direction)
    # How long a shadow is per unit of height: the tangent of the light's angle off the vertical.
    reach = math.tan(math.radians(_SPREAD_SHARE * (90 - light.elevation)))
    # 1 where the camera looks straight down, foreshortened where the subject stands.
    squash = 1 - math.sin(pose) * (1 - _FORESHORTENED)
    return LitSubject(
        matte=copy.astype(np.float32) / np.float32(255),
        floor=margin + small.shape[0],
        contact=contact,
        style=style,
        hangs=setting.plane == "wall",
        lean=math.sin(pose),
        flat=math.cos(pose),
        right=-reach * math.sin(direction),
        away=reach * math.cos(direction) * squash,
        squash=squash,
        blur=2 ** (_SOFTNESS_OCTAVES * (light.softness - style.softness)),
        begins=margin + setting.begins * small.shape[0] if setting.begins else -1.0,
    )


def _guessed(small: U8, shadow: Shadow) -> Setting:
    """What a subject touches of which nobody knows: by the pose that was asked for, or its matte."""
    pose = ground_contact.pose(small) if shadow.pose is None else shadow.pose
    return Setting("ground" if pose > (LYING + UPRIGHT) / 2 else "surface")


def _pose(shadow: Shadow, setting: Setting) -> float:
    """Degrees from lying to upright: as asked for, or as the setting has it."""
    if shadow.pose is not None:
        return shadow.pose
    return UPRIGHT if setting.plane == "ground" else LYING


def _lit(shadow: Shadow, light: SceneLight | None, style: Style, setting: Setting) -> SceneLight:
    """The scene's light, or the mode's own, with what the caller asks for."""
    if light is None:
        direction = _DIRECTION_UPRIGHT if setting.plane == "ground" else _DIRECTION_LYING
        light = SceneLight(direction, elevation=90 - style.spread, softness=style.softness)
    else:
        light = light_on(setting, light)
    spread = 90 - light.elevation if shadow.spread is None else shadow.spread
    return SceneLight(
        direction=light.direction if shadow.direction is None else shadow.direction,
        elevation=90 - spread,
        softness=light.softness if shadow.softness is None else shadow.softness,
    )
