"""What light `auto` mends of degraded photos: `python -m benchmarks light FOLDER`.

24 photos of a folder, evenly chosen, are darkened and brightened by one stop and tinted by 13 % (7 and 10 % from
green to magenta), in linear light. Printed is the mean CIEDE2000 to the photo as it was, inside the matte: of the
degraded photo, and of that in light `auto`.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

from benchmarks.engine.photos import models_dir
from processing.engine import arrays
from processing.engine.arrays import F64, U8, Mask
from processing.engine.canvas import linear
from processing.engine.files import decode
from processing.engine.light import correct, lighting
from processing.engine.networks.registry import Registry
from processing.engine.plans.edit import Light

PHOTOS, SIDE = 24, 320
KINDS = {".jpg", ".jpeg", ".png", ".webp"}
TINTS = {
    "none": (1.0, 1.0, 1.0),
    "amber": (1.13, 1.0, 0.87),
    "blue": (0.87, 1.0, 1.13),
    "green": (0.93, 1.07, 0.93),
    "magenta": (1.07, 0.9, 1.07),
}
DEGRADED = [(stops, tint) for stops in (-1.0, 1.0) for tint in TINTS] + [(0.0, "none")]


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models-dir", type=Path, default=models_dir())
    arguments = parser.parse_args(given)
    errors = np.array([_errors(*one) for one in _photos(arguments.folder, arguments.models_dir)])
    print(f"{'stops':>6}  {'tint':<8}{'degraded':>10}{'mended':>8}")
    for (stops, tint), (before, after) in zip(DEGRADED, errors.mean(axis=0), strict=True):
        print(f"{stops:>+6.0f}  {tint:<8}{before:>10.2f}{after:>8.2f}")
    tinted = [at for at, (_, tint) in enumerate(DEGRADED) if tint != "none"]
    before, after = errors[:, tinted].mean(axis=(0, 1))
    print(
        f"exposure and tint: {before:.2f} -> {after:.2f}, {after / before:.2f} of the error is left"
    )


def _photos(folder: Path, models: Path) -> Iterator[tuple[U8, U8]]:
    """Small copies and their mattes, of those in which a product is found."""
    registry = Registry(models)
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in KINDS)
    for number in range(min(PHOTOS, len(paths))):
        path = paths[int(number * len(paths) / min(PHOTOS, len(paths)))]
        rgb = decode.decode(path.read_bytes(), max_pixels=50_000_000).rgb
        small = arrays.shrink(rgb, arrays.fit_within(rgb.shape[1], rgb.shape[0], SIDE))
        seen = registry.matte("fast", small)
        matte = cv2.resize(seen, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_LINEAR)
        alpha = np.rint(np.clip(matte, 0, 1) * 255).astype(np.uint8)
        if (alpha >= arrays.SOLID).any():
            yield small, alpha


def _errors(rgb: U8, alpha: U8) -> F64:
    """Two errors, degraded and mended, of each way to degrade it."""
    inside = alpha >= arrays.SOLID
    pairs = []
    for stops, tint in DEGRADED:
        worse = _degraded(rgb, stops, TINTS[tint])
        mended = correct.correct(worse, alpha, Light(), lighting.measured(worse, alpha))
        pairs.append((_apart(worse, rgb, inside), _apart(mended, rgb, inside)))
    return np.array(pairs)


def _degraded(rgb: U8, stops: float, tint: tuple[float, float, float]) -> U8:
    gains = np.array(tint, np.float32) * np.float32(2**stops)
    return linear.from_float(np.asarray(linear.to_float(rgb) * gains, np.float32))


def _apart(one: U8, other: U8, inside: Mask) -> float:
    labs = [rgb2lab(picture[inside][None] / 255.0) for picture in (one, other)]
    return float(np.mean(deltaE_ciede2000(*labs)))  # type: ignore[no-untyped-call]
