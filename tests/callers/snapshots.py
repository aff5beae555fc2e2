"""All that there is, before and after: every row of every table, and every file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db import connection

# Who was here and when: that is written down of every caller, with sessions and what goes with them.
_SEEN = {"last_used_at", "last_login"}
_TABLES = {"accounts_session", "accounts_refreshtoken", "sqlite_sequence"}


@dataclass(frozen=True)
class Snapshot:
    rows: frozenset[str]
    files: frozenset[str]

    @classmethod
    def take(cls) -> Snapshot:
        return cls(frozenset(_rows()), frozenset(_files("")))


def _rows() -> Iterator[str]:
    """Each row as a text that begins with its table's name, with ids as the database writes them."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table in _TABLES:
                continue
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                told = (f"{n}={v}" for n, v in zip(names, row, strict=True) if n not in _SEEN)
                yield f"{table}: {', '.join(told)}"


def _files(folder: str) -> Iterator[str]:
    folders, names = default_storage.listdir(folder)
    for name in names:
        path = f"{folder}{name}"
        with default_storage.open(path) as file:
            yield f"{path} {hashlib.sha256(file.read()).hexdigest()}"
    for name in folders:
        yield from _files(f"{folder}{name}/")
