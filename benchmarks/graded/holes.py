"""Which holes open and what stays closed: `python -m benchmarks holes`, drawn, with known alpha.

Rings, mugs, bags and chair backs on several backdrops, and as many products whose prints, labels,
checks, stripes, buttons and dishes have nearly the backdrop's color. Prints for each the mean of
alpha in its holes, and the least mean of alpha in what must stay, without and with `holes`. What is
printed is 5 levels darker than the backdrop; with `--mark 0` it is of the very same color, and then a dish
that shows its middle looks like a ring and opens.
With `--out FOLDER` the cutouts on magenta are written there as PNG files.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.engine.photos import models_dir
from processing.engine.arrays import F64, U8
from processing.engine.canvas import compose
from processing.engine.cutout import edges
from processing.engine.files import decode
from processing.engine.networks.registry import Registry
from processing.engine.plans.cutout import CleanUp

SIDE, _FINER = 720, 2
Point = tuple[float, float]


class Drawing:
    """A product drawn at twice the size: `color` (h, w, 3), `alpha` and `marks` (h, w), where marks
    are what has the backdrop's color but belongs to the product."""

    def __init__(self, color: tuple[int, int, int]) -> None:
        side = SIDE * _FINER
        self._color = color
        self._alpha, self._marks = (np.zeros((side, side), np.uint8) for _ in range(2))

    def add(self, *shape: Point, hole: bool = False) -> "Drawing":
        """A polygon, in shares of the side."""
        cv2.fillPoly(self._alpha, [_pixels(shape)], 0 if hole else 255)
        return self

    def oval(self, middle: Point, radii: Point, *, hole: bool = False) -> "Drawing":
        cv2.ellipse(self._alpha, *_ellipse(middle, radii), 0 if hole else 255, -1)
        return self

    def arc(self, middle: Point, radii: Point, angles: Point, width: float) -> "Drawing":
        center, axes, *_ = _ellipse(middle, radii)
        thick = round(width * SIDE * _FINER)
        cv2.ellipse(self._alpha, center, axes, 0, *angles, 255, thick)
        return self

    def mark(self, *shape: Point) -> "Drawing":
        cv2.fillPoly(self._marks, [_pixels(shape)], 255)
        return self

    def dot(self, middle: Point, radius: float) -> "Drawing":
        cv2.ellipse(self._marks, *_ellipse(middle, (radius, radius)), 255, -1)
        return self

    def text(self, words: str, at: Point) -> "Drawing":
        corner = (round(at[0] * SIDE * _FINER), round(at[1] * SIDE * _FINER))
        cv2.putText(self._marks, words, corner, cv2.FONT_HERSHEY_DUPLEX, 5, 255, 24)
        return self

    def on(self, backdrop: U8, mark: int) -> tuple[U8, U8, U8]:
        """The photo, its true alpha, and the marks; marks differ from the backdrop by some levels."""
        alpha, marks = (_reduced(part) for part in (self._alpha, self._marks))
        shade = np.linspace(1.04, 0.9, SIDE)[:, None, None]
        product = np.clip(np.array(self._color) * shade, 0, 255) * np.ones((SIDE, SIDE, 1))
        printed = np.clip(backdrop.astype(np.float64) + mark, 0, 255)
        cover = marks[..., None] / 255
        product = product * (1 - cover) + printed * cover
        share = alpha[..., None] / 255
        return _rounded(product * share + backdrop * (1 - share)), alpha, marks


def holed() -> dict[str, Drawing]:
    """Products with holes."""
    ring = Drawing((190, 150, 60)).oval((0.5, 0.5), (0.22, 0.22))
    bag = Drawing((120, 70, 45)).add(*_box(0.27, 0.52, 0.73, 0.88))
    chair = Drawing((110, 70, 40)).add(*_box(0.3, 0.08, 0.7, 0.6))
    for column in range(4):
        left = 0.315 + column * 0.095
        chair.add(*_box(left, 0.095, left + 0.085, 0.3), hole=True)
        chair.add(*_box(left, 0.315, left + 0.085, 0.52), hole=True)
    mug = Drawing((60, 120, 70)).arc((0.66, 0.5), (0.14, 0.16), (0, 360), 0.045)
    return {
        "ring": ring.oval((0.5, 0.5), (0.17, 0.17), hole=True),
        "mug": mug.add(*_box(0.25, 0.26, 0.66, 0.78)),
        "bag with a strap": bag.arc((0.5, 0.53), (0.2, 0.42), (180, 360), 0.012),
        "chair": chair.add(*_box(0.31, 0.6, 0.34, 0.92)).add(*_box(0.66, 0.6, 0.69, 0.92)),
    }


def whole() -> dict[str, Drawing]:
    """Products without holes, with parts that have nearly the backdrop's color."""
    dots, checks, stripes = _shirt(), _shirt(), _shirt()
    for row in range(6):
        stripes.mark(*_box(0.29, 0.3 + row * 0.09, 0.71, 0.34 + row * 0.09))
        for column in range(4):
            x, y = 0.35 + column * 0.1, 0.3 + row * 0.09
            dots.dot((x, y), 0.025)
            checks.mark(*_box(x - 0.025, y - 0.025, x + 0.025, y + 0.025))
    buttons = _shirt()
    for row in range(6):
        buttons.dot((0.5, 0.26 + row * 0.1), 0.014)
    return {
        "letters": _shirt().text("BOLD", (0.31, 0.55)),
        "patch": _shirt().mark(*_box(0.38, 0.4, 0.62, 0.64)),
        "label": _shirt().mark(*_box(0.45, 0.21, 0.55, 0.26)),
        "dots": dots,
        "checks": checks,
        "stripes": stripes,
        "buttons": buttons,
        "dish": Drawing((50, 80, 170)).oval((0.5, 0.5), (0.32, 0.32)).dot((0.5, 0.5), 0.22),
    }


def backdrops() -> dict[str, U8]:
    """White, grey with a slope of light and grain, and wood."""
    noise = np.random.default_rng(7)
    down, across = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    grey = 205 - 40 * down + 15 * across + noise.normal(0, 1.5, (SIDE, SIDE))
    grain = cv2.blur(noise.normal(0, 60, (SIDE, SIDE)), (1, 61))
    wood = np.array([186, 140, 96]) + (grain + 6 * np.sin(across * 30))[..., None]
    return {
        "white": np.full((SIDE, SIDE, 3), 248, np.uint8),
        "grey": _rounded(np.repeat(grey[..., None], 3, axis=2)),
        "wood": _rounded(wood),
    }


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    models = Registry(arguments.models_dir)
    if arguments.out is not None:
        arguments.out.mkdir(parents=True, exist_ok=True)

    def alphas(photo: U8, name: str) -> list[U8]:
        matte = models.matte(arguments.model, photo)
        clean = CleanUp()
        options = (replace(clean, holes=False), clean)
        results = [edges.cut_out(photo, matte, edge="standard", clean=each) for each in options]
        if arguments.out is not None:
            shown = compose.flatten(results[1].rgb, results[1].alpha, (255, 0, 255))
            path = arguments.out / f"{name.replace(':', '').replace(' ', '-')}.png"
            path.write_bytes(decode.encode(shown, None, format="png"))
        return [result.alpha for result in results]

    print(f"{'':<28}{'alpha in holes':>22}{'alpha of the rest':>22}")
    for ground, backdrop in backdrops().items():
        for kind, drawings in (("holed", holed()), ("whole", whole())):
            for name, drawing in drawings.items():
                _measure(f"{ground}: {name}", drawing, backdrop, (kind, arguments.mark, alphas))


def _measure(
    name: str, drawing: Drawing, backdrop: U8, how: tuple[str, int, Callable[[U8, str], list[U8]]]
) -> None:
    kind, mark, alphas = how
    photo, alpha, marks = drawing.on(backdrop, mark)
    closed = _closed(alpha)
    hollow = (
        cv2.erode(((closed > 0) & (alpha == 0)).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    )
    solid = cv2.erode((alpha == 255).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    checked = solid & (marks > 128) if kind == "whole" else solid
    found = alphas(photo, name)
    holes = ["-" if not hollow.any() else f"{a[hollow].mean() / 255:.2f}" for a in found]
    rest = [f"{a[checked].mean() / 255:.2f}" for a in found]
    print(f"{name:<28}{' to '.join(holes):>22}{' to '.join(rest):>22}")


def _closed(alpha: U8) -> U8:
    """Alpha with its holes filled."""
    flooded = np.pad(alpha, 1)
    cv2.floodFill(flooded, np.zeros((SIDE + 4, SIDE + 4), np.uint8), (0, 0), 1)
    return np.where(flooded[1:-1, 1:-1] == 1, 0, 255).astype(np.uint8)


def _shirt() -> Drawing:
    right = ((0.66, 0.2), (0.88, 0.36), (0.8, 0.46), (0.72, 0.4), (0.72, 0.86))
    left = tuple((1 - x, y) for x, y in reversed(right))
    return Drawing((150, 40, 50)).add(*right, *left)


def _box(left: float, top: float, right: float, bottom: float) -> tuple[Point, ...]:
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _pixels(shape: Sequence[Point]) -> npt.NDArray[np.int32]:
    return np.array([[round(v * SIDE * _FINER) for v in point] for point in shape], np.int32)


def _ellipse(middle: Point, radii: Point) -> tuple[tuple[int, int], tuple[int, int], int, int, int]:
    x, y, across, down = (round(v * SIDE * _FINER) for v in (*middle, *radii))
    return (x, y), (across, down), 0, 0, 360


def _reduced(layer: U8) -> U8:
    return np.asarray(cv2.resize(layer, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def _rounded(values: F64) -> U8:
    return np.clip(values + 0.5, 0, 255).astype(np.uint8)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write the cutouts there")
    help_of_mark = "levels by which prints differ from the backdrop"
    parser.add_argument("--mark", type=int, default=-5, help=help_of_mark)
    parser.add_argument("--model", default="fast")
    parser.add_argument("--models-dir", type=Path, default=models_dir())
    return parser.parse_args(given)
