"""Texts as shops lay them over photos, drawn: badges, bars, ribbons, price tags, watermarks, captions, stamps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from processing.engine.arrays import F32, U8

SANS, BOLD, SERIF = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif-Bold.ttf"
NARROW, ITALIC = "LiberationSansNarrow-Regular.ttf", "LiberationSerif-Italic.ttf"
WHITE, BLACK, RED, YELLOW = (255, 255, 255), (15, 15, 15), (214, 24, 40), (255, 221, 0)
TEAL, GREEN, ORANGE, NAVY = (0, 110, 120), (0, 122, 61), (255, 150, 40), (20, 30, 90)
Color = tuple[int, int, int]

# Layers are drawn so many times as large, as design programs draw rims of less than a pixel.
_FINE = 2


@dataclass(frozen=True, slots=True)
class Words:
    """One line. Its middle and height are shares of the picture's width, height and shorter side."""

    words: str
    at: tuple[float, float]
    high: float
    color: Color = WHITE
    font: str = BOLD
    rim: Color | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """Shapes and lines that lie over a photo together, at one opacity each, turned about their middle.

    `shape` draws below the words; what it is given is the canvas, and its size.
    """

    words: tuple[Words, ...]
    shape: Callable[[ImageDraw.ImageDraw, tuple[int, int]], None] | None = None
    opacity: float = 1.0
    ground: float = 1.0
    turn: float = 0.0
    about: tuple[float, float] = (0.5, 0.5)
    tiled: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Overlay:
    """A name, and what is laid over a photo."""

    name: str
    layers: tuple[Layer, ...] = field(default=())


def laid_over(rgb: U8, overlay: Overlay) -> tuple[U8, F32]:
    """The photo, uint8 (h, w, 3), with the overlay, and how much of each pixel that covers, float32 (h, w)."""
    picture = rgb.astype(np.float32)
    cover = np.zeros(rgb.shape[:2], np.float32)
    for layer in overlay.layers:
        for drawn in _drawn(layer, (rgb.shape[1], rgb.shape[0])):
            alpha = drawn[..., 3:] / np.float32(255)
            picture += alpha * (drawn[..., :3] - picture)
            cover = np.maximum(cover, alpha[..., 0])
    return np.rint(picture).astype(np.uint8), cover


def _drawn(layer: Layer, size: tuple[int, int]) -> list[F32]:
    """The ground and the words of a layer, each float32 (h, w, 4)."""
    large = (_FINE * size[0], _FINE * size[1])
    margin = max(large) // 2  # what is turned comes from outside, too
    planes: list[tuple[Image.Image, float]] = []
    if layer.shape is not None:
        ground = Image.new("RGBA", large)
        layer.shape(ImageDraw.Draw(ground), large)
        planes.append((_wider(ground, margin), layer.ground))
    planes.append((_written(layer, large, margin), layer.opacity))
    drawn = []
    for plane, opacity in planes:
        if layer.turn:
            middle = (margin + layer.about[0] * large[0], margin + layer.about[1] * large[1])
            plane = plane.rotate(layer.turn, Image.Resampling.BICUBIC, center=middle)
        shown = plane.crop((margin, margin, margin + large[0], margin + large[1]))
        pixels = np.asarray(shown.resize(size, Image.Resampling.BOX), np.float32).copy()
        pixels[..., 3] *= opacity
        drawn.append(pixels)
    return drawn


def _wider(plane: Image.Image, margin: int) -> Image.Image:
    """A plane that goes on as it is at its rim."""
    pixels = np.pad(np.asarray(plane), ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    return Image.fromarray(pixels)


def _written(layer: Layer, size: tuple[int, int], margin: int) -> Image.Image:
    plane = Image.new("RGBA", (size[0] + 2 * margin, size[1] + 2 * margin))
    draw = ImageDraw.Draw(plane)
    for line in layer.words:
        high = line.high * min(size)
        font = ImageFont.truetype(line.font, round(high * 1.3))
        options: dict[str, Any] = {"font": font, "anchor": "mm", "fill": line.color}
        if line.rim:
            options |= {"stroke_width": max(1, round(high * 0.08)), "stroke_fill": line.rim}
        for x, y in _places(line, layer.tiled):
            draw.text((margin + x * size[0], margin + y * size[1]), line.words, **options)
    return plane


def _places(line: Words, tiled: tuple[float, float] | None) -> list[tuple[float, float]]:
    if tiled is None:
        return [line.at]
    across, down = tiled
    return [
        (line.at[0] + (column + row % 2 / 2) * across, line.at[1] + row * down)
        for row in range(-12, 13)
        for column in range(-6, 7)
    ]


Shape = Callable[[ImageDraw.ImageDraw, tuple[int, int]], None]


def disc(x: float, y: float, radius: float, color: Color) -> Shape:
    """A disc; its radius is a share of the shorter side."""

    def draw(canvas: ImageDraw.ImageDraw, size: tuple[int, int]) -> None:
        canvas.circle((x * size[0], y * size[1]), radius * min(size), fill=color)

    return draw


def star(x: float, y: float, radius: float, color: Color) -> Shape:
    """A star of sixteen points."""

    def draw(canvas: ImageDraw.ImageDraw, size: tuple[int, int]) -> None:
        angles = np.arange(32) * np.pi / 16
        reach = np.where(np.arange(32) % 2, 0.84, 1.0) * radius * min(size)
        points = np.stack(
            [x * size[0] + reach * np.cos(angles), y * size[1] + reach * np.sin(angles)]
        )
        canvas.polygon([(float(a), float(b)) for a, b in points.T], fill=color)

    return draw


def box(
    left: float, top: float, right: float, bottom: float, color: Color, round_: float = 0
) -> Shape:
    """A box, its corners rounded by a share of the shorter side."""

    def draw(canvas: ImageDraw.ImageDraw, size: tuple[int, int]) -> None:
        place = (left * size[0], top * size[1], right * size[0], bottom * size[1])
        canvas.rounded_rectangle(place, round_ * min(size), fill=color)

    return draw


def gradient(x: float, y: float, radius: float, upper: Color, lower: Color) -> Shape:
    """A disc whose color goes from one to another."""

    def draw(canvas: ImageDraw.ImageDraw, size: tuple[int, int]) -> None:
        reach, middle = radius * min(size), (x * size[0], y * size[1])
        for row in range(-int(reach), int(reach) + 1):
            half = float(np.sqrt(reach**2 - row**2))
            share = (row / reach + 1) / 2
            color = tuple(round(a + share * (b - a)) for a, b in zip(upper, lower, strict=True))
            at = middle[1] + row
            canvas.line((middle[0] - half, at, middle[0] + half, at), fill=color, width=2)

    return draw


def _badges() -> tuple[Overlay, ...]:
    return (
        Overlay("round badge", (Layer((Words("-50%", (0.8, 0.15), 0.07),), disc(0.8, 0.15, 0.13, RED)),)),
        Overlay("round badge, two lines", (Layer(
            (Words("-30%", (0.82, 0.14), 0.06), Words("SALE", (0.82, 0.205), 0.035)),
            disc(0.82, 0.16, 0.14, RED),
        ),)),
        Overlay("star, two lines", (Layer(
            (Words("HOT", (0.2, 0.13), 0.05, BLACK), Words("DEAL", (0.2, 0.185), 0.05, BLACK)),
            star(0.2, 0.155, 0.16, YELLOW),
        ),)),
        Overlay("gradient badge, three lines", (Layer(
            (
                Words("BEST", (0.5, 0.47), 0.04), Words("PRICE", (0.5, 0.515), 0.055),
                Words("2024", (0.5, 0.56), 0.035),
            ),
            gradient(0.5, 0.515, 0.17, (40, 90, 200), (120, 40, 160)),
        ),)),
        Overlay("tilted seal", (Layer(
            (Words("TOP", (0.76, 0.79), 0.05), Words("QUALITY", (0.76, 0.835), 0.035)),
            disc(0.76, 0.81, 0.14, GREEN), turn=14, about=(0.76, 0.81),
        ),)),
        Overlay("square badge", (Layer(
            (Words("SALE", (0.22, 0.12), 0.07, BLACK),), box(0.07, 0.06, 0.37, 0.18, YELLOW),
        ),)),
        Overlay("price tag", (Layer(
            (Words("€ 19.90", (0.5, 0.6), 0.055, BLACK),), box(0.34, 0.55, 0.66, 0.65, YELLOW, 0.02),
        ),)),
        Overlay("pill", (Layer(
            (Words("Größe 38", (0.3, 0.9), 0.045),), box(0.11, 0.86, 0.49, 0.94, TEAL, 0.05),
        ),)),
    )  # fmt: skip


def _bars() -> tuple[Overlay, ...]:
    return (
        Overlay("caption bar", (Layer(
            (Words("Gr. M · 12,50 €", (0.5, 0.93), 0.045),), box(-0.1, 0.87, 1.1, 1.1, NAVY),
        ),)),
        Overlay("translucent bar", (Layer(
            (Words("Only 19.99 EUR", (0.5, 0.86), 0.05, WHITE, SERIF),),
            box(-0.1, 0.8, 1.1, 0.92, BLACK), ground=0.55,
        ),)),
        Overlay("pale bar, two lines", (Layer(
            (
                Words("Hand made in Italy", (0.5, 0.06), 0.045, BLACK),
                Words("size 38 to 44", (0.5, 0.12), 0.035, BLACK, SANS),
            ),
            box(-0.1, -0.1, 1.1, 0.16, WHITE), ground=0.6,
        ),)),
        Overlay("corner banner", (Layer(
            (Words("FREE SHIP", (0.2, 0.045), 0.05),), box(-0.1, -0.1, 0.4, 0.09, GREEN),
        ),)),
        Overlay("ribbon", (Layer(
            (Words("NEW IN", (0.13, 0.1), 0.05),), box(-0.5, 0.055, 0.8, 0.145, RED),
            turn=45, about=(0.13, 0.1),
        ),)),
        Overlay("ribbon, dark", (Layer(
            (Words("SOLD OUT", (0.84, 0.12), 0.045),), box(0.2, 0.08, 1.5, 0.16, BLACK),
            turn=-45, about=(0.84, 0.12),
        ),)),
    )  # fmt: skip


def _marks() -> tuple[Overlay, ...]:
    return (
        Overlay("watermark", (Layer((Words("www.my-shop.example", (0.5, 0.5), 0.05, font=SANS),), opacity=0.45),)),
        Overlay("tilted watermark", (Layer((Words("Anna Vintage", (0.5, 0.52), 0.08),), opacity=0.4, turn=30),)),
        Overlay("tiled watermark", (Layer(
            (Words("MyShop.com", (0.5, 0.5), 0.05),), opacity=0.4, turn=30, tiled=(0.55, 0.16),
        ),)),
    )  # fmt: skip


def _captions() -> tuple[Overlay, ...]:
    return (
        Overlay("outlined", (Layer((Words("@vintage_anna", (0.5, 0.47), 0.06, rim=BLACK),)),)),
        Overlay("two captions", (
            Layer((Words("NEW with tags", (0.32, 0.05), 0.05, BLACK), Words("size 42", (0.21, 0.1), 0.05, BLACK))),
            Layer((Words("Free shipping", (0.5, 0.95), 0.045, WHITE, SANS, BLACK),)),
        )),
        Overlay("small print", (
            Layer((Words("www.shop.example/sale", (0.76, 0.975), 0.026, WHITE, NARROW, BLACK),)),
            Layer((Words("2024/05/17 14:33", (0.2, 0.03), 0.03, ORANGE, SANS),)),
        )),
    )  # fmt: skip


OVERLAYS = (*_badges(), *_bars(), *_marks(), *_captions())
