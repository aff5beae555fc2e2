"""Solid things, drawn by marching along rays through fields of distance.

After Hart, "Sphere tracing" (1996); the edges of shadows after Quilez, "Soft shadows in raymarched SDFs" (2010).
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from processing.engine.arrays import F32, Box
from processing.engine.backdrops.props.lighting import Lighting, turned
from processing.engine.backdrops.props.view import View

Field = Callable[[F32], F32]
Paint = Callable[[F32, F32], F32]
Places = npt.NDArray[np.intp]

_STEPS, _SHADOW_STEPS, _SELF_STEPS = 56, 14, 9
# A ray moves on by so many metres at least, and has arrived where a surface is so near in half pixels.
_NEAR, _HIT = np.float32(1e-4), np.float32(0.3)


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """A thing on the ground.

    - `field`: of points (n, 3) in metres about its own foot, how far each is from its surface (or less).
    - `paint`: of points and normals (n, 3), their color in linear light (n, 3).
    - `reach`: half its width, its height, half its depth. `at`: x and z of its foot, `yaw` in radians.
    - `gloss`: how strongly it mirrors, 0 to 1. `relief`: small heights on its surface, in metres, which only
      light shows. `flame`: how high above its foot it burns.
    """

    field: Field
    paint: Paint
    reach: tuple[float, float, float]
    at: tuple[float, float] = (0.0, 0.0)
    yaw: float = 0.0
    gloss: float = 0.0
    relief: Field | None = None
    flame: float | None = None


def body(solid: Solid, view: View, light: Lighting) -> tuple[Box, F32] | None:
    """A thing as it is seen: premultiplied linear RGBA, float32 (h, w, 4), and where; None where that is quite
    out of the picture."""
    box = view.box(_corners(solid, None))
    return None if box is None else (box, _marched(solid, view, light, box))


def shade(solid: Solid, view: View, light: Lighting) -> tuple[Box, F32] | None:
    """How much light a thing leaves on the ground, 0 to 1, float32 (h, w), and where."""
    box = view.box(_corners(solid, light), margin=4)
    return None if box is None else (box, _shade_below(solid, view, light, box))


def _corners(solid: Solid, light: Lighting | None) -> F32:
    """The corners of the block around a thing, and with a light those of its shadow."""
    wide, high, deep = solid.reach
    signs = np.array([(x, z) for x in (-1, 1) for z in (-1, 1)], np.float32)
    foot = np.zeros((4, 3), np.float32)
    foot[:, 0], foot[:, 2] = signs[:, 0] * wide, signs[:, 1] * deep
    lid = foot + np.array([0, high, 0], np.float32)
    corners = [foot, lid]
    if light is not None:
        towards = light.turned(solid.yaw)
        # Half shade widens with the way that light has gone past the thing.
        margin = 1 + (0.7 * high + 1.4 * high / float(towards[1]) / light.sharp) / max(
            wide, deep, 1e-3
        )
        around = foot * np.float32(margin)
        corners += [around, around - towards * np.float32(high / float(towards[1]) * 1.15)]
    return _placed(np.concatenate(corners), solid)


def _placed(points: F32, solid: Solid) -> F32:
    moved = turned(points, solid.yaw)
    return moved + np.array([solid.at[0], 0, solid.at[1]], np.float32)


def _local(points: F32, solid: Solid) -> F32:
    moved = points - np.array([solid.at[0], 0, solid.at[1]], np.float32)
    return turned(moved, -solid.yaw)


def _marched(solid: Solid, view: View, light: Lighting, box: Box) -> F32:
    """A box's pixels in premultiplied linear RGBA."""
    starts, ways = view.rays(box)
    shape = ways.shape[:2]
    starts, ways = _local(starts, solid).reshape(-1, 3), turned(ways, -solid.yaw).reshape(-1, 3)
    near, far = _through_block(ways, starts, solid.reach)
    rgba = np.zeros((len(ways), 4), np.float32)
    inside = np.flatnonzero(near < far)
    if inside.size:
        rays = starts[inside], ways[inside]
        at, cover = _first_hits(solid.field, rays, near[inside], far[inside], view)
        hit = np.flatnonzero(cover > 0.01)
        places = inside[hit]
        if hit.size:
            points = rays[0][hit] + rays[1][hit] * at[hit, None]
            color = _lit(solid, light, points, rays[1][hit], (places, shape))
            rgba[places] = np.column_stack([color, np.ones_like(at[hit])]) * cover[hit, None]
    return rgba.reshape(*shape, 4)


def _through_block(rays: F32, starts: F32, reach: tuple[float, float, float]) -> tuple[F32, F32]:
    """Where rays enter and leave the block around a thing."""
    margin = np.float32(0.003)
    low = np.array([-reach[0], 0, -reach[2]], np.float32) - margin
    high = np.array([reach[0], reach[1], reach[2]], np.float32) + margin
    safe = np.where(np.abs(rays) < 1e-7, np.float32(1e-7), rays)
    one, other = (low - starts) / safe, (high - starts) / safe
    near = np.minimum(one, other).max(axis=1)
    far = np.maximum(one, other).min(axis=1)
    return np.maximum(near, 0).astype(np.float32), far.astype(np.float32)


def _first_hits(
    field: Field, rays: tuple[F32, F32], near: F32, far: F32, view: View
) -> tuple[F32, F32]:
    """How far along each ray its surface is, or where it comes nearest to it; and how much of the ray's pixel
    the surface covers."""
    starts, ways = rays
    at, best = near.copy(), near.copy()
    nearest = np.full(len(ways), np.inf, np.float32)
    going = np.arange(len(ways))
    for _ in range(_STEPS):
        here = at[going]
        away = field(starts[going] + ways[going] * here[:, None])
        share = away / (view.width_of(here) * np.float32(0.75))
        is_hit = share < _HIT
        closer = share < nearest[going]
        nearest[going[closer]] = share[closer]
        best[going[closer]] = here[closer]
        at[going] = here + np.maximum(away, _NEAR)
        going = going[~is_hit & (at[going] < far[going])]
        if not going.size:
            break
    return best, np.clip((1 - nearest) / (1 - _HIT), 0, 1)


def _lit(
    solid: Solid, light: Lighting, points: F32, ways: F32, where: tuple[Places, tuple[int, int]]
) -> F32:
    """The light that comes from points of a surface to the eye, along `ways`. `where` are their places among
    the pixels of a picture, and its shape."""
    towards = light.turned(solid.yaw)
    normals = _normals(solid, points)
    key, open_sky = _reached(solid, light, points, normals, where)
    up = normals[:, 1]
    ambient = light.ambient * open_sky * (0.74 + 0.26 * up)
    # The ground gives light back from below.
    ambient += 0.16 * np.clip(-up, 0, 1) * np.clip(points[:, 1] * 16, 0.25, 1)
    key = key * np.clip(normals @ towards, 0, 1)
    seen = solid.paint(points, normals) * (ambient + light.key * key)[:, None]
    if solid.gloss:
        seen += _mirrored(solid.gloss, (normals, ways), towards, light, open_sky)[:, None]
    return np.asarray(seen * light.color, np.float32)


def _reached(
    solid: Solid, light: Lighting, points: F32, normals: F32, where: tuple[Places, tuple[int, int]]
) -> tuple[F32, F32]:
    """Say how much of the light and of the sky reaches points, past the thing itself: 0 to 1. Both change so
    slowly that a quarter of the points is asked, and the others take what their neighbours have."""
    places, (height, width) = where
    rows, columns = np.divmod(places, width)
    asked = np.flatnonzero((rows % 2 == 0) & (columns % 2 == 0))
    if asked.size < 64:
        asked = np.arange(len(places))
    some, out = points[asked], normals[asked]
    start = some + out * np.float32(0.0015)
    key = _unshaded(solid, start, light.turned(solid.yaw), light.sharp, _SELF_STEPS)
    both = np.stack([key, _openness(solid.field, some, out)], axis=1)
    if asked.size == len(places):
        return both[:, 0], both[:, 1]
    small = np.zeros((height // 2 + 1, width // 2 + 1, 3), np.float32)
    small[rows[asked] // 2, columns[asked] // 2, :2] = both
    small[rows[asked] // 2, columns[asked] // 2, 2] = 1
    soft = np.asarray(cv2.GaussianBlur(small, (0, 0), 0.8), np.float32)
    x, y = (columns / 2).astype(np.float32), (rows / 2).astype(np.float32)
    taken = _picked(soft, x, y)
    share = np.maximum(taken[:, 2:], np.float32(1e-3))
    key, open_sky = np.asarray(taken[:, :2] / share, np.float32).T
    return key, open_sky


def _picked(picture: F32, x: F32, y: F32) -> F32:
    """A picture's values (n, channels) at places between its pixels."""
    # remap() takes no more than 32,767 columns.
    wide = 4096
    missing = -len(x) % wide
    across, along = (np.pad(part, (0, missing)).reshape(-1, wide) for part in (x, y))
    drawn = cv2.remap(picture, across, along, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(drawn, np.float32).reshape(-1, picture.shape[2])[: len(x)]


def _mirrored(
    gloss: float, seen: tuple[F32, F32], towards: F32, light: Lighting, open_sky: F32
) -> F32:
    """What a glossy surface mirrors of the light and of a bright room."""
    normals, ways = seen
    along = (normals * ways).sum(axis=1)
    back = ways - 2 * along[:, None] * normals
    fresnel = 0.05 + 0.95 * np.clip(1 + along, 0, 1) ** 5
    room = 0.25 + 0.75 * np.clip(back[:, 1] * 1.4 + 0.2, 0, 1)
    lamp = np.clip(back @ towards, 0, 1) ** np.float32(12 + 9 * light.sharp)
    mirrored = gloss * (fresnel * room * open_sky + (0.1 + 0.05 * light.sharp) * lamp)
    return np.asarray(mirrored, np.float32)


def _normals(solid: Solid, points: F32) -> F32:
    """Unit normals from four distances around each point."""
    step = np.float32(6e-4)
    total = np.zeros_like(points)
    for way in ((1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)):
        corner = np.array(way, np.float32)
        near = points + corner * step
        away = solid.field(near)
        if solid.relief is not None:
            away = away - solid.relief(near)
        total += corner * away[:, None]
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.asarray(total / np.maximum(length, 1e-9), np.float32)


def _openness(field: Field, points: F32, normals: F32) -> F32:
    """Say how much of the sky a point sees, past the thing itself and the ground, 0 to 1."""
    closed = np.zeros(len(points), np.float32)
    for share, step in ((0.5, 0.006), (0.3, 0.016), (0.2, 0.04)):
        out = points + normals * np.float32(step)
        free = np.minimum(field(out), out[:, 1])
        closed += np.float32(share) * np.clip(1 - free / np.float32(step), 0, 1)
    return np.asarray(1 - 0.65 * closed, np.float32)


def _unshaded(solid: Solid, points: F32, towards: F32, sharp: float, steps: int) -> F32:
    """Say how much of the light reaches points past the thing, 0 to 1."""
    light = np.ones(len(points), np.float32)
    reach = float(np.hypot(max(solid.reach[0], solid.reach[2]) * 2, solid.reach[1])) + 0.02
    at = np.full(len(points), 0.002, np.float32)
    going = np.arange(len(points))
    for _ in range(steps):
        away = solid.field(points[going] + towards * at[going, None])
        light[going] = np.minimum(light[going], np.clip(sharp * away / at[going], 0, 1))
        at[going] += np.maximum(away, reach / (2 * steps))
        going = going[(at[going] < reach) & (light[going] > 0.01)]
        if not going.size:
            break
    return np.asarray(light * light * (3 - 2 * light), np.float32)


def _shade_below(solid: Solid, view: View, light: Lighting, box: Box) -> F32:
    """How much light is left on the ground of a box's pixels, float32 (h, w), drawn small."""
    width, height = box[2] - box[0], box[3] - box[1]
    step = max(1, min(4, width // 60, height // 30))
    starts, ways = view.rays(box, step)
    shape = ways.shape[:2]
    starts, ways = starts.reshape(-1, 3), ways.reshape(-1, 3)
    down = np.flatnonzero(ways[:, 1] < -1e-3)
    shade = np.ones(len(ways), np.float32)
    if down.size:
        at = -starts[down, 1] / ways[down, 1]
        points = _local(starts[down] + ways[down] * at[:, None], solid)
        key = _unshaded(solid, points, light.turned(solid.yaw), light.sharp, _SHADOW_STEPS)
        up = np.zeros_like(points)
        up[:, 1] = 1
        closed = np.ones(len(points), np.float32)
        for share, high in ((0.45, 0.008), (0.35, 0.025), (0.2, 0.06)):
            away = np.maximum(solid.field(points + up * np.float32(high)), 0)
            closed -= np.float32(share) * np.clip(1 - away / np.float32(high), 0, 1)
        shade[down] = light.ambient * closed + (1 - light.ambient) * key
    small = shade.reshape(shape)
    if step == 1:
        return small
    return np.asarray(
        cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32
    )
