"""How a stream hears of new events: on a channel of Redis, or, where there is none, by the clock."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

import structlog
from django.conf import settings
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from config.failures.outages import QUEUE_ERRORS

log = structlog.get_logger(__name__)
_LOOK_SECONDS = 1.0  # how long an event can go unnoticed while nobody tells of it
_TRY_AGAIN_SECONDS = 5.0
_CONNECT_SECONDS = 2.0


class Notifications:
    """Told on ``channel`` the id of each new event (see processing.delivery.events).

    Whoever enters it before the first look at the database misses nothing. It has a connection of
    its own, in the event loop that runs it.
    """

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._client: Redis | None = None
        self._pubsub: PubSub | None = None
        self._next_try = 0.0

    async def __aenter__(self) -> Self:
        await self._subscribe()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._close()

    async def wait(self, seconds: float, *, after: int) -> None:
        """Wait until there may be an event with an id above ``after``, ``seconds`` at most."""
        if self._pubsub is None:
            await self._poll(seconds)
            return
        deadline = asyncio.get_running_loop().time() + seconds
        try:
            while not await self._notified(self._pubsub, deadline, after):
                pass
        except QUEUE_ERRORS as error:
            log.warning("streams.no_notifications", channel=self._channel, error=str(error))
            await self._close()

    @staticmethod
    async def _notified(pubsub: PubSub, deadline: float, after: int) -> bool:
        """Whether it is time to look: for a newer event, or because the time is over."""
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            return True
        message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=left)
        # Older ids pile up while a look is under way: that look has read their events already.
        return message is not None and int(message["data"]) > after

    async def _poll(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, _LOOK_SECONDS))
        if asyncio.get_running_loop().time() >= self._next_try:
            await self._subscribe()

    async def _subscribe(self) -> None:
        """Subscribe, and return when the server has confirmed: what is told from now on is heard."""
        self._client = Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=_CONNECT_SECONDS,
            # The database is looked at by the clock meanwhile, and tries of the client's own would
            # only hold that up.
            retry=Retry(NoBackoff(), 0),
        )
        self._pubsub = self._client.pubsub()
        try:
            await self._pubsub.subscribe(self._channel)
            if await self._pubsub.get_message(timeout=_CONNECT_SECONDS) is None:
                raise OSError("no answer")
        except QUEUE_ERRORS as error:
            log.warning("streams.no_notifications", channel=self._channel, error=str(error))
            await self._close()

    async def _close(self) -> None:
        self._next_try = asyncio.get_running_loop().time() + _TRY_AGAIN_SECONDS
        pubsub, client, self._pubsub, self._client = self._pubsub, self._client, None, None
        try:
            if pubsub is not None:
                await pubsub.aclose()  # type: ignore[no-untyped-call]
        finally:
            if client is not None:
                await client.aclose()
