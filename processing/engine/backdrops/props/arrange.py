"""Setting props out around the product: where each stands, and drawing them all over a finished scene."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import cv2
import numpy as np

from processing.engine.arrays import F32, Box
from processing.engine.backdrops.noise import Noise
from processing.engine.backdrops.planes import Stage
from processing.engine.backdrops.props import flames, foliage, solids
from processing.engine.backdrops.props.foliage import Blade
from processing.engine.backdrops.props.forms import Grain
from processing.engine.backdrops.props.household import HOUSEHOLD, Making
from processing.engine.backdrops.props.lighting import Lighting
from processing.engine.backdrops.props.plants import PLANTS, bunch
from processing.engine.backdrops.props.rounds import ROUNDS
from processing.engine.backdrops.props.solids import Solid
from processing.engine.backdrops.props.view import View
from processing.engine.light.scene_light import SceneLight
from processing.engine.prompts.scene import Prop

NAMES = frozenset((*HOUSEHOLD, *ROUNDS, *PLANTS))

# Props are drawn no larger than the ground is.
_SIDE = 1400
# What is strewn lies on both sides and before the product; what is tall stands behind it.
_STREWN = frozenset(
    ("petals", "confetti", "beans", "autumn-leaves", "berries", "pearls", "pebbles", "daisies")
)
_TALL = frozenset(
    ("vase", "candles", "books", "gifts", "towels", "geometry", "pumpkins", "monstera")
)
# Plants that stand in a vase where one is named beside them, and what stands in it otherwise.
_IN_VASES = ("pampas", "eucalyptus", "olive", "fern", "palm", "lavender")
_USUAL_IN_VASES = ("pampas", "olive", "eucalyptus")
# A product is taken to be so wide by its longer side, which is 0.42 m.
_PRODUCT_HALF = 0.15
_NAME = 60


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """What stands together at a depth: plants are drawn before solids, as those hold them."""

    solids: list[Solid]
    blades: list[Blade]
    z: float


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """Props on a part of the canvas: premultiplied linear `rgba`, and the light left beneath, `shade`."""

    box: Box
    rgba: F32
    shade: F32


Show = Callable[[F32], F32]


def set_out(
    picture: F32,
    props: tuple[Prop, ...],
    stage: Stage,
    noise: Noise,
    seen: tuple[SceneLight, float, Show],
    *,
    above: bool = False,
) -> None:
    """Draw props over a scene (float32 (h, w, 3), 0 to 255) in place. `seen`: what lights it, its depth (how
    far out of focus things far from the product are), and what turns linear light into the screen's. `above`:
    it is seen from straight above."""
    light, depth, show = seen
    scale = min(1.0, _SIDE / max(stage.width, stage.height))
    view, lighting = View(stage.at(scale), above), Lighting.of(light)
    groups = _groups(props, view, noise)
    with ThreadPoolExecutor(2) as pool:
        drawn = list(pool.map(lambda group: _drawn(group, view, lighting, depth), groups))
    pieces = [piece for piece in drawn if piece is not None]
    if not pieces:
        return
    layer = _over_each_other(pieces)
    for group in groups:
        flames.lit(layer.rgba, layer.box, group.solids, view)
    _lay(picture, layer, stage, scale, show)


def _groups(props: tuple[Prop, ...], view: View, noise: Noise) -> list[_Group]:
    """The props in groups, the farthest first."""
    named = dict(props)
    random = noise.random(_NAME)
    side = 1 if random.random() < 0.5 else -1
    groups: list[_Group] = []
    in_vase = next((kind for kind in _IN_VASES if "vase" in named and kind in named), None)
    for number, (name, color) in enumerate(props):
        if name == in_vase:
            continue
        own = noise.random(_NAME + 1 + number)
        make = Making(own, Grain(own), color)
        held = in_vase or _USUAL_IN_VASES[int(own.integers(len(_USUAL_IN_VASES)))]
        for x, z in _places(name, (side, number, len(props) == 1), view, own):
            found, blades = _made(name, make, held, named.get(held))
            groups.append(_moved(found, blades, x, z))
        side = -side
    return sorted(groups, key=lambda group: -group.z)


def _made(
    name: str, make: Making, held: str, held_color: object
) -> tuple[list[Solid], list[Blade]]:
    if name == "vase":
        found = HOUSEHOLD[name](make)
        inside = replace(make, color=held_color)  # type: ignore[arg-type]
        return found, bunch(inside, held, found[0].reach[1])
    if name in PLANTS:
        return [], PLANTS[name](make, None)
    return (HOUSEHOLD | ROUNDS)[name](make), []


def _moved(found: list[Solid], blades: list[Blade], x: float, z: float) -> _Group:
    return _Group(
        [replace(solid, at=(solid.at[0] + x, solid.at[1] + z)) for solid in found],
        [blade.moved(x, 0, z) for blade in blades],
        z,
    )


def _places(
    name: str, which: tuple[int, int, bool], view: View, random: np.random.Generator
) -> list[tuple[float, float]]:
    """Where a prop stands, x and z in metres: beside the product, the tall ones behind it. From above, near the
    corners."""
    side, number, alone = which
    if view.above:
        across, along = view.half_width(0), view.stage.height / 2 / view.stage.scale
        corners = [(side, 1 if number == 0 else -1), (-side, -1)]
        spreads = alone and (name in _STREWN or name in PLANTS)
        return [
            (
                x * across * float(random.uniform(0.7, 0.85)),
                z * along * float(random.uniform(0.6, 0.85)),
            )
            for x, z in corners[: 2 if spreads else 1]
        ]
    low, high = (0.1, 0.2) if name in _TALL else (-0.02, 0.07)
    places = [(side, float(random.uniform(low, high)) + 0.05 * number)]
    if name in _STREWN:
        places.append((-side, float(random.uniform(-0.16, -0.08))))
    elif name in PLANTS and number == 0 and name != "monstera":
        # A second, other branch reaches in at the front.
        places.append((-side, float(random.uniform(-0.14, -0.08))))
    found = []
    for way, z in places:
        edge = view.half_width(z)
        beside = max(_PRODUCT_HALF + 0.06, 0.72 * edge)
        found.append((way * min(beside, edge * 0.92) * float(random.uniform(0.92, 1.06)), z))
    return found


def _drawn(group: _Group, view: View, light: Lighting, depth: float) -> _Layer | None:
    """A group on its own part of the canvas, as far out of focus as it is from the product's depth."""
    shades = [solids.shade(solid, view, light) for solid in group.solids]
    bodies: list[tuple[Box, F32] | None] = []
    if group.blades:
        shades.append(foliage.shades(group.blades, view, light))
        bodies.append(foliage.drawn(group.blades, view, light))
    bodies += [
        solids.body(solid, view, light)
        for solid in sorted(group.solids, key=lambda one: -one.at[1])
    ]
    seen = [part for part in bodies if part is not None]
    thrown = [part for part in shades if part is not None]
    if not seen:
        return None
    blur = view.blur(group.z, depth)
    box = _around([part[0] for part in (*seen, *thrown)], round(2 * blur) + 2, view.stage)
    height, width = box[3] - box[1], box[2] - box[0]
    rgba, shade = np.zeros((height, width, 4), np.float32), np.ones((height, width), np.float32)
    for place, some in thrown:
        _part(shade, box, place)[:] *= some
    for place, some in seen:
        part = _part(rgba, box, place)
        part *= 1 - some[..., 3:]
        part += some
    if blur > 0.5:
        rgba = np.asarray(cv2.GaussianBlur(rgba, (0, 0), blur), np.float32)
        shade = np.asarray(cv2.GaussianBlur(shade, (0, 0), blur), np.float32)
    return _Layer(box, rgba, shade)


def _around(boxes: list[Box], margin: int, stage: Stage) -> Box:
    edges = np.array(boxes)
    left, top = edges[:, :2].min(axis=0) - margin
    right, bottom = edges[:, 2:].max(axis=0) + margin
    return (
        max(0, int(left)),
        max(0, int(top)),
        min(stage.width, int(right)),
        min(stage.height, int(bottom)),
    )


def _part(canvas: F32, box: Box, place: Box) -> F32:
    """The part of a box's canvas that a place in it covers."""
    return canvas[place[1] - box[1] : place[3] - box[1], place[0] - box[0] : place[2] - box[0]]


def _over_each_other(layers: list[_Layer]) -> _Layer:
    """All layers as one, the last on top: shadows fall on the ground, not on things before it."""
    edges = np.array([layer.box for layer in layers])
    box = (*(int(x) for x in edges[:, :2].min(axis=0)), *(int(x) for x in edges[:, 2:].max(axis=0)))
    whole = (box[0], box[1], box[2], box[3])
    rgba = np.zeros((whole[3] - whole[1], whole[2] - whole[0], 4), np.float32)
    shade = np.ones(rgba.shape[:2], np.float32)
    for layer in layers:
        _part(shade, whole, layer.box)[:] *= layer.shade
        part = _part(rgba, whole, layer.box)
        part *= 1 - layer.rgba[..., 3:]
        part += layer.rgba
    return _Layer(whole, rgba, shade)


def _lay(picture: F32, layer: _Layer, stage: Stage, scale: float, show: Show) -> None:
    """Put a layer that was drawn at `scale` over the picture, in place."""
    alpha = layer.rgba[..., 3:]
    rgb = show(np.asarray(layer.rgba[..., :3] / np.maximum(alpha, 1e-3), np.float32)) * np.minimum(
        alpha, 1
    )
    # Shade dims light; on the screen that is its root.
    kept = (1 - np.minimum(alpha, 1)) * np.power(layer.shade, np.float32(1 / 2.2))[..., None]
    both = np.dstack([rgb, kept]).astype(np.float32)
    left, top = (round(edge / scale) for edge in layer.box[:2])
    right, bottom = (
        min(stage.width, round(layer.box[2] / scale)),
        min(stage.height, round(layer.box[3] / scale)),
    )
    if scale < 1:
        both = np.asarray(
            cv2.resize(both, (right - left, bottom - top), interpolation=cv2.INTER_CUBIC),
            np.float32,
        )
    part = picture[top:bottom, left:right]
    part *= np.clip(both[..., 3:], 0, 1)
    part += np.clip(both[..., :3], 0, 255)
