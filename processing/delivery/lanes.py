"""Who sends: a thread for each attempt, in two lanes, so that receivers that hang delay no others.

An attempt mostly waits for somebody else's server, and a waiting thread costs next to nothing. So the
quick lane has room for many. Endpoints that were slow lately go in a lane of their own, where they wait
for each other. Threads are made when they are needed, and end with the process after its last attempt.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import structlog
from django.db import connections

log = structlog.get_logger(__name__)


class Lane:
    """Room for so many attempts at once. Whoever wants to make one takes a place first."""

    def __init__(self, name: str, places: int) -> None:
        self.name = name
        self._all = places
        self._free = places
        self._counting = threading.Lock()
        self._threads = ThreadPoolExecutor(places, thread_name_prefix=f"webhooks-{name}")

    def enter(self) -> bool:
        """Take a place, where one is free; it is given back by `leave`, or at the end of `run`."""
        with self._counting:
            if self._free == 0:
                return False
            self._free -= 1
            return True

    def leave(self) -> None:
        with self._counting:
            self._free += 1

    @property
    def is_empty(self) -> bool:
        """Whether all places are free."""
        return self._free == self._all

    def run(self, work: Callable[[], object], then: Callable[[], object]) -> None:
        """Do ``work`` in a thread, give the place back, and do ``then``."""
        self._threads.submit(self._run, work, then).add_done_callback(self._report)

    def _run(self, work: Callable[[], object], then: Callable[[], object]) -> None:
        with _connections_given_back():
            try:
                work()
            finally:
                self.leave()
                then()

    def _report(self, ended: Future[None]) -> None:
        """Log a mistake of ours: the delivery's lease ends, and it is sent again."""
        if (error := ended.exception()) is not None:
            log.error("webhook.attempt_broken", lane=self.name, exc_info=error)


@contextmanager
def _connections_given_back() -> Iterator[None]:
    """A thread may lie idle for long: no connection is kept meanwhile."""
    try:
        yield
    finally:
        for connection in connections.all(initialized_only=True):
            if not connection.in_atomic_block:
                connection.close()


QUICK = Lane("quick", 256)
SLOW = Lane("slow", 64)


def are_empty() -> bool:
    """Whether no attempt is under way in this process."""
    return QUICK.is_empty and SLOW.is_empty
