"""How much may be sent: by endpoint, by caller and by address, and how slowly."""

from __future__ import annotations

import errno
import json
import select
import socket
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import OperationalError
from django.utils import timezone

from accounts.access import api_keys
from config.web import addresses, bodies
from listings.models import Listing
from media_library.models import Image
from tests.config.web.conftest import Customer
from tests.system.site import until
from tests.web_server import WebServer

SMALL = 1_000_000  # what anybody may send to anything
IMAGES, LISTINGS = "/api/v1/images", "/api/v1/listings"
SEGMENT, PROJECTS = "/compat/photoroom/v1/segment", "/compat/backgroundfx/v1/projects"
FORM = {"Content-Type": "multipart/form-data; boundary=x"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(autouse=True)
def _small_files(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LINGER_SECONDS", 0.3)
    settings.MAX_UPLOAD_BYTES, settings.MAX_FILES_PER_UPLOAD = 500_000, 2  # bodies of 2 MB


class Sent:
    """A body that counts how much of it was asked for."""

    def __init__(self, size: int) -> None:
        self.left, self.size = size, size

    def __iter__(self) -> Iterator[bytes]:
        while self.left > 0:
            piece = bytes(min(self.left, 50_000))
            self.left -= len(piece)
            yield piece


def post(
    server: WebServer, path: str, size: int, headers: dict[str, str], *, chunked: bool
) -> tuple[int, dict[str, str], str]:
    length = {} if chunked else {"Content-Length": str(size)}
    with server.client(**headers, **length) as client:
        response = client.post(path, content=iter(Sent(size)))
    return response.status_code, dict(response.headers), response.text


TOO_LARGE = "The maximum size of this request is 2 MB in total."
NO_FILES = "The maximum size of this request is 1 MB in total."


@pytest.mark.parametrize("chunked", [False, True])
class TestSize:
    @pytest.mark.parametrize(
        ("path", "kind", "limit", "expected"),
        [
            (IMAGES, FORM, 2_000_000, {"error": TOO_LARGE, "code": "PAYLOAD_TOO_LARGE"}),
            (IMAGES, JSON, SMALL, {"error": NO_FILES, "code": "PAYLOAD_TOO_LARGE"}),
            (LISTINGS, JSON, SMALL, {"error": NO_FILES, "code": "PAYLOAD_TOO_LARGE"}),
            (
                SEGMENT,
                FORM,
                2_000_000,
                {"detail": TOO_LARGE, "status_code": 413, "type": "payload_too_large"},
            ),
        ],
    )
    def test_of_a_known_caller(
        self,
        server: WebServer,
        customer: Customer,
        path: str,
        kind: dict[str, str],
        limit: int,
        expected: dict[str, Any],
        chunked: bool,
    ) -> None:
        headers = {"x-api-key": customer.api_key, **kind}
        status, answered, text = post(server, path, limit + 1, headers, chunked=chunked)
        assert (status, answered["connection"]) == (413, "close")
        assert answered["x-ratelimit-limit"]
        assert answered["x-request-id"]
        assert json.loads(text).items() >= expected.items()
        status, answered, _ = post(server, path, limit, headers, chunked=chunked)
        assert status == 400  # read whole, and found to be nonsense
        assert "connection" not in answered

    @pytest.mark.parametrize("path", [IMAGES, LISTINGS])
    def test_of_a_stranger(
        self, server: WebServer, transactional_db: None, path: str, chunked: bool
    ) -> None:
        for headers in ({}, {"x-api-key": "ps_wrong"}, {"Authorization": "Bearer wrong"}):
            status, _, text = post(server, path, SMALL + 1, {**headers, **FORM}, chunked=chunked)
            assert (status, json.loads(text)["code"]) == (401, "AUTHENTICATION_REQUIRED")

    def test_of_a_stranger_at_a_dialect(
        self, server: WebServer, transactional_db: None, chunked: bool
    ) -> None:
        status, _, text = post(server, PROJECTS, SMALL + 1, JSON, chunked=chunked)
        assert (status, json.loads(text)["error"]) == (401, "AUTHENTICATION_REQUIRED")

    def test_where_nobody_signs_in(
        self, server: WebServer, transactional_db: None, chunked: bool
    ) -> None:
        for path in ("/api/v1/auth/login", "/compat/backgroundfx/v1/auth/login"):
            status, _, text = post(server, path, SMALL + 1, JSON, chunked=chunked)
            assert status == 413
            assert "PAYLOAD_TOO_LARGE" in text
        status, _, text = post(server, "/nowhere", SMALL + 1, JSON, chunked=chunked)
        assert status == 404

    def test_of_pages(self, server: WebServer, customer: Customer, chunked: bool) -> None:
        cookie = {"Cookie": f"packshot_session={customer.token}; csrftoken={'a' * 32}"}
        upload = "/library/upload/"
        for path, headers, expected in (
            (upload, cookie | FORM, TOO_LARGE),
            (upload, cookie | FORM | {"HX-Request": "true"}, TOO_LARGE),
            ("/developers/", cookie | FORM, NO_FILES),
            ("/accounts/login/", FORM, NO_FILES),
            ("/admin/login/", FORM, NO_FILES),
        ):
            status, answered, text = post(server, path, 2_000_001, headers, chunked=chunked)
            assert (status, answered["content-type"]) == (413, "text/html; charset=utf-8")
            assert expected in text
        assert post(server, upload, SMALL + 1, FORM, chunked=chunked)[0] == 302  # to sign in


def test_a_declared_length_is_refused_unread(server: WebServer, customer: Customer) -> None:
    for path, key in ((IMAGES, customer.api_key), (IMAGES, "ps_wrong"), ("/nowhere", "ps_wrong")):
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: {key}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1001000000\r\n"
            "Expect: 100-continue\r\n\r\n"
        )
        answer = server.say(head.encode())
        assert answer.startswith((b"HTTP/1.1 413", b"HTTP/1.1 401", b"HTTP/1.1 404"))


def test_who_may_call_and_may_not_do_this_is_told_so(
    server: WebServer, customer: Customer, settings: Any
) -> None:
    """A refused body changes nothing about the order of refusals."""
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "upload": "0/h"}
    headers = {"Authorization": f"Bearer {customer.token}", **FORM}
    status, answered, _ = post(server, IMAGES, 2_000_001, headers, chunked=False)
    assert status == 429
    assert "retry-after" in answered


@pytest.mark.parametrize("chunked", [False, True])
def test_a_blocked_account_is_told_so_whatever_it_sends(
    server: WebServer, customer: Customer, chunked: bool
) -> None:
    by_token = {"Authorization": f"Bearer {customer.token}", **FORM}
    customer.account.blocked_at = timezone.now()  # without ending sessions, as one slips through
    customer.account.save()
    for path, headers, code in (
        (IMAGES, {"x-api-key": customer.api_key, **FORM}, '"code":"ACCOUNT_BLOCKED"'),
        (IMAGES, by_token, '"code":"ACCOUNT_BLOCKED"'),
        (SEGMENT, {"x-api-key": customer.api_key, **FORM}, '"type":"account_blocked"'),
    ):
        for size in (10, SMALL + 1, 2_000_001):
            status, answered, text = post(server, path, size, headers, chunked=chunked)
            assert (status, code in text) == (403, True), (path, size, text)
            assert answered["content-type"] == "application/json"
    assert Image.objects.count() == 0


def test_a_database_that_fails_as_the_body_comes_in(
    server: WebServer, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    cause = sqlite3.OperationalError("database is locked")
    cause.sqlite_errorcode = sqlite3.SQLITE_BUSY
    busy = OperationalError("database is locked")
    busy.__cause__ = cause
    key = api_keys.find(customer.api_key)
    headers = {"x-api-key": customer.api_key, **FORM}
    for path, code in ((IMAGES, '"SERVICE_UNAVAILABLE"'), (SEGMENT, '"service_unavailable"')):
        # It fails while the body is read, and answers again when the endpoint asks.
        monkeypatch.setattr(api_keys, "find", Mock(side_effect=[busy, key]))
        status, answered, text = post(server, path, SMALL + 1, headers, chunked=True)
        assert (status, answered["retry-after"], code in text) == (503, "5", True)


HEAD = b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: %s\r\nContent-Type: application/json\r\n"


def test_a_body_that_stalls(server: WebServer, customer: Customer, settings: Any) -> None:
    settings.BODY_STALL_SECONDS = 0.2
    head = HEAD % (LISTINGS.encode(), customer.api_key.encode())
    for begun in (b"Content-Length: 9\r\n\r\n", b"Content-Length: 9\r\n\r\n{", CHUNK):
        answer = server.say(head + begun).decode()
        assert answer.startswith("HTTP/1.1 408 ")
        assert json.loads(answer.partition("\r\n\r\n")[2])["code"] == "REQUEST_TIMEOUT"


CHUNK = b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"


@pytest.mark.parametrize("path", [LISTINGS, SEGMENT])
def test_a_body_that_is_no_http(server: WebServer, customer: Customer, path: str) -> None:
    head = HEAD % (path.encode(), customer.api_key.encode())
    answer = server.say(head + CHUNK + b"no length\r\n{}\r\n0\r\n\r\n").decode()
    assert answer.startswith("HTTP/1.1 400 ")
    told = json.loads(answer.partition("\r\n\r\n")[2])
    message = "The body of the request breaks off, or is not valid HTTP."
    assert told["error" if path == LISTINGS else "detail"] == message
    assert Listing.objects.count() == 0


def test_a_body_that_drips(server: WebServer, customer: Customer, settings: Any) -> None:
    """Each piece comes in time, but all of them would take for ever."""
    settings.BODY_STALL_SECONDS, settings.BODY_MIN_BYTES_PER_SECOND = 0.3, 1000
    head = HEAD % (LISTINGS.encode(), customer.api_key.encode())
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head + b"Content-Length: 1000\r\n\r\n")
        began = time.monotonic()
        while not select.select([connection], [], [], 0.05)[0]:
            connection.sendall(b" ")
        assert 0.3 <= time.monotonic() - began < 2
        assert connection.recv(1000).startswith(b"HTTP/1.1 408 ")


@contextmanager
def half_a_body(server: WebServer, size: int = 10) -> Iterator[None]:
    """While the block runs, an address is sending a body."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        before = held()
        head = HEAD % (LISTINGS.encode(), b"ps_wrong")
        connection.sendall(head + b"Content-Length: %d\r\n\r\n" % (size + 1) + bytes(size))
        until(lambda: held() > before, seconds=5)
        yield


def held() -> tuple[int, int]:
    share = addresses._HELD.get("127.0.0.1", addresses._Held())
    return share.bodies, share.bytes


def test_an_address_has_only_so_many_bodies_under_way(
    server: WebServer, customer: Customer, settings: Any
) -> None:
    settings.MAX_BODIES_PER_ADDRESS = 2
    headers = {"x-api-key": customer.api_key, **JSON}
    with half_a_body(server), half_a_body(server):
        status, answered, text = post(server, LISTINGS, 100_000, headers, chunked=True)
        assert (status, answered["retry-after"]) == (429, "5")
        assert json.loads(text)["code"] == "RATE_LIMITED"
        with server.client(**headers) as client:  # what comes in one piece waits for nobody
            assert client.post(LISTINGS, json={"title": "A blue jacket"}).status_code == 201
    until(lambda: held() == (0, 0), seconds=5)
    assert post(server, LISTINGS, 100_000, headers, chunked=True)[0] == 400


def test_an_address_has_only_so_many_bytes_under_way(
    server: WebServer, customer: Customer, settings: Any
) -> None:
    settings.MAX_BODY_BYTES_PER_ADDRESS = 300_000
    headers = {"x-api-key": customer.api_key, **JSON}
    with half_a_body(server, 100_000):
        assert post(server, LISTINGS, 290_000, headers, chunked=True)[0] == 429
        assert post(server, LISTINGS, 190_000, headers, chunked=True)[0] == 400
    until(lambda: held() == (0, 0), seconds=5)


def test_a_disk_that_is_full_as_the_body_comes_in(
    server: WebServer, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(tempfile.SpooledTemporaryFile[bytes]):
        def write(self, data: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", Full)
    headers = {"x-api-key": customer.api_key, **FORM}
    for path, code in ((IMAGES, '"SERVICE_UNAVAILABLE"'), (SEGMENT, '"service_unavailable"')):
        status, answered, text = post(server, path, 900_000, headers, chunked=True)
        assert (status, answered["retry-after"], code in text) == (503, "60", True)


def test_a_client_that_goes_away_leaves_nothing(server: WebServer, transactional_db: None) -> None:
    with half_a_body(server, 500_000):
        until(lambda: held() == (1, 500_000), seconds=5)
    until(lambda: held() == (0, 0), seconds=5)
    assert Image.objects.count() == 0
