"""What webhooks registered at this door are told: of batch jobs and projects, in their words."""

from __future__ import annotations

from typing import Any

from config import public_ids
from processing.compat.backgroundfx.progress import ended, status_of
from processing.delivery.payloads import Notice
from processing.worker.batch_progress import BatchCounts

_COUNTED = ("total", "pending", "processing", "completed", "failed", "cancelled")


def translate(notice: Notice) -> tuple[str, dict[str, Any]] | None:
    """A job is a batch job here, so the end of one picture is nothing to tell of."""
    if notice.type == "batch.completed":
        data = _batch_job(notice)
        return _told(f"job.{data['status']}", notice, data)
    if notice.type == "project.created":
        return _told(notice.type, notice, _project(notice))
    return None


def _told(name: str, notice: Notice, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return name, Notice(name, notice.timestamp, data).payload()


def _batch_job(notice: Notice) -> dict[str, Any]:
    counts = BatchCounts(**{name: notice.data[name] for name in _COUNTED})
    return {
        "id": str(public_ids.decode("batch", notice.data["batchId"])),
        "status": status_of(counts),
        "progress": counts.progress,
        "total_files": counts.total,
        "processed_files": ended(counts),
    }


def _project(notice: Notice) -> dict[str, Any]:
    return {
        "id": str(public_ids.decode("proj", notice.data["projectId"])),
        "name": notice.data["name"],
        "type": notice.data["type"],
    }
