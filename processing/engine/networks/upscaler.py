"""Enlarging photos fourfold with Real-ESRGAN (Wang et al., 2021), by ncnn on the processor.

`fast` is its compact network, made for drawn films: edges come out sharp, but fine texture is wiped
away and colors drift by up to 4 levels. So the result is corrected by what its reduction lacks of
the photo (back-projection; Irani and Peleg, 1991), which brings weave and true colors back. `slow`
is the full network for photos: fifty times the work, and its textures are its own invention.
"""

import threading
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, U8, Box
from processing.engine.errors import ModelNotInstalled, PictureTooLarge
from processing.engine.networks import weights
from processing.engine.networks.weights import ModelWeights
from processing.engine.plans.edit import Upscale

SCALE = 4
_INPUT, _OUTPUT = "data", "output"


@dataclass(frozen=True, slots=True)
class _Mode:
    """How one network is used.

    - `model`: its name in weights.toml. `limit`: pixels of the largest photo that it takes.
    - `tile`: side of the squares that are worked on one by one, which bounds the memory (300 MB
      and 800 MB with the weights). `margin`: how much around them is looked at as well. The compact
      network sees 18 pixels far, so its tiles leave no trace (1 level at most); the full one
      invents a little differently in every tile, but without an edge where they meet.
    - `blur`: standard deviation, in the photo's pixels, of what the correction leaves alone: JPEG's
      noise for the compact network, texture for the full one, where only colors need it.
    """

    model: str
    limit: int
    tile: int
    margin: int
    blur: float


_MODES = {
    "fast": _Mode("realesr-animevideov3-x4", 1_000_000, tile=224, margin=20, blur=0.7),
    "slow": _Mode("realesrgan-x4plus", 262_144, tile=70, margin=10, blur=2.0),
}


class Upscaler:
    """The networks of a process, loaded when they are used and kept until `let_go`, one picture at a time.

    `models_dir` holds the weights, `threads` is how many cores one picture may use; it changes no
    byte of the result.
    """

    def __init__(self, models_dir: Path, threads: int = 2) -> None:
        self.models_dir = models_dir
        self.threads = threads
        self._networks: dict[str, Any] = {}
        self._last_used: dict[str, float] = {}
        self._lock = threading.Lock()

    def check(self, width: int, height: int, upscale: Upscale) -> None:
        """Return when a photo of that size can be enlarged, or may stay as it is.

        Looks only whether the weights are there. Raises PictureTooLarge, ModelNotInstalled.
        """
        mode = _MODES[upscale.mode]
        if width * height > mode.limit and upscale.downscale == "never":
            raise PictureTooLarge(
                f"Upscaling '{upscale.mode}' accepts photos of up to {mode.limit:,} pixels; "
                f"this one has {width} x {height} ({width * height:,}). Allow it to be "
                "shrunk first, or skip upscaling."
            )
        if width * height <= mode.limit or upscale.downscale == "always":
            _installed(mode, self.models_dir)

    def provider(self, upscale: Upscale) -> str:
        """Say what runs the network, and its own name: "ncnn/realesr-animevideov3-x4"."""
        return f"ncnn/{_MODES[upscale.mode].model}"

    def version(self, upscale: Upscale) -> str:
        """Return what changes when the network's answers may."""
        return _entry(_MODES[upscale.mode]).version

    def upscale(self, rgb: U8, alpha: U8 | None, upscale: Upscale) -> tuple[U8, U8 | None]:
        """Four times as wide and high: uint8 (4h, 4w, 3) and (4h, 4w) or None.

        A photo above the mode's limit is shrunk to it first or comes back as it is, as
        `upscale.downscale` says. `rgb` is uint8 (h, w, 3) with straight alpha. On two cores a photo
        of 300 x 200 pixels takes about a second (`slow`: 45 s), a megapixel 15 s.
        Raises PictureTooLarge, ModelNotInstalled.
        """
        height, width = rgb.shape[:2]
        self.check(width, height, upscale)
        mode = _MODES[upscale.mode]
        if width * height > mode.limit:
            if upscale.downscale == "skip":
                return rgb, alpha
            size = _within(width, height, mode.limit)
            rgb = arrays.shrink(rgb, size)
            alpha = None if alpha is None else arrays.shrink(alpha, size)
        if alpha is not None:
            rgb = _bled(rgb, alpha)
        return self._enlarged(rgb, mode), None if alpha is None else _enlarged_alpha(alpha)

    def let_go(self, unused_for: float) -> list[str]:
        """Unload the networks that weren't used for so many seconds; returns their models' names. Waits for
        nobody: while a picture is enlarged, none is let go."""
        if not self._lock.acquire(blocking=False):
            return []
        try:
            before = time.monotonic() - unused_for
            unused = [name for name in self._networks if self._last_used[name] <= before]
            for name in unused:
                del self._networks[name]
            return unused
        finally:
            self._lock.release()

    def _enlarged(self, rgb: U8, mode: _Mode) -> U8:
        height, width = rgb.shape[:2]
        large = np.empty((height * SCALE, width * SCALE, 3), np.uint8)
        with self._lock:
            network = self._network(mode)
            for left, top, right, bottom in _tiles(width, height, mode.tile):
                west, north = max(0, left - mode.margin), max(0, top - mode.margin)
                around = rgb[north : bottom + mode.margin, west : right + mode.margin]
                photo = around.astype(np.float32) * np.float32(1 / 255)
                tile = _corrected(_run(network, photo), photo, mode.blur)
                # The margin was for looking only: neighbors draw it better.
                inner = tile[_span(top, bottom, north), _span(left, right, west)]
                large[_span(top, bottom), _span(left, right)] = _to_u8(inner)
            self._last_used[mode.model] = time.monotonic()
        return large

    def _network(self, mode: _Mode) -> Any:
        """The mode's network; the caller holds the lock."""
        if mode.model not in self._networks:
            self._networks[mode.model] = self._load(mode)
        self._last_used[mode.model] = time.monotonic()
        return self._networks[mode.model]

    def _load(self, mode: _Mode) -> Any:
        entry = _installed(mode, self.models_dir)
        if not weights.all_right(self.models_dir, entry):
            raise ModelNotInstalled(
                f"The weights of {entry.name} are damaged (SHA-256 mismatch). "
                f"Run `make models NAMES={entry.name}`."
            )
        import ncnn  # 30 MB: not for processes that only ask what could be done

        network = ncnn.Net()
        network.opt.num_threads = self.threads
        network.opt.use_vulkan_compute = False
        parameters = self.models_dir / entry.beside[0].file
        if network.load_param(str(parameters)) or network.load_model(
            str(self.models_dir / entry.file)
        ):
            raise ModelNotInstalled(f"ncnn can't read the weights of {entry.name}.")
        return network


def _entry(mode: _Mode) -> ModelWeights:
    entry = weights.find(mode.model)
    if entry is None:
        raise LookupError(f"weights.toml lacks {mode.model}.")
    return entry


def _installed(mode: _Mode, models_dir: Path) -> ModelWeights:
    entry = _entry(mode)
    missing = [f.file for f in (entry, *entry.beside) if not (models_dir / f.file).is_file()]
    if missing:
        raise ModelNotInstalled(
            f"The model {entry.name} is not installed: run `make models NAMES={entry.name}`."
        )
    return entry


def _within(width: int, height: int, limit: int) -> tuple[int, int]:
    """Width and height shrunk, in proportion, to at most `limit` pixels; never 0."""
    scale = (limit / (width * height)) ** 0.5
    # A side that would vanish stays 1, and the other is then all that there is to limit.
    return min(limit, max(1, int(width * scale))), min(limit, max(1, int(height * scale)))


def _tiles(width: int, height: int, side: int) -> list[Box]:
    """Boxes of nearly equal size, no side longer than `side`, that cover the picture once."""
    columns, rows = _cuts(width, side), _cuts(height, side)
    return [
        (left, top, right, bottom)
        for top, bottom in pairwise(rows)
        for left, right in pairwise(columns)
    ]


def _span(start: int, stop: int, origin: int = 0) -> slice:
    return slice((start - origin) * SCALE, (stop - origin) * SCALE)


def _cuts(length: int, side: int) -> list[int]:
    count = -(-length // side)
    return [length * number // count for number in range(count + 1)]


def _run(network: Any, photo: F32) -> F32:
    import ncnn

    planes = np.ascontiguousarray(photo.transpose(2, 0, 1))
    extractor = network.create_extractor()
    # The clone is ncnn's own: the array may go before the network is done with it.
    if extractor.input(_INPUT, ncnn.Mat(planes).clone()):
        raise RuntimeError("ncnn rejected its input.")
    failed, answer = extractor.extract(_OUTPUT)
    if failed:
        raise RuntimeError("ncnn did not finish; there may not be enough memory.")
    return np.array(answer, dtype=np.float32).transpose(1, 2, 0)


def _corrected(large: F32, photo: F32, blur: float) -> F32:
    """Add what the enlargement, reduced again, lacks of the photo."""
    height, width = photo.shape[:2]
    reduced = cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA)
    lacking = cv2.GaussianBlur(photo - reduced, (0, 0), blur)
    size = (width * SCALE, height * SCALE)
    return large + cv2.resize(lacking, size, interpolation=cv2.INTER_CUBIC)


def _bled(rgb: U8, alpha: U8) -> U8:
    """Give transparent pixels the color of the nearest that is seen, lest theirs bleed in."""
    if not alpha.any() or alpha.all():
        return rgb
    hidden = np.where(alpha == 0, np.uint8(255), np.uint8(0))
    _, labels = cv2.distanceTransformWithLabels(
        hidden, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colors = np.empty((int(labels.max()) + 1, 3), np.uint8)
    seen = alpha > 0
    colors[labels[seen]] = rgb[seen]
    return np.asarray(colors[labels], dtype=np.uint8)


def _enlarged_alpha(alpha: U8) -> U8:
    size = (alpha.shape[1] * SCALE, alpha.shape[0] * SCALE)
    return np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _to_u8(values: F32) -> U8:
    return (np.clip(values, 0, 1) * np.float32(255) + np.float32(0.5)).astype(np.uint8)
