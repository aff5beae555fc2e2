"""One supervised process: what to run, and the running of it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from config.launch.forks import CAN_FORK, Fork
from config.launch.lifeline import tied_to_this_process

BACKOFF = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
STEADY_SECONDS = 60.0  # a process that ran this long is forgiven its earlier crashes


@dataclass(frozen=True)
class Process:
    """What to run. ``once`` ones must end with status 0 and are not started again."""

    name: str
    command: tuple[str, ...]  # ``python -m module …`` where it is a fork
    env: Mapping[str, str] = field(default_factory=dict)
    grace: float = 20.0
    once: bool = False
    orphan_signal: int = signal.SIGKILL  # what it gets when the launcher itself is killed
    forked: bool = False  # runs the module in a fork of the launcher, where the system can
    on_demand: tuple[str, ...] = ()  # started when these queues have messages, and may end after


@dataclass(frozen=True)
class Stage:
    """Processes started together; the next stage waits until ``is_ready`` says so."""

    name: str
    processes: tuple[Process, ...]
    is_ready: Callable[[], bool] = lambda: True
    patience: float = 120.0
    meanwhile: Callable[[], None] = lambda: None  # what the launcher does while they start


class Child:
    """A running (or crashed, or stopped) Process, leader of a process group of its own.

    Its own session keeps the terminal's Ctrl-C away from it: the supervisor decides the order.
    """

    def __init__(self, process: Process, *, keep_open: tuple[int, ...] = ()) -> None:
        self.process = process
        self.keep_open = keep_open
        self.failures = 0
        self.due: float | None = None  # when to start it (again)
        self.is_open = False  # started, and not yet tidied up after
        self.at_eof = False  # it can't print any more
        self._popen: subprocess.Popen[bytes] | Fork | None = None
        self._started = 0.0
        self._rest = b""

    @property
    def status(self) -> int | None:
        """Exit status, negative for a signal; None while it runs or before it ever did."""
        return None if self._popen is None else self._popen.returncode

    @property
    def output(self) -> int:
        """The descriptor to read what it prints from."""
        assert self._popen is not None  # noqa: S101
        assert self._popen.stdout is not None  # noqa: S101
        return self._popen.stdout.fileno()

    @property
    def pid(self) -> int:
        assert self._popen is not None  # noqa: S101
        return self._popen.pid

    def start(self) -> None:
        self.due = None
        self._started = time.monotonic()
        self._popen = self._fork() if self.process.forked and CAN_FORK else self._run()
        # One loop reads from all children: none may keep it waiting for a whole line.
        os.set_blocking(self.output, False)
        self.is_open, self.at_eof = True, False

    def _fork(self) -> Fork:
        process = self.process
        _, _, module, *arguments = process.command
        return Fork(process.name, module, arguments, process.env, self.keep_open)

    def _run(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603
            self.process.command,
            env={**os.environ, **self.process.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=self.keep_open,
            preexec_fn=tied_to_this_process(self.process.orphan_signal),
        )

    @property
    def is_idle(self) -> bool:
        """Whether it is one that runs on demand, and nothing has to be done for it now."""
        return bool(self.process.on_demand) and not self.is_open and self.due is None

    def is_running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    def read_lines(self) -> list[bytes]:
        """The whole lines printed since the last call."""
        printed = self._rest
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self.output, 65536):
                printed += chunk
            self.at_eof = True
        *lines, self._rest = printed.split(b"\n")
        return lines

    def close(self) -> list[bytes]:
        """Tidy up after its end: end what it left behind, and return its last words."""
        # Workers that outlived their master would otherwise go on taking messages.
        self.kill()
        lines = self.read_lines() + ([self._rest] if self._rest else [])
        self._rest = b""
        self.is_open = False
        if self._popen is not None and self._popen.stdout is not None:
            self._popen.stdout.close()
        return lines

    def schedule_restart(self) -> float:
        """Set ``due`` and return the seconds until then: longer after every crash in a row."""
        if time.monotonic() - self._started >= STEADY_SECONDS:
            self.failures = 0
        delay = BACKOFF[min(self.failures, len(BACKOFF) - 1)]
        self.failures += 1
        self.due = time.monotonic() + delay
        return delay

    def ask_to_stop(self) -> None:
        """SIGTERM to the master alone: it tells its workers, once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to the whole group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
