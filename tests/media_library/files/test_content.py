"""Signed addresses: who gets the bytes, which of them, and what comes with them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core.handlers.asgi import ASGIRequest
from django.test import Client

from media_library.files import content, links, storage
from media_library.intake import ingest
from media_library.models import Image

NOISE = bytes(range(256)) * 40  # 10240 bytes after the picture's end: decoders don't mind them


@pytest.fixture
def image(account: Any, picture: Callable[..., bytes]) -> Image:
    return ingest.ingest(account, picture("BMP") + NOISE, name="Schuh Größe 42.BMP")


@pytest.fixture
def data(image: Image) -> bytes:
    return storage.read(image.file_key)


@pytest.fixture
def url(image: Image) -> str:
    return links.content_url(image)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_whole(client: Client, url: str, data: bytes, image: Image) -> None:
    response = client.get(url)
    assert (response.status_code, body(response)) == (200, data)
    assert response["Content-Type"] == "image/bmp"
    assert response["Content-Length"] == str(len(data))
    assert response["ETag"] == f'"{image.sha256}"'
    assert response["Accept-Ranges"] == "bytes"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].endswith("sandbox")
    assert response["Content-Disposition"] == (
        "inline; filename*=utf-8''Schuh%20Gr%C3%B6%C3%9Fe%2042.bmp"
    )


def test_download(client: Client, image: Image) -> None:
    response = client.get(links.content_url(image, download=True))
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''Schuh")


def test_a_name_can_not_break_the_header(client: Client, image: Image) -> None:
    Image.objects.filter(pk=image.pk).update(name='a"; filename="evil.exe.bmp')
    response = client.get(links.content_url(image, download=True))
    assert response["Content-Disposition"] == ('attachment; filename="a_; filename=_evil.exe.bmp"')


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=100-", 100, None),
        ("bytes=-100", -100, None),
        ("bytes=5-99999999", 5, None),
        ("bytes=-99999999", 0, None),
    ],
)
def test_one_range(
    client: Client, url: str, data: bytes, asked: str, first: int, last: int | None
) -> None:
    response = client.get(url, headers={"Range": asked})
    expected = data[first:] if last is None else data[first : last + 1]
    start = first % len(data)
    assert (response.status_code, body(response)) == (206, expected)
    assert response["Content-Length"] == str(len(expected))
    assert response["Content-Range"] == f"bytes {start}-{start + len(expected) - 1}/{len(data)}"
    assert response["Content-Type"] == "image/bmp"


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_range_beyond_the_end(client: Client, url: str, data: bytes, asked: str) -> None:
    response = client.get(url, headers={"Range": asked})
    assert (response.status_code, response.content) == (416, b"")
    assert response["Content-Range"] == f"bytes */{len(data)}"


@pytest.mark.parametrize(
    "asked",
    ["bytes=5-2", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5", "bytes=" + "9" * 99],
)
def test_what_is_no_single_range_gets_all(
    client: Client, url: str, data: bytes, asked: str
) -> None:
    response = client.get(url, headers={"Range": asked})
    assert (response.status_code, body(response)) == (200, data)


def test_if_range(client: Client, url: str, image: Image, data: bytes) -> None:
    same = client.get(url, headers={"Range": "bytes=1-2", "If-Range": f'"{image.sha256}"'})
    assert (same.status_code, body(same)) == (206, data[1:3])
    other = client.get(url, headers={"Range": "bytes=1-2", "If-Range": '"other"'})
    assert (other.status_code, body(other)) == (200, data)


def test_if_none_match(client: Client, url: str, image: Image) -> None:
    response = client.get(url, headers={"If-None-Match": f'"{image.sha256}"'})
    assert (response.status_code, response.content) == (304, b"")


def test_head_says_all_and_sends_nothing(client: Client, url: str, data: bytes) -> None:
    response = client.head(url, headers={"Range": "bytes=1-2"})
    assert (response.status_code, response.content) == (200, b"")
    assert response["Content-Length"] == str(len(data))
    assert client.post(url).status_code == 405


def test_link_ends_and_caches_until_then(client: Client, image: Image) -> None:
    with time_machine.travel("2030-01-01T00:00:00Z", tick=False) as clock:
        url = links.content_url(image)
        assert client.get(url)["Cache-Control"] == "private, max-age=3600"
        clock.shift(3599)
        assert client.get(url)["Cache-Control"] == "private, max-age=1"
        clock.shift(1)
        late = client.get(url)
    assert (late.status_code, late["Content-Type"]) == (403, "text/plain; charset=utf-8")
    assert late.content == b"This link is invalid or has expired."
    assert late["Cache-Control"] == "no-store"


def test_links_stay_the_same_for_a_while(image: Image) -> None:
    with time_machine.travel("2030-01-01T00:00:00Z", tick=False) as clock:
        url = links.content_url(image)
        clock.shift(299)
        assert links.content_url(image) == url
        clock.shift(1)
        assert links.content_url(image) != url


@pytest.mark.parametrize(
    "change",
    [
        {"expires": "99999999999"},
        {"expires": ""},
        {"expires": "soon"},
        {"expires": "\u0661\u0662"},
        {"signature": "x"},
        {"signature": ""},
        {"signature": "\u00e9"},
        {"path": "/thumbnail"},
    ],
)
def test_forged_links(client: Client, image: Image, change: dict[str, str]) -> None:
    parts = urlsplit(links.content_url(image))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    path = parts.path.replace("/file", change.get("path", "/file"))
    assert client.get(path, query | change).status_code == 403


def test_a_link_opens_one_picture_only(client: Client, image: Image, account: Any) -> None:
    other = ingest.ingest(account, storage.read(image.file_key), name="other.bmp")
    url = links.content_url(image).replace(image.public_id, other.public_id)
    assert client.get(url).status_code == 403


def test_a_deleted_picture_and_a_lost_file(client: Client, image: Image, url: str) -> None:
    storage.delete([image.file_key])
    assert client.get(url).status_code == 404
    Image.objects.filter(pk=image.pk).update(deleted_at="2030-01-01T00:00:00Z", file_key="")
    assert client.get(url).status_code == 404


def test_renditions_have_their_own_type_and_name(
    client: Client, image: Image, picture: Callable[..., bytes]
) -> None:
    ingest.store_corrected(image, picture("PNG"), "image/png")
    response = client.get(links.content_url(image, "corrected"))
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"].endswith("Gr%C3%B6%C3%9Fe%2042-corrected.png")
    assert client.get(links.content_url(image, "thumbnail")).status_code == 404
    assert body(client.get(links.content_url(image, "original"))) == storage.read(image.file_key)


def test_an_asgi_server_gets_the_bytes_as_they_are_read(image: Image, data: bytes) -> None:
    url = urlsplit(links.content_url(image))
    scope = {
        "type": "http",
        "method": "GET",
        "path": url.path,
        "query_string": url.query.encode(),
        "headers": [(b"range", b"bytes=3-")],
    }
    response = content.content(ASGIRequest(scope, None), image_id=image.public_id, variant="file")

    async def collect() -> bytes:
        assert response.is_async
        return b"".join([chunk async for chunk in response])

    assert asyncio.run(collect()) == data[3:]
