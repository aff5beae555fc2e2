"""Following a batch: each event once, over broken connections, to the end."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

import packshot
from tests.client_package.conftest import Site, data, refused

STATUS = {
    **{"batchId": "batch_1", "operation": "edit", "looks": [], "totalImages": 1, "progress": 100},
    **{"state": "completed", "createdAt": "2026-05-04T09:30:00Z", "endedAt": None, "counts": {}},
}
ITEM = {
    **{"position": 0, "name": "a.jpg", "look": "", "imageId": "img_1", "jobId": "job_1"},
    **{"needsLook": None, "state": "completed", "resultImageId": "img_2", "resultUrl": "/x"},
    "error": None,
}


def stream(*events: tuple[int, str], after: Exception | None = None) -> httpx.Response:
    text = "retry: 3000\n\n: still here\n\n" + "".join(
        f'id: {number}\nevent: {name}\ndata: {{"batchId":"batch_1","n":{number}}}\n\n'
        for number, name in events
    )
    return httpx.Response(
        200, headers={"Content-Type": "text/event-stream"}, stream=_Sent(text.encode(), after)
    )


class _Sent(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self, content: bytes, after: Exception | None) -> None:
        self._content, self._after = content, after

    def __iter__(self) -> Any:
        yield self._content
        if self._after is not None:
            raise self._after

    async def __aiter__(self) -> Any:
        for part in self:
            yield part


def test_each_event_comes_once_over_broken_connections(site: Site) -> None:
    events = site.call(
        lambda client: client.batch_events("batch_1"),
        stream((1, "job.queued"), (2, "job.started"), after=httpx.ReadError("gone")),
        httpx.ConnectError("refused"),
        stream((3, "job.completed")),
        stream((4, "batch.progress"), (5, "batch.completed")),
    )
    assert [(event.id, event.name, event.data["n"]) for event in events] == [
        ("1", "job.queued", 1),
        ("2", "job.started", 2),
        ("3", "job.completed", 3),
        ("4", "batch.progress", 4),
        ("5", "batch.completed", 5),
    ]
    resumed = [request.headers.get("Last-Event-ID") for request in site.asked]
    assert resumed == [None, "2", "2", "3"]


def test_a_stream_of_what_is_over_has_no_events(site: Site) -> None:
    events = site.call(lambda client: client.job_events("job_1", after="7"), httpx.Response(204))
    assert events == []
    assert site.asked[0].headers["Last-Event-ID"] == "7"
    assert str(site.asked[0].url).endswith("/api/v1/jobs/job_1/events")


def test_a_batch_is_waited_for(site: Site) -> None:
    names = []
    status = site.call(
        lambda client: client.wait_for_batch("batch_1", on_event=lambda e: names.append(e.name)),
        stream((1, "batch.progress"), (2, "batch.completed")),
        data(STATUS | {"items": [ITEM]}),
    )
    assert names == ["batch.progress", "batch.completed"]
    assert status.items[0].result_image_id == "img_2"


def test_streams_that_stay_broken_are_given_up(site: Site) -> None:
    with pytest.raises(packshot.SiteUnreachable, match="gone"):
        site.call(
            lambda client: client.batch_events("batch_1"),
            *[httpx.ReadError("gone") for _ in range(3)],
        )
    with pytest.raises(packshot.UnexpectedAnswer, match="without any event"):
        site.call(lambda client: client.batch_events("batch_1"), *[stream() for _ in range(3)])
    with pytest.raises(packshot.UnexpectedAnswer, match="no event stream"):
        site.call(lambda client: client.batch_events("batch_1"), httpx.Response(200, text="<html>"))


def test_streams_may_be_refused(site: Site) -> None:
    with pytest.raises(packshot.NotFound):
        site.call(lambda client: client.batch_events("batch_1"), refused(404, "NOT_FOUND"))
    many = refused(429, "TOO_MANY_STREAMS", headers={"Retry-After": "0"})
    events = site.call(
        lambda client: client.batch_events("batch_1"), many, stream((1, "batch.completed"))
    )
    assert len(events) == 1
