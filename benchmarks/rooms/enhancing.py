"""What enhancing a photo of a room costs, and how well it does: `python -m benchmarks rooms`.

Time: 24 megapixels with look and straightening, against Pillow's decoding and encoding of the same JPEG, in
turn. Memory: the peak of a process that does this to 50 megapixels. With a FOLDER of photos that are right as they are:
how much of the difference (CIEDE2000) is left of copies that are two stops darker and tinted by 15 %, and how well known
rolls and pitches come back. With `--runs 0` only that.
"""

import argparse
import multiprocessing
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

from benchmarks.engine.in_turn import in_turn
from benchmarks.engine.memory import peak_mb, resident_mb
from processing.engine import arrays
from processing.engine.arrays import U8
from processing.engine.canvas import linear
from processing.engine.files import decode
from processing.engine.plans.room import RoomPlan
from processing.engine.plans.room_versions import NEWEST
from processing.engine.render_room import render_room
from processing.engine.room import verticals
from processing.engine.room.enhance import enhance
from processing.engine.room.looks import amounts
from processing.engine.room.verticals import Tilt

SIZE = (6000, 4000)
LIMIT = 2.5  # times Pillow
LARGE = (8660, 5774)
LIMIT_MB = 1200
_TURNED = Tilt(2.0, 3.0, 26 / 36)  # as a photo is that was taken by hand
_QUALITY = 90
_TINTS = ((1.15, 1.0, 1 / 1.15), (1 / 1.15, 1.0, 1.15))
_TILTS = ((3.0, 0.0), (0.0, 5.0), (-8.0, 4.0), (10.0, -8.0), (-12.0, 12.0), (5.0, -12.0))
_NEAR = 0.4  # degrees
_LEVEL = 0.1  # degrees that an upright photo may still lean by, if three turns can do that
_TURNS = 3


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    if arguments.runs > 0:
        photo = _tilted_by_hand(arguments.photo)
        _time(_enlarged(photo, SIZE), arguments.runs)
        _memory(_enlarged(photo, LARGE))
    if arguments.folder is not None:
        photos = [
            decode.decode(path.read_bytes(), max_pixels=100_000_000).rgb
            for path in sorted(arguments.folder.glob("*.jpg"))
        ]
        _light([_small(rgb, 480) for rgb in photos])
        _tilt([_small(rgb, 1000) for rgb in photos])


def _tilted_by_hand(path: Path) -> U8:
    """The photo made upright and then tilted, so that there is something to straighten."""
    rgb = decode.decode(path.read_bytes(), max_pixels=100_000_000).rgb
    own = verticals.tilt_of(rgb)
    if own is None or not own.is_mendable:
        sys.exit(f"{path} shows no upright edges, or leans too much: choose another photo.")
    return _tilted(verticals.straightened(rgb, own), _TURNED)


def _enlarged(rgb: U8, size: tuple[int, int]) -> bytes:
    """A JPEG of that size, with noise."""
    large = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_CUBIC), np.int16)
    grain = np.random.default_rng(0).normal(0, 2, large.shape).astype(np.int16)
    noisy = np.clip(large + grain, 0, 255).astype(np.uint8)
    return decode.encode(noisy, None, format="jpg", quality=_QUALITY)


def _time(data: bytes, runs: int) -> None:
    done = render_room(data, RoomPlan(), max_pixels=100_000_000)
    if done.room is None or done.room.straightened != "done":
        sys.exit("The photo was not straightened: choose another one.")
    times = in_turn(
        {
            "Pillow": lambda: _by_pillow(data),
            "ours": lambda: render_room(data, RoomPlan(), max_pixels=100_000_000),
        },
        runs,
    )
    ratio = times["ours"] / times["Pillow"]
    print(f"Pillow decodes and encodes 24 MP in {1000 * times['Pillow']:.0f} ms")
    print(
        f"enhanced and straightened in {1000 * times['ours']:.0f} ms: {ratio:.2f} x (limit {LIMIT})"
    )
    print("stages:", ", ".join(f"{name} {1000 * s:.0f} ms" for name, s in done.timings.items()))


def _memory(data: bytes) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        before, peak = pool.apply(_peak, (data,))
    verdict = "within" if peak <= LIMIT_MB else "OVER"
    print(f"50 MP: from {before:.0f} to a peak of {peak:.0f} MB, {verdict} {LIMIT_MB} MB")


def _peak(data: bytes) -> tuple[float, float]:
    """The resident memory before, and the most while such a file is enhanced and straightened."""
    before = resident_mb()
    render_room(data, RoomPlan(), max_pixels=100_000_000)
    return before, peak_mb()


def _by_pillow(data: bytes) -> bytes:
    with Image.open(BytesIO(data)) as image:
        out = BytesIO()
        image.save(out, "JPEG", quality=_QUALITY)
        return out.getvalue()


def _light(photos: list[U8]) -> None:
    left = []
    for rgb in photos:
        for tint in _TINTS:
            light = linear.to_float(rgb) * np.float32(0.25) * np.array(tint, np.float32)
            dark = linear.from_float(light)
            left.append(
                (
                    _difference(dark, rgb),
                    _difference(enhance(dark, amounts(NEWEST, "neutral")).rgb, rgb),
                )
            )
    before, after = np.mean(left, axis=0)
    worst = max(after / before for before, after in left)
    print(
        f"dark and tinted: {before:.1f} off before, {after:.1f} after: {after / before:.2f} is left"
    )
    print(f"of the worst {worst:.2f}")


def _difference(one: U8, other: U8) -> float:
    return float(deltaE_ciede2000(rgb2lab(one), rgb2lab(other)).mean())  # type: ignore[no-untyped-call]


def _tilt(photos: list[U8]) -> None:
    uprights = [upright for upright in map(_upright, photos) if upright is not None]
    print(f"tilt: {len(uprights)} of {len(photos)} photos show upright edges that can be mended")
    if not uprights:
        return
    errors = np.array([list(_tilt_errors(upright)) for upright in uprights])
    near = np.mean(errors <= _NEAR)
    print(f"median error {np.median(errors):.2f} degrees, {near:.0%} within {_NEAR}")
    print(f"{np.mean((errors <= _NEAR).all(axis=1)):.0%} of the photos with each of {len(_TILTS)}")


def _upright(rgb: U8) -> U8 | None:
    """The photo made upright until it is found to be; None where that can't be done."""
    for _ in range(_TURNS):
        own = verticals.tilt_of(rgb)
        if own is None or not own.is_mendable:
            return None
        if max(abs(own.roll), abs(own.pitch)) <= _LEVEL:
            break
        rgb = verticals.straightened(rgb, own)
    return rgb


def _tilt_errors(upright: U8) -> Iterator[float]:
    """The larger error of roll and pitch for each tilt."""
    for roll, pitch in _TILTS:
        found = verticals.tilt_of(_tilted(upright, Tilt(roll, pitch, verticals.USUAL_FOCAL)))
        yield 90.0 if found is None else max(abs(found.roll - roll), abs(found.pitch - pitch))


def _tilted(rgb: U8, tilt: Tilt) -> U8:
    """The photo as a camera of such a tilt would have taken it; what it doesn't show is mirrored."""
    size = (rgb.shape[1], rgb.shape[0])
    turn = verticals.homography(tilt, size)
    return np.asarray(
        cv2.warpPerspective(
            rgb,
            turn,
            size,
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT,
        ),
        np.uint8,
    )


def _small(rgb: U8, side: int) -> U8:
    return arrays.shrink(rgb, arrays.fit_within(rgb.shape[1], rgb.shape[0], side))


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("photo", type=Path, help="a photo of a room, enlarged to 24 megapixels")
    parser.add_argument("--folder", type=Path, help="photos that are right as they are")
    parser.add_argument("--runs", type=int, default=5, help="of the time; 0 for the folder alone")
    return parser.parse_args(given)
