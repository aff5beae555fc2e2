"""Does what has to be done from time to time: sweeps every few seconds, cleaning every hour."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

import media_library.sweeps
import processing.worker.sweeps
from accounts.api import idempotency
from accounts.lifecycle import tasks as lifecycle_tasks
from accounts.signing.sessions import SessionStore
from processing.delivery import attempts

log = structlog.get_logger(__name__)
SWEEP_SECONDS = 3.0
CLEAN_SECONDS = 3600.0


class Command(BaseCommand):
    help = (
        "Runs scheduled tasks until it is stopped. Several instances can run at once; no task "
        "runs twice."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        cleaned = time.monotonic()
        while not stopping.wait(SWEEP_SECONDS):
            close_old_connections()
            try:
                processing.worker.sweeps.run()
                media_library.sweeps.run()
                lifecycle_tasks.send_due()
                if time.monotonic() - cleaned > CLEAN_SECONDS:
                    cleaned = time.monotonic()
                    SessionStore.clear_expired()
                    idempotency.forget_old()
                    attempts.delete_old()
            except (DatabaseError, OSError):
                log.exception("clock.round_failed")
