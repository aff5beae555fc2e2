"""What happens to the rows by which a batch reads from a bucket and writes to one, when it is cancelled or tried again."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from processing.models import (
    CANCELLED,
    Batch,
    BatchItem,
    BatchSource,
    ItemWriting,
    ReadingState,
    WritingState,
)
from processing.worker import batch_progress

_CANCELLED: Final = "The batch was cancelled before this was read from the bucket."


def stop_reading(batch: Batch) -> None:
    """End the reading of a batch that is cancelled: what has not been read is cancelled with it."""
    with transaction.atomic():
        sources = BatchSource.objects.filter(batch=batch)
        ended = {"state": ReadingState.ENDED, "claim_id": None}
        was_listing = sources.filter(state=ReadingState.LISTING).update(**ended)
        was_reading = sources.filter(state=ReadingState.READING).update(**ended)
        if was_listing or was_reading:
            left = waiting(batch).update(error_code=CANCELLED, error=_CANCELLED)
            batch_progress.moved(
                batch.pk, open_items=-left - was_listing, waiting=-left, dropped=left
            )


def read_again(batch: Batch) -> int:
    """Read once more what could not be read; how many items."""
    failed = BatchItem.objects.filter(batch=batch, job=None).exclude(key="")
    failed = failed.exclude(error_code__in=("", CANCELLED))
    with transaction.atomic():
        count = failed.update(error_code="", error="")
        if count:
            BatchSource.objects.filter(batch=batch).update(
                state=ReadingState.READING,
                claimed_until=timezone.now(),
                claim_id=None,
                attempts=0,
                error_code="",
                error="",
            )
            batch_progress.reopened(batch.pk, count, waiting=count)
    return count


def write_again(batch: Batch) -> int:
    """Write once more what could not be written; how many results."""
    failed = ItemWriting.objects.filter(batch=batch, state=WritingState.FAILED)
    with transaction.atomic():
        count = failed.update(
            state=WritingState.PENDING,
            attempts=0,
            due_at=timezone.now(),
            error_code="",
            error="",
        )
        if count:
            batch_progress.reopened(batch.pk, 0)
    return count


def waiting(batch: Batch) -> QuerySet[BatchItem]:
    """The items whose objects have still to be read."""
    return BatchItem.objects.filter(batch=batch, job=None, error_code="")
