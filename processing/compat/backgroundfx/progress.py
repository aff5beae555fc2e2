"""Where a batch stands, in the vendor's words."""

from __future__ import annotations

from processing.worker.batch_progress import BatchCounts


def status_of(counts: BatchCounts) -> str:
    """``failed`` is a batch of which something was cancelled, or nothing came out.

    One bad photo fails alone: a batch with results is completed.
    """
    if counts.pending or counts.processing:
        started = counts.processing or ended(counts)
        return "processing" if started else "pending"
    return "completed" if counts.completed and not counts.cancelled else "failed"


def ended(counts: BatchCounts) -> int:
    return counts.completed + counts.failed + counts.cancelled
