"""What a webhook says of an event, here and in other dialects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from config import public_ids
from processing.models import Job, JobEvent

EVENTS = ("job.completed", "job.failed", "project.created", "batch.completed")


@dataclass(frozen=True)
class Notice:
    """An event as it is told: its name, its moment, and public ids in camelCase."""

    type: str
    timestamp: datetime
    data: dict[str, Any]

    def payload(self) -> dict[str, Any]:
        moment = self.timestamp.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return {"type": self.type, "timestamp": moment, "data": self.data}


# The event's name at that door and its whole payload, or None where the door tells nothing of it.
Translate = Callable[[Notice], tuple[str, dict[str, Any]] | None]


def native(notice: Notice) -> tuple[str, dict[str, Any]]:
    return notice.type, notice.payload()


DIALECTS: dict[str, Translate] = {"": native}  # by `WebhookEndpoint.dialect`


def register_dialect(name: str, translate: Translate) -> None:
    """Let webhooks be registered for a dialect, and be told of events in its words.

    Called when the app starts (processing.apps), in workers as in web processes.
    """
    DIALECTS[name] = translate


def notice_of(event: JobEvent, job: Job | None) -> Notice:
    """``job`` is the event's own, if it has one: no row is read."""
    data = dict(event.data) if job is None else _of_job(event, job)
    if event.batch_id is not None:
        data["batchId"] = public_ids.encode("batch", event.batch_id)
    return Notice(event.name, event.created_at, data)


def _of_job(event: JobEvent, job: Job) -> dict[str, Any]:
    code = event.data.get("code")
    return {
        "jobId": job.public_id,
        "operation": job.operation,
        "state": event.name.rpartition(".")[2],  # the row that the caller holds may be older
        "sourceImageId": public_ids.encode("img", job.source_id) if job.source_id else None,
        "resultImageId": event.data.get("resultImageId"),
        "batchId": None,
        "error": {"code": code, "message": event.data["error"]} if code else None,
    }
