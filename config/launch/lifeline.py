"""No process outlives the one that started it, even when that one is killed with signal 9.

Each process is tied to its parent as the first thing it does: a process that loads code first lives
on when its parent is killed meanwhile.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
# Loaded here: between fork and exec nothing may be imported or allocated without need.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_ties_forks = 0  # the process whose forks are tied, by its id


def tie_forks() -> None:
    """Have every process that this one forks from now on ended with it, from its first moment.

    For masters: the launcher, Dramatiq's and granian's. What their forks fork is not tied, as the
    kernel watches the thread that forks, not its process (prctl(2)), and only a master's main
    thread is sure to stay. Without the kernel's help (macOS) it does nothing.
    """
    global _ties_forks
    if not _ties_forks:
        os.register_at_fork(after_in_child=_tie_fork)
    _ties_forks = os.getpid()


def die_with_parent() -> None:
    """Have this process ended when the one that started it by multiprocessing ends.

    For processes of masters that know nothing of `tie_forks`.
    """
    if multiprocessing.get_start_method(allow_none=True) == "forkserver":
        master = os.getppid()  # a server between the two, which ends with the master
    else:
        told = multiprocessing.parent_process()
        master = os.getppid() if told is None or told.pid is None else told.pid
    if _libc is not None:
        _tie(master, signal.SIGKILL)
        return
    threading.Thread(target=_watch, args=(master,), name="lifeline", daemon=True).start()


def tied_to_this_process(signal_number: int) -> Callable[[], None]:
    """Make a ``preexec_fn`` for a child that must get ``signal_number`` when this process ends."""
    parent = os.getpid()
    return lambda: _tie(parent, signal_number)


def _tie_fork() -> None:
    global _ties_forks
    master, _ties_forks = _ties_forks, -1
    if master != -1:
        _tie(master, signal.SIGKILL)


def _tie(parent: int, signal_number: int) -> None:
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the call could take effect
        os._exit(1)


def _watch(parent: int) -> None:
    # An orphan gets another parent: init, or a subreaper.
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)
