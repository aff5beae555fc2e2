"""EfficientNet-Lite0: what a picture looks like, as coarse maps and as ImageNet's classes."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from processing.engine.arrays import F32, U8, shrink
from processing.engine.errors import ModelNotInstalled

WEIGHTS = Path(__file__).resolve().parents[1] / "weights"
FILE = WEIGHTS / "efficientnet-lite0.onnx"
SHA256 = "3484ae5f641d0af7cee93b8c8d9ed898b8f122b7b5cc6320faedbdb09db80567"
SIDE = 288
# The clothing head learned from photos of this shorter side; sharper ones would look strange to it.
_SHORTER = 256


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What the network says of n pictures, all float32.

    - `upper` (n, 1280, 3, 3) and `middle` (n, 112, 3, 3): the last layer and the end of the fifth
      stage, as means over the fields of a 3 x 3 grid.
    - `logits` (n, 1000): ImageNet's classes, in their order.
    """

    upper: F32
    middle: F32
    logits: F32


class Network:
    """The network of a process, `threads` cores at a time, loaded at the first picture (9 MB).

    Safe to share between threads.
    """

    def __init__(self, threads: int = 2, path: Path = FILE) -> None:
        self.threads = threads
        self._path = path
        self._session: Any = None
        self._lock = threading.Lock()

    def look(self, pictures: Sequence[U8]) -> Looks:
        """Look at pictures uint8 (h, w, 3), each squeezed to a square of 288 pixels.

        Raises ModelNotInstalled when the weights are missing or damaged.
        """
        batch = np.stack([_prepared(picture) for picture in pictures])
        answers = self._loaded().run(["upper", "middle", "logits"], {"pictures": batch})
        return Looks(*(np.asarray(answer, np.float32) for answer in answers))

    def _loaded(self) -> Any:
        with self._lock:
            if self._session is None:
                self._session = self._load()
            return self._session

    def _load(self) -> Any:
        if not self._path.is_file() or _sha256(self._path) != SHA256:
            raise ModelNotInstalled(
                f"The recognition weights at {self._path} are missing or damaged. They are "
                "part of Packshot; restore the file from its release."
            )
        import onnxruntime  # 40 MB: not for processes that never recognise

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(self._path, options, providers=["CPUExecutionProvider"])


def _prepared(picture: U8) -> U8:
    height, width = picture.shape[:2]
    scale = min(1.0, _SHORTER / min(width, height))
    smaller = shrink(picture, (max(1, round(width * scale)), max(1, round(height * scale))))
    return shrink(smaller, (SIDE, SIDE))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
