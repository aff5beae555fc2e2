"""What both clients send, how often, and what they make of the answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

import packshot
from tests.client_package.conftest import KEY, Site, data, refused

IMAGE = {
    **{"id": "img_1", "name": "shoe.jpg", "kind": "original", "format": "jpeg", "width": 4, "height": 3},
    **{"mediaType": "image/jpeg", "bytes": 5, "hasAlpha": False, "orientation": 1, "frames": 1},
    **{"parentId": None, "projectId": "proj_1", "jobId": None, "createdAt": "2026-05-04T09:30:00Z"},
    **{"favorite": False, "tags": [], "needsLook": None, "url": "https://x/1", "thumbnailUrl": None},
}  # fmt: skip
MADE = {
    **{"originalImageId": "img_1", "processedImageId": "img_2", "displayUrl": "https://x/2"},
    **{"projectId": "proj_1", "immediate": True, "report": {"model": "fast"}},
}
WAITING = MADE | {"processedImageId": None, "displayUrl": None, "report": None, "jobId": "job_1"}


def job(state: str, **more: Any) -> httpx.Response:
    fields = {
        **{"id": "job_1", "operation": "edit", "state": state, "options": {}, "error": None},
        **{"sourceImageId": "img_1", "resultImageId": None, "resultUrl": None},
    }
    return data(fields | more)


def test_an_upload_is_sent_again_as_a_whole_and_by_the_same_key(site: Site, tmp_path: Path) -> None:
    photo = tmp_path / "shoe.jpg"
    photo.write_bytes(b"\xff\xd8" + b"p" * 200_000)
    told: list[tuple[int, int | None]] = []
    image = site.call(
        lambda client: client.upload(
            photo, project_id="proj_1", progress=lambda done, total: told.append((done, total))
        ),
        refused(503, "SERVICE_UNAVAILABLE", headers={"Retry-After": "0"}),
        httpx.ReadError("broken off"),
        data(IMAGE, 201),
    )
    assert (image.id, image.media_type, image.created_at.year) == ("img_1", "image/jpeg", 2026)
    bodies = [request.content for request in site.asked]
    assert all(photo.read_bytes() in body and b'name="projectId"' in body for body in bodies)
    assert len({request.headers["Idempotency-Key"] for request in site.asked}) == 1
    assert told.count((200_002, 200_002)) >= 3
    first = site.asked[0]
    assert (first.method, str(first.url)) == ("POST", "https://packshot.example/api/v1/images")
    assert first.headers["Authorization"] == f"Bearer {KEY}"


def test_bytes_are_uploaded_under_a_name(site: Site) -> None:
    site.call(lambda client: client.upload(b"picture", name="a.png"), data(IMAGE, 201))
    assert b'filename="a.png"' in site.asked[0].content
    with pytest.raises(TypeError, match="name"):
        site.call(lambda client: client.upload(b"picture"))


def test_options_are_spelled_as_the_api_has_them(site: Site) -> None:
    made = site.call(
        lambda client: client.remove_background(
            "img_1", bg_color="white", clean_up={"keepHanger": True}, idempotency_key="mine"
        ),
        data(MADE),
    )
    assert made.processed_image_id == "img_2"
    assert json.loads(site.asked[0].content) == {
        **{"imageId": "img_1", "display": "url", "bgColor": "white"},
        "cleanUp": {"keepHanger": True},
    }
    assert site.asked[0].headers["Idempotency-Key"] == "mine"
    page = {"items": [], "page": 2, "pageSize": 10, "total": 0, "nextCursor": None}
    site.call(lambda client: client.images(page=2, page_size=10, needs_look=True), data(page))
    assert dict(site.asked[0].url.params) == {"page": "2", "pageSize": "10", "needsLook": "true"}


def test_work_that_takes_long_is_waited_for(site: Site) -> None:
    seen = []
    edited = site.call(
        lambda client: client.edit(
            "img_1", {"layout": {"size": "20x20"}}, on_job=lambda job: seen.append(job.state)
        ),
        data(WAITING, 202),
        job("pending"),
        job("processing"),
        job("completed"),
        data(MADE),
    )
    assert (edited.processed_image_id, edited.report) == ("img_2", {"model": "fast"})
    assert seen == ["pending", "processing", "completed"]
    first, *looks, last = site.asked
    assert {str(one.url) for one in looks} == {"https://packshot.example/api/v1/jobs/job_1"}
    assert last.headers["Idempotency-Key"] == first.headers["Idempotency-Key"]
    assert last.content == first.content


def test_work_that_fails_later_fails_as_it_would_at_once(site: Site) -> None:
    why = {"code": "NOTHING_FOUND", "message": "The photo shows no product."}
    with pytest.raises(packshot.WorkFailed, match="no product") as at_once:
        site.call(
            lambda client: client.edit("img_1", {}),
            refused(422, "NOTHING_FOUND", why["message"], headers={"X-Request-Id": "r1"}),
        )
    with pytest.raises(packshot.WorkFailed, match="no product") as later:
        site.call(
            lambda client: client.edit("img_1", {}), data(WAITING, 202), job("failed", error=why)
        )
    assert (at_once.value.code, at_once.value.request_id) == ("NOTHING_FOUND", "r1")
    assert (later.value.code, later.value.job_id) == ("NOTHING_FOUND", "job_1")
    with pytest.raises(packshot.Conflict, match="cancelled"):
        site.call(lambda client: client.edit("img_1", {}), data(WAITING, 202), job("cancelled"))


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "VALIDATION_ERROR", packshot.InvalidRequest),
        (401, "AUTHENTICATION_REQUIRED", packshot.NotSignedIn),
        (403, "INSUFFICIENT_SCOPE", packshot.NotAllowed),
        (403, "QUOTA_EXCEEDED", packshot.QuotaExceeded),
        (404, "NOT_FOUND", packshot.NotFound),
        (409, "CONFLICT", packshot.Conflict),
        (413, "PAYLOAD_TOO_LARGE", packshot.InvalidRequest),
        (500, "INTERNAL_ERROR", packshot.ApiError),
        (502, "PROVIDER_FAILED", packshot.Unavailable),
    ],
)
def test_a_refusal_is_an_exception_and_is_not_sent_again(
    site: Site, status: int, code: str, kind: type[packshot.ApiError]
) -> None:
    fields = {"bgColor": ["'octarine' is not a color."]}
    with pytest.raises(kind, match="is not a color") as caught:
        site.call(
            lambda client: client.remove_background("img_1"),
            refused(
                status,
                code,
                "bgColor: 'octarine' is not a color.",
                fields=fields,
                headers={"X-Request-Id": "abc"},
            ),
        )
    error = caught.value
    assert type(error) is kind
    assert (error.status, error.code, error.fields, error.request_id) == (
        status,
        code,
        fields,
        "abc",
    )


def test_who_is_told_to_wait_waits_unless_it_is_too_long(site: Site) -> None:
    soon, later = ({"Retry-After": seconds} for seconds in ("0", "3600"))
    site.call(
        lambda client: client.image("img_1"),
        refused(429, "RATE_LIMITED", headers=soon),
        refused(429, "RATE_LIMITED", headers=soon),
        data(IMAGE),
    )
    with pytest.raises(packshot.RateLimited) as caught:
        site.call(lambda client: client.image("img_1"), refused(429, "RATE_LIMITED", headers=later))
    assert caught.value.retry_after == 3600
    with pytest.raises(packshot.RateLimited):
        site.call(
            lambda client: client.image("img_1"),
            *[refused(429, "RATE_LIMITED", headers=soon) for _ in range(3)],
        )


def test_a_request_whose_key_is_in_use_waits_for_it(site: Site) -> None:
    site.call(
        lambda client: client.remove_background("img_1"),
        refused(409, "IDEMPOTENCY_KEY_IN_USE", headers={"Retry-After": "0"}),
        data(MADE),
    )


def test_a_broken_connection_repeats_only_what_is_safe(site: Site, tmp_path: Path) -> None:
    site.call(lambda client: client.image("img_1"), httpx.ReadTimeout("slow"), data(IMAGE))
    asks = lambda client: client.archive_listings("depop", tmp_path / "a.zip")  # noqa: E731
    with pytest.raises(packshot.SiteUnreachable, match="slow"):
        site.call(asks, httpx.ReadTimeout("slow"))
    site.call(asks, httpx.ConnectError("refused"), httpx.Response(200, content=b"PK"))
    assert (tmp_path / "a.zip").read_bytes() == b"PK"
    with pytest.raises(packshot.SiteUnreachable, match=r"packshot\.example"):
        site.call(lambda client: client.me(), *[httpx.ConnectError("refused")] * 3)


@pytest.mark.parametrize(
    "answer",
    [
        {"status_code": 200, "text": "<html>welcome</html>"},
        {"status_code": 200, "json": {"data": {"id": 3}}},
        {"status_code": 200, "json": []},
        {"status_code": 301, "headers": {"Location": "https://elsewhere.example/"}},
    ],
)
def test_what_is_not_packshots_answer_is_said_so(site: Site, answer: dict[str, Any]) -> None:
    with pytest.raises(packshot.UnexpectedAnswer):
        site.call(lambda client: client.image("img_1"), httpx.Response(**answer))


def test_a_proxys_page_is_an_outage(site: Site) -> None:
    page = [httpx.Response(502, text="<html>Bad gateway</html>") for _ in range(3)]
    with pytest.raises(packshot.Unavailable, match="502"):
        site.call(lambda client: client.image("img_1"), *page)


class _BrokenOff(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __iter__(self) -> Any:
        yield b"half a pic"
        raise httpx.ReadError("broken off")

    async def __aiter__(self) -> Any:
        yield b"half a pic"
        raise httpx.ReadError("broken off")


def test_a_download_is_whole_or_not_there_and_keeps_the_key_to_itself(
    site: Site, tmp_path: Path
) -> None:
    to = tmp_path / "new/folder/shoe.png"
    found = site.call(
        lambda client: client.download("img_2", to),
        httpx.Response(302, headers={"Location": "/content/img_2/file?signature=s"}),
        httpx.Response(302, headers={"Location": "https://bucket.example/shoe.png?X-Amz=1"}),
        httpx.Response(200, content=b"picture"),
    )
    assert found == to
    assert to.read_bytes() == b"picture"
    asked, signed, bucket = site.asked
    assert "Authorization" in asked.headers
    assert "Authorization" not in signed.headers
    assert bucket.url.host == "bucket.example"
    assert "Authorization" not in bucket.headers
    way = httpx.Response(302, headers={"Location": "/content/img_2/file?signature=s"})
    with pytest.raises(packshot.SiteUnreachable, match="broken off"):
        site.call(
            lambda client: client.download("img_2", tmp_path / "b.png"),
            way,
            *[httpx.Response(200, stream=_BrokenOff()) for _ in range(3)],
        )
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["shoe.png"]


def test_an_archive_is_fetched_when_its_pictures_are_made(site: Site, tmp_path: Path) -> None:
    pending = {"ready": 1, "total": 2, "batchIds": ["batch_1"]}
    to = tmp_path / "depop.zip"
    site.call(
        lambda client: client.archive_listings("depop", to, state="ready"),
        data(pending, 202),
        httpx.Response(200, content=b"PK"),
    )
    assert to.read_bytes() == b"PK"
    assert json.loads(site.asked[1].content) == {"platform": "depop", "state": "ready"}


def test_a_client_needs_an_address_and_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PACKSHOT_URL", "PACKSHOT_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(packshot.PackshotError, match="PACKSHOT_URL"):
        packshot.Client(api_key=KEY)
    with pytest.raises(packshot.PackshotError, match="PACKSHOT_API_KEY"):
        packshot.Client("https://packshot.example")
    with pytest.raises(packshot.PackshotError, match="site's address"):
        packshot.Client("packshot.example", KEY)
    monkeypatch.setenv("PACKSHOT_URL", "https://packshot.example/shop/")
    monkeypatch.setenv("PACKSHOT_API_KEY", KEY)
    with packshot.Client() as client:
        assert client.url == "https://packshot.example/shop"
        assert KEY not in repr(client)
