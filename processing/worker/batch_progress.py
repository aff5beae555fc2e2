"""Where a batch stands: counted in the transaction that ends one of its items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Sum
from django.utils import timezone

from processing.delivery import events
from processing.models import Batch, BatchDestination, Job, JobState


@dataclass(frozen=True)
class BatchCounts:
    """How many items of a batch are where. ``failed`` has those that never became a job, too."""

    total: int
    pending: int = 0
    processing: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0

    @property
    def progress(self) -> int:
        """0 to 100; 100 only when every item has ended."""
        return (self.completed + self.failed + self.cancelled) * 100 // max(1, self.total)

    def shown(self) -> dict[str, int]:
        return {
            "total": self.total,
            "pending": self.pending,
            "processing": self.processing,
            "completed": self.completed,
            "failed": self.failed,
            "cancelled": self.cancelled,
            "progress": self.progress,
        }


def counts_of(batch: Batch) -> BatchCounts:
    rows = Job.objects.filter(batch=batch).order_by().values("state")
    return counted(batch, {row["state"]: row["n"] for row in rows.annotate(n=Sum("batch_results"))})


def job_ended(job: Job, batch: Batch | None) -> None:
    """Tell how far the batch of a job that has ended is, and end it with its last job.

    The caller's transaction holds the batch's row (`events.lock_batch`), so no other item comes in between.
    """
    if batch is None:
        return
    if batch.open_items > 0:
        batch.open_items -= min(batch.open_items, job.batch_results)
        _end_if_done(batch)
        batch.save(update_fields=["open_items", "ended_at"])
    append_progress(batch)


def moved(
    batch_id: UUID, *, total: int = 0, open_items: int = 0, waiting: int = 0, dropped: int = 0
) -> Batch:
    """Change the counts of a batch that reads from a bucket or writes to one, as its items or these come and go; ends
    it with what was open last. Call it inside a transaction, after whatever else that locks."""
    batch = Batch.objects.select_for_update().order_by().get(pk=batch_id)
    batch.total += total
    batch.open_items += open_items
    batch.waiting += waiting
    batch.dropped += dropped
    _end_if_done(batch)
    batch.save(update_fields=["total", "open_items", "waiting", "dropped", "ended_at"])
    append_progress(batch)
    return batch


def _end_if_done(batch: Batch) -> None:
    if batch.open_items == 0:
        batch.ended_at = timezone.now()


def append_progress(batch: Batch) -> None:
    """Append where the batch stands, and that it is complete when it is."""
    counts = counts_of(batch).shown()
    events.append_to_batch(batch, "batch.progress", counts)
    if batch.ended_at is not None:
        events.append_to_batch(batch, "batch.completed", counts)


def job_reopened(job: Job) -> None:
    """Open the batch of a job that is pending again."""
    if job.batch_id is not None:
        reopened(job.batch_id, job.batch_results)


def reopened(batch_id: UUID, items: int, *, waiting: int = 0) -> None:
    """Open a batch for so many items that had ended, or for its destination alone."""
    # What is made now is to be written, too.
    closed = BatchDestination.objects.filter(batch=batch_id, is_open=False)
    items += closed.update(is_open=True, attempts=0, error_code="", error="")
    Batch.objects.filter(pk=batch_id).update(
        ended_at=None,
        cancelled_at=None,
        open_items=F("open_items") + items,
        waiting=F("waiting") + waiting,
    )


def counted(batch: Batch, by_state: Mapping[str, int]) -> BatchCounts:
    """The counts of a batch whose items with a job were counted by its state."""
    # Files that could not be kept have no job, so no state counts them.
    never_jobs = batch.total - sum(by_state.values()) - batch.waiting - batch.dropped
    return BatchCounts(
        total=batch.total,
        pending=by_state.get(JobState.PENDING, 0) + batch.waiting,
        processing=by_state.get(JobState.PROCESSING, 0),
        completed=by_state.get(JobState.COMPLETED, 0),
        failed=by_state.get(JobState.FAILED, 0) + never_jobs,
        cancelled=by_state.get(JobState.CANCELLED, 0) + batch.dropped,
    )
