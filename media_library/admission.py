"""Whose file is opened when: strangers' files get a budget, and quick ones don't wait for slow ones."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import UUID

from django.conf import settings

from config.errors import AppError
from processing.engine.files import isolated
from processing.engine.files.decode import Probe as Probe
from processing.engine.files.isolated import Budget

# A photo of 12 megapixels takes 0.05 s as a JPEG and 0.5 s as a large PNG.
QUICK_SECONDS = 0.25
MAX_QUICK, MAX_SLOW = 4, 3
# An account never has all the places, however many requests it sends at once.
MAX_PER_ACCOUNT = 2
MAX_WAIT_SECONDS = 60.0
_RETRY_SECONDS = 30


class Lane:
    """Places for files that are being opened in this process's behalf, not all for one account."""

    def __init__(self, places: int, per_account: int) -> None:
        self._places, self._per_account = places, per_account
        self._taken: Counter[UUID] = Counter()
        self._changed = threading.Condition()

    def enter(self, account_id: UUID, *, wait: float) -> bool:
        """Take a place; False where none came free in time."""

        def is_free() -> bool:
            mine = self._taken[account_id]
            return mine < self._per_account and self._taken.total() < self._places

        with self._changed:
            if not self._changed.wait_for(is_free, wait):
                return False
            self._taken[account_id] += 1
            return True

    def leave(self, account_id: UUID) -> None:
        with self._changed:
            self._taken[account_id] -= 1
            self._taken += Counter()  # forgets those with none
            self._changed.notify_all()

    @contextmanager
    def place(self, account_id: UUID) -> Iterator[None]:
        """Wait for a place and hold it. Raises AppError BUSY where none comes free."""
        if not self.enter(account_id, wait=MAX_WAIT_SECONDS):
            message = "Too many large files are being opened right now. Try again in a minute."
            raise AppError("BUSY", message, status=503, retry_after=_RETRY_SECONDS)
        try:
            yield
        finally:
            self.leave(account_id)


_quick = Lane(MAX_QUICK, MAX_PER_ACCOUNT)
_slow = Lane(MAX_SLOW, MAX_PER_ACCOUNT)


def probe(data: bytes, account_id: UUID) -> Probe:
    """Prove that a file decodes to its end, within the budget for one, and say what it is.

    A file that isn't open after QUICK_SECONDS goes on in the slow lane. Where that has no place, it
    is opened once more as soon as there is one, so that it holds neither a place nor memory until
    then. Raises EngineError, AppError BUSY.
    """
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


def alpha_png(data: bytes, account_id: UUID) -> bytes | None:
    """A picture's alpha channel as a PNG, made in the slow lane; None where it has none.

    Raises EngineError, AppError BUSY.
    """
    with _slow.place(account_id):
        return isolated.alpha_png(data, _budget())


def _budget() -> Budget:
    return Budget(
        settings.OPENING_SECONDS, settings.OPENING_MEMORY_MB, max_pixels=settings.MAX_PIXELS
    )


def _slow_probe(opening: isolated.Opening) -> Probe:
    opening.slow_down()
    return opening.probe()
