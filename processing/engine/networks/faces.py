"""Finding faces with CenterFace (Y. Xu et al., CenterFace: Joint Face Detection and Alignment Using Face as
Point, 2019), by ONNX Runtime.

The network answers for each place how likely it is a face's middle, and how large the face would be. It sees
faces of some 12 to 400 pixels, so it looks at a photo in several sizes, in tiles that overlap. What it finds
so it is asked about once more, enlarged or reduced to sizes at which it is surest: on 800 photos of clothes,
which show no people, 53 places were taken for faces at first, and 6 after the second look, of which two were
faces in print.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, U8, Mask
from processing.engine.errors import ModelNotInstalled
from processing.engine.libraries import installed
from processing.engine.networks import weights
from processing.engine.networks.runtimes import graphs, onnx_network
from processing.engine.networks.weights import ModelWeights

NAME: Final = "centerface"
PROVIDER: Final = f"onnxruntime/{NAME}"
# The photo's longer side at each look. At the first the smallest face that is found is 12 pixels wide, which
# is 18 in a photo of 24 megapixels; each of the next finds faces four times as large.
_SIDES: Final = (4096, 1024, 256)
_TILE: Final = 1120
_OVERLAP: Final = 96  # larger faces are found at the next look
_STEP: Final = 4  # of the network's answer, in pixels
_MULTIPLE: Final = 32  # of which its sides must be
# How likely a place must be a face at the first look, and at one of those that follow.
_FIRST, _SECOND = 0.2, 0.4
# What is found is shown again with its longer side of so many pixels, in the middle of three times that.
_AGAIN: Final = (48, 96, 160)
_AROUND: Final = 1.5
# A box is left out that shares more than this with a surer one (intersection over union), or lies in it.
_SAME, _INSIDE = 0.3, 0.6
_BOX, _SCORE = slice(0, 4), 4


@dataclass(frozen=True, slots=True)
class Face:
    """A face: left, top, right and bottom in pixels, which may lie a little outside of the photo, and how
    likely it is one, 0 to 1."""

    box: tuple[float, float, float, float]
    score: float


class FaceFinder:
    """The network, loaded when it is first asked and kept until `let_go`; safe to share between threads.

    `models_dir` holds the weights, `threads` is how many cores one picture may use, `providers` are ONNX
    Runtime's execution providers in order of preference.
    """

    def __init__(
        self,
        models_dir: Path,
        threads: int = 2,
        providers: Sequence[str] = ("CPUExecutionProvider",),
    ) -> None:
        self.models_dir = models_dir
        self.threads = threads
        self.providers = tuple(providers)
        self._session: Any = None
        self._last_used = 0.0
        self._lock = threading.Lock()

    def check(self) -> None:
        """Return when faces can be looked for. Looks only whether the weights are there. Raises
        ModelNotInstalled."""
        if not (self.models_dir / _entry().file).is_file():
            raise ModelNotInstalled(
                f"The model {NAME}, which finds faces, is not installed: run `make models NAMES={NAME}`."
            )

    def version(self) -> str:
        """Return what changes when the network's answers may."""
        return f"{_entry().version} onnxruntime {installed('onnxruntime')}"

    def find(self, rgb: U8) -> tuple[Face, ...]:
        """Find the faces of a photo, uint8 (h, w, 3), the surest first.

        Raises ModelNotInstalled, and what ONNX Runtime does where there is not enough memory
        (memory.shortage_told). A megapixel takes 0.3 s on two cores, 24 megapixels 3 s.
        """
        seen = [found for side in self._sides_of(rgb) for found in self._look(rgb, side)]
        if not seen:
            return ()
        candidates = _without_doubles(np.concatenate(seen))
        sure = [one for one in candidates if self._is_face(rgb, one)]
        return tuple(Face(_four(one), float(one[_SCORE])) for one in sure)

    def let_go(self, unused_for: float) -> list[str]:
        """Unload the network if it wasn't used for so many seconds; returns its name then. Waits for nobody."""
        if not self._lock.acquire(blocking=False):
            return []
        try:
            if self._session is None or self._last_used > time.monotonic() - unused_for:
                return []
            self._session = None
            return [NAME]
        finally:
            self._lock.release()

    @staticmethod
    def _sides_of(rgb: U8) -> list[int]:
        longest = max(rgb.shape[:2])
        # What is smaller than the first look's size is looked at as it is.
        return sorted({min(side, longest) for side in _SIDES}, reverse=True)

    def _look(self, rgb: U8, side: int) -> Iterator[F32]:
        """Look at a copy of that longer side: arrays (n, 5) of boxes in the photo's pixels and scores."""
        height, width = rgb.shape[:2]
        small = arrays.shrink(rgb, arrays.fit_within(width, height, side))
        scale = np.float32(max(height, width) / max(small.shape[:2]))
        for top, left in arrays.tiles(small, side=_TILE, overlap=_OVERLAP):
            found = self._answer(small[top : top + _TILE, left : left + _TILE], _FIRST)
            if len(found):
                corner = np.array([left, top, left, top], np.float32)
                found[:, _BOX] = (found[:, _BOX] + corner) * scale
                yield found

    def _is_face(self, rgb: U8, candidate: F32) -> bool:
        left, top, right, bottom = candidate[_BOX]
        size = float(max(right - left, bottom - top))
        middle = np.array([left + right, top + bottom]) / 2
        reach = _AROUND * size
        west, north = np.maximum(np.floor(middle - reach), 0).astype(int)
        east, south = np.ceil(middle + reach).astype(int)
        around = rgb[north:south, west:east]
        return any(
            self._sees_again(around, (middle - (west, north)) * (side / size), side / size, side)
            for side in _AGAIN
        )

    def _sees_again(self, around: U8, middle: Any, scale: float, side: int) -> bool:
        height, width = around.shape[:2]
        shown = arrays.shrink(around, (max(1, round(width * scale)), max(1, round(height * scale))))
        found = self._answer(shown, _SECOND)
        away = np.hypot(*((found[:, :2] + found[:, 2:4]) / 2 - middle).T)
        sizes = (found[:, 2:4] - found[:, :2]).max(axis=1, initial=0)
        return bool(((away < side / 3) & (sizes > side / 2) & (sizes < 2 * side)).any())

    def _answer(self, rgb: U8, least: float) -> F32:
        """The boxes in a picture, uint8 (h, w, 3), that are faces by at least so much: float32 (n, 5)."""
        height, width = rgb.shape[:2]
        lower, wider = -height % _MULTIPLE, -width % _MULTIPLE
        padded = cv2.copyMakeBorder(rgb, 0, lower, 0, wider, cv2.BORDER_REPLICATE)
        planes = np.ascontiguousarray(padded.transpose(2, 0, 1)[None], np.float32)
        likely, sizes, shifts = self._run(planes)
        down, across = np.nonzero(likely[0, 0] > least)
        tall, wide = np.exp(sizes[0, :, down, across]).T * _STEP
        below, right = shifts[0, :, down, across].T
        middle_y, middle_x = (down + below + 0.5) * _STEP, (across + right + 0.5) * _STEP
        found = (
            *(middle_x - wide / 2, middle_y - tall / 2, middle_x + wide / 2, middle_y + tall / 2),
            likely[0, 0, down, across],
        )
        return np.stack(found, axis=1).astype(np.float32)

    def _run(self, planes: F32) -> list[F32]:
        with self._lock:
            if self._session is None:
                self._session = self._load()
            session = self._session
            self._last_used = time.monotonic()
        names = [output.name for output in session.get_outputs()][:3]  # the fourth: eyes and mouth
        answer: list[F32] = session.run(names, {session.get_inputs()[0].name: planes})
        return answer

    def _load(self) -> Any:
        import onnxruntime  # 40 MB: not for processes that only ask what could be done

        self.check()
        entry = _entry()
        path = self.models_dir / entry.file
        if not weights.is_right(path, entry):
            raise ModelNotInstalled(
                f"The weights of {NAME}, {path.name}, are damaged (SHA-256 mismatch). Delete the file, "
                f"then run `make models NAMES={NAME}`."
            )
        model = graphs.of_any_size(path.read_bytes(), entry)
        options = onnx_network.options(self.threads)
        return onnxruntime.InferenceSession(model, options, providers=list(self.providers))


def _entry() -> ModelWeights:
    entry = weights.find(NAME)
    if entry is None:
        raise LookupError(f"weights.toml lacks {NAME}.")
    return entry


def _without_doubles(found: F32) -> list[F32]:
    """Of boxes that lie upon each other the surest, float32 (n, 5); the surest first."""
    rest = found[np.argsort(-found[:, _SCORE], kind="stable")]
    kept = []
    while len(rest):
        first, rest = rest[0], rest[1:]
        kept.append(first)
        rest = rest[~_lies_upon(first, rest)]
    return kept


def _lies_upon(one: F32, others: F32) -> Mask:
    least, most = np.maximum(one[:2], others[:, :2]), np.minimum(one[2:4], others[:, 2:4])
    both = np.clip(most - least, 0, None).prod(axis=1)
    sizes = (others[:, 2:4] - others[:, :2]).prod(axis=1)
    union = sizes + (one[2:4] - one[:2]).prod() - both
    return np.asarray((both > _SAME * union) | (both > _INSIDE * sizes), np.bool_)


def _four(one: F32) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(value) for value in one[_BOX])
    return left, top, right, bottom
