"""A network run by MNN (https://github.com/alibaba/MNN), on the processor.

What there is to know about it:

- **A session gives Python's global lock away for its pass, and `MNN.nn`'s modules don't**: with a module
  every other thread of the process, heartbeats among them, stands still for as long as the pass takes.
  So this uses sessions. Making one (0.1 s for U2-Net-p, two seconds for IS-Net) holds the lock.
- A session belongs to one thread at a time, so passes of several threads wait for each other.
- The same picture gives the same bytes with the same number of threads, in every process of one kind
  of processor. Another number splits convolutions differently: on photos, 0.03 % of the places of a
  matte are then another level of 255, by one.
- Its threads don't survive a fork: a process that forks must not have run a network before.
- On import and for each session it prints a line to standard output.
"""

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from processing.engine.arrays import F32

# SessionInfoCode RESIZE_STATUS: 0 where the session has all the memory that its passes need.
_STATUS = 3
_OUT_OF_MEMORY = 1  # ErrorCode
# Where standard output is pointed elsewhere for a moment, by one thread at a time.
_output_lock = threading.Lock()


class MnnNetwork:
    """One session of MNN, for a converted file of one input (1, 3, n, n) and one output (1, 1, n, n).

    `threads` is how many cores a pass may use. IS-Net takes 1,220 MB (RLIMIT_DATA), and 2.2 s of computing
    to load and 0.9 s for a pass.
    """

    def __init__(self, path: Path, *, threads: int) -> None:
        """Load the network and take all the memory that its passes need. Raises MemoryError, also for a
        file that MNN can't read."""
        self._lock = threading.Lock()
        with _quiet():
            import MNN  # 5 MB, and the line it prints

            self._mnn = MNN
            try:
                self._interpreter = MNN.Interpreter(str(path))
            except Exception as error:  # that is the class that MNN raises
                why = f"MNN can't load {path}: not enough memory, or the file is damaged"
                raise MemoryError(why) from error
            # Weights may be stored in 16 bits; "high" has all be computed in 32.
            self._session = self._interpreter.createSession(
                {"backend": "CPU", "numThread": threads, "precision": "high"}
            )
        if self._interpreter.getSessionInfo(self._session, _STATUS):
            raise MemoryError(f"MNN found not enough memory to run {path}")
        self._input = self._interpreter.getSessionInput(self._session)
        self._output = self._interpreter.getSessionOutput(self._session)

    @property
    def shapes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The shapes of input and output."""
        return tuple(self._input.getShape()), tuple(self._output.getShape())

    def run(self, planes: F32) -> F32:
        """Answer float32 (n, n) for float32 (1, 3, n, n). Raises MemoryError, RuntimeError."""
        planes = np.ascontiguousarray(planes, np.float32)
        with self._lock:
            # Planes as NumPy has them; copying to and from the session changes the layout.
            self._input.copyFrom(self._tensor(planes))
            if code := self._interpreter.runSession(self._session):
                kind = MemoryError if code == _OUT_OF_MEMORY else RuntimeError
                raise kind(f"MNN did not finish a pass (code {code})")
            answer = self._tensor(np.empty(self._output.getShape(), np.float32))
            self._output.copyToHostTensor(answer)
        values: F32 = np.array(answer.getNumpyData(), np.float32, copy=True)
        return values.reshape(values.shape[-2:])

    def _tensor(self, values: F32) -> Any:
        kind, layout = self._mnn.Halide_Type_Float, self._mnn.Tensor_DimensionType_Caffe
        try:
            return self._mnn.Tensor(values.shape, kind, values, layout)
        except TypeError as error:  # of an array of the right kind it can only lack room for a copy
            raise MemoryError("MNN found not enough memory for a picture") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Point the process's standard output, not only Python's, to nowhere: MNN writes to it in C++.

    Logs go to standard error, and no process that runs networks answers on standard output meanwhile.
    """
    with _output_lock, ExitStack() as opened:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        opened.callback(os.close, nowhere)
        try:
            kept = os.dup(1)
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
            # Standard output is closed: what MNN writes goes nowhere as it is.
        else:
            opened.callback(os.close, kept)
            os.dup2(nowhere, 1)
            opened.callback(os.dup2, kept, 1)
        yield
