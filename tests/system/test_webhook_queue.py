"""Which accounts have a message on the webhooks' queue, asked of a real server."""

from __future__ import annotations

from dramatiq.brokers.redis import RedisBroker

from processing.delivery import webhooks
from tests.system.site import until
from tests.system.test_queue import broker, client, running  # noqa: F401  (fixtures)


def test_queued_accounts_are_those_that_dramatiq_holds(broker: RedisBroker) -> None:  # noqa: F811
    broker.declare_queue(webhooks.QUEUE)
    assert webhooks._queued_accounts() == set()
    broker.enqueue(webhooks.deliver.message("being told"))
    consumer = broker.consume(webhooks.QUEUE, prefetch=1)
    taken = until(lambda: next(consumer), seconds=5)
    broker.enqueue(webhooks.deliver.message("waiting"))
    assert webhooks._queued_accounts() == {"being told", "waiting"}
    consumer.ack(taken)
    assert webhooks._queued_accounts() == {"waiting"}
