"""What an install needs beside networks, looked at one by one and told in words: `manage.py doctor`."""

from __future__ import annotations

import http.client
import importlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from config import observability
from config.failures.outages import QUEUE_ERRORS
from config.launch import guards
from config.launch.supervisor import StartError
from config.launch.table import Site

_MAX_SKEW = 5.0  # seconds: signed links and sessions are dated by each machine's own clock
_OTHERS = 0o077  # the bits by which other users may do something


@dataclass(frozen=True)
class Finding:
    """What one look found; with a remedy where something is broken."""

    what: str
    said: str
    remedy: str = ""


@dataclass(frozen=True)
class Check:
    """One look, and the status with which the doctor ends where it is the first that is broken."""

    name: str
    status: int
    look: Callable[[Site], Finding]


def check(site: Site) -> Iterator[tuple[Check, Finding]]:
    """Look at everything, in the order in which one thing needs another."""
    for one in CHECKS:
        yield one, one.look(site)


def _permissions(site: Site) -> Finding:
    folder, what = site.var, f"data folder {site.var}"
    if not folder.is_dir():
        parent = next(path for path in folder.parents if path.exists())
        if os.access(parent, os.W_OK):
            return Finding(what, "not there yet; the first start makes it")
        return Finding(what, "can't be made", f"let this user write to {parent}")
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding(
            what, "can't be written to", f"make it this user's: chown -R $(id -u) {folder}"
        )
    foreign = [path for path in _inside(folder) if not os.access(path, os.R_OK | os.W_OK)]
    if foreign:
        remedy = f"make it this user's: chown -R $(id -u) {foreign[0]}"
        return Finding(what, f"{foreign[0]} can't be read and written", remedy)
    if folder.stat().st_mode & _OTHERS:
        remedy = f"chmod 700 {folder}, or start the site, which does so"
        return Finding(what, "other users of this machine can look into it", remedy)
    return Finding(what, "this user's own")


def _inside(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.iterdir())
    secrets = folder / "secrets"
    if secrets.is_dir() and os.access(secrets, os.R_OK | os.X_OK):
        yield from sorted(secrets.iterdir())


def _database(site: Site) -> Finding:
    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
    name = settings.DATABASES["default"]["NAME"]
    what = f"database ({kind}, {name})"
    if connection.vendor == "sqlite" and not _is_there(str(name)):
        return Finding(what, "not there yet; the first start makes it")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        reason = str(error).strip().partition("\n")[0]
        return Finding(what, f"does not answer: {reason}", "check DATABASE_URL, and that it runs")
    if missing:
        said = f"answers, and lacks {len(missing)} migrations"
        return Finding(what, said, "start the site, which applies them, or `manage.py migrate`")
    return Finding(what, "answers, and has all tables")


def _is_there(name: str) -> bool:
    return name == ":memory:" or name.startswith("file:") or Path(name).exists()


def _queue(site: Site) -> Finding:
    key, word = f"packshot:doctor:{uuid4().hex}", uuid4().hex.encode()
    try:
        client: Any = observability.queue_client()
        client.set(key, word, ex=60)
        came_back = client.get(key) == word
        client.delete(key)
    except QUEUE_ERRORS as error:
        if not site.redis_url and not guards.is_held(site.var):
            return Finding("queue", "started with the site, which doesn't run now")
        remedy = "check REDIS_URL, and that it runs" if site.redis_url else "restart the site"
        return Finding("queue", f"does not answer: {error}", remedy)
    if not came_back:
        return Finding("queue", "keeps nothing", "another server than Redis answers at REDIS_URL")
    workers = observability.warm_workers("images")
    if not workers:
        said = "answers, but no worker takes single pictures"
        return Finding("queue", said, "start the site, or a worker: see docs/operating.md")
    return Finding("queue", f"answers; workers for single pictures: {workers}")


def _storage_errors() -> tuple[type[Exception], ...]:
    """What using the storage may raise; a bucket's client is loaded where there is one alone."""
    if not settings.S3_BUCKET:
        return (OSError,)
    botocore = importlib.import_module("botocore.exceptions")
    return (OSError, ValueError, botocore.BotoCoreError, botocore.ClientError)


def _storage(site: Site) -> Finding:
    what = f"storage ({default_storage.__class__.__name__})"
    word = uuid4().hex.encode()
    try:
        name = default_storage.save(f"readiness/{uuid4().hex}", ContentFile(word))
        with default_storage.open(name) as file:
            came_back = file.read() == word
        default_storage.delete(name)
    except _storage_errors() as error:
        remedy = "check the S3_ settings" if settings.S3_BUCKET else "check its owner and the disk"
        return Finding(what, f"can't be used: {error}", remedy)
    if not came_back:
        return Finding(what, "gives back other bytes than it was given", "check the bucket")
    return Finding(what, "keeps a file, gives it back and removes it")


def _clock(site: Site) -> Finding:
    skews: dict[str, float] = {}
    try:
        client: Any = observability.queue_client()
        seconds, microseconds = client.time()
        skews["the queue's server"] = seconds + microseconds / 1e6 - time.time()
    except QUEUE_ERRORS:
        pass
    if connection.vendor == "postgresql":
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
                skews["the database"] = float(cursor.fetchone()[0]) - time.time()
        except DatabaseError:
            pass
    wrong = {who: skew for who, skew in skews.items() if abs(skew) > _MAX_SKEW}
    if wrong:
        said = ", ".join(f"{who} is {skew:+.0f} s off" for who, skew in wrong.items())
        return Finding("clock", said, "have all machines ask a time server (NTP)")
    agreed = f"agrees with {' and '.join(skews)}" if skews else "nobody to compare it with"
    return Finding("clock", agreed)


def _port(site: Site) -> Finding:
    what = f"port {site.port} of {site.host}"
    try:
        guards.check_port(site.host, site.port)
    except StartError as error:
        if _is_ours(site):
            return Finding(what, "this site answers there")
        return Finding(what, str(error), "stop what listens there, or set PORT")
    return Finding(what, "free")


def _is_ours(site: Site) -> bool:
    host = site.address.removeprefix("http://").rpartition(":")[0].strip("[]")
    asked = http.client.HTTPConnection(host, site.port, timeout=1)
    try:
        asked.request("GET", "/healthz", headers={"Host": "127.0.0.1"})
        return b'"status"' in asked.getresponse().read(200)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


# The status of networks is 10. argparse ends with 2.
CHECKS = (
    Check("permissions", 11, _permissions),
    Check("database", 12, _database),
    Check("queue", 13, _queue),
    Check("storage", 14, _storage),
    Check("clock", 15, _clock),
    Check("port", 16, _port),
)
NETWORKS_BROKEN = 10
