"""No process outlives the one that started it, even when that one is killed with signal 9."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
# Loaded here: between fork and exec nothing may be imported or allocated without need.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """Have this process ended when its parent ends.

    For processes that a master forks (Dramatiq's and granian's workers): they call it themselves,
    because a fork doesn't inherit it. Without the kernel's help (macOS) a thread watches instead.
    """
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        return
    threading.Thread(
        target=_watch, args=(os.getppid(), signal_number), name="lifeline", daemon=True
    ).start()


def tied_to_this_process(signal_number: int) -> Callable[[], None]:
    """Make a ``preexec_fn`` for a child that must get ``signal_number`` when this process ends."""
    # The kernel watches the thread that forks, not its process (prctl(2)): children must be
    # started from a thread that stays, here the main one.
    parent = os.getpid()

    def tie() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:  # it ended before the call could take effect
            os._exit(1)

    return tie


def _watch(parent: int, signal_number: int) -> None:
    # An orphan gets another parent: init, or a subreaper.
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal_number)
