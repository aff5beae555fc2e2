"""How long the built-in studio takes for a backdrop: `python -m benchmarks backdrops`.

Prints the median wall and processor time of every ready-made scene, words included; the aim is
0.6 s for 2000x2000 on two cores. `--sheet FILE` writes them side by side, to look at.
"""

import argparse
import statistics
import time
from pathlib import Path

import cv2
import numpy as np

from processing.engine.arrays import U8
from processing.engine.backdrops import Studio
from processing.engine.backdrops.provider import BackdropRequest
from processing.engine.files import decode
from processing.engine.prompts.scene import presets

AIM = 0.6
CELL, COLUMNS = 480, 4


def main() -> None:
    arguments = _arguments()
    side = arguments.size
    pictures = []
    slowest = 0.0
    _draw("marble", side, arguments.seed)  # the first loads what all share
    print(f"{side}x{side}, median of {arguments.runs} runs, seconds")
    print(f"{'preset':<18}{'wall':>8}{'processor':>11}")
    for name in presets():
        walls, processors = [], []
        for _ in range(arguments.runs):
            wall, processor = time.perf_counter(), time.process_time()
            picture = _draw(name, side, arguments.seed)
            walls.append(time.perf_counter() - wall)
            processors.append(time.process_time() - processor)
        slowest = max(slowest, statistics.median(walls))
        print(f"{name:<18}{statistics.median(walls):>8.2f}{statistics.median(processors):>11.2f}")
        pictures.append(_labelled(picture, name))
    print(f"slowest {slowest:.2f} s, aim {AIM} s")
    if arguments.sheet:
        arguments.sheet.write_bytes(decode.encode(_sheet(pictures), None, format="jpg"))
        print(arguments.sheet)


def _draw(name: str, side: int, seed: int) -> U8:
    subject = (side // 4, side // 4, 3 * side // 4, int(0.86 * side))
    request = BackdropRequest(
        prompt="", style=name, negative_prompt=None, seed=seed, size=(side, side), subject=subject
    )
    return Studio().generate(request).rgb


def _labelled(picture: U8, name: str) -> U8:
    cell = np.asarray(cv2.resize(picture, (CELL, CELL), interpolation=cv2.INTER_AREA), np.uint8)
    cv2.putText(cell, name, (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (220, 40, 40), 1)
    return cell


def _sheet(pictures: list[U8]) -> U8:
    blank = np.full((CELL, CELL, 3), 255, np.uint8)
    cells = pictures + [blank] * (-len(pictures) % COLUMNS)
    rows = [np.hstack(cells[start : start + COLUMNS]) for start in range(0, len(cells), COLUMNS)]
    return np.vstack(rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sheet", type=Path)
    return parser.parse_args()
