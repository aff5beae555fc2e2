"""Writes that may be left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction

log = structlog.get_logger(__name__)
_PATIENCE_MS = 50


@contextmanager
def if_it_can_be_written(what: str) -> Iterator[None]:
    """A block whose write is no part of the answer: it waits for no lock, and may fail."""
    try:
        with _impatient():
            yield
    except DatabaseError as error:
        log.warning("not_written", what=what, error=str(error))


@contextmanager
def _impatient() -> Iterator[None]:
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {_PATIENCE_MS}")
            yield
        return
    usual = int(settings.DATABASES["default"].get("OPTIONS", {}).get("timeout", 5) * 1000)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")
