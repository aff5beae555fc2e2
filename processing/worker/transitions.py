"""The only places where a job changes its state: each one conditional UPDATE of exactly one row.

Each answers whether this caller was the one who made the change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.limits import operations, quotas
from config import metrics
from config.failures import outages
from media_library import doubts
from media_library.models import Doubt, Image
from processing.delivery import events
from processing.engine.errors import NothingFound
from processing.models import OPEN_STATES, Batch, Job, JobState
from processing.worker import batch_progress, causes, claims, mattes


def stale() -> Q:
    """Match jobs whose worker has not been heard of for too long."""
    return Q(state=JobState.PROCESSING, heartbeat_at__lt=stale_since())


def stale_since() -> datetime:
    """Return the moment before which a worker's last heartbeat means that it is dead."""
    return timezone.now() - timedelta(seconds=settings.JOB_STALE_SECONDS)


def claim(job_id: UUID) -> Job | None:
    """Take a pending job for this worker. What a worker left behind the sweep makes pending first:
    it alone judges who is lost."""
    now = timezone.now()
    with transaction.atomic():
        taken = Job.objects.filter(
            state=JobState.PENDING,
            pk=job_id,
            attempts__lt=settings.JOB_MAX_ATTEMPTS,
        ).update(
            state=JobState.PROCESSING,
            attempts=F("attempts") + 1,
            # A new id disowns an earlier worker that was only slow: its writes find no row.
            claim_id=uuid4(),
            heartbeat_at=now,
            started_at=now,
        )
        if not taken:
            return None
        job = Job.objects.select_related("source", "account").get(pk=job_id)
        _record(job, "job.started", {"attempt": job.attempts})
    return job


def beat(job: Job) -> bool:
    """Say that the worker which claimed ``job`` lives. False where the job is no longer its own."""
    return bool(claims.row_of(job).update(heartbeat_at=timezone.now()))


def complete(
    job: Job,
    result: Image | None,
    report: Mapping[str, Any],
    *,
    is_found_again: bool = True,
    is_charged: bool = True,
) -> None:
    """Complete a job that this transaction holds. Without `is_found_again` its result never stands for
    that of another job; without `is_charged` its units go back."""
    claims.row_of(job).update(
        state=JobState.COMPLETED,
        result=result,
        report=dict(report),
        ended_at=timezone.now(),
        **({} if is_found_again else {"rendition_key": ""}),
    )
    (quotas.settle if is_charged else quotas.release)(job.pk)
    _note_doubt(job, report)
    transaction.on_commit(lambda: _count_stages(report), robust=True)
    _record_end(job, JobState.COMPLETED, _result(result))


def complete_at_once(
    job: Job,
    result: Image | None,
    report: Mapping[str, Any],
    *,
    keep: Callable[[Image], None] | None = None,
) -> bool:
    """Complete a job that no worker has to touch: a new one, or a pending one of a batch.

    `keep` writes the result's row, where that is new, too.
    """
    now = timezone.now()
    ended = {
        "state": JobState.COMPLETED,
        "result": result,
        "report": dict(report),
        "started_at": now,
        "ended_at": now,
    }
    with transaction.atomic():
        if keep is not None and result is not None:
            keep(result)
        # A new job enters the table as completed: no worker and no sweep ever sees it pending.
        if job._state.adding:
            for name, value in ended.items():
                setattr(job, name, value)
            job.save(force_insert=True)
        elif not Job.objects.filter(pk=job.pk, state=JobState.PENDING).update(**ended):
            # Cancelled meanwhile: the row that `keep` wrote must not stay.
            transaction.set_rollback(True)
            return False
        _note_doubt(job, report)
        _record_end(job, JobState.COMPLETED, _result(result))
    return True


def release(job: Job, *, reason: str, counts: bool, cause: Mapping[str, str] | None = None) -> bool:
    """Leave a claimed job to another try; ``counts`` says whether this one was a try."""
    with transaction.atomic():
        released = claims.row_of(job).update(
            state=JobState.PENDING,
            # The claim has counted it already. Restarts of a worker must not use up a job's tries.
            attempts=F("attempts") - (0 if counts else 1),
            claim_id=None,
            queued_at=timezone.now(),
            **_with(cause),
        )
        if released:
            _record(job, "job.requeued", {"reason": reason})
    return bool(released)


def retry_or_fail(job: Job, error: Exception) -> bool:
    """Make a job pending again after an error of ours, or fail it where this was its last try.

    True where it is tried again. The error is kept for staff.
    """
    cause = causes.cause_of(error)
    if job.attempts < settings.JOB_MAX_ATTEMPTS:
        reason = "The worker hit an unexpected error."
        return release(job, reason=reason, counts=True, cause=cause)
    outage = outages.told(error)
    if outage is not None:
        fail(job, code=outage.code, message=f"{outage.message} Nothing was charged.", cause=cause)
        return False
    message = (
        f"Something went wrong on our side, {job.attempts} times. Nothing was charged. If it happens "
        f"again, tell the operator of this site, and quote {job.public_id}."
    )
    fail(job, code="INTERNAL_ERROR", message=message, cause=cause)
    return False


def fail(job: Job, *, code: str, message: str, cause: Mapping[str, str] | None = None) -> bool:
    """Fail the claimed job for good and give its quota back."""
    failed = _end(claims.row_of(job), job, JobState.FAILED, code=code, message=message, cause=cause)
    # A brush that erased everything says nothing about the cutout.
    is_empty = code == NothingFound.code and job.operation != operations.TOUCH_UP
    if failed and is_empty and job.source_id is not None:
        doubts.note(job.source_id, Doubt.EMPTY)
    return failed


def fail_lost(job: Job) -> bool:
    """Fail a job that was left behind by its last allowed worker."""
    lost = Job.objects.filter(stale(), pk=job.pk, attempts__gte=settings.JOB_MAX_ATTEMPTS)
    message = (
        f"Processing broke off {settings.JOB_MAX_ATTEMPTS} times, as it does when a picture needs more "
        "memory than there is. Nothing was charged. Try a smaller picture; if it happens again, tell "
        f"the operator of this site, and quote {job.public_id}."
    )
    return _end(lost, job, JobState.FAILED, code="WORKER_LOST", message=message)


def requeue_lost(job: Job) -> bool:
    """Make a job pending again whose worker died."""
    with transaction.atomic():
        # The claim is named: a worker may have taken the job again since the sweep read it.
        found = Job.objects.filter(stale(), pk=job.pk, claim_id=job.claim_id).update(
            state=JobState.PENDING, claim_id=None, queued_at=timezone.now()
        )
        if found:
            _record(job, "job.requeued", {"reason": "The worker was lost."})
    return bool(found)


def cancel(job: Job) -> bool:
    """Cancel an open job. The worker of a running one finds the row no longer its own, and drops
    its result."""
    rows = Job.objects.filter(pk=job.pk, state__in=OPEN_STATES)
    return _end(rows, job, JobState.CANCELLED)


def reopen(job: Job) -> bool:
    """Make a failed or cancelled job pending again, with all its tries and quota taken anew."""
    with transaction.atomic():
        reopened = Job.objects.filter(
            pk=job.pk, state__in=(JobState.FAILED, JobState.CANCELLED)
        ).update(
            state=JobState.PENDING,
            attempts=0,
            error="",
            error_code="",
            cause={},
            ended_at=None,
            started_at=None,
            heartbeat_at=None,
            queued_at=timezone.now(),
        )
        if reopened:
            # Watermarked trials are free, here as when they were submitted.
            if not job.command.get("watermark") and mattes.costly([job]):
                quotas.reserve(job.account, job.operation, job_id=job.pk)
            _record(job, "job.queued", {"retried": True})
            batch_progress.job_reopened(job)
    return bool(reopened)


def _note_doubt(job: Job, report: Mapping[str, Any]) -> None:
    """Mark the picture whose new cutout somebody should look at; what cut nothing out changes nothing, but that
    photos which were enhanced as a room have no cutout to look at."""
    if job.source_id is None:
        return
    if report.get("room"):
        doubts.drop([job.source_id, *map(UUID, job.command.get("brackets", []))])
    if not report.get("subjectBox"):
        return
    uncertainty = float(report.get("uncertainty", 0.0))
    doubt = doubts.doubt_of(uncertainty, is_clipped=bool(report.get("isClipped")))
    doubts.note(job.source_id, doubt, uncertainty)


def _end(
    rows: QuerySet[Job],
    job: Job,
    state: JobState,
    *,
    code: str = "",
    message: str = "",
    cause: Mapping[str, str] | None = None,
) -> bool:
    with transaction.atomic():
        ended = rows.update(
            state=state,
            error_code=code,
            error=message,
            ended_at=timezone.now(),
            **_with(cause),
        )
        if ended:
            # Inside the `if`: of a cancel and a failing worker only one gives the units back.
            quotas.release(job.pk)
            _record_end(job, state, {"code": code, "error": message})
    return bool(ended)


def _record(job: Job, name: str, data: Mapping[str, Any]) -> Batch | None:
    """Append the event of a change, once the events of the job's batch wait for this transaction; the
    batch's row."""
    # Every transition locks job, then quota, then batch: in one order, none can deadlock another.
    batch = events.lock_batch(job)
    events.append(job, name, data)
    return batch


def _record_end(job: Job, state: JobState, data: Mapping[str, Any]) -> None:
    """Append the event of a job's end, and count it in the job's batch."""
    batch_progress.job_ended(job, _record(job, f"job.{state.value}", data))
    transaction.on_commit(lambda: _count(job, state), robust=True)


def _count(job: Job, state: JobState) -> None:
    operation = operations.named(job.operation).name
    metrics.JOBS.count(operation, state.value)
    if state == JobState.COMPLETED:
        metrics.JOB_SECONDS.observe((timezone.now() - job.created_at).total_seconds(), operation)
    metrics.flush()


def _count_stages(report: Mapping[str, Any]) -> None:
    """Count what a worker's job took, before its end is (`_count`); one whose result was found again took
    nothing."""
    seconds: Mapping[str, float] = report.get("seconds", {})
    for stage, spent in seconds.items():
        metrics.STAGE_SECONDS.observe(spent, stage)
    if report.get("provider") and not report.get("matteReused") and "matte" in seconds:
        metrics.INFERENCE_SECONDS.observe(seconds["matte"], str(report["provider"]))


def _result(result: Image | None) -> dict[str, str | None]:
    return {"resultImageId": result.public_id if result else None}


def _with(cause: Mapping[str, str] | None) -> dict[str, Any]:
    """The column to write. What is told of an earlier try stays where there is nothing to tell."""
    return {} if cause is None else {"cause": dict(cause)}
