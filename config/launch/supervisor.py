"""Starts stages in order, keeps their processes running, stops them in the opposite order."""

from __future__ import annotations

import contextlib
import math
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from config.launch.demand import Demand
from config.launch.processes import Child, Process, Stage

PROBE_SECONDS = 0.05
TRIES_BEFORE_READY = 3


class StartError(Exception):
    """The site can't start; the text is for the person at the terminal."""


class Supervisor:
    """Runs stages until told to stop by SIGINT, SIGTERM or SIGHUP; a second one stops at once."""

    def __init__(
        self,
        stages: Sequence[Stage],
        *,
        on_ready: Callable[[], None] = lambda: None,
        keep_open: tuple[int, ...] = (),
        demand: Demand | None = None,
        afterwards: Process | None = None,
    ) -> None:
        self.stages = stages
        self.demand = demand
        self.afterwards = afterwards  # what is run once when all stages are up; it may fail
        self.line: socket.socket | None = None  # on which the demand is told
        self.on_ready = on_ready
        self.keep_open = keep_open
        self.signals = 0
        self.children: list[list[Child]] = []  # by stage
        self.selector = selectors.DefaultSelector()
        names = [process.name for stage in stages for process in stage.processes]
        self.width = max(map(len, names), default=0)

    def run(self) -> int:
        """Run; the exit status is 0 after an orderly stop, 1 when a stage didn't come up."""
        with self._listening():
            try:
                for stage in self.stages:
                    self._bring_up(stage)
                if not self.signals:
                    self.on_ready()
                    self._begin_afterwards()
                while not self.signals:
                    self._turn(self._idle_seconds())
            except StartError as error:
                say(f"Packshot could not start: {error}")
                return 1
            finally:
                self._bring_down()
            return 0

    # --- starting -------------------------------------------------------------------------------

    def _bring_up(self, stage: Stage) -> None:
        if self.signals:
            return
        children = [Child(process, keep_open=self.keep_open) for process in stage.processes]
        self.children.append(children)
        for child in children:
            if not child.process.on_demand:
                self._start(child)
        deadline = time.monotonic() + stage.patience
        stage.meanwhile()
        wait = 0.0
        while not self.signals:
            self._turn(wait)
            wait = PROBE_SECONDS
            _give_up_on_crashes(children)
            if all(_is_up(child) for child in children) and stage.is_ready():
                return
            if time.monotonic() > deadline:
                raise StartError(f"{stage.name} was not ready after {stage.patience:g} seconds.")

    def _begin_afterwards(self) -> None:
        if self.afterwards is not None:
            child = Child(self.afterwards, keep_open=self.keep_open)
            self.children.append([child])
            self._start(child)

    def _start(self, child: Child) -> None:
        child.start()
        self.selector.register(child.output, selectors.EVENT_READ, child)

    # --- running --------------------------------------------------------------------------------

    def _turn(self, timeout: float | None) -> None:
        """Wait for something to happen, then pass on output, notice ends, start what is due."""
        self._listen(timeout)
        for child in self._all():
            if child.is_open and not child.is_running():
                self._ended(child)
        now = time.monotonic()
        for child in self._all():
            if child.due is not None and child.due <= now and not self.signals:
                self._start(child)
        self._meet_demand()

    def _listen(self, timeout: float | None) -> None:
        for key, _ in self.selector.select(timeout):
            child = key.data
            if isinstance(child, Demand):
                child.hear()
                self._hold_the_line(child)
                continue
            if not isinstance(child, Child):
                os.read(key.fd, 512)  # the wake-up bytes of signals
                continue
            self._show(child.process, child.read_lines())
            if child.at_eof:
                self.selector.unregister(child.output)

    def _ended(self, child: Child) -> None:
        self._close(child)
        if child.process.once and child.status == 0:
            return
        if child.process.on_demand and child.status == 0:
            if self.demand is not None:
                self.demand.hurry()  # something may have come as it ended
            return
        if child.process.once or self.signals:
            child.failures += 1
            return
        delay = child.schedule_restart()
        say(f"{child.process.name} ended ({_reason(child)}). Restarting it in {delay:g} s.")

    def _close(self, child: Child) -> None:
        if not child.at_eof:
            self.selector.unregister(child.output)
        self._show(child.process, child.close())

    def _idle_seconds(self) -> float | None:
        now = time.monotonic()
        waits = [child.due - now for child in self._all() if child.due is not None]
        if self.demand is not None and any(child.is_idle for child in self._all()):
            waits.append(self.demand.seconds_left())
        return max(0.0, min(waits)) if waits else None

    def _all(self) -> Iterator[Child]:
        return (child for children in self.children for child in children)

    # --- what runs on demand --------------------------------------------------------------------

    def _meet_demand(self) -> None:
        """Start what has work, as many of a kind as there is work for."""
        demand = self.demand
        idle = [child for child in self._all() if child.is_idle]
        if demand is None or not idle or self.signals or demand.seconds_left() > 0:
            return
        waiting = demand.look()
        self._hold_the_line(demand)
        for child in idle:
            queues = child.process.on_demand
            busy = sum(other.is_open for other in self._all() if other.process.on_demand == queues)
            if busy < sum(waiting.get(queue, 0) for queue in queues):
                self._start(child)

    def _hold_the_line(self, demand: Demand) -> None:
        """Be woken by words about messages, on whatever connection they come now.

        To be called at once when that may have changed: the old one's number goes to the next file
        that is opened.
        """
        if demand.line is self.line:
            return
        if self.line is not None:
            self.selector.unregister(self.line)
        self.line = demand.line
        if self.line is not None:
            self.selector.register(self.line, selectors.EVENT_READ, demand)

    # --- stopping -------------------------------------------------------------------------------

    def _bring_down(self) -> None:
        asked = max(self.signals, 1)
        # The web server stops asking before the workers stop, and the queue outlives the workers,
        # which give unfinished jobs back to it.
        for children in reversed(self.children):
            self._stop(children, hurried=lambda: self.signals > asked)
        self.selector.close()

    def _stop(self, children: Iterable[Child], *, hurried: Callable[[], bool]) -> None:
        waiting = [child for child in children if child.is_open]
        for child in waiting:
            child.ask_to_stop()
        began = time.monotonic()
        while waiting:
            for child in [child for child in waiting if not child.is_running()]:
                self._close(child)
                waiting.remove(child)
            waited = time.monotonic() - began
            for child in waiting:
                if waited > min(child.process.grace, 1.0 if hurried() else math.inf):
                    child.kill()
            # Reads on: a child that can't get rid of its last lines would never end.
            if waiting:
                self._listen(PROBE_SECONDS)

    # --- terminal and signals ---------------------------------------------------------------------

    def _show(self, process: Process, lines: Iterable[bytes]) -> None:
        prefix = "" if process.once else f"{process.name:<{self.width}} | "
        for line in lines:
            say(prefix + line.decode(errors="replace").rstrip("\r"))

    @contextlib.contextmanager
    def _listening(self) -> Iterator[None]:
        """Signals wake the selector: those to stop are counted, SIGCHLD only wakes."""

        last = -math.inf

        def stop(*_: object) -> None:
            nonlocal last
            # make passes on what the whole group got already: one wish, told twice.
            if time.monotonic() - last > 1:
                self.signals += 1
            last = time.monotonic()

        read_end, write_end = os.pipe()
        # Python writes to it from a signal's handler, which must never block.
        for end in (read_end, write_end):
            os.set_blocking(end, False)
        self.selector.register(read_end, selectors.EVENT_READ)
        handlers = dict.fromkeys((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), stop)
        # SIGCHLD needs a handler, though it does nothing: Python wakes nobody for a signal without.
        before = {
            number: signal.signal(number, handler)
            for number, handler in {**handlers, signal.SIGCHLD: lambda *_: None}.items()
        }
        # A full pipe is no loss: whoever reads it is woken all the same.
        wakeup_before = signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup_before)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(read_end)
            os.close(write_end)


def say(text: str) -> None:
    """Print a line. A terminal that went away must not keep anything from stopping in order."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def _is_up(child: Child) -> bool:
    if child.is_idle:
        return True
    return child.status == 0 if child.process.once else child.is_running()


def _give_up_on_crashes(children: Iterable[Child]) -> None:
    for child in children:
        if child.failures >= (1 if child.process.once else TRIES_BEFORE_READY):
            raise StartError(
                f"{child.process.name} ended ({_reason(child)}); see its output above."
            )


def _reason(child: Child) -> str:
    status = child.status or 0
    return f"signal {-status}" if status < 0 else f"status {status}"
