"""What the doctor tells of an install beside its networks, and how it ends."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.files.storage import InMemoryStorage
from django.core.management import CommandError, call_command
from django.db import OperationalError

from config import doctor, observability
from config.launch import guards
from config.launch.table import Site

pytestmark = pytest.mark.django_db


class Kept:
    """A queue's server that keeps what it is given."""

    ahead = 0.0

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}

    def set(self, key: str, value: bytes, ex: int) -> None:
        self.values[key] = value

    def get(self, key: str) -> bytes | None:
        return self.values.get(key)

    def delete(self, key: str) -> None:
        del self.values[key]

    def time(self) -> tuple[int, int]:
        return int(time.time() + self.ahead), 0


@pytest.fixture
def site(tmp_path: Path) -> Site:
    folder = tmp_path / "var"
    folder.mkdir(mode=0o700)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Site(folder, "127.0.0.1", port, 1, 2, 60, "")


@pytest.fixture(autouse=True)
def queue(monkeypatch: pytest.MonkeyPatch) -> Kept:
    kept = Kept()
    monkeypatch.setattr(observability, "queue_client", lambda: kept)
    monkeypatch.setattr(observability, "warm_workers", lambda queue: 1)
    return kept


def findings(site: Site) -> dict[str, doctor.Finding]:
    return {one.name: found for one, found in doctor.check(site)}


def broken(site: Site) -> dict[str, tuple[str, str]]:
    return {name: (f.said, f.remedy) for name, f in findings(site).items() if f.remedy}


def test_an_install_in_order(site: Site, queue: Kept) -> None:
    assert {name: found.said for name, found in findings(site).items()} == {
        "permissions": "this user's own",
        "database": "answers, and has all tables",
        "queue": "answers; workers for single pictures: 1",
        "storage": "keeps a file, gives it back and removes it",
        "clock": "agrees with the queue's server",
        "port": "free",
    }
    assert queue.values == {}


def test_before_the_first_start(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise redis.ConnectionError("No such file")

    monkeypatch.setattr(observability, "queue_client", away)
    new = replace(site, var=site.var / "new")
    found = findings(new)
    assert broken(new) == {}
    assert found["permissions"].said == "not there yet; the first start makes it"
    assert found["queue"].said == "started with the site, which doesn't run now"
    assert found["clock"].said == "nobody to compare it with"
    # A site that runs has a queue.
    held = guards.lock_folder(site.var)
    assert broken(site)["queue"] == ("does not answer: No such file", "restart the site")
    os.close(held)
    elsewhere = replace(site, redis_url="redis://queue.example.com")
    assert broken(elsewhere)["queue"][1] == "check REDIS_URL, and that it runs"


def test_a_folder_that_others_see_or_that_is_not_ours(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.var.chmod(0o755)
    assert broken(site)["permissions"] == (
        "other users of this machine can look into it",
        f"chmod 700 {site.var}, or start the site, which does so",
    )
    site.var.chmod(0o700)
    foreign = site.var / "packshot.sqlite3"
    foreign.touch()
    # Whoever runs the tests may be root, who may do everything.
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != foreign and real(path, mode))
    assert broken(site)["permissions"][0] == f"{foreign} can't be read and written"


def test_a_database_that_is_away(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(connection: Any) -> None:
        raise OperationalError("connection refused\nis it running?")

    monkeypatch.setattr(doctor, "MigrationExecutor", away)
    assert broken(site)["database"] == (
        "does not answer: connection refused",
        "check DATABASE_URL, and that it runs",
    )


def test_a_queue_without_a_worker(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observability, "warm_workers", lambda queue: 0)
    assert broken(site)["queue"][0] == "answers, but no worker takes single pictures"


def test_a_storage_that_is_full(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Any, name: str, content: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(InMemoryStorage, "_save", full)
    said, remedy = broken(site)["storage"]
    assert said == "can't be used: [Errno 28] No space left on device"
    assert remedy == "check its owner and the disk"


def test_clocks_that_differ(site: Site, queue: Kept) -> None:
    queue.ahead = 60.5
    said, _ = broken(site)["clock"]
    assert said in ("the queue's server is +60 s off", "the queue's server is +59 s off")


def test_a_port_that_another_has(site: Site) -> None:
    with socket.create_server(("127.0.0.1", site.port)) as other:
        other.settimeout(0.01)
        said, remedy = broken(site)["port"]
    assert said.startswith(f"Port {site.port} is taken.")
    assert remedy == "stop what listens there, or set PORT"


def test_the_status_says_what_is_broken(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(said: str, remedy: str) -> Any:
        return lambda _: doctor.Finding("thing", said, remedy)

    checks = (
        doctor.Check("a", 12, look("is fine", "")),
        doctor.Check("b", 13, look("is broken", "mend it")),
        doctor.Check("c", 14, look("is broken, too", "mend it")),
    )
    monkeypatch.setattr(doctor, "CHECKS", checks)
    monkeypatch.setattr("processing.engine.networks.weights.catalogue", lambda: ())
    out = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("doctor", stdout=out)
    assert caught.value.returncode == 13
    assert str(caught.value) == ("Broken: thing is broken, mend it; thing is broken, too, mend it")
    assert out.getvalue().endswith("thing: is fine\nthing: is broken\nthing: is broken, too\n")
