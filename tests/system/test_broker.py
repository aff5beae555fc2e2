"""Our broker on a real server: who waits for messages is woken."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import dramatiq
import pytest
import redis
from dramatiq import Consumer, Worker
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


def listening_as_another(broker: Broker) -> Consumer:  # noqa: F811
    broker.be_another_worker()
    return broker.consume(tasks.IMAGES, prefetch=1, timeout=100)


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


def test_a_message_for_later_is_waited_for_until_its_time(broker: Broker) -> None:  # noqa: F811
    due = int(time.time() * 1000) + 300  # Dramatiq counts in whole milliseconds
    broker.enqueue(tasks.run_job.message("a"), delay=300)
    later = broker.consume(f"{tasks.IMAGES}.DQ", prefetch=10, timeout=HOURS)
    message = taken(later)
    assert message.args == ("a",)
    assert next(later) is None  # its time has come: the worker's thread looks at the clock now
    assert time.time() * 1000 >= due
    later.ack(message)
    while_waiting(later, lambda: broker.wake(f"{tasks.IMAGES}.DQ"))  # nothing to wait for any more


def test_a_worker_works_and_stops_though_its_threads_never_look(broker: Broker) -> None:  # noqa: F811
    worked: list[str] = []
    broker.declare_actor(
        dramatiq.actor(worked.append, broker=broker, queue_name="q", actor_name="w")
    )
    worker = Worker(broker, queues={"q"}, worker_timeout=HOURS, worker_threads=2)
    worker.start()
    for name in ("a", "b", "c"):
        broker.get_actor("w").send(name)
    broker.get_actor("w").send_with_options(args=("d",), delay=100)
    until(lambda: sorted(worked) == ["a", "b", "c", "d"], seconds=10)
    stops = threading.Thread(target=worker.stop)
    stops.start()
    stops.join(10)
    assert not stops.is_alive()
    assert broker.client.hlen("dramatiq:q.msgs") == 0


def test_what_a_dead_worker_had_taken_is_for_others_although_it_was_forked_as_they_were(
    broker: Broker,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(broker, "heartbeat_timeout", 200)
    monkeypatch.setattr(broker, "maintenance_chance", 1_000_000)
    broker.enqueue(tasks.run_job.message("a"))
    assert taken(listening_as_another(broker)).args == ("a",)  # and is never heard of again
    survivor = listening_as_another(broker)
    assert next(survivor) is None
    assert taken(survivor).args == ("a",)


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
