"""Opening strangers' files in a process that may be ended: the side that asks."""

import atexit
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from processing.engine.errors import BrokenImage, EngineError, OutOfMemory, TooCostly
from processing.engine.files.decode import Probe
from processing.engine.files.sandbox import ALPHA, ORDER, SLOW_DOWN, VERIFY

_ROOT = Path(__file__).resolve().parents[3]
# What the sandbox sees of our environment, which holds the site's secrets.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV")
_OUT_OF_TIME = (-signal.SIGPROF, -signal.SIGALRM)


@dataclass(frozen=True, slots=True)
class Budget:
    """What opening one file may take: seconds of computing, megabytes, pixels."""

    seconds: float
    megabytes: int
    max_pixels: int


class SandboxGone(RuntimeError):
    """The sandbox itself was killed, which is no fault of the file: the next one starts it anew."""


class Opening:
    """A file that is being opened elsewhere. Leaving the block ends that, finished or not."""

    def __init__(self, answer: socket.socket, budget: Budget) -> None:
        self._answer, self._budget, self._said = answer, budget, b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._answer.close()

    def ended_within(self, seconds: float) -> bool:
        """Wait no longer than that, and tell whether `probe` will answer at once."""
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._answer, selectors.EVENT_READ)
            while not self._is_complete():
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    return False
                if not self._read():
                    break
        return True

    def slow_down(self) -> None:
        """Let everything else on this machine go first."""
        with suppress(OSError):  # it has just ended
            self._answer.send(SLOW_DOWN)

    def probe(self) -> Probe:
        """Wait for the end, and return what the header says of a file that decodes to its end.

        Raises what decode.verify does, and TooCostly or OutOfMemory for one over its budget.
        """
        return Probe(**self.answer()["probe"])

    def answer(self) -> dict[str, Any]:
        """Wait for the end, and return what the sandbox says. Raises EngineError."""
        while not self._is_complete() and self._read():
            pass
        line = self._said.partition(b"\n")[0]
        if not line:
            raise self._failure(self._said.strip())
        found: dict[str, Any] = json.loads(line)
        if "error" in found:
            raise _ERRORS[found["error"]["code"]](found["error"]["message"])
        return found

    def _is_complete(self) -> bool:
        return b"\n" in self._said.lstrip(b"\n")

    def _read(self) -> bool:
        try:
            part = self._answer.recv(65536)
        except ConnectionResetError:  # it ended before it read what we sent
            return False
        self._said += part
        return bool(part)

    def _failure(self, status: bytes) -> Exception:
        if status and int(status) in _OUT_OF_TIME:
            return TooCostly(
                f"Opening the file takes more than {self._budget.seconds:g} seconds of computing. "
                "Save it again as an ordinary JPEG or PNG."
            )
        if status and int(status) == -signal.SIGKILL:
            return OutOfMemory("Opening the file takes too much memory.")
        if status and int(status) < 0:  # the decoder crashed
            return BrokenImage("The file is damaged or truncated.")
        if not status:
            return SandboxGone("The sandbox was killed.")
        return RuntimeError(f"The sandbox ended with status {status.decode()}.")


class _Sandbox:
    """The process that opens files, started when it is first needed and again if it is gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None
        atexit.register(self.stop)

    def send(self, order: bytes, file: int, answer: int) -> None:
        with self._lock:
            for _ in range(2):
                try:
                    socket.send_fds(self._running(), [order], [file, answer])
                except (BrokenPipeError, ConnectionResetError):
                    self._stop()
                else:
                    return
        raise RuntimeError("The sandbox can't be started.")

    def start(self) -> None:
        with self._lock:
            self._running()

    def stop(self) -> None:
        with self._lock:
            self._stop()

    def _running(self) -> socket.socket:
        # A fork must not share the socket with its parent, nor close what has got its number since.
        if self._orders is not None and self._owner != os.getpid():
            self._orders.detach()
            self._orders = None
        if self._orders is None:
            self._orders, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603
                    [sys.executable, "-m", "processing.engine.files.sandbox", str(theirs.fileno())],
                    cwd=_ROOT,
                    env=_environment(),
                    stdin=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                )
            self._owner = os.getpid()
        return self._orders

    def _stop(self) -> None:
        if self._orders is not None and self._process is not None and self._owner == os.getpid():
            self._orders.close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=1)
        self._orders = None


_ERRORS = {kind.code: kind for kind in EngineError.__subclasses__()}
_sandbox = _Sandbox()


def start() -> None:
    """Have the sandbox loaded (half a second) before the first file comes."""
    _sandbox.start()


def begin(data: bytes, budget: Budget) -> Opening:
    """Have a file opened; the caller may do something else meanwhile."""
    with _file_of(data) as file:
        return _begin(VERIFY, file, budget)


def alpha_png(data: bytes, budget: Budget) -> bytes | None:
    """A picture's alpha channel as a grey PNG, or None where it has none. Raises EngineError."""
    with _file_of(data) as file, _begin(ALPHA, file, budget) as opening:
        opening.slow_down()
        if not opening.answer()["has_alpha"]:
            return None
        file.seek(0)
        return file.read()


def _begin(work: int, file: BinaryIO, budget: Budget) -> Opening:
    ours, theirs = socket.socketpair()
    with theirs:
        order = ORDER.pack(budget.seconds, budget.megabytes, budget.max_pixels, work)
        _sandbox.send(order, file.fileno(), theirs.fileno())
    return Opening(ours, budget)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    # NumPy's threads would make each fork slower, and nothing there calculates.
    return kept | {"OPENBLAS_NUM_THREADS": "1"}


def _file_of(data: bytes) -> BinaryIO:
    """Put the bytes where another process can read them, without a name."""
    if sys.platform == "linux":
        file: BinaryIO = os.fdopen(os.memfd_create("picture"), "w+b")
    else:
        file = tempfile.TemporaryFile("w+b")  # noqa: SIM115
    file.write(data)
    file.flush()
    return file
