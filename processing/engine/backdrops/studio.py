"""The built-in provider of backdrops: words become a scene, and the scene is rendered here."""

from dataclasses import replace

import numpy as np

from processing.engine.backdrops import finish, painting, sea, variety
from processing.engine.backdrops.ground import Ground
from processing.engine.backdrops.noise import Noise
from processing.engine.backdrops.planes import GARMENT, PRODUCT, Stage
from processing.engine.backdrops.provider import (
    MAX_SIDE,
    MIN_SIDE,
    Backdrop,
    BackdropRequest,
)
from processing.engine.backdrops.render import render
from processing.engine.backdrops.views import choosing
from processing.engine.errors import InvalidPlan
from processing.engine.prompts.scene import Scene, parse
from processing.engine.shadow.setting import Setting

# Less of a product than this is not seen, of 255.
_SEEN = 24


class Studio:
    """A BackdropProvider that needs no network and no weights, and is always there."""

    name = "studio"

    def generate(self, request: BackdropRequest) -> Backdrop:
        """Render what the words ask for. Raises InvalidPlan: unknown style, size out of range."""
        parsed = parse(request.prompt, request.style, request.negative_prompt)
        made = draw(parsed.scene, request)
        return replace(made, not_understood=parsed.without_effect(made.view))


def draw(scene: Scene, request: BackdropRequest) -> Backdrop:
    """Render a scene for the request's size, subject, seed and guidance; its words are not read."""
    if not all(MIN_SIDE <= side <= MAX_SIDE for side in request.size):
        width, height = request.size
        raise InvalidPlan(
            f"A generated background must be {MIN_SIDE} to {MAX_SIDE} pixels on each "
            f"side, not {width}x{height}."
        )
    noise = Noise(request.seed)
    scene = replace(scene, view=choosing.view_of(scene, request))
    mood = variety.mood_of(request.seed)
    scene = variety.varied(scene, mood, noise.random(50))
    if scene.shore and scene.view == "level":
        scene = sea.seen_level(scene, noise.random(55))
    composition = mood.composition if mood else variety.AS_SAID
    metres = PRODUCT if scene.view == "level" else GARMENT
    stage = Stage.of(
        request.size,
        request.subject,
        gap=composition.gap,
        metres=metres / composition.closeness,
    )
    stage = replace(stage, hook=request.hook, reach=_reach(request))
    picture, light, fall = render(scene, stage, noise, composition)
    if scene.style == "artistic":
        picture = painting.painted(picture, noise.random(33))
    if request.guidance is not None:
        picture = finish.guided(picture, request.guidance, request.guidance_scale)
    rgb = finish.to_bytes(picture, noise.random(34))
    return Backdrop(
        rgb=rgb,
        provider=Studio.name,
        seed=request.seed,
        light=light,
        fall=fall,
        setting=_setting(scene, stage),
        view=scene.view,
    )


def _reach(request: BackdropRequest) -> tuple[float, ...]:
    """How far the product reaches towards eight sides: see Stage."""
    width, height = request.size
    if request.matte is not None:
        rows, columns = np.nonzero(request.matte > _SEEN)
        scale = width / request.matte.shape[1]
        places = np.stack([columns + 0.5, rows + 0.5], axis=1) * scale
    else:
        left, top, right, bottom = request.subject or (width / 2, height / 2) * 2
        places = np.array([(x, y) for x in (left, right) for y in (top, bottom)], np.float64)
    if len(places) == 0:
        return (0.0,) * 8
    angles = np.arange(8) * np.pi / 4
    away = (places - (width / 2, height / 2)) @ np.stack([np.cos(angles), -np.sin(angles)])
    return tuple(float(most) for most in away.max(axis=0))


def _setting(scene: Scene, stage: Stage) -> Setting | None:
    """What the product touches in a scene: nothing certain before a sweep, which has no edge."""
    if scene.view == "above":
        return Setting("surface")
    if scene.view == "wall":
        return Setting("wall")
    match scene.kind:
        case "wall":
            return Setting("wall")
        case "tabletop" | "far":
            begins = stage.horizon
            if scene.surface is not None:
                begins = Ground(stage, melting=scene.kind == "far", sea=scene.shore).begin
            return Setting("ground", min(max(begins / stage.height, 0.0), 1.0))
        case _:
            return None
