"""Text removal, to look at and in figures: `python -m benchmarks text FOLDER`.

Lays captions, badges, banners and watermarks over each photo of a folder in turn, saves it as a
JPEG as shops do, and takes them off again. A row of the sheet: the photo, with its text, without
it, and at 200 % the place that differs most from the photo. `--as-is` draws nothing, and shows what
`--mode` takes of the photos' own text. Written to FOLDER's name + `-text-N.jpg`.
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.engine.photos import models_dir
from benchmarks.engine.sheet import cell, closest
from processing.engine import arrays
from processing.engine.arrays import U8
from processing.engine.files import decode
from processing.engine.networks.registry import Registry
from processing.engine.text import remove
from processing.engine.text.detect import TextFinder

CELL = 420
ROWS = 4
KINDS = {".jpg", ".jpeg", ".png", ".webp"}
SANS, BOLD, SERIF = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif-Bold.ttf"
NARROW, MONO = "LiberationSansNarrow-Regular.ttf", "LiberationMono-Bold.ttf"
ITALIC = "LiberationSerif-Italic.ttf"
WHITE, BLACK, RED, YELLOW = (255, 255, 255), (15, 15, 15), (214, 24, 40), (255, 221, 0)
TEAL, PINK = (0, 110, 120), (240, 60, 140)


@dataclass(frozen=True, slots=True)
class Line:
    """Words whose middle is at a place, height and place as shares of the picture's sides."""

    words: str
    at: tuple[float, float]
    high: float
    font: str = BOLD
    color: tuple[int, int, int] = WHITE
    opacity: float = 1.0
    rim: tuple[int, int, int] | None = None
    under: tuple[str, tuple[int, int, int], float] | None = None


CAPTIONS: tuple[tuple[str, tuple[Line, ...]], ...] = (
    ("two captions", (
        Line("NEW ARRIVAL", (0.5, 0.08), 0.055),
        Line("Free shipping", (0.5, 0.93), 0.045, SANS, BLACK),
    )),
    ("badge, round", (Line("-50%", (0.8, 0.15), 0.07, BOLD, WHITE, under=("disc", RED, 1.0)),)),
    ("badge, square", (Line("SALE", (0.22, 0.12), 0.07, BOLD, BLACK, under=("box", YELLOW, 1.0)),)),
    ("watermark", (Line("www.my-shop.example", (0.5, 0.5), 0.05, SANS, WHITE, 0.45),)),
    ("banner", (
        Line("Only 19.99 EUR", (0.5, 0.86), 0.06, SERIF, WHITE, under=("banner", BLACK, 0.45)),
    )),
    ("with a rim", (Line("BEST PRICE", (0.5, 0.45), 0.08, BOLD, YELLOW, rim=BLACK),)),
    ("serif", (Line("Autumn 2024", (0.5, 0.2), 0.08, ITALIC, TEAL),)),
    ("small print", (
        Line("Size M, worn twice, smoke free home", (0.5, 0.955), 0.034, NARROW, WHITE, rim=BLACK),
        Line("100% cotton", (0.3, 0.6), 0.05, MONO, PINK),
    )),
)  # fmt: skip


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    finder, models = TextFinder(threads=1), Registry(arguments.models_dir)
    paths = sorted(p for p in arguments.folder.iterdir() if p.suffix.lower() in KINDS)
    paths = [p for p in paths if not arguments.only or p.stem in arguments.only.split(",")]
    seconds: list[float] = []
    rows: list[U8] = []
    for number, path in enumerate(paths):
        photo = decode.decode(path.read_bytes(), max_pixels=50_000_000).rgb
        photo = _sized(photo, arguments.side)
        name, lines = _captions(number, arguments)
        written = _saved(_written(photo, lines))
        matte = models.matte("fast", written)
        start = time.process_time()
        without, found = remove.remove(written, matte, arguments.mode, finder)
        seconds.append(time.process_time() - start)
        rest = [line.words for line in finder.find(without)]
        print(f"{path.name:<18}{name:<16}{found} gone in {seconds[-1]:.1f} s, left: {rest}")
        rows.append(_row(photo, written, without, f"{path.stem}: {name}"))
    for number, begin in enumerate(range(0, len(rows), ROWS), start=1):
        file = arguments.out / f"{arguments.folder.resolve().name}-text-{number}.jpg"
        file.write_bytes(
            decode.encode(np.vstack(rows[begin : begin + ROWS]), None, format="jpg", quality=90)
        )
        print(file)
    print(f"median {statistics.median(seconds):.1f} s of processor time")


def _captions(number: int, arguments: argparse.Namespace) -> tuple[str, tuple[Line, ...]]:
    if arguments.as_is:
        return "as it is", ()
    if arguments.case is not None:
        return arguments.case, dict(CAPTIONS)[arguments.case]
    return CAPTIONS[number % len(CAPTIONS)]


def _sized(photo: U8, side: int | None) -> U8:
    if side is None:
        return photo
    scale = side / max(photo.shape[:2])
    return arrays.shrink(photo, (round(photo.shape[1] * scale), round(photo.shape[0] * scale)))


def _written(photo: U8, lines: Sequence[Line]) -> U8:
    picture = Image.fromarray(photo)
    for line in lines:
        layer = Image.new("RGBA", picture.size)
        _draw(ImageDraw.Draw(layer), line, picture.size)
        picture.paste(layer, mask=layer)
    return np.asarray(picture)


def _draw(draw: ImageDraw.ImageDraw, line: Line, size: tuple[int, int]) -> None:
    x, y, high = line.at[0] * size[0], line.at[1] * size[1], line.high * min(size)
    font = ImageFont.truetype(line.font, round(high * 1.3))
    left, top, right, bottom = draw.textbbox((x, y), line.words, font=font, anchor="mm")
    if line.under is not None:
        shape, color, opacity = line.under
        fill = (*color, round(255 * opacity))
        pad = 0.6 * high
        if shape == "disc":
            draw.circle((x, y), (right - left) * 0.7, fill=fill)
        elif shape == "box":
            draw.rectangle((left - pad, top - pad, right + pad, bottom + pad), fill=fill)
        else:
            draw.rectangle((0, top - pad, size[0], bottom + pad), fill=fill)
    draw.text(
        (x, y),
        line.words,
        font=font,
        anchor="mm",
        fill=(*line.color, round(255 * line.opacity)),
        stroke_width=max(1, round(high * 0.06)) if line.rim else 0,
        stroke_fill=(*line.rim, 255) if line.rim else None,
    )


def _saved(rgb: U8) -> U8:
    data = decode.encode(rgb, None, format="jpg", quality=90)
    return decode.decode(data, max_pixels=50_000_000).rgb


def _row(photo: U8, written: U8, without: U8, name: str) -> U8:
    cells = [cell(pixels, CELL) for pixels in (photo, written, without)]
    apart = cv2.absdiff(photo, without).max(axis=2).astype(np.float32)
    row = np.hstack([*cells, closest(without, apart, CELL)])
    cv2.putText(row, name, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 60, 0), 1)
    return row


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mode", choices=["artificial", "natural", "all"], default="artificial")
    parser.add_argument("--as-is", action="store_true", help="draw nothing over the photos")
    parser.add_argument("--case", choices=dict(CAPTIONS), help="the same text on all photos")
    parser.add_argument("--only", help="names without ending, separated by commas")
    parser.add_argument("--side", type=int, help="the photos' longer side in pixels")
    parser.add_argument("--out", type=Path, default=Path())
    parser.add_argument("--models-dir", type=Path, default=models_dir())
    return parser.parse_args(given)
