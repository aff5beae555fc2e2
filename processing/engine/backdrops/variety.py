"""What a seed decides beside the grain of things: light, color and composition, as far as words leave them open.

Seeds below PLAIN vary nothing: a scene in them is what the words say and no more, as ready backgrounds and
looks name it. Four seeds that follow each other are four moods: as said, warm light from a low sun, a bright
room, an evening.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from processing.engine.light.scene_light import SceneLight
from processing.engine.plans.color_names import Color
from processing.engine.prompts.scene import NEUTRAL, Scene

PLAIN: Final = 100
# How much of a mood's color, brightness and saturation is left where a color was named for the paper behind.
_ON_PAPER: Final = 0.3
# Walls that are seen in any color.
_PAINTED: Final = ("plain", "plaster")


@dataclass(frozen=True, slots=True)
class Composition:
    """Where the camera is and what it sees of the place.

    - `closeness`: how many times as large as usual the product is in its place.
    - `turn`: by how many degrees a surface seen from above is turned.
    - `tone`: how much lighter or darker its material is.
    - `gap`: how much of the canvas lies between the product's foot and the far edge of its table.
    - `quarter`: of a panorama, which is looked at; None for all of it.
    """

    closeness: float = 1.0
    turn: float = 0.0
    tone: float = 1.0
    gap: float | None = None
    quarter: int | None = None


AS_SAID: Final = Composition()


@dataclass(frozen=True, slots=True)
class Mood:
    """How a scene is varied where its words say nothing.

    - `directions` (degrees, as a light's; either side is taken), `elevation`, `softness`, `light`: linear color
      of mean 1. `brightness`, `saturation`, `depth`: factors. `window`: whether a window may stand aside.
    - `walls`: colors for a wall or backdrop of no color of its own.
    - `composition`: where the camera is. `twigs`: whether a twig may stand in the light.
    """

    directions: tuple[float, float]
    elevation: float
    softness: float
    light: tuple[float, float, float]
    brightness: float
    saturation: float
    depth: float
    window: bool
    walls: tuple[Color, ...]
    composition: Composition
    twigs: bool = False


_MOODS: Final = (
    Mood(
        directions=(60, 85),
        elevation=28,
        softness=0.3,
        light=(1.3, 1.0, 0.7),
        brightness=1.0,
        saturation=1.1,
        depth=0.8,
        window=True,
        walls=((222, 208, 190), (219, 198, 184), (226, 216, 194)),
        composition=Composition(closeness=1.28, turn=90, tone=1.0, gap=0.215, quarter=1),
    ),
    Mood(
        directions=(20, 40),
        elevation=62,
        softness=0.9,
        light=(0.9, 1.0, 1.1),
        brightness=1.12,
        saturation=0.85,
        depth=1.3,
        window=False,
        walls=((205, 218, 224), (208, 220, 208), (222, 214, 226)),
        composition=Composition(closeness=0.8, turn=-14, tone=1.1, gap=0.135, quarter=2),
        twigs=True,
    ),
    Mood(
        directions=(100, 130),
        elevation=36,
        softness=0.45,
        light=(1.2, 0.96, 0.84),
        brightness=0.82,
        saturation=1.0,
        depth=1.1,
        window=False,
        walls=((104, 112, 104), (122, 100, 90), (86, 98, 116)),
        composition=Composition(closeness=1.05, turn=11, tone=0.92, gap=0.24, quarter=3),
    ),
)


def mood_of(seed: int) -> Mood | None:
    """The mood of a seed; None where the scene is as it was said."""
    number = seed % (len(_MOODS) + 1)
    return None if seed < PLAIN or number == 0 else _MOODS[number - 1]


def varied(scene: Scene, mood: Mood | None, random: np.random.Generator) -> Scene:
    """The scene in a mood, with nothing changed of what its words named."""
    if mood is None:
        return scene
    side = 1 if random.random() < 0.5 else -1
    direction = side * float(random.uniform(*mood.directions)) % 360
    wall = mood.walls[int(random.integers(len(mood.walls)))]
    usual, said = SceneLight(), scene.light
    # Paper of a color that was named keeps it in any light.
    is_paper = scene.kind == "sweep" and scene.palette != (NEUTRAL,)
    light = SceneLight(
        direction=direction if said.direction == usual.direction else said.direction,
        elevation=mood.elevation if said.elevation == usual.elevation else said.elevation,
        color=_mood_light(mood, is_paper) if said.color == usual.color else said.color,
        softness=mood.softness if said.softness == usual.softness else said.softness,
    )
    is_facing = scene.view in ("above", "wall")
    is_near = is_facing or (scene.kind in ("tabletop", "wall") and scene.far is None)
    opens = mood.window and is_near and not scene.bokeh and not scene.light_named
    is_unpainted = scene.wall in _PAINTED and scene.wall_color is None
    is_bare = scene.kind == "sweep" and scene.palette == (NEUTRAL,)
    return replace(
        scene,
        light=light,
        # Else a far view is lit as its panorama is, in every mood alike.
        light_named=scene.light_named or scene.far is not None,
        window=scene.window or opens,
        leaves=scene.leaves or (mood.twigs and is_facing and not scene.light_named),
        depth=min(1.0, scene.depth * mood.depth),
        brightness=_on(is_paper, mood.brightness) if scene.brightness == 1 else scene.brightness,
        saturation=_on(is_paper, mood.saturation) if scene.saturation == 1 else scene.saturation,
        wall_color=wall if is_unpainted else scene.wall_color,
        palette=(wall,) if is_bare else scene.palette,
    )


def _mood_light(mood: Mood, is_paper: bool) -> tuple[float, float, float]:
    share = _ON_PAPER if is_paper else 1.0
    red, green, blue = (1 + share * (part - 1) for part in mood.light)
    return red, green, blue


def _on(is_paper: bool, factor: float) -> float:
    return 1 + (_ON_PAPER if is_paper else 1.0) * (factor - 1)
