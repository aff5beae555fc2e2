"""Structured logs, and the two questions a machine asks: are you there, can you work?"""

from __future__ import annotations

import importlib
import json
import logging.config
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from config import VERSION
from config.failures import process_marks
from config.failures.outages import QUEUE_ERRORS
from config.queue_names import QUEUES, WORKER_KEY, later, unacknowledged, untaken


def configure_logging(options: Mapping[str, str]) -> None:
    """Django's LOGGING_CONFIG: structlog's and the standard library's lines through one formatter."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any = structlog.dev.ConsoleRenderer(
        colors=False,
        exception_formatter=structlog.dev.plain_traceback,  # others print local variables: secrets
    )
    if options["format"] == "json":
        shared.append(structlog.processors.format_exc_info)
        renderer = structlog.processors.JSONRenderer()
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    }
    handler = {"class": "logging.StreamHandler", "formatter": "line"}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": formatter},
            "handlers": {"stderr": handler},
            "root": {"handlers": ["stderr"], "level": options["level"]},
            "loggers": {"httpx": {"level": "WARNING"}, "PIL": {"level": "INFO"}},
        }
    )
    if options.get("sentry_dsn"):
        _report_errors(options["sentry_dsn"])
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _report_errors(dsn: str) -> None:
    """Have what is logged as an error reported to a Sentry of the operator's. Raises
    ImproperlyConfigured."""
    try:
        sentry = importlib.import_module("sentry_sdk")
    except ImportError as error:
        message = (
            "SENTRY_DSN is set, but sentry-sdk is not installed: .venv/bin/pip install sentry-sdk"
        )
        raise ImproperlyConfigured(message) from error
    sentry.init(
        dsn,
        release=VERSION,
        send_default_pii=False,
        include_local_variables=False,  # they hold pictures and secrets
        max_request_body_size="never",
    )


def healthz(request: HttpRequest) -> JsonResponse:
    """This process answers. Nothing else is looked at."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """503 until work can be done: database, queue, storage, and a warm worker for pictures."""
    checks = {
        "database": _database_answers(),
        "queue": _queue_answers(),
        "storage": _storage_writes(),
        "worker": warm_workers("images") > 0,
    }
    ready = all(checks.values())
    return JsonResponse(
        {"status": "ok" if ready else "unavailable", "checks": checks},
        status=200 if ready else 503,
    )


@cache
def queue_client() -> redis.Redis:
    """This process's client of the Redis-protocol server. It connects when first used."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=2, max_connections=1000
    )


def queued_arguments(*queues: str) -> set[str]:
    """The arguments of all messages of these queues, whether they wait or are being worked on.

    Raises redis.RedisError, OSError.
    """
    found: set[str] = set()
    for queue in queues:
        # Dramatiq keeps a message in this hash until it is acknowledged, so one in progress counts.
        for _, message in queue_client().hscan_iter(unacknowledged(queue), count=500):
            found.update(str(argument) for argument in json.loads(message)["args"])
    return found


def warm_workers(queue: str) -> int:
    """Count the workers of ``queue`` that said that they are warm, and are neither dead nor stopped.

    Those of other machines are believed for a while after their last word.
    """
    try:
        keys = list(queue_client().scan_iter(f"{WORKER_KEY}:{queue}:*", count=100))
        told: list[Any] = queue_client().mget(keys) if keys else []
    except QUEUE_ERRORS:
        return 0
    marks = [value.decode().partition(" ")[2] for value in told if value is not None]
    return sum(process_marks.is_at_work(mark) for mark in marks)


@dataclass(frozen=True)
class QueueStanding:
    """One queue: messages that wait, that workers have taken, and that are for later."""

    name: str
    waiting: int
    taken: int
    for_later: int
    oldest_seconds: float | None  # since the one that waits longest was sent


def queue_standings() -> list[QueueStanding]:
    """Look at all queues. Raises redis.RedisError, OSError."""
    return [_standing(queue) for queue in QUEUES]


def _standing(queue: str) -> QueueStanding:
    client: Any = queue_client()
    waiting, first = client.llen(untaken(queue)), client.lindex(untaken(queue), 0)
    message = client.hget(unacknowledged(queue), first) if first is not None else None
    sent = json.loads(message)["message_timestamp"] / 1000 if message is not None else None
    return QueueStanding(
        queue,
        waiting=int(waiting),
        taken=max(0, int(client.hlen(unacknowledged(queue))) - int(waiting)),
        for_later=int(client.hlen(unacknowledged(later(queue)))),
        oldest_seconds=max(0.0, time.time() - sent) if sent is not None else None,
    )


@dataclass(frozen=True)
class WorkerStanding:
    """A process that takes work, with what it takes; `claims` is what it says to be busy with."""

    process: int
    is_elsewhere: bool
    queues: tuple[str, ...]
    claims: tuple[str, ...]


def worker_standings() -> list[WorkerStanding]:
    """List the workers that live. Raises redis.RedisError, OSError."""
    client: Any = queue_client()
    keys = [key.decode() for key in client.scan_iter(f"{WORKER_KEY}:*", count=100)]
    told = client.mget(keys) if keys else []
    queues: dict[str, list[str]] = {}
    for key, value in zip(keys, told, strict=True):
        if value is not None and process_marks.is_at_work(value.decode().partition(" ")[2]):
            queues.setdefault(value.decode(), []).append(key.split(":")[2])
    found = []
    for value, names in queues.items():
        process, _, mark = value.partition(" ")
        found.append(
            WorkerStanding(
                int(process),
                is_elsewhere=not process_marks.is_of_this_site(mark),
                queues=tuple(sorted(names, key=QUEUES.index)),
                claims=process_marks.notes_of(mark),
            )
        )
    return sorted(found, key=lambda one: (QUEUES.index(one.queues[0]), one.process))


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _queue_answers() -> bool:
    try:
        return bool(queue_client().ping())
    except QUEUE_ERRORS:
        return False


def _storage_writes() -> bool:
    try:
        name = default_storage.save(f"readiness/{uuid.uuid4().hex}", ContentFile(b"ok"))
        default_storage.delete(name)
    except OSError:
        return False
    return True
