"""The queue's broker: Dramatiq's own for Redis, but its idle threads are woken instead of polling.

Who puts a message on a queue says so on the queue's channel, so an idle worker takes it at once. A
word that is lost costs no more than the worker's timeout: then a consumer looks for itself. A message
for later is waited for until its time, and a stopping worker tells its threads so.
"""

from __future__ import annotations

import math
import threading
import time
from queue import PriorityQueue
from typing import Any
from uuid import uuid4

import dramatiq
import redis
import structlog
from dramatiq import Message, Middleware, Worker
from dramatiq.broker import MessageProxy
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.errors import ConnectionClosed
from redis.client import PubSub

from config.failures.outages import QUEUE_ERRORS
from config.queue_names import channel

log = structlog.get_logger(__name__)
_CONFIRM_SECONDS = 5.0
# How long the threads of a worker that stops sleep: until they find that they may end.
_STOPPING_SECONDS = 0.05


class Broker(RedisBroker):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self.is_stopping = False
        self.add_middleware(_Waking())

    @property
    def consumer_class(self) -> type[_RedisConsumer]:
        return _Consumer

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        queued: Message[Any] = super().enqueue(message, delay=delay)
        # After the message, or a consumer that wakes at once finds nothing and goes back to sleep.
        self.wake(queued.queue_name)
        return queued

    def wake(self, queue_name: str) -> None:
        """Have the queue's idle consumers look."""
        try:
            self.client.publish(channel(queue_name), "")
        except QUEUE_ERRORS as error:
            log.warning("queue.nobody_woken", queue=queue_name, error=str(error))

    def be_another_worker(self) -> None:
        """Take a name of its own, in a process that was forked with the broker loaded.

        What a dead worker had taken is given to others once nobody of its name is heard of any more.
        """
        self.broker_id = str(uuid4())


class _Waking(Middleware):
    """Makes a worker's threads wait for each other's word, and lets none of them oversleep its end."""

    def before_worker_boot(self, broker: dramatiq.Broker, worker: Worker) -> None:
        worker.work_queue = _WorkQueue()

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: Worker) -> None:
        assert isinstance(broker, Broker)  # noqa: S101
        broker.is_stopping = True
        if isinstance(worker.work_queue, _WorkQueue):
            worker.work_queue.close()
        for queue_name in worker.consumers:
            broker.wake(queue_name)


class _WorkQueue(PriorityQueue[Any]):
    """Where a worker's threads wait for what its consumers have found, for as long as it takes."""

    def __init__(self) -> None:
        super().__init__()
        self._closed = False

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        if block:
            with self.not_empty:
                self.not_empty.wait_for(lambda: self._closed or self._qsize() > 0)
            # Another thread may take it first: the caller comes back then, as it does for each Empty.
            timeout = _STOPPING_SECONDS
        return super().get(block, timeout)

    def close(self) -> None:
        with self.not_empty:
            self._closed = True
            self.not_empty.notify_all()


class _Consumer(_RedisConsumer):
    """Its thread waits here; worker threads tell it by ``ack`` and ``nack`` of room for more."""

    def __init__(self, broker: Broker, queue_name: str, prefetch: int, timeout: int) -> None:
        # Without a time-out the superclass returns at once where there is no message.
        super().__init__(broker, queue_name, prefetch, 0)  # type: ignore[no-untyped-call]
        self._seconds = timeout / 1000
        self._times: dict[str, float] = {}  # of messages for later, by id: when they are due
        self._room = threading.Event()
        self._words: PubSub | None = None

    def __next__(self) -> MessageProxy | None:
        try:
            if self._words is None:  # before the first look, so that nothing is missed
                self._words = self._listen()
            found: MessageProxy | None = super().__next__()  # type: ignore[no-untyped-call]
            if found is None:
                self._wait(self._words)
            elif (due := found.options.get("eta")) is not None:
                self._times[found.message_id] = due / 1000
        except redis.ConnectionError as error:
            # What Dramatiq's consumer thread expects: it makes a new consumer.
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]
        return found

    def ack(self, message: MessageProxy) -> None:
        try:
            super().ack(message)  # type: ignore[no-untyped-call]
        finally:
            self._done_with(message)

    def nack(self, message: MessageProxy) -> None:
        try:
            super().nack(message)  # type: ignore[no-untyped-call]
        finally:
            self._done_with(message)

    def close(self) -> None:
        if self._words is not None:
            self._words.close()
            self._words = None

    def _listen(self) -> PubSub:
        words: PubSub = self.broker.client.pubsub()
        words.subscribe(channel(self.queue_name))
        if words.get_message(timeout=_CONFIRM_SECONDS) is None:
            words.close()
            raise redis.ConnectionError("the server did not confirm a subscription")
        return words

    def _done_with(self, message: MessageProxy) -> None:
        self._times.pop(message.message_id, None)
        # In any case: a failed ack must not leave the thread asleep with room for a message.
        self._room.set()

    def _wait(self, words: PubSub) -> None:
        seconds = self._patience()
        # Cleared before the count is read: an ack that comes between the two sets it again, and the
        # wait below ends at once. The other way round that ack would be lost.
        self._room.clear()
        if self.outstanding_message_count >= self.prefetch:
            self._room.wait(seconds)
            return
        if words.get_message(timeout=seconds) is not None:
            while words.get_message(timeout=0) is not None:
                pass  # one look at the queue is enough for all that was told by now

    def _patience(self) -> float:
        """How long nothing is to be done here unless somebody says so."""
        first = min(self._times.values(), default=math.inf)
        longest = _STOPPING_SECONDS if self.broker.is_stopping else self._seconds
        return max(0.0, min(longest, first - time.time()))
