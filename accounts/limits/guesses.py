"""How often something secret may be guessed: by what it is for and network together, with growing waits.

Five wrong tries make only the network that they came from wait. All networks together get twenty;
after that, those from where nobody has got in before wait too. Where the cache is down, tries pass,
with a warning in the log, as for rate limits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from django.core.cache import cache
from django.http import HttpRequest

from accounts.http import client_ip
from accounts.limits.rate_limits import network_of
from config.errors import AppError
from config.failures.outages import QUEUE_ERRORS

MAX_FROM_NETWORK = 5
MAX_FROM_EVERYWHERE = 20
FIRST_WAIT = 60  # seconds; it doubles with every further wrong try
MAX_WAIT_OF_NETWORK = 3600
MAX_WAIT_EVERYWHERE = 900
_FORGOTTEN_AFTER = 86_400
_KNOWN_FOR = 90 * 86_400

# Says in words that somebody has to wait: for how many seconds, and from where the tries came.
Refusal = Callable[[float, str], AppError]

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Counter:
    key: str
    free: int
    max_wait: int

    def take(self) -> float:
        """Count a try, or answer for how many seconds none is allowed."""
        until = cache.get(f"{self.key}:until")
        if until is not None and until > time.time():
            return float(until) - time.time()
        cache.add(self.key, 0, _FORGOTTEN_AFTER)
        count = _increased(self.key, 1)
        if count < self.free:
            return 0.0
        wait = min(FIRST_WAIT * 2 ** min(count - self.free, 20), self.max_wait)
        # Set before the try is judged, and by one only: of many at once the others are too many.
        if cache.add(f"{self.key}:until", time.time() + wait, wait):
            return 0.0
        _increased(self.key, -1)
        return float(wait)

    def give_back(self) -> None:
        """Take a try back that was none."""
        if _increased(self.key, -1) < self.free:
            cache.delete(f"{self.key}:until")

    def forget(self) -> None:
        cache.delete_many([self.key, f"{self.key}:until"])


class Guesses:
    """The tries for one thing from where a request comes. ``name`` tells things apart."""

    def __init__(self, request: HttpRequest, name: str, refusal: Refusal) -> None:
        network = network_of(client_ip(request))
        self._refusal = refusal
        self._known = f"{name}:known:{network}"
        self._here = Counter(f"{name}:{network}", MAX_FROM_NETWORK, MAX_WAIT_OF_NETWORK)
        self._everywhere = Counter(name, MAX_FROM_EVERYWHERE, MAX_WAIT_EVERYWHERE)

    def begin(self) -> None:
        """Count a try. Raises AppError RATE_LIMITED where it has to wait."""
        with _or_pass():
            if wait := self._here.take():
                raise self._refusal(wait, "from your network")
            if not cache.get(self._known) and (wait := self._everywhere.take()):
                self._here.give_back()
                raise self._refusal(wait, "from several networks")

    def take_back(self) -> None:
        """The guess was right. That alone clears nothing, as something else may follow."""
        with _or_pass():
            self._here.give_back()
            if not cache.get(self._known):
                self._everywhere.give_back()

    def succeeded(self) -> None:
        """Somebody got in from here: no other network's wrong tries keep this one out."""
        with _or_pass():
            cache.set(self._known, True, _KNOWN_FOR)
            self._here.forget()

    def forget(self) -> None:
        """What was guessed was replaced by its owner: let them in with the new one."""
        with _or_pass():
            self._here.forget()
            self._everywhere.forget()


def _increased(key: str, by: int) -> int:
    try:
        return int(cache.incr(key, by))
    except ValueError:  # it expired, or was forgotten, in between
        return 0


@contextmanager
def _or_pass() -> Iterator[None]:
    try:
        yield
    except QUEUE_ERRORS as error:
        log.warning("guesses_unavailable", error=str(error))
