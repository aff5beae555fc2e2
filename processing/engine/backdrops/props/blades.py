"""What single leaves, petals and twigs look like from above: pictures that plants are put together from."""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from processing.engine.arrays import F32
from processing.engine.backdrops.looks import Floats, linear

Outline = Callable[[Floats], F32]
# Places in pixels or shares of a picture, (n, 2).
Points = npt.NDArray[np.floating]

_LONG = 320
_DRAWN = 3


def _lance(s: Floats) -> F32:
    return np.asarray(np.sin(np.pi * np.clip(s, 0, 1) ** 0.85) ** np.float32(0.9), np.float32)


def _disc(s: Floats) -> F32:
    return np.asarray(np.sqrt(np.clip(1 - np.square(2 * s - 1), 0, 1)), np.float32)


def _oval(s: Floats) -> F32:
    return np.asarray(np.sin(np.pi * np.clip(s, 0, 1) ** 0.72) ** np.float32(0.72), np.float32)


def _strap(s: Floats) -> F32:
    rise = np.clip(s / 0.08, 0, 1) ** 0.6
    return np.asarray(rise * np.clip((1 - s) / 0.75, 0, 1) ** 0.75, np.float32)


def _petal(s: Floats) -> F32:
    return np.asarray(np.clip(s, 0, 1) ** 0.55 * np.sqrt(np.clip(1 - s**5, 0, 1)), np.float32)


def _blade(
    outline: Outline,
    wide: float,
    colors: tuple[str, str],
    *,
    veins: tuple[float, float] = (0.0, 0.0),
    teeth: float = 0.0,
    name: int = 0,
) -> F32:
    """A leaf along the picture's rows: premultiplied linear RGBA, float32 (h, w, 4).

    `wide` is its width by its length; `colors` at its middle and its edge; `veins` how many to each side and
    how clear.
    """
    high = max(12, round(_LONG * wide))
    s = ((np.arange(_LONG, dtype=np.float32) + 0.5) / _LONG)[None, :]
    t = ((np.arange(high, dtype=np.float32) + 0.5) / high * 2 - 1)[:, None]
    half = np.maximum(outline(s), 1e-3)
    if teeth:
        half = half * (1 - np.float32(teeth) * (0.5 + 0.5 * np.sin(s * np.float32(120))))
    alpha = np.clip((half - np.abs(t)) * np.float32(high / 2) + np.float32(0.5), 0, 1)
    across = np.clip(np.abs(t) / half, 0, 1)
    share = (across**1.6)[..., None]
    rgb = linear(colors[0]) * (1 - share) + linear(colors[1]) * share
    count, clear = veins
    rib = np.exp(-np.square(t / (0.035 + 0.05 * (1 - s))))
    tone = 1 + 0.35 * clear * rib
    if count:
        phase = np.mod(s * np.float32(count) - np.abs(t) * np.float32(0.3 * count), 1)
        vein = np.exp(-np.square((phase - 0.5) / 0.09)) * (1 - across)
        tone = tone + clear * (0.28 * vein - 0.05)
    mottled = np.random.default_rng(name).standard_normal((8, 24)).astype(np.float32)
    broad = cv2.resize(mottled, (_LONG, high), interpolation=cv2.INTER_CUBIC)
    # The blade bends down from its rib: one half is turned to the light.
    tone = tone * (1 + 0.045 * broad) * np.where(t < 0, 1.08, 0.9) * (0.92 + 0.14 * s)
    return np.dstack([rgb * (tone * alpha)[..., None], alpha]).astype(np.float32)


def _cut_out(polygons: list[Points], size: tuple[int, int]) -> F32:
    """The cover of polygons, in pixels, smooth-edged: float32 (h, w)."""
    wide, high = size
    mask = np.zeros((high * _DRAWN, wide * _DRAWN), np.uint8)
    for polygon in polygons:
        cv2.fillPoly(mask, [np.round(polygon * _DRAWN).astype(np.int32)], (255,))
    small = cv2.resize(mask, (wide, high), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


def _strokes(lines: list[Points], size: tuple[int, int], thick: int) -> F32:
    """The cover of lines, float32 (h, w)."""
    mask = np.zeros((size[1] * 2, size[0] * 2), np.uint8)
    for line in lines:
        cv2.polylines(
            mask, [np.round(line * 2 * 16).astype(np.int32)], False, (255,), thick, cv2.LINE_AA, 4
        )
    small = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


def _monstera() -> F32:
    """A heart-shaped blade with cuts between its ribs and holes along its middle."""
    size = (_LONG, round(0.92 * _LONG))
    high = size[1]
    turn = np.linspace(-np.pi, np.pi, 400)
    radius = 0.5 * (0.78 + 0.2 * np.cos(turn) - 0.2 * np.cos(2 * turn) ** 2 * (np.cos(turn) < 0))
    outline = np.stack([0.44 + radius * np.cos(turn), 0.5 + 1.02 * radius * np.sin(turn)], 1)
    cover = _cut_out([outline * size], size)
    cuts: list[Points] = []
    ribs: list[Points] = []
    for side in (-1, 1):
        for n in range(6):
            root = 0.2 + 0.115 * n
            tip = np.array([root + 0.23, 0.5 + side * 0.62])
            start = np.array([root + 0.05, 0.5 + side * (0.15 + 0.012 * n)])
            way = tip - start
            aside = np.array([-way[1], way[0]]) * 0.085
            cuts.append(
                np.array(
                    [
                        start,
                        start + 0.25 * way + 0.4 * aside,
                        tip + aside,
                        tip - aside,
                        start + 0.25 * way - 0.4 * aside,
                    ]
                )
                * size
            )
            ribs.append(np.array([[root - 0.03, 0.5], [root + 0.2, 0.5 + side * 0.5]]) * size)
            hole = np.array([root + 0.03, 0.5 + side * 0.085])
            turn8 = np.linspace(0, 2 * np.pi, 20)
            ring = np.stack([0.022 * np.cos(turn8), 0.011 * np.sin(turn8)], 1)
            cuts.append((hole + ring) * size)
    cover = cover * (1 - _cut_out(cuts, size))
    lines = _strokes([*ribs, np.array([[0.08, 0.5], [0.93, 0.5]]) * size], size, 3)
    rows = np.linspace(-1, 1, high, dtype=np.float32)[:, None]
    tone = (1 + 0.75 * lines) * np.where(rows < 0, 1.1, 0.86) + 0 * cover
    rgb = linear("#2d5a34") * tone[..., None]
    return np.dstack([rgb * cover[..., None], cover]).astype(np.float32)


def _maple(colors: tuple[str, str]) -> F32:
    """A leaf with five pointed lobes."""
    size = (_LONG, _LONG)
    points = []
    for tip, reach in ((0, 0.52), (0.85, 0.47), (1.8, 0.33), (-1.8, 0.33), (-0.85, 0.47)):
        for turn, share in (
            (-0.4, 0.42),
            (-0.24, 0.72),
            (-0.15, 0.62),
            (0, 1.0),
            (0.15, 0.62),
            (0.24, 0.72),
            (0.4, 0.42),
        ):
            points.append((tip + turn * (0.9 if abs(tip) < 1 else 0.8), reach * share))
    points.sort()
    outline = np.array([(0.46 + r * np.cos(a), 0.5 + r * np.sin(a)) for a, r in points])
    cover = _cut_out([np.vstack([outline, [[0.2, 0.5]]]) * size], size)
    stalk = np.array([[0.0, 0.52], [0.28, 0.5]]) * size
    ribs: list[Points] = [
        np.array([[0.28, 0.5], [0.46 + 0.42 * np.cos(a), 0.5 + 0.42 * np.sin(a)]]) * size
        for a in (0, 0.85, -0.85)
    ]
    stalk_cover = _strokes([stalk], size, 7)
    lines = _strokes(ribs, size, 3)
    away = np.hypot(*(np.mgrid[: size[1], : size[0]] / size[0] - 0.48)).astype(np.float32)[
        ..., None
    ]
    share = np.clip(away * 2.1, 0, 1)
    rgb = linear(colors[0]) * (1 - share) + linear(colors[1]) * share
    mottled = np.random.default_rng(4).standard_normal((14, 14)).astype(np.float32)
    broad = cv2.resize(mottled, size, interpolation=cv2.INTER_CUBIC)
    rgb = rgb * (1 + 0.1 * broad + 0.4 * lines)[..., None]
    whole = np.maximum(cover, stalk_cover)
    rgb = np.where(stalk_cover[..., None] > cover[..., None], linear("#7a4a28"), rgb)
    return np.dstack([rgb * whole[..., None], whole]).astype(np.float32)


def _fir() -> F32:
    """A shoot with needles to both sides."""
    size = (_LONG, round(0.32 * _LONG))
    wide, high = size
    random = np.random.default_rng(7)
    total = np.zeros((high, wide, 4), np.float32)
    shoot = _strokes([np.array([[0, high / 2], [wide * 0.93, high / 2]])], size, 6)
    _cover_with(total, shoot, linear("#6b5236"))
    for color in ("#1e3d2a", "#2c5537", "#3f6e45", "#557f4f"):
        lines = []
        for _ in range(95):
            x = random.uniform(0.0, 0.95) * wide
            reach = high * random.uniform(0.34, 0.5) * (1 - 0.35 * (x / wide) ** 4)
            turn = random.choice((-1, 1)) * random.uniform(0.55, 0.95)
            end = np.array([x + reach * np.cos(turn), high / 2 + reach * np.sin(turn)])
            lines.append(np.array([[x, high / 2], end]))
        _cover_with(total, _strokes(lines, size, 4), linear(color))
    return total


def _plume() -> F32:
    """A plume of pampas grass: fine hairs, denser along its middle."""
    size = (_LONG, round(0.3 * _LONG))
    wide, high = size
    random = np.random.default_rng(9)
    total = np.zeros((high, wide, 4), np.float32)
    for color in ("#b59a76", "#cdb592", "#dcc9ab", "#e9dcc6", "#f0e7d6"):
        lines = []
        for _ in range(130):
            root = random.uniform(0, 0.86)
            swell = np.sin(np.pi * min(1, (root + 0.1)) ** 0.8) * 0.55
            aside = random.normal(0, 0.45) * swell
            long = random.uniform(0.1, 0.24)
            x = np.linspace(root, root + long, 6)
            y = 0.5 + aside * (np.linspace(0, 1, 6) ** 0.7) * 0.9 + random.normal(0, 0.01)
            lines.append(np.stack([x * wide, y * high], 1))
        _cover_with(total, 0.75 * _strokes(lines, size, 1), linear(color))
    return total


def _spike() -> F32:
    """A spike of lavender: whorls of small flowers."""
    size = (_LONG, round(0.26 * _LONG))
    wide, high = size
    random = np.random.default_rng(11)
    total = np.zeros((high, wide, 4), np.float32)
    _cover_with(
        total,
        _strokes([np.array([[0, high / 2], [wide * 0.9, high / 2]])], size, 6),
        linear("#7c8a63"),
    )
    for color in ("#53427a", "#6d59a0", "#8a76bd", "#a594d4"):
        buds = []
        for whorl in range(9):
            x = (0.08 + 0.1 * whorl) * wide
            for _ in range(4):
                turn = random.choice((-1, 1)) * random.uniform(0.2, 0.75)
                reach = high * random.uniform(0.22, 0.46) * (1 - 0.05 * whorl)
                way = np.array([np.cos(turn), np.sin(turn)])
                aside = np.array([-way[1], way[0]]) * high * 0.07
                root = np.array([x + random.normal(0, 3), high / 2])
                tip = root + way * reach
                buds.append(
                    np.array(
                        [
                            root,
                            root + way * reach * 0.6 + aside,
                            tip,
                            root + way * reach * 0.6 - aside,
                        ]
                    )
                )
        _cover_with(total, _cut_out(buds, size), linear(color))
    return total


def _cover_with(total: F32, cover: Floats, color: F32) -> None:
    """Lay a color over a premultiplied picture, in place."""
    total *= (1 - cover)[..., None]
    total[..., :3] += cover[..., None] * color
    total[..., 3] += cover


def _stem(color: str) -> F32:
    t = np.linspace(-1, 1, 12, dtype=np.float32)[:, None] + np.zeros((1, 32), np.float32)
    alpha = np.clip((1 - np.abs(t)) * 6, 0, 1)
    tone = 0.75 + 0.4 * np.sqrt(np.clip(1 - np.square(t + 0.25), 0, 1))
    return np.dstack([linear(color) * (tone * alpha)[..., None], alpha]).astype(np.float32)


def _dome() -> F32:
    """The yellow middle of a daisy."""
    y, x = (np.mgrid[:96, :96].astype(np.float32) - 47.5) / 46
    away = np.hypot(x, y)
    alpha = np.clip((1 - away) * 46, 0, 1)
    dots = np.random.default_rng(3).standard_normal((96, 96)).astype(np.float32)
    tone = 1.05 - 0.45 * away**2 + 0.16 * cv2.GaussianBlur(dots, (0, 0), 1.2) * 2.2
    return np.dstack([linear("#e8b22c") * (tone * alpha)[..., None], alpha]).astype(np.float32)


BLADES: dict[str, Callable[[], F32]] = {
    "eucalyptus": lambda: _blade(_disc, 0.86, ("#86a394", "#a9bfb2"), veins=(5, 0.35), name=1),
    "olive": lambda: _blade(_lance, 0.22, ("#5f7550", "#76895f"), veins=(0, 0.7), name=2),
    "leaf": lambda: _blade(_oval, 0.52, ("#3f6b3a", "#4f7d43"), veins=(8, 0.8), name=3),
    "mint": lambda: _blade(_oval, 0.6, ("#3d7a3f", "#5a9a52"), veins=(7, 1.0), teeth=0.1, name=4),
    "palm": lambda: _blade(_strap, 0.1, ("#4c7f45", "#5f9150"), veins=(0, 0.7), name=5),
    "fern": lambda: _blade(
        _strap, 0.26, ("#487a3c", "#66994f"), veins=(0, 0.9), teeth=0.42, name=6
    ),
    "monstera": _monstera,
    "fir": _fir,
    "plume": _plume,
    "spike": _spike,
    "maple": lambda: _maple(("#d98a2e", "#b5471f")),
    "beech": lambda: _blade(_oval, 0.55, ("#b5702c", "#9a4f22"), veins=(9, 0.8), name=8),
    "petal": lambda: _blade(_petal, 0.92, ("#f7f1ef", "#f1e6e4"), veins=(0, -0.12), name=9),
    "ray": lambda: _blade(_petal, 0.32, ("#fbfaf6", "#efede6"), veins=(3, -0.12), name=10),
    "dome": _dome,
    "stem": lambda: _stem("#7f8a5c"),
    "twig": lambda: _stem("#7d5f43"),
    "straw": lambda: _stem("#cbb58c"),
    "paper": lambda: np.ones((24, 24, 4), np.float32),
}


@cache
def pyramid(name: str) -> tuple[F32, ...]:
    """A blade in halving sizes, the largest first, each with a clear margin."""
    whole = cv2.copyMakeBorder(BLADES[name](), 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    levels = [np.ascontiguousarray(whole, np.float32)]
    while min(levels[-1].shape[:2]) > 8 and max(levels[-1].shape[:2]) > 16:
        height, width = levels[-1].shape[:2]
        half = cv2.resize(levels[-1], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        levels.append(np.ascontiguousarray(half, np.float32))
    for level in levels:
        level.setflags(write=False)
    return tuple(levels)
