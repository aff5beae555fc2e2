"""What event streams do with a Redis-protocol server, on a real one."""

from __future__ import annotations

import asyncio
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
import redis

from config.launch import queue
from processing.delivery import leases, notifications
from processing.delivery.notifications import Notifications
from tests.system.site import until
from tests.system.test_queue import Server, client, fading, running  # noqa: F401  (fixtures)

# --- How many an account has open -----------------------------------------------------------------


def test_an_account_has_only_so_many_leases(
    client: redis.Redis,  # noqa: F811
    settings: Any,
) -> None:
    settings.EVENT_STREAMS_PER_ACCOUNT = 3
    mine, other = uuid4(), uuid4()
    with ThreadPoolExecutor(12) as pool:
        taken = [lease for lease in pool.map(leases.take, [mine] * 12) if lease]
    assert len(taken) == 3
    assert leases.take(other) is not None
    taken[0].end()
    assert until(lambda: leases.take(mine), seconds=5)
    assert leases.take(mine) is None


def test_a_dead_processs_lease_is_over_by_itself(
    client: redis.Redis,  # noqa: F811
    settings: Any,
) -> None:
    settings.EVENT_STREAMS_PER_ACCOUNT = 2
    account = uuid4()
    first, second = leases.take(account), leases.take(account)
    assert first is not None
    assert second is not None
    [key] = client.keys("packshot:streams:*")
    assert 0 < client.ttl(key) <= leases.SECONDS
    client.zadd(key, {first.id: 1})  # as if it had not been renewed since 1970
    assert leases.take(account) is not None
    client.zadd(key, {second.id: client.time()[0] + 5})
    second.renew()
    until(lambda: client.zscore(key, second.id) > client.time()[0] + 40, seconds=5)
    assert client.zscore(key, first.id) is None


def test_without_redis_nobody_is_refused(fading: Server, settings: Any) -> None:  # noqa: F811
    settings.EVENT_STREAMS_PER_ACCOUNT = 1
    fading.stop()
    account = uuid4()
    assert None not in [leases.take(account) for _ in range(3)]


# --- Hearing of events ----------------------------------------------------------------------------


def test_only_a_newer_event_wakes(client: redis.Redis) -> None:  # noqa: F811
    async def listen() -> tuple[float, float]:
        async with Notifications("channel") as heard:
            assert client.pubsub_numsub("channel") == [("channel", 1)]
            client.publish("channel", "5")
            old = await _seconds(heard, 0.3, after=5)
            client.publish("channel", "6")
            new = await _seconds(heard, 60, after=5)
        return old, new

    old, new = asyncio.run(listen())
    assert old >= 0.3
    assert new < 10
    until(lambda: client.pubsub_numsub("channel") == [("channel", 0)], seconds=5)


def test_a_redis_that_went_and_came_is_heard_again(
    fading: Server,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(notifications, "_TRY_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(notifications, "_LOOK_SECONDS", 0.05)

    async def listen() -> tuple[float, float, float]:
        async with Notifications("channel") as heard:
            fading.stop()
            noticed = await _seconds(heard, 60, after=0)
            deaf = await _seconds(heard, 60, after=0)
            fading.process = subprocess.Popen(fading.command, stdout=subprocess.DEVNULL)
            until(lambda: queue.answers(fading.url), seconds=20)
            await heard.wait(60, after=0)
            with redis.Redis.from_url(fading.url) as other:
                assert other.publish("channel", "1") == 1
            return noticed, deaf, await _seconds(heard, 60, after=0)

    assert max(asyncio.run(listen())) < 10


async def _seconds(heard: Notifications, at_most: float, *, after: int) -> float:
    began = time.monotonic()
    await heard.wait(at_most, after=after)
    return time.monotonic() - began
