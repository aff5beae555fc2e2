"""What every test starts from: no counters, no files, no messages left by another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dramatiq
import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _nothing_left_over(settings: Any) -> Iterator[None]:
    settings.STORAGES = dict(settings.STORAGES)  # a new, empty in-memory storage
    cache.clear()
    yield
    dramatiq.get_broker().flush_all()
