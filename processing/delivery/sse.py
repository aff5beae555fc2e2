"""Events of a job or a batch as they happen, as server-sent events: the one place that streams them.

A stream may be idle for minutes, so it holds a socket and a subscription, but no thread and no
database connection: what Django keeps for a request goes back first, and each look at the database
borrows one of a few threads, with a connection for as long as the look takes.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import structlog
from asgiref.sync import SyncToAsync, sync_to_async
from django.db import DatabaseError, connections
from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from accounts.models import Account
from config import public_ids
from processing.delivery import events
from processing.delivery.leases import Lease
from processing.delivery.notifications import Notifications
from processing.models import ENDED_STATES, Batch, Job, JobEvent

log = structlog.get_logger(__name__)
_RETRY_MS = 3000  # after which a client whose stream broke comes back
_HEARTBEAT_SECONDS = 15.0
_LOOK_SECONDS = 10.0  # how long a lost notification can go unnoticed
_LIFE_SECONDS = 300.0  # then the client resumes, and shows again that it may
_AT_ONCE = 200
# Four threads, so four database connections at most, for all streams of a process.
_LOOKS = ThreadPoolExecutor(4, thread_name_prefix="streams")


@dataclass(frozen=True)
class Topic:
    """Whose events, the channel that tells of new ones, and the events after which nothing comes.

    A retry makes a job or a batch go on: its last event counts only while it is the newest. One that
    ``greets`` begins with an event of its own: so a page knows that nothing on the way holds the
    stream back.
    """

    events: QuerySet[JobEvent]
    channel: str
    last_names: frozenset[str]
    greets: bool = False


@dataclass(frozen=True)
class EventsRead:
    """What a look found. ``over``: nothing more will come; ``more``: not all was read at once."""

    events: list[JobEvent]
    over: bool
    more: bool


def of_job(job: Job) -> Topic:
    return Topic(
        events=JobEvent.objects.filter(job_id=job.pk),
        channel=events.stream_of_job(job.pk),
        last_names=frozenset(f"job.{state.value}" for state in ENDED_STATES),
    )


def of_batch(batch: Batch) -> Topic:
    """The batch's own events and those of its jobs."""
    return Topic(
        events=JobEvent.objects.filter(batch_id=batch.pk),
        channel=events.stream_of_batch(batch.pk),
        last_names=frozenset({"batch.completed"}),
    )


def of_account(account: Account) -> Topic:
    """Everything of an account, without an end. Events of different jobs may become visible in another
    order than that of their ids: who listens looks by the clock as well."""
    return Topic(
        events=JobEvent.objects.filter(account=account),
        channel=events.stream_of_account(account.pk),
        last_names=frozenset(),
        greets=True,
    )


NOTHING_MORE = EventsRead([], over=True, more=False)


def look(topic: Topic, after: int) -> EventsRead:
    """Read the topic's events with ids above ``after``, in their order."""
    found = list(topic.events.filter(pk__gt=after).order_by("pk")[:_AT_ONCE])
    more = len(found) == _AT_ONCE
    # Without news the newest known event decides: a client may come back after the last one.
    last = found[-1] if found else topic.events.filter(pk__lte=after).order_by("pk").last()
    over = last is not None and last.name in topic.last_names and not more
    return EventsRead(found, over, more)


def respond(topic: Topic, *, after: int, lease: Lease) -> StreamingHttpResponse:
    """Stream what comes after event ``after``, until nothing more will come; ends ``lease``."""
    return StreamingHttpResponse(
        _stream(topic, after, lease),
        content_type="text/event-stream",
        # nginx would collect events until a buffer is full; the second header forbids it.
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


def frame(event: JobEvent) -> str:
    data = json.dumps(shown(event), ensure_ascii=False, separators=(",", ":"))
    return f"id: {event.pk}\nevent: {event.name}\ndata: {data}\n\n"


def shown(event: JobEvent) -> dict[str, Any]:
    """An event's data as people outside know it: public ids, and errors as jobs show theirs."""
    data = dict(event.data)
    if "code" in data:
        code, message = data.pop("code"), data.pop("error", "")
        if code:
            data["error"] = {"code": code, "message": message}
    if event.job_id is not None:
        data["jobId"] = public_ids.encode("job", event.job_id)
    if event.batch_id is not None:
        data["batchId"] = public_ids.encode("batch", event.batch_id)
    moment = event.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return data | {"createdAt": moment}


async def _stream(topic: Topic, after: int, lease: Lease) -> AsyncIterator[str]:
    try:
        await _give_back_the_requests_own()
        yield f"retry: {_RETRY_MS}\n\n"
        if topic.greets:
            yield "event: stream.open\ndata: {}\n\n"
        async with (
            Notifications(topic.channel) as notifications,
            aclosing(_parts(topic, after, lease, notifications)) as parts,
        ):
            async for part in parts:
                yield part
    except DatabaseError as error:  # the client comes back and goes on where it was
        log.warning("streams.broken", channel=topic.channel, error=str(error))
    finally:
        # Also where the client went away: the generator is then closed, and ends here.
        lease.end()


async def _parts(
    topic: Topic, after: int, lease: Lease, notifications: Notifications
) -> AsyncGenerator[str]:
    loop = asyncio.get_running_loop()
    end = time.monotonic() + _LIFE_SECONDS
    beat = time.monotonic() + _HEARTBEAT_SECONDS
    while True:
        seen = await loop.run_in_executor(_LOOKS, _look_and_close, topic, after)
        if seen.events:
            yield "".join(frame(event) for event in seen.events)
            after = seen.events[-1].pk
        now = time.monotonic()
        if seen.over or now >= end:
            return
        if now >= beat:
            beat = now + _HEARTBEAT_SECONDS
            lease.renew()
            yield ": still here\n\n"
        if not seen.more:
            await notifications.wait(min(_LOOK_SECONDS, beat - now, end - now), after=after)


def _look_and_close(topic: Topic, after: int) -> EventsRead:
    try:
        return look(topic, after)
    finally:
        _close_connections()


def _close_connections() -> None:
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


async def _give_back_the_requests_own() -> None:
    """Give back the thread that Django keeps for each request, and its connections."""
    await sync_to_async(_close_connections)()
    context = SyncToAsync.thread_sensitive_context.get(None)
    thread = SyncToAsync.context_to_thread_executor.pop(context, None) if context else None
    if thread is not None:
        thread.shutdown(wait=False)  # Django starts another for what comes after the stream
