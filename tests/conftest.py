"""What every test starts from: no counters, no files, no messages left by another."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import dramatiq
import pytest
from django.apps import apps
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _nothing_left_over(settings: Any) -> Iterator[None]:
    settings.STORAGES = dict(settings.STORAGES)  # a new, empty in-memory storage
    cache.clear()
    yield
    dramatiq.get_broker().flush_all()


@pytest.fixture
def committing_db(transactional_db: None) -> None:
    """A database whose transactions really commit. Emptying it takes the seeded plans along."""
    import_module("accounts.migrations.0002_plans").add_plans(apps, None)
