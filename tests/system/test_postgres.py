"""A site on PostgreSQL and a Redis server of somebody's: crashes and quotas as on its own ones.

PACKSHOT_TEST_POSTGRES and PACKSHOT_TEST_REDIS name the servers. A database is made and dropped;
from the Redis database Packshot's own keys are removed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis

from tests.system.batch_crashes import BatchCrashes
from tests.system.site import Site
from tests.system.test_crash_safety import QUICK, Crashes
from tests.system.test_crash_safety import pytestmark as pytestmark

ONE_AT_A_TIME = 1_886_613_363  # any number: two sites on one Redis database would share their work


class TestServers(Crashes, BatchCrashes):
    @pytest.fixture(scope="class")
    @classmethod
    def site(cls) -> Iterator[Site]:
        with (
            _database() as database_url,
            _redis() as redis_url,
            Site(**QUICK, DATABASE_URL=database_url, REDIS_URL=redis_url) as started,
        ):
            yield started


@contextmanager
def _database() -> Iterator[str]:
    """The address of a database of our own."""
    server = _address("PACKSHOT_TEST_POSTGRES", "a PostgreSQL server")
    name = f"packshot_site_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def _redis() -> Iterator[str]:
    url = _address("PACKSHOT_TEST_REDIS", "a Redis-protocol server")
    with redis.Redis.from_url(url) as client:
        _forget(client)
        try:
            yield url
        finally:
            _forget(client)


def _forget(client: redis.Redis) -> None:
    for pattern in ("dramatiq*", "packshot:*", ":1:*"):
        for key in list(client.scan_iter(pattern, count=1000)):
            client.delete(key)


def _address(name: str, what: str) -> str:
    address = os.environ.get(name, "")
    if not address:
        message = f"{name} is not set: it names {what} to try this on"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return address
