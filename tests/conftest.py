"""What every test starts from: no counters, no files, no messages left by another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dramatiq
import pytest
from django.apps import apps
from django.core.cache import cache
from pytest_django.plugin import blocking_manager_key

from accounts import plans


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Run a single file in this process: a worker would start Django once more."""
    files = {Path(argument.partition("::")[0]) for argument in config.args}
    return 0 if len(files) == 1 and files.pop().is_file() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with tests/system, whose files take longest: one of them last would keep one worker
    busy alone."""
    items.sort(key=lambda item: item.path.parent.name != "system")


@pytest.fixture(autouse=True)
def _nothing_left_over(settings: Any) -> Iterator[None]:
    settings.STORAGES = dict(settings.STORAGES)  # a new, empty in-memory storage
    cache.clear()
    yield
    dramatiq.get_broker().flush_all()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """A test whose transactions commit ends with emptied tables; the seeded plans come back.

    A hook, because only it is sure to come after the tables were emptied.
    """
    yield
    if "transactional_db" in getattr(item, "fixturenames", ()):
        with item.config.stash[blocking_manager_key].unblock():
            plans.seed(apps)
