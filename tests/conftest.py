"""What every test starts from: no counters, no files, no messages left by another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dramatiq
import pytest
from django.apps import apps
from django.core.cache import cache
from pytest_django.plugin import blocking_manager_key

from accounts import groups, plans

if TYPE_CHECKING:
    from django.test import Client

    from tests.stand_ins import Seller


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Run a single file in this process: a worker would start Django once more."""
    files = {Path(argument.partition("::")[0]) for argument in config.args}
    return 0 if len(files) == 1 and files.pop().is_file() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with tests/system, whose files take longest: one of them last would keep one worker
    busy alone. Give each test an id of its own.

    Schemathesis names its tests by operation but leaves that out of their ids, and pytest-xdist runs
    one test of each id.
    """
    items.sort(key=lambda item: item.path.parent.name != "system")
    for item in items:
        _, bracket, params = item.name.partition("[")
        if bracket and item.id.params is None:
            item._id = item.id.with_params(params.removesuffix("]"))
    if twice := [name for name, times in Counter(one.nodeid for one in items).items() if times > 1]:
        raise pytest.UsageError(f"More than one test has the id {twice[0]}: only one would be run.")


@pytest.fixture(autouse=True)
def _nothing_left_over(settings: Any) -> Iterator[None]:
    from accounts.limits import rate_limits

    settings.STORAGES = dict(settings.STORAGES)  # a new, empty in-memory storage
    cache.clear()
    rate_limits.limiter.cache_clear()
    yield
    dramatiq.get_broker().flush_all()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """A test whose transactions commit ends with emptied tables; the seeded plans and the group come back.

    A hook, because only it is sure to come after the tables were emptied.
    """
    yield
    if "transactional_db" in getattr(item, "fixturenames", ()):
        with item.config.stash[blocking_manager_key].unblock():
            plans.seed(apps)
            groups.seed(apps)


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
