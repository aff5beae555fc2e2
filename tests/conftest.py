"""What every test starts from: no counters, no files, no messages left by another."""

from __future__ import annotations

import gc
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dramatiq
import pytest
from django.core.cache import cache
from django.core.management.commands.migrate import Command as Migrate
from django.db import connection
from pytest_django.plugin import blocking_manager_key

from tests import prepared

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django.plugin import DjangoDbBlocker

    from tests.shop import Shop
    from tests.stand_ins import Seller


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Run a single file in this process: a worker would start Django once more. Else take one worker
    more than there are cores, as tests of whole sites wait for half of their time.
    """
    files = {Path(argument.partition("::")[0]) for argument in config.args}
    if len(files) == 1 and files.pop().is_file():
        return 0
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else None


def pytest_configure(config: pytest.Config) -> None:
    """Where workers will run the tests, have made what all of them need."""
    if getattr(config.option, "tx", None) and not hasattr(config, "workerinput"):
        config.add_cleanup(prepared.begin(config.stash[blocking_manager_key].unblock))
    else:
        gc.disable()  # what is loaded and collected stays: looking through it over and over is no use


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the tests of whole sites, and give each test an id of its own.

    Schemathesis names its tests by operation but leaves that out of their ids, and pytest-xdist runs
    one test of each id.
    """
    items[:] = _spread(items)
    for item in items:
        _, bracket, params = item.name.partition("[")
        if bracket and item.id.params is None:
            item._id = item.id.with_params(params.removesuffix("]"))
    if twice := [name for name, times in Counter(one.nodeid for one in items).items() if times > 1]:
        raise pytest.UsageError(f"More than one test has the id {twice[0]}: only one would be run.")


TESTS = Path(__file__).parent
# Files whose tests start whole sites or a browser: they take longest, and wait for half of that.
_WAITING = ("system", "walk", "every_page")


def _spread(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """File by file: one that waits, then some that compute, so that no core rests. The last third only
    computes: a file that waits would keep one worker busy alone.
    """
    waiting: dict[Path, list[pytest.Item]] = {}
    others: dict[Path, list[pytest.Item]] = {}
    for item in sorted(items, key=lambda item: item.path.parent.name != "system"):
        waits = any(word in str(item.path.relative_to(TESTS)) for word in _WAITING)
        (waiting if waits else others).setdefault(item.path, []).append(item)
    rest = iter(others.values())
    for file in waiting.values():
        yield from file
        yield from chain.from_iterable(islice(rest, len(others) * 2 // (3 * len(waiting))))
    yield from chain.from_iterable(rest)


@pytest.fixture(autouse=True)
def _nothing_left_over(settings: Any) -> Iterator[None]:
    from accounts.limits import rate_limits

    settings.STORAGES = dict(settings.STORAGES)  # a new, empty in-memory storage
    cache.clear()
    rate_limits.limiter.cache_clear()
    yield
    dramatiq.get_broker().flush_all()


@pytest.fixture(scope="session")
def _migrated_once() -> Iterator[pytest.MonkeyPatch]:
    """While the test database is made, copy the tables that are there already."""

    def copy(*_: object, **__: object) -> None:
        with closing(sqlite3.connect(made)) as migrated:
            connection.ensure_connection()
            migrated.backup(connection.connection)

    made = prepared.tables()
    with pytest.MonkeyPatch.context() as patch:
        if made:
            patch.setattr(Migrate, "handle", copy)
        yield patch


@pytest.fixture(scope="session")
def django_db_setup(
    _migrated_once: pytest.MonkeyPatch, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """After a test whose transactions commit, copy the tables back as migrations left them: that takes
    a few milliseconds. Emptying each of them, as Django does, and seeding them anew take a hundred.
    """
    _migrated_once.undo()
    with (
        closing(sqlite3.connect(":memory:")) as migrated,
        pytest.MonkeyPatch.context() as patch,
    ):
        with django_db_blocker.unblock():
            connection.ensure_connection()
            connection.connection.backup(migrated)
        patch.setattr(
            "django.test.TransactionTestCase._fixture_teardown", lambda _: _copied_back(migrated)
        )
        yield


def _copied_back(migrated: sqlite3.Connection) -> None:
    """A browser's last request may still be answered, by a thread that reads the tables."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return migrated.backup(connection.connection)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


# These import what they need when they are used: most test files don't, and start sooner.


@pytest.fixture
def owner(db: None) -> Seller:
    from tests.stand_ins import new_seller

    return new_seller()


@pytest.fixture
def stranger(db: None) -> Seller:
    from tests.stand_ins import new_seller

    return new_seller()


@pytest.fixture
def shop(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Shop:
    from tests.shop import opened

    return opened(monkeypatch, settings)


@pytest.fixture
def middle_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The middle half of any picture is the subject."""
    from tests.stand_ins import MiddleModel

    monkeypatch.setattr("processing.worker.runtime.registry", MiddleModel)


@pytest.fixture
def quick_queue(transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Messages are worked on the moment they are sent, which is when the row is committed."""
    from processing.worker import tasks

    settings.DOOR_WAIT_SECONDS = 5.0
    monkeypatch.setattr(tasks.run_job, "send", tasks.run_job.fn)


@pytest.fixture
def root(db: None) -> Client:
    """A superuser who is signed in."""
    from django.test import Client

    from accounts.models import User

    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", "a long sentence"))
    return client
