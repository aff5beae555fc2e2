"""Which queues have messages, so that workers run only while there is work for them."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Iterable, Mapping

import redis
from redis.backoff import NoBackoff
from redis.client import PubSub
from redis.retry import Retry

from config.queue_names import channel, later, unacknowledged

# How long a message goes unnoticed of which nobody told.
_LOOK_SECONDS = 5.0
# The supervisor, who asks, has other things to do: it waits no longer for each answer.
_PATIENCE_SECONDS = 0.5


class Demand:
    """What waits on some queues: told by whoever sends, and looked up from time to time."""

    def __init__(self, url: str, queues: Iterable[str]) -> None:
        self._queues = tuple(queues)
        self._client = redis.Redis.from_url(
            url,
            socket_timeout=_PATIENCE_SECONDS,
            socket_connect_timeout=_PATIENCE_SECONDS,
            # On a new connection, where the server has closed this one.
            retry=Retry(NoBackoff(), 1),
        )
        self._words: PubSub | None = None
        self._next_look = -math.inf

    @property
    def line(self) -> socket.socket | None:
        """What is readable when somebody tells of a message; None while there is no connection."""
        connection = None if self._words is None else self._words.connection
        return None if connection is None else connection._sock

    def hear(self) -> None:
        """Read what was told: it is time to look."""
        self.hurry()
        try:
            while self._words is not None and self._words.get_message(timeout=0) is not None:
                pass
        except (redis.RedisError, OSError):
            self._hang_up()

    def hurry(self) -> None:
        """Look at the next chance."""
        self._next_look = -math.inf

    def seconds_left(self) -> float:
        """How long until the next look."""
        return max(0.0, self._next_look - time.monotonic())

    def look(self) -> Mapping[str, int]:
        """Return how many messages each queue has: waiting, for later, or taken by workers.

        Nothing where the server doesn't answer.
        """
        self._next_look = time.monotonic() + _LOOK_SECONDS
        try:
            if self._words is None:  # before the look, so that nothing is missed
                self._words = self._listen()
            with self._client.pipeline(transaction=False) as pipe:
                for queue in self._queues:
                    pipe.hlen(unacknowledged(queue))
                    pipe.hlen(unacknowledged(later(queue)))
                counts = pipe.execute()
        except (redis.RedisError, OSError):
            self._hang_up()
            return {}
        pairs = zip(counts[::2], counts[1::2], strict=True)
        return dict(zip(self._queues, map(sum, pairs), strict=True))

    def _listen(self) -> PubSub:
        words: PubSub = self._client.pubsub()  # type: ignore[no-untyped-call]
        words.subscribe(
            *(channel(name) for queue in self._queues for name in (queue, later(queue)))
        )
        return words

    def _hang_up(self) -> None:
        words, self._words = self._words, None
        if words is not None:
            words.close()
