"""Where text is in a photo, and what it says: RapidOCR with the weights that its package holds."""

import importlib.util
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from processing.engine import arrays
from processing.engine.arrays import F32, U8, Box
from processing.engine.errors import ModelNotInstalled

# The reader sees a copy within this side, enlarged towards the other where the photo is small.
_LONGEST, _SHORTEST = 1024, 736
# A line that reads as nothing is a pattern. Folds, hooks and whole garments look like single
# letters: the fewer letters, the surer the reading must be, and the smaller (as a share of the
# picture's shorter side) what is read.
_SURE = 0.5
_SURE_OF_SHORT = {1: 0.9, 2: 0.7}
_MAX_SHORT = 0.2
_WEIGHTS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """One line of text.

    - `quad`: its corners in pixels of the picture, float32 (4, 2), each (x, y), clockwise from the
      beginning of the line's upper edge as the picture stands.
    - `words`: how it reads. `score`: how sure that is, 0 to 1.
    """

    quad: F32
    words: str
    score: float

    @property
    def height(self) -> float:
        """The line's height in pixels: the quadrilateral's shorter extent."""
        top, right = self.quad[1] - self.quad[0], self.quad[2] - self.quad[1]
        return float(min(np.hypot(*top), np.hypot(*right)))

    def box(self, around: float, rgb: U8) -> Box:
        """The part of a picture (left, top, right, bottom) that the line lies in, with `around`
        pixels on each side of it."""
        height, width = rgb.shape[:2]
        left, top = np.floor(self.quad.min(axis=0) - around).astype(int)
        right, bottom = np.ceil(self.quad.max(axis=0) + around).astype(int) + 1
        return max(0, int(left)), max(0, int(top)), min(width, int(right)), min(height, int(bottom))


class TextFinder:
    """Reads text, `threads` cores at a time.

    The networks (three, 32 MB) are loaded when a picture needs them and kept until `let_go`; nothing is
    ever downloaded. Safe to share between threads: one picture at a time, others wait.
    """

    def __init__(self, threads: int = 2) -> None:
        self.threads = threads
        self._reader: Any = None
        self._last_used = 0.0
        self._lock = threading.Lock()

    def find(self, rgb: U8, part: Box | None = None) -> list[Text]:
        """All lines of text of a picture uint8 (h, w, 3), from top to bottom; only those in one
        part of it, (left, top, right, bottom) in pixels, if it is named.

        Looks at a copy of at most 1024 pixels a side, and at a part in that copy's scale: letters
        lower than about 1/120 of the longer side are not seen.
        Raises ModelNotInstalled when RapidOCR or its weights are missing.
        """
        height, width = rgb.shape[:2]
        left, top, right, bottom = part or (0, 0, width, height)
        scale = _reading_scale(width, height)
        size = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
        copy = cv2.cvtColor(arrays.shrink(rgb[top:bottom, left:right], size), cv2.COLOR_RGB2BGR)
        with self._lock:
            if self._reader is None:
                self._reader = _load(self.threads)
            try:
                answer = self._reader(copy)
            finally:
                self._last_used = time.monotonic()
        if answer.boxes is None:
            return []
        back = np.array([(right - left) / size[0], (bottom - top) / size[1]], np.float32)
        origin = np.array([left, top], np.float32)
        lines = zip(answer.boxes, answer.txts, answer.scores, strict=True)
        texts = [
            Text(np.asarray(quad, np.float32) * back + origin, str(words), float(score))
            for quad, words, score in lines
        ]
        return [text for text in texts if _is_text(text, min(width, height))]

    def let_go(self, unused_for: float) -> list[str]:
        """Unload the networks if they weren't used for so many seconds; returns what is then gone: "rapidocr"
        or nothing. Waits for nobody: while a picture is read, they stay."""
        if not self._lock.acquire(blocking=False):
            return []
        try:
            if self._reader is None or self._last_used > time.monotonic() - unused_for:
                return []
            self._reader = None
            return ["rapidocr"]
        finally:
            self._lock.release()


def _reading_scale(width: int, height: int) -> float:
    return min(_LONGEST / max(width, height), max(1.0, _SHORTEST / min(width, height)))


def _is_text(text: Text, shorter_side: int) -> bool:
    letters = sum(letter.isalnum() for letter in text.words)
    if letters == 0 or text.score < _SURE_OF_SHORT.get(letters, _SURE):
        return False
    return letters not in _SURE_OF_SHORT or text.height < _MAX_SHORT * shorter_side


def _load(threads: int) -> Any:
    package = importlib.util.find_spec("rapidocr")
    if package is None or package.origin is None:
        raise ModelNotInstalled("RapidOCR is not installed: run `pip install rapidocr`.")
    folder = Path(package.origin).parent / "models"
    paths = {part: folder / name for part, name in _WEIGHTS.items()}
    for path in paths.values():
        if not path.is_file():  # RapidOCR would download it
            raise ModelNotInstalled(
                f"RapidOCR's weights are missing at {path}: reinstall rapidocr 3.10."
            )
    from rapidocr import RapidOCR  # half a second, and 40 MB: not for processes that never read

    return RapidOCR(params=_parameters(threads, paths))


def _parameters(threads: int, paths: dict[str, Path]) -> dict[str, Any]:
    return {
        "Global.text_score": 0.0,  # the finder has its own measure
        "Global.log_level": "critical",  # it warns of every picture without text
        "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        # The size is chosen here; its own rule would blow a thin strip up without end.
        "Det.limit_type": "max",
        "Det.limit_side_len": 2 * _LONGEST,
        **{f"{part}.model_path": str(path) for part, path in paths.items()},
    }
