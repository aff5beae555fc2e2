"""Opens pictures for another process, each in a fork of its own that the kernel ends in time.

isolated.py starts it as ``python -m processing.engine.files.sandbox``. It has loaded the decoders,
holds no secret, and never looks at a picture itself: a file that hangs a decoder, crashes it or eats
its memory ends its own fork and nothing else.
"""

import gc
import json
import os
import resource
import selectors
import signal
import socket
import struct
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from processing.engine import memory
from processing.engine.errors import BrokenImage, EngineError, OutOfMemory
from processing.engine.files import decode
from processing.engine.files.sniff import sniff, webp_size

# Seconds of computing, megabytes beyond what this process has, pixels, and which work it is.
ORDER = struct.Struct("<dqqB")
VERIFY, ALPHA = 0, 1
SLOW_DOWN = b"s"
_NICE = 10
# What decoders hold for a pixel at most, copies included.
_MAX_PIXEL_BYTES = 16
# On a machine with much else to do a file may take longer than it computes, but not for ever.
_WALL_TIMES = 6


class Sandbox:
    """Takes orders from one socket; each comes with the file and with a socket for its answer.

    The answer is a line of JSON. When the fork has ended a line with its status follows. Whoever
    asked may send SLOW_DOWN, or close the socket, which ends the fork.
    """

    def __init__(self, orders: socket.socket) -> None:
        self.orders = orders
        self.forks: dict[int, socket.socket] = {}
        self.selector = selectors.DefaultSelector()
        self.selector.register(orders, selectors.EVENT_READ)
        self.wake, wakes = socket.socketpair()
        wakes.setblocking(False)
        self.wakes = wakes
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.selector.register(self.wake, selectors.EVENT_READ)

    def run(self) -> None:
        """Serve until the other end of the socket is closed."""
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.wake:
                    self.wake.recv(4096)
                    self._reap()
                elif key.fileobj is not self.orders:
                    self._told(key.data, key.fileobj)  # type: ignore[arg-type]
                elif not self._take():
                    for pid in self.forks:
                        os.kill(pid, signal.SIGKILL)
                    return

    def _take(self) -> bool:
        message, handles, _, _ = socket.recv_fds(self.orders, ORDER.size, 2)
        if len(message) < ORDER.size or len(handles) != 2:
            return False
        answer = socket.socket(fileno=handles[1])
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for other in (self.orders, self.wake, self.wakes, *self.forks.values()):
                other.close()
            _open(*ORDER.unpack(message), file=handles[0], answer=answer)
        os.close(handles[0])
        self.forks[pid] = answer
        self.selector.register(answer, selectors.EVENT_READ, data=pid)
        return True

    def _told(self, pid: int, answer: socket.socket) -> None:
        if pid not in self.forks:  # reaped in the same round
            return
        with suppress(OSError):
            if answer.recv(1) == SLOW_DOWN:
                os.setpriority(os.PRIO_PROCESS, pid, _NICE)
                return
        # Until _reap has seen its end, its number is still its own.
        self.selector.unregister(answer)
        os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while self.forks:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            answer = self.forks.pop(pid)
            with suppress(KeyError):
                self.selector.unregister(answer)
            with suppress(OSError):  # it has its answer and is gone
                answer.send(b"\n%d\n" % os.waitstatus_to_exitcode(status))
            answer.close()


def _open(
    seconds: float, megabytes: int, max_pixels: int, work: int, *, file: int, answer: socket.socket
) -> None:
    """Open the file and end this process. What is no EngineError ends it with its traceback."""
    stream = os.fdopen(file, "r+b")
    stream.seek(0)
    data = stream.read()
    _limit(seconds, megabytes)
    found: dict[str, Any]
    try:
        if work == ALPHA:
            found = {"has_alpha": _alpha(data, max_pixels, stream)}
        else:
            found = {"probe": asdict(decode.verify(data, max_pixels=max_pixels))}
    except EngineError as error:
        if isinstance(error, BrokenImage) and _needs_more(data, megabytes, max_pixels):
            error = OutOfMemory("Opening the file takes too much memory.")
        found = {"error": {"code": error.code, "message": error.message}}
    answer.sendall(json.dumps(found).encode() + b"\n")
    os._exit(0)


def _alpha(data: bytes, max_pixels: int, stream: BinaryIO) -> bool:
    """Put the alpha channel as a grey PNG in the file's place."""
    alpha = decode.decode(data, max_pixels=max_pixels).alpha
    if alpha is None:
        return False
    stream.seek(0)
    stream.truncate()
    stream.write(decode.encode(alpha, None, format="png"))
    stream.flush()
    return True


def _needs_more(data: bytes, megabytes: int, max_pixels: int) -> bool:
    """Tell whether a failure may be the limit's fault: few decoders say that memory ran out."""
    # A WebP can't even be probed without memory for all its pixels.
    size = webp_size(data) if sniff(data) == "webp" else None
    if size is None:
        try:
            header = decode.probe(data, max_pixels=max_pixels)
        except EngineError:
            return False
        size = header.width, header.height
    return size[0] * size[1] * _MAX_PIXEL_BYTES > megabytes * 1_000_000


def _limit(seconds: float, megabytes: int) -> None:
    """Set what the kernel keeps without this process's help: a decoder answers to no Python."""
    for number in (signal.SIGCHLD, signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * _WALL_TIMES)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        memory.limit_growth(megabytes)
        # If memory runs out all the same, the kernel takes this process and none of the site's.
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is its parent's to obey
    # Done here once instead of in each fork: loading the decoders, and sparing the memory from a
    # collector that would touch, and so copy, all of it.
    Image.init()
    gc.freeze()
    Sandbox(socket.socket(fileno=int(sys.argv[1]))).run()


if __name__ == "__main__":
    main()
