"""How well skies are found, and what that costs: `python -m benchmarks skies FOLDER`.

The folder holds photos (`*.jpg`). What of them is sky is told by outlines drawn by hand, in a file of lines: a photo's
name, and below it, indented, polygons of `x,y` in its pixels, one a line. `+` is sky, a later `-` what stands in front of
it, and `?` what isn't judged, such as leaves, glass and railings that one sees it through. `benchmarks/rooms/skies.txt`
outlines photos that others may fetch: those of OpenCV's samples (building, home, leuvenA), and those of the seeds of
github.com/etewiah/property_web_builder (from Unsplash). Photos that the file doesn't name must have none found.

For each: the intersection over the union of what is at least half sky with the outlined sky. Then, of the photos with
one, the time of finding and matting it at 24 megapixels, and its ratio to Pillow's decoding of the same photo as a JPEG,
in turn.
"""

import argparse
from collections.abc import Sequence
from io import BytesIO
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
CLEAR = 0.95  # the least overlap in a clear case
OUTLINES = Path(__file__).with_name("skies.txt")
_SKY, _UNJUDGED = 255, 128

Polygons = list[tuple[str, list[tuple[int, int]]]]


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    outlines = read_outlines(arguments.outlines.read_text("utf-8"))
    scores: dict[str, float] = {}
    seconds: dict[str, float] = {}
    decoding: list[float] = []
    false = others = 0
    for path in sorted(arguments.folder.glob("*.jpg")):
        rgb = _opened(path)
        found = _sky(rgb)
        if path.stem in outlines:
            truth = drawn(outlines[path.stem], (rgb.shape[1], rgb.shape[0]))
            if (truth == _SKY).any():
                scores[path.stem] = overlap(found, truth)
                seconds[path.stem], decoded = _timed(rgb, arguments.runs)
                decoding.append(decoded)
                print(f"{path.stem}: {scores[path.stem]:.3f}")
            continue
        others += 1
        if found.any():
            false += 1
            print(f"{path.stem}: a sky where there is none, {found.mean():.1%} of the photo")
    if scores:
        worse = ", ".join(name for name, score in scores.items() if score < CLEAR) or "none"
        values = list(scores.values())
        print(f"{len(scores)} skies: median {np.median(values):.3f}, worst {min(values):.3f}")
        print(f"below {CLEAR}: {worse}")
        slowest = max(seconds, key=lambda name: seconds[name])
        ratio = np.median(np.array(list(seconds.values())) / np.array(decoding))
        print(
            f"a mask at 24 MP in {1000 * np.median(list(seconds.values())):.0f} ms (limit {1000 * LIMIT:.0f}),"
            f" {ratio:.2f} of Pillow's decoding; at most {1000 * seconds[slowest]:.0f} ms ({slowest})"
        )
    print(f"{others} photos without one: found in {false}")


def read_outlines(text: str) -> dict[str, Polygons]:
    """Read the outlines of photos by their names."""
    found: dict[str, Polygons] = {}
    name = ""
    for line in text.splitlines():
        if not line.startswith(" "):
            name = line.strip()
            found[name] = []
            continue
        kind, *places = line.split()
        corners = [tuple(int(part) for part in place.split(",")) for place in places]
        found[name].append((kind, [(x, y) for x, y in corners]))
    return found


def drawn(polygons: Polygons, size: tuple[int, int]) -> U8:
    """Draw outlines for a size (width, height): uint8 (h, w), 255 for sky, 128 for what isn't judged."""
    truth = np.zeros((size[1], size[0]), np.uint8)
    for kind, corners in polygons:
        value = {"+": _SKY, "-": 0, "?": _UNJUDGED}[kind]
        cv2.fillPoly(truth, [np.array(corners, np.int32)], value)
    return truth


def overlap(found: Mask, truth: U8) -> float:
    """The intersection over the union of a found sky with a drawn truth, where that is judged."""
    judged, sky = truth != _UNJUDGED, truth == _SKY
    return float((found & sky).sum() / max(1, ((found | sky) & judged).sum()))


def _sky(rgb: U8) -> Mask:
    sky = finding.find(rgb)
    if sky.reason is not None:
        return np.zeros(rgb.shape[:2], np.bool_)
    return alpha.alpha_of(rgb, border.border_of(rgb, sky)) > 127


def _timed(rgb: U8, runs: int) -> tuple[float, float]:
    """How long a photo's mask takes at 24 megapixels, and Pillow to decode it, in seconds."""
    large = np.asarray(cv2.resize(rgb, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)
    out = BytesIO()
    Image.fromarray(large).save(out, "JPEG", quality=90)
    seconds = in_turn(
        {"sky": lambda: _sky(large), "decode": lambda: Image.open(out).convert("RGB")}, runs
    )
    return seconds["sky"], seconds["decode"]


def _opened(path: Path) -> U8:
    return decode.decode(path.read_bytes(), max_pixels=100_000_000).rgb


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="photos")
    parser.add_argument("--outlines", type=Path, default=OUTLINES, help="what of them is sky")
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args(given)
