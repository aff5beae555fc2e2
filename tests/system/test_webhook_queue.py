"""Which accounts have a message on the webhooks' queue, asked of a real server."""

from __future__ import annotations

from dramatiq.brokers.redis import RedisBroker

from config.observability import queued_arguments
from processing.delivery import attempts
from tests.system.site import until
from tests.system.test_queue import broker, client, running  # noqa: F401  (fixtures)


def test_queued_accounts_are_those_that_dramatiq_holds(broker: RedisBroker) -> None:  # noqa: F811
    broker.declare_queue(attempts.QUEUE)
    assert queued_arguments(attempts.QUEUE) == set()
    broker.enqueue(attempts.deliver.message("being told"))
    consumer = broker.consume(attempts.QUEUE, prefetch=1)
    taken = until(lambda: next(consumer), seconds=5)
    broker.enqueue(attempts.deliver.message("waiting"))
    assert queued_arguments(attempts.QUEUE) == {"being told", "waiting"}
    consumer.ack(taken)
    assert queued_arguments(attempts.QUEUE) == {"waiting"}
