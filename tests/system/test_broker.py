"""Our broker on a real server: who waits for messages is woken."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from dramatiq import Consumer
from dramatiq.broker import MessageProxy
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import ConnectionClosed

from config.broker import Broker
from processing.worker import tasks
from tests.system.site import until
from tests.system.test_queue import Server, broker, client, fading, running  # noqa: F401  (fixtures)

HOURS = 10_000_000  # milliseconds: longer than any test, so only a word wakes


def listening(broker: Broker, *, prefetch: int = 1, timeout: int = HOURS) -> Consumer:  # noqa: F811
    """A consumer that has found nothing so far."""
    consumer = broker.consume(tasks.IMAGES, prefetch=prefetch, timeout=timeout)
    with ThreadPoolExecutor(1) as pool:
        nothing = pool.submit(next, consumer)
        until(lambda: broker.client.pubsub_numsub("packshot:queued:images")[0][1], seconds=5)
        broker.client.publish("packshot:queued:images", "")
        assert nothing.result(10) is None
    return consumer


def taken(consumer: Consumer) -> MessageProxy:
    return until(lambda: next(consumer), seconds=10)


def while_waiting(consumer: Consumer, act: Callable[[], object]) -> None:
    """The consumer's turn ends because of what is done meanwhile."""
    waits = threading.Thread(target=next, args=(consumer,))
    waits.start()
    time.sleep(0.05)
    assert waits.is_alive()
    act()
    waits.join(10)
    assert not waits.is_alive()


def test_an_idle_consumer_is_woken_by_a_message(broker: Broker) -> None:  # noqa: F811
    consumer = listening(broker)
    while_waiting(consumer, lambda: broker.enqueue(tasks.run_job.message("a")))
    assert taken(consumer).args == ("a",)


def test_many_words_are_one_look(broker: Broker) -> None:  # noqa: F811
    consumer = listening(broker, prefetch=100)
    while_waiting(
        consumer, lambda: [broker.enqueue(tasks.run_job.message(str(n))) for n in range(20)]
    )
    assert {taken(consumer).args[0] for _ in range(20)} == {str(n) for n in range(20)}


def test_a_busy_consumer_is_woken_by_the_end_of_its_work(broker: Broker) -> None:  # noqa: F811
    consumer = listening(broker)
    for name in ("a", "b"):
        broker.enqueue(tasks.run_job.message(name))
    first = taken(consumer)
    while_waiting(consumer, lambda: consumer.ack(first))
    second = taken(consumer)
    while_waiting(consumer, lambda: consumer.nack(second))
    assert (first.args, second.args) == (("a",), ("b",))


def test_a_message_of_which_nobody_told_is_found_all_the_same(broker: Broker) -> None:  # noqa: F811
    consumer = listening(broker, timeout=50)
    RedisBroker.enqueue(broker, tasks.run_job.message("a"))
    assert taken(consumer).args == ("a",)


def test_a_message_for_later_comes_when_it_is_time(broker: Broker) -> None:  # noqa: F811
    broker.enqueue(tasks.run_job.message("a"), delay=60_000)
    later = broker.consume(f"{tasks.IMAGES}.DQ", prefetch=10, timeout=HOURS)
    assert taken(later).args == ("a",)
    assert next(later) is None  # soon: its consumer has to look at the clock


def test_a_consumer_tells_that_its_server_went(
    fading: Server,  # noqa: F811
) -> None:
    broker = Broker(url=fading.url, middleware=[])  # noqa: F811
    broker.declare_queue(tasks.IMAGES)
    consumer = listening(broker)
    fading.stop()
    with pytest.raises(ConnectionClosed):
        next(consumer)
    consumer.close()
    with pytest.raises(redis.ConnectionError):
        broker.enqueue(tasks.run_job.message("a"))
