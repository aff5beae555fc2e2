"""Does what has to be done from time to time: sweeps every few seconds, cleaning every hour."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

import media_library.lifecycle.sweeps
import processing.worker.sweeps
from accounts.access import origin_tasks
from accounts.api import idempotency
from accounts.billing import changes
from accounts.lifecycle import tasks as lifecycle_tasks
from accounts.signing.sessions import SessionStore
from processing.delivery import attempts
from processing.services import tryouts
from processing.services.backgrounds import favorites
from processing.services.buckets import reading, writing

log = structlog.get_logger(__name__)
# Between sweeps, while anything is under way; and while nothing is. What begins in between is seen
# before its worker may be believed dead (JOB_STALE_SECONDS) or its message lost.
SWEEP_SECONDS, IDLE_SECONDS = 3.0, 10.0
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
        cleaned, pause = time.monotonic(), SWEEP_SECONDS
        while not stopping.wait(pause):
            close_old_connections()
            pause = SWEEP_SECONDS
            try:
                processing.worker.sweeps.run()
                media_library.lifecycle.sweeps.run()
                lifecycle_tasks.send_due()
                origin_tasks.send_due()
                changes.run_due()
                reading.send_due()
                writing.send_due()
                tryouts.close_old()
                if time.monotonic() - cleaned > CLEAN_SECONDS:
                    cleaned = time.monotonic()
                    SessionStore.clear_expired()
                    idempotency.forget_old()
                    attempts.delete_old()
                    favorites.forget_gone()
                pause = pause_after_a_round()
            except (DatabaseError, OSError):
                log.exception("clock.round_failed")


def pause_after_a_round() -> float:
    """How long until the next round: often where somebody may be waited for, else rarely."""
    rarely = min(IDLE_SECONDS, settings.JOB_STALE_SECONDS * 2 / 3)
    busy = (
        processing.worker.sweeps.is_anything_under_way(rarely)
        or reading.is_any_open()
        or writing.is_any_open()
    )
    return SWEEP_SECONDS if busy else max(SWEEP_SECONDS, rarely)
