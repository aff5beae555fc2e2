"""Whose file is opened when: strangers' files get a budget, and quick ones don't wait for slow ones."""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext

from config.errors import AppError
from processing.engine.files import isolated
from processing.engine.files.decode import Probe as Probe
from processing.engine.files.isolated import Budget

# A photo of 12 megapixels takes 0.05 s as a JPEG, and as a PNG up to this.
QUICK_SECONDS = 0.5
MAX_QUICK = 6
# Slow files are large, and slow everything down by what they read and write: half the cores at most.
MAX_SLOW = max(1, (os.cpu_count() or 1) // 2)
# Being opened or waiting for it: an account's further files wait for its own.
MAX_PER_ACCOUNT = 2
MAX_WAIT_SECONDS = 60.0
_RETRY_SECONDS = 30
_MAX_REMEMBERED = 1_000
Found = TypeVar("Found")


class Lane:
    """Places for files that are being opened for this process; they go to accounts in turn."""

    def __init__(self, places: int, per_account: int) -> None:
        self._places, self._per_account = places, per_account
        self._taken: Counter[UUID] = Counter()
        self._waiting: list[tuple[UUID, int]] = []
        self._served: dict[UUID, int] = {}  # the longest ago first
        self._numbers = count(1)
        self._changed = threading.Condition()

    def enter(self, account_id: UUID, *, wait: float) -> bool:
        """Take a place; False where none came free in time."""
        with self._changed:
            ticket = account_id, next(self._numbers)
            self._waiting.append(ticket)
            is_next = self._changed.wait_for(lambda: self._next() == ticket, wait)
            self._waiting.remove(ticket)
            if is_next:
                self._taken[account_id] += 1
                self._served.pop(account_id, None)
                self._served[account_id] = ticket[1]
                if len(self._served) > _MAX_REMEMBERED:
                    del self._served[next(iter(self._served))]
            self._changed.notify_all()
            return is_next

    def leave(self, account_id: UUID) -> None:
        with self._changed:
            self._taken[account_id] -= 1
            self._taken += Counter()  # forgets those with none
            self._changed.notify_all()

    def _next(self) -> tuple[UUID, int] | None:
        """Whoever of those that may enter belongs to the account that was served longest ago."""
        if self._taken.total() >= self._places:
            return None
        free = [one for one in self._waiting if self._taken[one[0]] < self._per_account]
        return min(free, key=lambda one: (self._served.get(one[0], 0), one[1]), default=None)

    @contextmanager
    def place(self, account_id: UUID) -> Iterator[None]:
        """Wait for a place and hold it. Raises AppError BUSY where none comes free."""
        if not self.enter(account_id, wait=MAX_WAIT_SECONDS):
            message = gettext(
                "Too many large files are being opened right now. Try again in a minute."
            )
            raise AppError("BUSY", message, status=503, retry_after=_RETRY_SECONDS)
        try:
            yield
        finally:
            self.leave(account_id)


_accounts = Lane(sys.maxsize, MAX_PER_ACCOUNT)
_quick = Lane(MAX_QUICK, MAX_QUICK)
_slow = Lane(MAX_SLOW, MAX_SLOW)


def probe(data: bytes, account_id: UUID) -> Probe:
    """Prove that a file decodes to its end, within the budget for one, and say what it is.

    A file that isn't open after QUICK_SECONDS goes on in the slow lane. Where that has no place, it
    is opened once more as soon as there is one, so that it holds neither a place nor memory until
    then. Raises EngineError, AppError BUSY.
    """
    with _accounts.place(account_id):
        return _whatever_is_killed(partial(_probe, data, account_id))


def alpha_png(data: bytes, account_id: UUID) -> bytes | None:
    """A picture's alpha channel as a PNG, made in the slow lane; None where it has none.

    Raises EngineError, AppError BUSY.
    """
    with _accounts.place(account_id), _slow.place(account_id):
        return _whatever_is_killed(partial(isolated.alpha_png, data, _budget()))


def _whatever_is_killed(look: Callable[[], Found]) -> Found:
    """Look at a file once more if the sandbox was killed meanwhile, as for want of memory."""
    try:
        return look()
    except isolated.SandboxGone:
        return look()


def _probe(data: bytes, account_id: UUID) -> Probe:
    budget = _budget()
    with ExitStack() as quick:
        quick.enter_context(_quick.place(account_id))
        with isolated.begin(data, budget) as opening, ExitStack() as slow:
            if opening.ended_within(QUICK_SECONDS):
                return opening.probe()
            if _slow.enter(account_id, wait=0):
                slow.callback(_slow.leave, account_id)
                quick.close()
                return _slow_probe(opening)
    with _slow.place(account_id), isolated.begin(data, budget) as opening:
        return _slow_probe(opening)


def _budget() -> Budget:
    return Budget(
        settings.OPENING_SECONDS, settings.OPENING_MEMORY_MB, max_pixels=settings.MAX_PIXELS
    )


def _slow_probe(opening: isolated.Opening) -> Probe:
    opening.slow_down()
    return opening.probe()
