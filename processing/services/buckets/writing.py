"""Writing a batch's results to a bucket as they are made, and at its end the list of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import dramatiq
import structlog
from django.db import transaction
from django.utils import timezone

from config.errors import AppError
from config.failures.outages import QUEUE_ERRORS
from media_library.files import archives as zips
from media_library.files import storage
from processing.models import (
    Batch,
    BatchDestination,
    BatchItem,
    ItemWriting,
    JobState,
    WritingState,
)
from processing.services.batching import archives
from processing.services.buckets import claims
from processing.services.buckets.fetching import Lines
from processing.services.buckets.reading import QUEUE
from processing.services.buckets.s3 import UNREACHABLE
from processing.worker import batch_progress

_PORTION: Final = 8
_THREADS: Final = 4
# Until a result, or the list of them, is tried again after each failure; then it has failed.
PAUSES: Final = (2, 15, 60, 300)
# How soon to look whether more results were made.
_LOOK_SECONDS: Final = 2.0
log = structlog.get_logger(__name__)


@dramatiq.actor(queue_name=QUEUE, max_retries=0)
def write_bucket(batch_id: str) -> None:
    destination = claims.take(BatchDestination, UUID(batch_id), is_open=True)
    if destination is None:
        return
    with structlog.contextvars.bound_contextvars(
        batch_id=destination.batch.public_id, account_id=str(destination.batch.account_id)
    ):
        try:
            pause = _write_on(destination)
        except claims.NoLongerOurs:
            log.info("bucket.writing_dropped")
        else:
            claims.let_go(destination, pause)


def send_due() -> int:
    """Ask for all writing that nobody is at; how much that is."""
    due = BatchDestination.objects.filter(is_open=True, claimed_until__lte=timezone.now())
    ids = list(due.values_list("batch", flat=True)[:100])
    for batch_id in ids:
        try:
            write_bucket.send(str(batch_id))
        except QUEUE_ERRORS as error:
            log.warning("bucket.not_queued", batch_id=str(batch_id), error=str(error))
            break
    return len(ids)


def is_any_open() -> bool:
    """Whether a batch is still to be written to a bucket."""
    return BatchDestination.objects.filter(is_open=True).exists()


def _write_on(destination: BatchDestination) -> float:
    """Write what has been made until the worker's turn is over; after how many seconds to come back."""
    if destination.bucket is None:
        gone = "The bucket was deleted here before all was written."
        _give_up(destination, AppError("BUCKET_NOT_FOUND", gone))
        return 0.0
    until = time.monotonic() + claims.TURN_SECONDS
    try:
        lines = Lines(destination.bucket, _THREADS)
    except AppError as error:
        return _postponed(destination, error)
    try:
        while time.monotonic() < until:
            _note_new(destination)
            due = _due(destination)
            if due:
                _write(destination, due, lines)
                continue
            return _rest(destination, lines)
    finally:
        lines.close()
    return 0.0


def _note_new(destination: BatchDestination) -> None:
    """Enter the results that were made since the last look."""
    made = BatchItem.objects.filter(
        batch=destination.batch, writing=None, job__state=JobState.COMPLETED
    ).exclude(job__result=None)
    rows = [
        ItemWriting(
            item=item,
            batch=destination.batch,
            key=destination.prefix + zips.entry_at(item.job.result, item.file).name,
        )
        for item in made.select_related("job__result").order_by("position")[:200]
        if item.job is not None and item.job.result is not None
    ]
    ItemWriting.objects.bulk_create(rows, ignore_conflicts=True)


def _due(destination: BatchDestination) -> list[ItemWriting]:
    pending = ItemWriting.objects.filter(batch=destination.batch, state=WritingState.PENDING)
    due = pending.filter(due_at__lte=timezone.now()).select_related("item__job__result")
    return list(due.order_by("due_at", "pk")[:_PORTION])


def _write(destination: BatchDestination, due: Sequence[ItemWriting], lines: Lines) -> None:
    """Write a portion, each result for itself. Where the server can't be reached, none of those that wait is tried
    by itself: they all wait."""
    asked = []
    for writing in due:
        result = writing.item.job.result if writing.item.job else None
        try:
            if result is None or result.deleted_at is not None:
                raise FileNotFoundError
            data = storage.read(result.file_key)
        except FileNotFoundError:
            gone = AppError("SOURCE_DELETED", "The result was deleted before it was written.")
            _failed([writing], gone, for_good=True)
        else:
            asked.append((writing, lines.put(writing.key, data, result.media_type)))
    claims.hold(destination)
    for writing, answer in asked:
        try:
            answer.result()
        except AppError as error:
            is_away = error.code == UNREACHABLE
            _failed(_all_due(destination) if is_away else [writing], error)
        else:
            told = {"error_code": "", "error": ""}
            ItemWriting.objects.filter(pk=writing.pk).update(state=WritingState.WRITTEN, **told)


def _all_due(destination: BatchDestination) -> list[ItemWriting]:
    pending = ItemWriting.objects.filter(batch=destination.batch, state=WritingState.PENDING)
    return list(pending.filter(due_at__lte=timezone.now()))


def _failed(rows: Sequence[ItemWriting], error: AppError, *, for_good: bool = False) -> None:
    now = timezone.now()
    for row in rows:
        row.attempts += 1
        row.error_code, row.error = error.code, error.message
        if for_good or row.attempts > len(PAUSES):
            row.state = WritingState.FAILED
        else:
            row.due_at = now + timedelta(seconds=PAUSES[row.attempts - 1])
    columns = ["attempts", "error_code", "error", "state", "due_at"]
    ItemWriting.objects.bulk_update(rows, columns, batch_size=500)


def _rest(destination: BatchDestination, lines: Lines) -> float:
    """Nothing is to be written now: end, or say when to look again."""
    pending = ItemWriting.objects.filter(batch=destination.batch, state=WritingState.PENDING)
    # In this order: once all jobs have ended, no further result comes.
    is_all_made = Batch.objects.get(pk=destination.batch_id).open_items == 1
    _note_new(destination)
    if is_all_made and not pending.exists():
        return _end(destination, lines)
    return _LOOK_SECONDS


def _end(destination: BatchDestination, lines: Lines) -> float:
    """Write the list of all results, and close the destination, which ends the batch."""
    listing = archives.as_file(archives.manifest(Batch.objects.get(pk=destination.batch_id)))
    try:
        key = f"{destination.prefix}{archives.MANIFEST}"
        lines.put(key, listing, "application/json").result()
    except AppError as error:
        return _postponed(destination, error)
    BatchDestination.objects.filter(pk=destination.pk).update(error_code="", error="")
    _close(destination)
    return 0.0


def _postponed(destination: BatchDestination, error: AppError) -> float:
    """Say why the list could not be written, and after how many seconds that is tried again; the last time, close."""
    rows = BatchDestination.objects.filter(pk=destination.pk)
    destination.attempts += 1
    rows.update(attempts=destination.attempts, error_code=error.code, error=error.message)
    if destination.attempts <= len(PAUSES):
        return float(PAUSES[destination.attempts - 1])
    _give_up(destination, error)
    return 0.0


def _close(destination: BatchDestination) -> None:
    with transaction.atomic():
        claims.hold(destination)
        batch = Batch.objects.select_for_update().order_by().get(pk=destination.batch_id)
        # A job that was tried again meanwhile has opened the batch once more.
        if batch.open_items == 1:
            BatchDestination.objects.filter(pk=destination.pk).update(is_open=False)
            batch_progress.moved(batch.pk, open_items=-1)


def _give_up(destination: BatchDestination, error: AppError) -> None:
    """Write nothing more, which each result that is left and the batch say."""
    _note_new(destination)
    pending = ItemWriting.objects.filter(batch=destination.batch, state=WritingState.PENDING)
    _failed(list(pending), error, for_good=True)
    told = {"error_code": error.code, "error": error.message}
    BatchDestination.objects.filter(pk=destination.pk).update(**told)
    _close(destination)
