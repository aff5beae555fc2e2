"""A Python process as a fork of the launcher, which has the site's code loaded.

Loading it takes a second and a half of a core, and 170 MB: once instead of eight times.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module

from config.launch.lifeline import tie_forks

CAN_FORK = sys.platform == "linux"  # elsewhere system libraries break in forks
_PR_SET_NAME = 15
# Not config.worker and config.launch.web, which prepare the process they are loaded in, nor what a
# fork runs as its main module. What only the web server needs comes last.
_FOR_ALL = (
    *("media_library.files.thumbnails", "processing.delivery.attempts"),
    "processing.worker.heartbeat",
)
_FOR_WEB = ("config.asgi", "config.urls")


def load(environment: Mapping[str, str]) -> None:
    """Load the code of the site's workers into this process, and tie to it what it will fork."""
    os.environ.update(environment)
    import django

    with _without_collecting():
        django.setup()
        _import(_FOR_ALL)
    tie_forks()


def load_for_web() -> None:
    """Load the rest, while others are at work already."""
    with _without_collecting():
        _import(_FOR_WEB)


def _import(modules: Iterable[str]) -> None:
    for module in modules:
        import_module(module)


@contextlib.contextmanager
def _without_collecting() -> Iterator[None]:
    """Keep the garbage collector away from what is loaded, all of which stays.

    Looking through it again and again would take a tenth of the time, and in a fork it would touch,
    and so copy, all that is shared.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class Fork:
    """Has the names of subprocess.Popen that the launcher uses."""

    def __init__(
        self,
        name: str,
        module: str,
        arguments: Iterable[str],
        env: Mapping[str, str],
        keep_open: tuple[int, ...],
    ) -> None:
        read_end, write_end = os.pipe()
        self.stdout = os.fdopen(read_end, "rb", buffering=0)

        def become() -> None:
            os.setsid()
            _streams_to(write_end, keep_open)
            _as_after_a_start(name)
            os.environ.update(env)
            sys.argv = [module, *arguments]
            runpy.run_module(module, run_name="__main__", alter_sys=True)

        sys.stdout.flush()
        sys.stderr.flush()
        self._process = multiprocessing.get_context("fork").Process(target=become, name=name)
        self._process.start()
        os.close(write_end)
        assert self._process.pid is not None  # noqa: S101
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode


def _streams_to(write_end: int, keep_open: tuple[int, ...]) -> None:
    """Print to the launcher, read nothing, and close whatever else it has open."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for stream in (1, 2):
        os.dup2(write_end, stream)
    start = 3
    for descriptor in sorted(keep_open):
        os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, os.sysconf("SC_OPEN_MAX"))
    for text in (sys.stdout, sys.stderr):
        text.reconfigure(line_buffering=True, write_through=True)  # type: ignore[union-attr]


def _as_after_a_start(name: str) -> None:
    """Undo what the launcher set up for itself."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    # `ps -eo pid,comm` and `top` tell the processes apart by it.
    ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode(), 0, 0, 0)
    multiprocessing.set_start_method("fork", force=True)  # Python 3.14 has another default
    tie_forks()
