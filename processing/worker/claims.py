"""The jobs that this machine's workers have at work, known without asking the workers.

A library may hold Python's global lock, as MNN does while it loads a network (two seconds for IS-Net), and
its modules, which the engine doesn't use, for a whole forward pass: for as long no thread of the worker can
say that it lives. So a worker writes its claims beside its mark (config.failures.process_marks), once as
it begins, and the clock of its machine vouches for those whose process lives.
"""

from __future__ import annotations

import faulthandler
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from config.failures import process_marks
from processing.models import Job, JobState

log = structlog.get_logger(__name__)
_STDERR = 2  # a worker's sys.stderr may be a pipe of its master's, without a descriptor
_one_at_a_time = threading.Lock()
_deadlines: dict[str, float] = {}  # this process's claims, and when each has taken too long
_ends_process = False


def end_process_that_hangs() -> None:
    """Have this process ended when a job of its has taken ``JOB_MAX_SECONDS``, whatever it hangs in.

    For worker processes, which are started again. The end comes from a thread without Python's lock, after
    it has printed where every thread was.
    """
    global _ends_process
    _ends_process = True


def row_of(job: Job) -> QuerySet[Job]:
    """The row of a job for as long as it is this claim's: none once it was cancelled, or taken by others."""
    return Job.objects.filter(pk=job.pk, state=JobState.PROCESSING, claim_id=job.claim_id)


def hold(job: Job) -> bool:
    """Tell whether ``job`` is still this worker's, and keep it so until the transaction ends."""
    # SQLite knows no row locks, but there the transaction holds the only write lock from its
    # beginning (docs/decisions/0002-sqlite-immediate.md).
    return row_of(job).select_for_update().values_list("pk").first() is not None


@contextmanager
def held(job: Job) -> Iterator[None]:
    """Let the machine know, while the block runs, that this process works on its claim of ``job``."""
    claim = str(job.claim_id)
    try:
        _change(claim, time.monotonic() + settings.JOB_MAX_SECONDS)
        yield
    finally:
        _change(claim, None)


def vouch() -> int:
    """Touch the heartbeat of each job that a living process of this machine works on; of how many.

    Not for longer than ``JOB_MAX_SECONDS``: work that hangs is given to somebody else.
    """
    claims = [claim for line in process_marks.notes() if (claim := _uuid(line)) is not None]
    if not claims:
        return 0
    now = timezone.now()
    return Job.objects.filter(
        state=JobState.PROCESSING,
        claim_id__in=claims,
        started_at__gt=now - timedelta(seconds=settings.JOB_MAX_SECONDS),
        # As a rule their own thread has just done it (runner.Heartbeat).
        heartbeat_at__lt=now - timedelta(seconds=settings.JOB_STALE_SECONDS / 3),
    ).update(heartbeat_at=now)


def _change(claim: str, deadline: float | None) -> None:
    with _one_at_a_time:
        if deadline is None:
            _deadlines.pop(claim, None)
        else:
            _deadlines[claim] = deadline
        try:
            process_marks.note(_deadlines)
        except OSError as error:  # a full disk: what the worker's own thread says remains
            log.warning("claims.not_noted", error=str(error))
        if not _ends_process:
            return
        if _deadlines:
            left = max(0.001, min(_deadlines.values()) - time.monotonic())
            faulthandler.dump_traceback_later(left, exit=True, file=_STDERR)
        else:
            faulthandler.cancel_dump_traceback_later()


def _uuid(line: str) -> UUID | None:
    try:
        return UUID(line)
    except ValueError:  # read while it was being written
        return None
