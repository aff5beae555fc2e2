"""How much one address may have under way: bodies that are coming in, and bytes that are held."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.conf import settings

from config.errors import AppError

_RETRY_SECONDS = 5


@dataclass
class _Held:
    bodies: int = 0
    bytes: int = 0


_HELD: defaultdict[str, _Held] = defaultdict(_Held)


class Share:
    """What one request holds of its address's share. Used by the event loop alone, so unlocked."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._mine = _Held()

    def open(self) -> None:
        """Count a body that is not complete yet. Raises AppError RATE_LIMITED."""
        if self._mine.bodies:
            return
        if _HELD[self._address].bodies >= settings.MAX_BODIES_PER_ADDRESS:
            raise _too_much(
                f"Your address is already sending {settings.MAX_BODIES_PER_ADDRESS} requests, the "
                "maximum."
            )
        self._add(bodies=1)

    def grow(self, count: int) -> None:
        """Count bytes that came. Raises AppError RATE_LIMITED."""
        if _HELD[self._address].bytes + count > settings.MAX_BODY_BYTES_PER_ADDRESS:
            megabytes = settings.MAX_BODY_BYTES_PER_ADDRESS / 1e6
            raise _too_much(f"Your address is already sending {megabytes:g} MB, the maximum.")
        self._add(bytes=count)

    def close(self) -> None:
        """The body is complete; its bytes stay until the request has its answer."""
        self._add(bodies=-self._mine.bodies)

    def end(self) -> None:
        """The request is over."""
        self._add(bodies=-self._mine.bodies, bytes=-self._mine.bytes)
        if _HELD[self._address] == _Held():
            del _HELD[self._address]

    def _add(self, *, bodies: int = 0, bytes: int = 0) -> None:
        for held in (self._mine, _HELD[self._address]):
            held.bodies += bodies
            held.bytes += bytes


def _too_much(message: str) -> AppError:
    message = f"{message} Try again when some of them are done."
    return AppError("RATE_LIMITED", message, status=429, retry_after=_RETRY_SECONDS)
