"""The queue's broker: Dramatiq's own for Redis, but its idle consumers are woken instead of polling.

Who puts a message on a queue says so on the queue's channel, so an idle worker takes it at once. A
word that is lost costs no more than the worker's timeout: then a consumer looks for itself.
"""

from __future__ import annotations

import threading
from typing import Any

import redis
import structlog
from dramatiq import Message
from dramatiq.broker import MessageProxy
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.errors import ConnectionClosed
from redis.client import PubSub

from config.failures.outages import QUEUE_ERRORS

log = structlog.get_logger(__name__)
_CONFIRM_SECONDS = 5.0
# Consumers of messages for later also look whether the time of one has come.
_LATER_SECONDS = 0.1


class Broker(RedisBroker):
    @property
    def consumer_class(self) -> type[_RedisConsumer]:
        return _Consumer

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        queued: Message[Any] = super().enqueue(message, delay=delay)
        try:
            # After the message, or a consumer that wakes at once finds nothing and goes back to
            # sleep.
            self.client.publish(_channel(queued.queue_name), "")
        except QUEUE_ERRORS as error:
            log.warning("queue.nobody_woken", queue=queued.queue_name, error=str(error))
        return queued


class _Consumer(_RedisConsumer):
    """Its thread waits here; worker threads tell it by ``ack`` and ``nack`` of room for more."""

    def __init__(self, broker: Broker, queue_name: str, prefetch: int, timeout: int) -> None:
        # Without a time-out the superclass returns at once where there is no message.
        super().__init__(broker, queue_name, prefetch, 0)  # type: ignore[no-untyped-call]
        later = queue_name.endswith(".DQ")
        self._seconds = min(timeout / 1000, _LATER_SECONDS) if later else timeout / 1000
        self._room = threading.Event()
        self._words: PubSub | None = None

    def __next__(self) -> MessageProxy | None:
        try:
            if self._words is None:  # before the first look, so that nothing is missed
                self._words = self._listen()
            found: MessageProxy | None = super().__next__()  # type: ignore[no-untyped-call]
            if found is None:
                self._wait(self._words)
        except redis.ConnectionError as error:
            # What Dramatiq's consumer thread expects: it makes a new consumer.
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]
        return found

    def ack(self, message: MessageProxy) -> None:
        try:
            super().ack(message)  # type: ignore[no-untyped-call]
        finally:
            # In any case: a failed ack must not leave the thread asleep with room for a message.
            self._room.set()

    def nack(self, message: MessageProxy) -> None:
        try:
            super().nack(message)  # type: ignore[no-untyped-call]
        finally:
            self._room.set()

    def close(self) -> None:
        if self._words is not None:
            self._words.close()
            self._words = None

    def _listen(self) -> PubSub:
        words: PubSub = self.broker.client.pubsub()
        words.subscribe(_channel(self.queue_name))
        if words.get_message(timeout=_CONFIRM_SECONDS) is None:
            words.close()
            raise redis.ConnectionError("the server did not confirm a subscription")
        return words

    def _wait(self, words: PubSub) -> None:
        # Cleared before the count is read: an ack that comes between the two sets it again, and the
        # wait below ends at once. The other way round that ack would be lost.
        self._room.clear()
        if self.outstanding_message_count >= self.prefetch:
            self._room.wait(self._seconds)
            return
        if words.get_message(timeout=self._seconds) is not None:
            while words.get_message(timeout=0) is not None:
                pass  # one look at the queue is enough for all that was told by now


def _channel(queue_name: str) -> str:
    return f"packshot:queued:{queue_name}"
