"""Event streams as a program reads them. No Redis here: tests/system/test_streams has one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings as project
from django.db import DatabaseError

from accounts.access import api_keys
from processing.commands import RemoveBackground
from processing.delivery import leases, notifications, sse
from processing.models import Batch, Job, JobEvent
from processing.services import jobs
from processing.services.batching import batches
from processing.worker import transitions
from tests.processing.conftest import photo
from tests.stand_ins import Seller

Submit = Callable[..., Job]
STREAMS = {
    "processing/delivery/sse.py",
    "config/api/downloads.py",
    "media_library/files/content.py",
}


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "_LOOK_SECONDS", 0.01)


@pytest.fixture
def job(transactional_db: None, submit: Submit) -> Job:
    """Looks are made by other threads, which see only what is committed."""
    return submit()


@pytest.fixture
def batch(transactional_db: None, owner: Seller) -> Batch:
    pictures = [owner.image(photo((60, 40 + n))) for n in range(2)]
    members = [batches.Member(picture.name, picture) for picture in pictures]
    return batches.submit(owner.caller, RemoveBackground(), pictures=members)


def url(of: Job | Batch) -> str:
    return f"/api/v1/{'jobs' if isinstance(of, Job) else 'batch'}/{of.public_id}/events"


def fail(job: Job) -> None:
    claimed = transitions.claim(job.pk)
    assert claimed is not None
    assert transitions.fail(claimed, code="BROKEN_IMAGE", message="It does not\nopen: é.")


def parts_of(response: Any) -> AsyncIterator[str]:
    async def decoded() -> AsyncIterator[str]:
        async for part in response:
            yield part.decode()

    return decoded()


def read(response: Any) -> str:
    """A stream that ends, as a whole."""
    assert response.status_code == 200, response.content

    async def whole() -> str:
        async with asyncio.timeout(20):
            return "".join([part async for part in parts_of(response)])

    return async_to_sync(whole)()


def events_in(text: str) -> list[tuple[int, str, dict[str, Any]]]:
    found = []
    for block in text.split("\n\n"):
        if block.startswith("id: "):
            number, name, data = (line.partition(": ")[2] for line in block.split("\n"))
            found.append((int(number), name, json.loads(data)))
    return found


def names_in(text: str) -> list[str]:
    return [name for _, name, _ in events_in(text)]


def last_id() -> int:
    return cast("int", JobEvent.objects.latest("pk").pk)


# --- What is told ---------------------------------------------------------------------------------


def test_an_ended_job_is_told_from_the_start(owner: Seller, job: Job) -> None:
    fail(job)
    response = owner.client.get(url(job))
    assert response.headers["Content-Type"] == "text/event-stream"
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["X-Accel-Buffering"] == "no"
    assert response.headers["X-RateLimit-Limit"] == "1000"
    text = read(response)
    assert text.startswith("retry: 3000\n\nid: ")
    rows = JobEvent.objects.filter(job=job)
    moments = [row.created_at.isoformat().replace("+00:00", "Z") for row in rows]
    told = [
        ("job.queued", {}),
        ("job.started", {"attempt": 1}),
        ("job.failed", {"error": {"code": "BROKEN_IMAGE", "message": "It does not\nopen: é."}}),
    ]
    assert events_in(text) == [
        (row.pk, name, data | {"jobId": job.public_id, "createdAt": moment})
        for row, moment, (name, data) in zip(rows, moments, told, strict=True)
    ]


def test_a_cancelled_job_shows_no_error(owner: Seller, job: Job) -> None:
    transitions.cancel(job)
    *_, (_, name, data) = events_in(read(owner.client.get(url(job))))
    assert (name, set(data)) == ("job.cancelled", {"jobId", "createdAt"})


def test_a_batch_is_told_with_its_jobs(owner: Seller, batch: Batch) -> None:
    first, second = batch.jobs.order_by("created_at")
    fail(first)
    transitions.cancel(second)
    told = events_in(read(owner.client.get(url(batch))))
    assert [name for _, name, _ in told] == [
        *("job.queued", "job.queued", "job.started", "job.failed", "batch.progress"),
        *("job.cancelled", "batch.progress", "batch.completed"),
    ]
    assert {data["batchId"] for _, _, data in told} == {batch.public_id}
    assert [data["progress"] for _, name, data in told if name == "batch.progress"] == [50, 100]
    assert "jobId" not in told[-1][2]
    own = names_in(read(owner.client.get(url(second))))
    assert own == ["job.queued", "job.cancelled"]


@pytest.mark.parametrize("portion", [1, 3, 6])
def test_many_events_are_read_in_portions(
    owner: Seller, job: Job, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    """Also where one ends with what was the job's last event before it was retried."""
    monkeypatch.setattr(sse, "_AT_ONCE", portion)
    fail(job)
    transitions.reopen(job)
    fail(job)
    told = names_in(read(owner.client.get(url(job))))
    assert told == ["job.queued", "job.started", "job.failed"] * 2


# --- Resuming -------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["header", "query", "header before query"])
def test_resumes_after_the_last_event_seen(owner: Seller, job: Job, by: str) -> None:
    fail(job)
    seen = str(JobEvent.objects.get(name="job.started").pk)
    query = {} if by == "header" else {"lastEventId": "0" if "before" in by else seen}
    headers = {} if by == "query" else {"Last-Event-ID": seen}
    text = read(owner.client.get(url(job), query, headers=headers))
    assert names_in(text) == ["job.failed"]


@pytest.mark.parametrize("past", [0, 1, 10**17])
def test_nothing_more_is_204(owner: Seller, job: Job, past: int) -> None:
    fail(job)
    response = owner.client.get(url(job), headers={"Last-Event-ID": str(last_id() + past)})
    assert (response.status_code, response.content) == (204, b"")


def test_a_retried_job_goes_on(owner: Seller, job: Job) -> None:
    fail(job)
    seen = last_id()
    transitions.reopen(job)
    fail(job)
    text = read(owner.client.get(url(job), headers={"Last-Event-ID": str(seen)}))
    assert names_in(text) == ["job.queued", "job.started", "job.failed"]


def test_an_open_batch_whose_end_lies_behind_is_not_204(owner: Seller, batch: Batch) -> None:
    for one in batch.jobs.all():
        fail(one)
    seen = last_id()
    batches.retry(batch)
    assert not sse.look(sse.of_batch(batch), last_id()).over
    transitions.cancel(batch.jobs.all()[0])
    transitions.cancel(batch.jobs.all()[1])
    text = read(owner.client.get(url(batch), headers={"Last-Event-ID": str(seen)}))
    assert names_in(text)[-1] == "batch.completed"
    assert names_in(text).count("batch.completed") == 1


@pytest.mark.parametrize(
    "wrong", ["x", "-1", "1.5", " ", "٣", "9" * 19, "1\n2"], ids=lambda text: repr(text)[:8]
)
def test_what_is_no_id_is_refused(owner: Seller, submit: Submit, wrong: str) -> None:
    response = owner.client.get(url(submit()), {"lastEventId": wrong})
    assert response.status_code == 400
    assert response.json()["code"] == "VALIDATION_ERROR"
    assert list(response.json()["fields"]) == ["lastEventId"]


def test_a_header_that_is_no_id_is_refused(owner: Seller, submit: Submit) -> None:
    response = owner.client.get(url(submit()), headers={"Last-Event-ID": "first"})
    assert response.json()["fields"] == {
        "lastEventId": ["Must be the id of an event: a whole number."]
    }


# --- As it happens --------------------------------------------------------------------------------


def test_events_come_as_they_happen(owner: Seller, job: Job) -> None:
    response = owner.client.get(url(job))

    async def follow() -> list[str]:
        found = []
        async for part in parts_of(response):
            found += names_in(part)
            if found == ["job.queued"]:
                await sync_to_async(transitions.claim)(job.pk)
            elif found[-1:] == ["job.started"]:
                await sync_to_async(transitions.cancel)(job)
        return found

    assert async_to_sync(follow)() == ["job.queued", "job.started", "job.cancelled"]


def test_a_quiet_stream_has_heartbeats_and_an_end(
    owner: Seller, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "_HEARTBEAT_SECONDS", 0.02)
    monkeypatch.setattr(sse, "_LIFE_SECONDS", 0.2)
    text = read(owner.client.get(url(job)))
    assert names_in(text) == ["job.queued"]
    assert 2 <= text.count(": still here\n\n") <= 10


def test_a_reader_who_leaves_leaves_nothing_behind(
    owner: Seller, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []
    monkeypatch.setattr(leases.Lease, "end", lambda lease: ended.append(lease.id))
    response = owner.client.get(url(job))

    async def leave() -> None:
        async with aclosing(cast("Any", parts_of(response))) as parts:
            assert await anext(parts) == "retry: 3000\n\n"
            assert names_in(await anext(parts)) == ["job.queued"]
            waiting = asyncio.ensure_future(anext(parts))
            await asyncio.sleep(0.05)
            assert ended == []
            waiting.cancel()
            await asyncio.wait([waiting])

    async_to_sync(leave)()
    assert len(ended) == 1


def test_a_database_that_fails_ends_the_stream(
    owner: Seller, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(sse, "look", broken)
    assert read(owner.client.get(url(job))) == "retry: 3000\n\n"


# --- Who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["jobs/job_1/events", "batch/batch_1/events", "jobs/x/events"])
def test_an_id_that_is_none_is_not_found(owner: Seller, path: str) -> None:
    assert owner.client.get(f"/api/v1/{path}").json()["code"] == "NOT_FOUND"


def test_nobody_is_asked_to_sign_in(client: Any, submit: Submit) -> None:
    response = client.get(url(submit()))
    assert response.status_code == 401
    assert response.json()["code"] == "AUTHENTICATION_REQUIRED"
    assert response.headers["X-RateLimit-Limit"] == "1000"


@pytest.mark.parametrize(("scope", "status"), [("jobs:read", 200), ("jobs:write", 403)])
def test_a_key_needs_its_scope(
    owner: Seller, client: Any, job: Job, scope: str, status: int
) -> None:
    assert owner.caller.user is not None
    user = owner.caller.user
    _, plain = api_keys.create(owner.account, user, name="follower", scopes=[scope])
    transitions.cancel(job)
    assert client.get(url(job), headers={"x-api-key": plain}).status_code == status


def test_the_sites_own_cookie_will_do(owner: Seller, client: Any, job: Job) -> None:
    client.force_login(owner.caller.user)
    transitions.cancel(job)
    assert names_in(read(client.get(url(job)))) == ["job.queued", "job.cancelled"]


def test_one_stream_too_many_is_refused(
    owner: Seller, submit: Submit, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.EVENT_STREAMS_PER_ACCOUNT = 3
    monkeypatch.setattr(leases, "_take", lambda lease: False)
    response = owner.client.get(url(submit()))
    assert (response.status_code, response.headers["Retry-After"]) == (429, "10")
    assert response.json() == {
        "success": False,
        "error": (
            "This account already has 3 event streams open, the maximum. Close one, or try again "
            "in 10 seconds."
        ),
        "code": "TOO_MANY_STREAMS",
    }
    assert int(response.headers["X-RateLimit-Remaining"]) > 0


def test_opening_counts_as_a_request(owner: Seller, submit: Submit, settings: Any) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"general": "1/h"}
    job = submit()
    owner.client.get(url(job), {"lastEventId": "x"})
    response = owner.client.get(url(job))
    assert (response.status_code, response.json()["code"]) == (429, "RATE_LIMITED")


@pytest.mark.parametrize("method", ["head", "post", "delete"])
def test_a_stream_is_read_and_nothing_else(owner: Seller, submit: Submit, method: str) -> None:
    assert getattr(owner.client, method)(url(submit())).status_code == 405


def test_streams_are_built_in_known_places_only() -> None:
    """Each gives the database back before it streams; a new one would have to, too."""
    root = Path(project.BASE_DIR)
    found = {
        str(path.relative_to(root))
        for room in ("config", "accounts", "media_library", "processing", "listings")
        for path in (root / room).rglob("*.py")
        if "StreamingHttpResponse(" in path.read_text()
    }
    assert found <= STREAMS
    assert "processing/delivery/sse.py" in found


# --- The library's ----------------------------------------------------------------------------------


def test_the_library_is_told_what_happens_from_now_on(
    owner: Seller, stranger: Seller, client: Any, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "_LIFE_SECONDS", 0.5)
    client.force_login(owner.caller.user)
    response = client.get("/library/events/")
    theirs = jobs.submit(stranger.caller, RemoveBackground(), source=stranger.image(photo()))
    transitions.cancel(theirs)
    transitions.cancel(job)
    text = read(response)
    assert text.startswith("retry: 3000\n\nevent: stream.open\ndata: {}\n\n")
    assert [(name, data["jobId"]) for _, name, data in events_in(text)] == [
        ("job.cancelled", job.public_id)
    ]


def test_a_library_that_may_not_listen_is_left_to_the_clock(
    owner: Seller, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/library/events/").status_code == 302
    client.force_login(owner.caller.user)
    monkeypatch.setattr(leases, "_take", lambda lease: False)
    assert client.get("/library/events/").status_code == 204
