"""Fifty at the last units, and two last owners, on real databases, several connections."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests import prepared

SCRIPT = Path(__file__).with_name("quota_race.py")
ROOT = SCRIPT.parents[3]
EXPECTED = {
    "last units": {"taken": 7, "QUOTA_EXCEEDED": 43},
    "then": [7, 3],
    "same job": {"taken": 50},
    "same job then": [1, 0],
    "ends": {"ended": 50},
    "one end won": True,
    "same request": [50],
    "same request then": [1, 0],
    "left": 1,
    "owners left": 1,
    "deleted": {"completed": 1, "deleted": 1, "watched": 48},
    "deleted then": [0, 1],
}


def race(database_url: str, folder: Path) -> dict[str, object]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "DATABASE_POOL": "60",  # all the threads are connected before any starts
        "VAR_DIR": str(folder),
        "PYTHONPATH": path,
    }
    command = [sys.executable, str(SCRIPT)]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, object] = json.loads(done.stdout)
    return report


@pytest.fixture
def postgres() -> Iterator[str]:
    """The address of a database of our own on the server that PACKSHOT_TEST_POSTGRES names."""
    server = os.environ.get("PACKSHOT_TEST_POSTGRES", "")
    if not server:
        message = "PACKSHOT_TEST_POSTGRES is not set: it names a PostgreSQL server to try this on"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    name = f"packshot_race_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_sqlite(tmp_path):
    database = tmp_path / "race.sqlite3"
    prepared.lay_out(tmp_path, database)
    assert race(f"sqlite:///{database}", tmp_path) == EXPECTED


def test_postgresql(postgres, tmp_path):
    assert race(postgres, tmp_path) == EXPECTED
