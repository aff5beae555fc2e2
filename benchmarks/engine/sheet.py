"""A contact sheet to look at: `make sheet FOLDER=photos`, or `python -m benchmarks sheet FOLDER`.

One row for each picture: the source, the matte, the cutout on white and on magenta, and the place
where the edge is softest at 200 % on magenta. Written to FOLDER's name + `-sheet-N.jpg`.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.engine.photos import models_dir
from processing.engine import arrays
from processing.engine.arrays import F32, U8
from processing.engine.canvas import compose
from processing.engine.cutout import edges
from processing.engine.files import decode
from processing.engine.networks.registry import Registry
from processing.engine.plans.cutout import CleanUp, Edge

CELL = 240
ROWS = 10
WHITE, MAGENTA = (255, 255, 255), (255, 0, 255)
KINDS = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".avif", ".tif", ".tiff", ".bmp", ".gif"}


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    models = Registry(arguments.models_dir)
    paths = sorted(p for p in arguments.folder.iterdir() if p.suffix.lower() in KINDS)
    edge: Edge = float(arguments.edge) if arguments.edge[0].isdigit() else arguments.edge
    for number, start in enumerate(range(0, len(paths), ROWS), start=1):
        rows = [_row(path, models, arguments.model, edge) for path in paths[start : start + ROWS]]
        file = arguments.out / f"{arguments.folder.resolve().name}-sheet-{number}.jpg"
        file.write_bytes(decode.encode(np.vstack(rows), None, format="jpg"))
        print(file)


def _row(path: Path, models: Registry, model: str, edge: Edge) -> U8:
    rgb = decode.decode(path.read_bytes(), max_pixels=50_000_000).rgb
    result = edges.cut_out(rgb, models.matte(model, rgb), edge=edge, clean=CleanUp())
    white = compose.flatten(result.rgb, result.alpha, WHITE)
    magenta = compose.flatten(result.rgb, result.alpha, MAGENTA)
    matte = np.asarray(cv2.cvtColor(result.alpha, cv2.COLOR_GRAY2RGB), dtype=np.uint8)
    cells = [cell(pixels, CELL) for pixels in (rgb, matte, white, magenta)]
    soft = 1 - np.abs(result.alpha.astype(np.float32) / 127.5 - 1)
    cells.append(closest(magenta, soft, CELL))
    row = np.hstack(cells)
    cv2.putText(row, path.name, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 60, 0), 1)
    return row


def cell(pixels: U8, side: int) -> U8:
    """The picture, as large as fits into a grey square."""
    small = arrays.shrink(pixels, arrays.fit_within(pixels.shape[1], pixels.shape[0], side))
    square = np.full((side, side, 3), 200, np.uint8)
    square[: small.shape[0], : small.shape[1]] = small
    return square


def closest(pixels: U8, where: F32, side: int) -> U8:
    """The square with most of what `where` (h, w) tells, enlarged to 200 %."""
    half = min(side // 2, *where.shape)
    total = cv2.blur(where, (half, half), borderType=cv2.BORDER_CONSTANT)
    _, _, _, (x, y) = cv2.minMaxLoc(total)
    left = int(np.clip(x - half // 2, 0, where.shape[1] - half))
    top = int(np.clip(y - half // 2, 0, where.shape[0] - half))
    crop = pixels[top : top + half, left : left + half]
    return np.asarray(cv2.resize(crop, (side, side), interpolation=cv2.INTER_NEAREST), np.uint8)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--edge", default="standard", help="none, standard, fine or 0 to 100")
    parser.add_argument("--model", default="fast")
    parser.add_argument("--out", type=Path, default=Path())
    parser.add_argument("--models-dir", type=Path, default=models_dir())
    return parser.parse_args(given)
