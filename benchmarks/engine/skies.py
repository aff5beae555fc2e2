"""How well skies are found, and what that costs: `python -m benchmarks skies FOLDER`.

The folder holds photos (`*.jpg`) and, for each that shows a sky, what of it is sky, as a picture of the same name
(`*.png`, white for sky) and size; photos without one must have none found. For each: the intersection over the union
of what is at least half sky with the truth. Then the time of finding and matting at 24 megapixels.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from benchmarks.engine.in_turn import in_turn
from processing.engine.arrays import U8, Mask
from processing.engine.files import decode
from processing.engine.room.sky import alpha, border, finding

SIZE = (6000, 4000)
LIMIT = 0.15  # seconds


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    scores, false = [], 0
    photos = sorted(arguments.folder.glob("*.jpg"))
    for path in photos:
        rgb = _opened(path)
        found = _sky(rgb)
        truth = path.with_suffix(".png")
        if truth.exists():
            scores.append(_overlap(found, np.asarray(Image.open(truth).convert("L")) > 127))
            print(f"{path.stem}: {scores[-1]:.3f}")
        elif found.any():
            false += 1
            print(f"{path.stem}: a sky where there is none, {found.mean():.0%} of the photo")
    if scores:
        print(f"{len(scores)} skies: median {np.median(scores):.3f}, worst {min(scores):.3f}")
    print(f"{len(photos) - len(scores)} photos without one: found in {false}")
    _time(_opened(photos[0]), arguments.runs)


def _sky(rgb: U8) -> Mask:
    sky = finding.find(rgb)
    if sky.reason is not None:
        return np.zeros(rgb.shape[:2], np.bool_)
    return alpha.alpha_of(rgb, border.border_of(rgb, sky)) > 127


def _overlap(one: Mask, other: Mask) -> float:
    return float((one & other).sum() / max(1, (one | other).sum()))


def _time(rgb: U8, runs: int) -> None:
    large = np.asarray(cv2.resize(rgb, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)
    seconds = in_turn({"sky": lambda: _sky(large)}, runs)["sky"]
    print(f"a mask at 24 MP in {1000 * seconds:.0f} ms (limit {1000 * LIMIT:.0f})")


def _opened(path: Path) -> U8:
    return decode.decode(path.read_bytes(), max_pixels=100_000_000).rgb


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="photos, and what of them is sky")
    parser.add_argument("--runs", type=int, default=5)
    return parser.parse_args(given)
