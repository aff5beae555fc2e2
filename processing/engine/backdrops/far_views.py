"""Far views: a window into a panorama, thrown out of focus in linear light.

A lens out of focus spreads each point evenly over a disc. Because that happens before any tone curve,
lamps and gaps between leaves become bright discs, as they do in a photograph, and not grey smears.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from processing.engine.arrays import F32
from processing.engine.backdrops.planes import Stage
from processing.engine.errors import InvalidPlan
from processing.engine.light.scene_light import SceneLight

FOLDER = Path(__file__).resolve().parent.parent / "environments"

# The canvas's longer side takes in so many degrees behind a table, and where nothing else is seen.
_VIEW, _WIDE_VIEW = 72.0, 92.0
# Blur in cells of the panorama (0.7 degrees each): the least hides the cells, the most is for depth 1.
_MIN_BLUR, _MAX_BLUR = 1.7, 5.5
_CANDIDATES = 4
# The mean of the view is brought towards this, night staying darker than day.
_KEY, _ADAPTATION, _WHITE = 0.33, 0.72, 7.0
_TYPICAL = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class FarView:
    """`rgb` linear float32 (h, w, 3) from 0 to about 1; `light` as it falls on what stands there."""

    rgb: F32
    light: SceneLight


def names() -> tuple[str, ...]:
    """The environments that are there."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.webp")))


@lru_cache(maxsize=4)
def panorama(name: str) -> F32:
    """An environment in linear light, float32 (256, 512, 3), read-only. Raises InvalidPlan."""
    path = FOLDER / f"{name}.webp"
    if name not in names():
        raise InvalidPlan(f"There is no environment '{name}'. Available: {', '.join(names())}.")
    with Image.open(path) as picture:
        rgbe = np.asarray(picture.convert("RGBA"), dtype=np.float32)
    # RGBE (Ward, "Real Pixels", 1991): one exponent for three mantissas, here of 0 to 254, as
    # docs/recipes/convert_environments.py writes them.
    linear = rgbe[..., :3] * np.exp2(rgbe[..., 3:] - 128) / np.float32(254)
    linear.setflags(write=False)
    return np.asarray(linear, dtype=np.float32)


def view(
    name: str,
    stage: Stage,
    depth: float,
    random: np.random.Generator,
    *,
    wide: bool = False,
    quarter: int | None = None,
) -> FarView:
    """The environment behind the stage, looking where `random` says; its horizon is the stage's.

    `depth` 0 to 1: how far out of focus it is. `wide` takes in more of it. `quarter`, 0 to 3, is the part
    of it in which directions are tried; all of it where there is none.
    """
    source = panorama(name)
    yaw = _choose(
        source, random, (0, 360) if quarter is None else (90 * quarter, 90 * quarter + 90)
    )
    cells = (_WIDE_VIEW if wide else _VIEW) / 360 * source.shape[1] / max(stage.width, stage.height)
    seen = _window(source, yaw, stage, cells)
    radius = (_MIN_BLUR + (_MAX_BLUR - _MIN_BLUR) * depth) / cells
    return FarView(_exposed(disc_blur(seen, radius)), light_of(source, yaw))


def disc_blur(linear: F32, radius: float) -> F32:
    """Spread every point over a disc of `radius` pixels, a little brighter at its rim."""
    if radius < 0.6:
        return linear
    reach = int(np.ceil(radius)) + 1
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    away = np.hypot(rows, columns)
    disc = np.clip(radius - away + 0.5, 0, 1) * (0.85 + 0.15 * (away / radius) ** 4)
    kernel = (disc / disc.sum()).astype(np.float32)
    blurred = cv2.filter2D(linear, -1, kernel, borderType=cv2.BORDER_REFLECT)
    return np.maximum(np.asarray(blurred, dtype=np.float32), 0)


def light_of(source: F32, yaw: float) -> SceneLight:
    """Find what lights a scene in the panorama, looking along `yaw` (degrees): the brightest place
    of its upper half, the color around there, and how much the rest of the sky adds."""
    height, width = source.shape[:2]
    upper = source[: height // 2 + 6]
    elevation = (0.5 - (np.arange(len(upper)) + 0.5) / height) * 180
    # All rows of a panorama have as many cells, and those near the zenith cover less of the sky.
    area = np.cos(np.radians(elevation))[:, None]
    brightness = upper.mean(axis=-1)
    # The panorama's ends meet: a lamp on the seam must count whole.
    wide = cv2.copyMakeBorder(brightness, 0, 0, 32, 32, cv2.BORDER_WRAP)
    glow = np.asarray(cv2.GaussianBlur(wide, (0, 0), 7))[:, 32:-32] * area
    row, column = np.unravel_index(int(glow.argmax()), glow.shape)
    azimuth = (column + 0.5) / width * 360 - yaw
    columns = (np.arange(width) - column + width // 2) % width - width // 2
    rows = np.arange(len(upper)) - row
    near = np.exp(-(columns[None] ** 2 + rows[:, None] ** 2) / (2 * 14.0**2)) * area
    weight = near * brightness
    color = (upper * weight[..., None]).sum(axis=(0, 1)) / weight.sum()
    ambient = (upper * area[..., None]).mean(axis=(0, 1))
    share = float(weight.sum() / (brightness * area).sum())
    color = 0.6 * color / color.mean() + 0.4 * ambient / ambient.mean()
    red, green, blue = (float(c) for c in 1 + 0.6 * (color / color.mean() - 1))
    return SceneLight(
        direction=float((180 - azimuth) % 360),
        elevation=float(np.clip(elevation[row], 18, 75)),
        color=(red, green, blue),
        softness=float(np.clip(1 - 1.2 * share, 0.25, 0.95)),
    )


def _choose(source: F32, random: np.random.Generator, among: tuple[float, float]) -> float:
    """Choose of a few directions, in degrees, the one with most to see in it."""
    height, width = source.shape[:2]
    # Logarithms, or a single lamp would outweigh all else that there is to see.
    middle = np.log(source[height * 3 // 8 : height * 9 // 16].mean(axis=-1) + 1e-3)
    reach = int(width * _VIEW / 360 / 2)
    best, most = 0.0, -1.0
    for yaw in random.uniform(*among, _CANDIDATES):
        columns = (int(yaw / 360 * width) + np.arange(-reach, reach)) % width
        interest = float(np.std(middle[:, columns]))
        if interest > most:
            best, most = float(yaw), interest
    return best


def _window(source: F32, yaw: float, stage: Stage, cells: float) -> F32:
    """The part of the panorama behind the stage, `cells` of it per pixel."""
    height, width = source.shape[:2]
    columns = yaw / 360 * width + (np.arange(stage.width) + 0.5 - stage.width / 2) * cells
    rows = height / 2 - (stage.horizon - np.arange(stage.height) - 0.5) * cells - 0.5
    across = np.tile(np.mod(columns, width).astype(np.float32), (stage.height, 1))
    along = np.clip(rows, 0, height - 1).astype(np.float32)
    along = np.repeat(along[:, None], stage.width, axis=1)
    drawn = cv2.remap(source, across, along, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return np.asarray(drawn, dtype=np.float32)


def _exposed(linear: F32) -> F32:
    """Exposed for its own mean, with highlights rolled off (Reinhard et al., "Photographic tone
    reproduction", SIGGRAPH 2002, equation 4)."""
    # Their log-average luminance (equation 1): lamps count as bright places, not as the scene.
    mean = float(np.exp(np.log(linear.mean(axis=-1) + 1e-4).mean()))
    level = _KEY * (mean / _TYPICAL) ** (1 - _ADAPTATION)
    bright = linear * np.float32(level / mean)
    rolled = bright * (1 + bright / np.float32(_WHITE**2)) / (1 + bright)
    return np.asarray(np.minimum(rolled * np.float32(1.15), 1), dtype=np.float32)
