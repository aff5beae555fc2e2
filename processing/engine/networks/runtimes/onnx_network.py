"""A network run by ONNX Runtime."""

import logging
from collections.abc import Sequence
from typing import Any

from processing.engine.arrays import F32

_log = logging.getLogger(__name__)


def options(threads: int) -> Any:
    """How ONNX Runtime runs a session here, on so many cores a pass."""
    import onnxruntime

    chosen = onnxruntime.SessionOptions()
    chosen.intra_op_num_threads = threads
    chosen.inter_op_num_threads = 1
    # Threads that are done would else keep a core busy for 50 ms, waiting for more; no run is faster.
    chosen.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # A pattern of all allocations takes a second block as large as the first from the second
    # picture on (IS-Net at 1024: 2.2 GB instead of 1.4), and no run is faster.
    chosen.enable_mem_pattern = False
    return chosen


class OnnxNetwork:
    """One session of ONNX Runtime; safe to share between threads, which don't wait for each other.

    `model` is an ONNX file's content, of one input (1, 3, n, n) and one output (1, 1, n, n), float32;
    `threads` is how many cores a pass may use, `providers` are ONNX Runtime's execution providers in
    order of preference.
    """

    def __init__(self, model: bytes, *, threads: int, providers: Sequence[str]) -> None:
        import onnxruntime  # 40 MB: not for processes that only ask which models there are

        self._session = onnxruntime.InferenceSession(
            model, options(threads), providers=list(providers)
        )
        taken = self._session.get_providers()
        if providers[0] not in taken:
            _log.warning("ONNX Runtime can't use %s here, and uses %s.", providers[0], taken[0])
        self._input = self._session.get_inputs()[0].name
        self._output = self._session.get_outputs()[0].name

    def run(self, planes: F32) -> F32:
        """Answer float32 (n, n) for float32 (1, 3, n, n)."""
        answer: F32 = self._session.run([self._output], {self._input: planes})[0][0, 0]
        return answer
