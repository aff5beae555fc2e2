"""How the OpenAPI document describes event streams: each event by its name, with its data."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from config.api.docs import View, endpoint, path_id, query
from processing.api.examples import BATCH, JOB

_EVENT_ID = {"type": "string", "pattern": "^[0-9]{1,18}$"}
_JOB, _BATCH = {"jobId": JOB["id"]}, {"batchId": BATCH["batchId"]}
_AT = {"createdAt": "2026-05-04T09:30:00.412000Z"}
_COUNTS = {**BATCH["counts"], "progress": BATCH["progress"]}
_ERROR = {"code": "BROKEN_IMAGE", "message": "The file is damaged."}
# Name, when it comes, and the data that it has besides the ids and createdAt.
_OF_JOBS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "job.queued",
        "The job is waiting for a worker; `retried` is true after a retry.",
        {"retried": True},
    ),
    ("job.started", "A worker has started the job.", {"attempt": 1}),
    (
        "job.requeued",
        "The worker was lost or hit an error; the job is waiting again.",
        {"reason": "…"},
    ),
    ("job.completed", "The result is ready.", {"resultImageId": JOB["resultImageId"]}),
    ("job.failed", "The job failed, and its quota was refunded.", {"error": _ERROR}),
    ("job.cancelled", "The job was cancelled.", {}),
]
_OF_BATCHES: list[tuple[str, str, dict[str, Any]]] = [
    ("batch.progress", "One of its jobs has ended.", _COUNTS),
    ("batch.completed", "The last of its jobs has ended.", _COUNTS),
]
_HOW = """\
Server-sent events (`text/event-stream`): all events so far, then each new one as it happens. Each
has an `id`, its name as `event`, and one line of JSON as `data`, without the usual envelope.

| event | when | data besides {ids} and `createdAt` |
|---|---|---|
{rows}

The stream ends after {last}, and after five minutes in any case. To continue, reconnect with the
last `id` you received, as `Last-Event-ID` (browsers' `EventSource` does this by itself) or
`?lastEventId=`: no event is lost or repeated. When there will be no more events the answer is 204,
at which an `EventSource` stops; after a retry there are more. A comment every 15 seconds keeps
quiet connections open. An account can have 10 streams open by default; one more is refused with
429 TOO_MANY_STREAMS."""


def events_endpoint(of: Literal["job", "batch"]) -> Callable[[View], View]:
    """Document the event stream of a job or of a batch."""
    events = _OF_JOBS if of == "job" else [*_OF_JOBS, *_OF_BATCHES]
    last = "`batch.completed`"
    if of == "job":
        last = "`job.completed`, `job.failed` or `job.cancelled`"
    answers: dict[Any, Any] = {
        (200, "text/event-stream"): OpenApiResponse(
            OpenApiTypes.STR,
            description="The events.",
            examples=[_example(number, of, *event) for number, event in enumerate(events, 1)],
        ),
        204: OpenApiResponse(description="There are no new events, and there will be none."),
    }
    return endpoint(
        f"Stream the events of a {of}",
        operation_id=f"{of}_events",
        description=_HOW.format(ids=_ids(of), rows=_rows(events), last=last),
        responses=answers,
        parameters=[
            path_id(f"{of}_id", of),
            query("lastEventId", "The id of the last event you received.", type=_EVENT_ID),
            OpenApiParameter(
                "Last-Event-ID",
                _EVENT_ID,
                "header",
                description="Takes precedence over the query parameter.",
            ),
        ],
    )


def _ids(of: str) -> str:
    return "`jobId`" if of == "job" else "`batchId`, `jobId` (of `job.…`)"


def _rows(events: list[tuple[str, str, dict[str, Any]]]) -> str:
    return "\n".join(
        f"| `{name}` | {when} | {', '.join(f'`{key}`' for key in data) or 'nothing'} |"
        for name, when, data in events
    )


def _example(number: int, of: str, name: str, when: str, data: dict[str, Any]) -> OpenApiExample:
    ids: dict[str, Any] = {} if of == "job" else {**_BATCH}
    if name.startswith("job."):
        ids |= _JOB
    line = json.dumps({**data, **ids, **_AT}, ensure_ascii=False, separators=(",", ":"))
    return OpenApiExample(
        name,
        summary=name,
        description=when,
        value=f"id: {number}\nevent: {name}\ndata: {line}\n\n",
        media_type="text/event-stream",
        response_only=True,
    )
