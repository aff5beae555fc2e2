"""A full disk, a locked database, a dead queue: 503, when to try again, and nothing half-done."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

import dramatiq
import psycopg
import pytest
import redis
from django.core.files.storage import InMemoryStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.utils import timezone
from PIL import Image as Pillow
from rest_framework.test import APIClient

from accounts.access.demo import create_demo
from accounts.limits import quotas
from accounts.models import Account, ApiKey, Session
from accounts.signing import jwt
from config.broker import Broker
from config.failures import outages
from media_library.intake.ingest import ingest
from media_library.models import Image
from processing.engine.networks.registry import ModelInfo
from processing.models import Batch, Job
from tests.stand_ins import MiddleModel

FULL = OSError(errno.ENOSPC, "No space left on device")


def of_sqlite(code: int) -> OperationalError:
    cause = sqlite3.OperationalError("database is locked")
    cause.sqlite_errorcode = code
    error = OperationalError("database is locked")
    error.__cause__ = cause
    return error


def caused_by(cause: Exception) -> OperationalError:
    error = OperationalError(str(cause))
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "seconds", "word"),
    [
        (FULL, 60, "disk is full"),
        (OSError(errno.EDQUOT, "Quota exceeded"), 60, "disk is full"),
        (OSError(errno.EIO, "Input/output error"), 60, "disk"),
        (OSError(errno.EMFILE, "Too many open files"), 60, "disk"),
        (of_sqlite(sqlite3.SQLITE_FULL), 60, "disk is full"),
        (of_sqlite(sqlite3.SQLITE_BUSY), 5, "database"),
        (of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), 5, "database"),
        (of_sqlite(sqlite3.SQLITE_READONLY), 5, "database"),
        (caused_by(psycopg.OperationalError("connection refused")), 5, "database"),
        (caused_by(psycopg.errors.DiskFull("no space")), 60, "disk is full"),
        (redis.ConnectionError("refused"), 5, "queue"),
        (redis.TimeoutError("slow"), 5, "queue"),
        (dramatiq.errors.ConnectionClosed(redis.ConnectionError()), 5, "queue"),
    ],
)
def test_what_is_out_of_order(error: Exception, seconds: int, word: str) -> None:
    told = outages.told(error)
    assert told is not None
    assert (told.status, told.code, told.retry_after) == (503, "SERVICE_UNAVAILABLE", seconds)
    assert word in told.message


@pytest.mark.parametrize(
    "error",
    [
        of_sqlite(sqlite3.SQLITE_ERROR),  # for instance a table that is missing
        redis.ResponseError("wrong type"),
        FileNotFoundError(errno.ENOENT, "gone"),
        ValueError("a mistake of ours"),
        None,
    ],
)
def test_mistakes_of_ours_are_none(error: Exception | None) -> None:
    assert outages.told(error) is None


# --- As callers see it ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Caller:
    """Somebody with every credential, and a picture."""

    account: Account
    key: APIClient
    jwt: APIClient
    browser: Client
    image: Image


@pytest.fixture
def seller(db: None) -> Caller:
    return new_caller()


@pytest.fixture
def committed(transactional_db: None) -> Caller:
    """A seller whose failed writes break no transaction of the test's."""
    return new_caller()


def new_caller() -> Caller:
    demo = create_demo("pro")
    tokens = jwt.sign_in(RequestFactory().get("/"), demo.user)
    browser = Client(raise_request_exception=False)
    browser.cookies["packshot_session"] = demo.session_token
    return Caller(
        demo.account,
        APIClient(headers={"x-api-key": demo.api_key}),
        APIClient(headers={"Authorization": f"Bearer {tokens.access}"}),
        browser,
        ingest(demo.account, photo().read(), name="shoe.jpg"),
    )


def photo(size: int = 0) -> SimpleUploadedFile:
    out = BytesIO()
    Pillow.new("RGB", (60, 40), (120, 120, 120)).save(out, "JPEG")
    return SimpleUploadedFile("shoe.jpg", out.getvalue() + bytes(size))


Send = Callable[[Caller], Any]
NATIVE, PHOTOROOM, BACKGROUNDFX = "/api/v1", "/compat/photoroom", "/compat/backgroundfx/v1"


def upload(who: Caller, size: int = 0) -> Any:
    return who.key.post(f"{NATIVE}/images", {"file": photo(size)}, format="multipart")


def batch(who: Caller) -> Any:
    body = {"files": [photo()], "operation": "remove-background"}
    return who.key.post(f"{NATIVE}/batch", body, format="multipart")


def remove_background(who: Caller) -> Any:
    body = {"imageId": who.image.public_id}
    return who.key.post(f"{NATIVE}/images/tools/remove-background", body, format="json")


def segment(who: Caller, size: int = 0) -> Any:
    body = {"image_file": photo(size)}
    return who.key.post(f"{PHOTOROOM}/v1/segment", body, format="multipart")


def edit(who: Caller) -> Any:
    return who.key.post(f"{PHOTOROOM}/v2/edit", {"imageFile": photo()}, format="multipart")


def backgroundfx(who: Caller, size: int = 0) -> Any:
    path = f"{BACKGROUNDFX}/process/remove-background"
    return who.jwt.post(path, {"file": photo(size)}, format="multipart")


def page_upload(who: Caller, size: int = 0) -> Any:
    return who.browser.post("/library/upload/", {"files": photo(size)})


def page_cut_out(who: Caller) -> Any:
    form = {"background": "transparent", "format": "png", "model": "fast", "edge": "standard"}
    return who.browser.post(f"/pictures/{who.image.public_id}/save/", form)


SHAPES: dict[Send, Callable[[Any], bool]] = {
    **dict.fromkeys(
        [upload, batch, remove_background],
        lambda told: told["success"] is False and told["code"] == "SERVICE_UNAVAILABLE",
    ),
    segment: lambda told: (told["status_code"], told["type"]) == (503, "service_unavailable"),
    edit: lambda told: list(told["error"]) == ["message"],
    backgroundfx: lambda told: told["error"] == "SERVICE_UNAVAILABLE",
}


def check(send: Send, response: Any, seconds: int) -> None:
    assert (response.status_code, response["Retry-After"]) == (503, str(seconds))
    if send in SHAPES:
        assert SHAPES[send](response.json())
    else:
        assert response["Content-Type"] == "text/html; charset=utf-8"
        assert "Temporarily unavailable" in response.content.decode()


def nothing_was_done(who: Caller) -> None:
    assert (Image.live.count(), Job.objects.count(), Batch.objects.count()) == (1, 0, 0)
    assert sum(line.used for line in quotas.overview(who.account)) == 0


@pytest.fixture
def _easy_model(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Listed(MiddleModel):
        def names(self) -> list[ModelInfo]:
            return [
                ModelInfo("middle", "matting", True, "MIT", "The middle.", ("fast",)),
                ModelInfo("large", "matting", False, "MIT", "The middle.", ("high",)),
            ]

    monkeypatch.setattr("processing.worker.runtime.registry", Listed)


pytestmark = pytest.mark.usefixtures("_easy_model")


@contextmanager
def locked(table: str = "") -> Iterator[None]:
    """While the block runs, another connection writes (into that table) and does not end."""

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and table in sql:
            raise of_sqlite(sqlite3.SQLITE_BUSY)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.parametrize(
    "send",
    [upload, batch, remove_background, segment, edit, backgroundfx, page_upload, page_cut_out],
)
def test_a_locked_database(committed: Caller, send: Send) -> None:
    with locked():
        response = send(committed)
    check(send, response, 5)
    nothing_was_done(committed)


@pytest.mark.parametrize("send", [batch, segment, edit, backgroundfx])
def test_pictures_come_with_their_work_or_not_at_all(
    committed: Caller, send: Send, settings: Any
) -> None:
    settings.COMPAT_WAIT_SECONDS = 0.0  # nobody does the work
    files = stored_files()
    with locked("processing_job"):
        response = send(committed)
    check(send, response, 5)
    nothing_was_done(committed)
    assert Image.objects.count() == 1
    assert stored_files() == files
    assert send(committed).status_code != 503
    assert (Image.objects.count(), len(stored_files())) == (2, 2)


def stored_files(folder: str = "") -> list[str]:
    folders, names = default_storage.listdir(folder)
    deeper = [name for one in folders for name in stored_files(f"{folder}/{one}".lstrip("/"))]
    return [*names, *deeper]


@pytest.mark.parametrize("send", [upload, batch, segment, edit, backgroundfx, page_upload])
def test_a_full_disk(seller: Caller, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any) -> None:
        raise FULL

    monkeypatch.setattr(InMemoryStorage, "_save", full)
    check(send, send(seller), 60)
    nothing_was_done(seller)


@pytest.mark.parametrize("send", [upload, segment, backgroundfx, page_upload])
def test_a_disk_that_is_full_as_the_form_comes_in(
    seller: Caller, send: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any) -> None:
        raise FULL

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", full)
    check(send, send(seller, 3_000_000), 60)
    nothing_was_done(seller)


DEAD_QUEUE = [batch, remove_background, segment, edit, backgroundfx, page_cut_out]


@pytest.mark.parametrize("send", DEAD_QUEUE)
@pytest.mark.parametrize("error", [redis.ConnectionError("refused"), ValueError("closed")])
def test_a_dead_queue(
    seller: Caller, send: Send, error: Exception, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def dead(*args: Any, **options: Any) -> Any:
        raise error

    settings.DOOR_WAIT_SECONDS = settings.COMPAT_WAIT_SECONDS = 0.1
    monkeypatch.setattr(dramatiq, "get_broker", lambda: Broker(url=settings.REDIS_URL))
    monkeypatch.setattr(redis.Redis, "ping", dead)
    monkeypatch.setattr(redis.client.PubSub, "subscribe", dead)
    check(send, send(seller), 5)
    nothing_was_done(seller)


def test_a_key_whose_request_met_an_outage_is_free_at_once(committed: Caller) -> None:
    seller = committed
    body = {"name": "Studio", "edit": {"background": {"color": "white"}}}
    with locked():
        headers = {"Idempotency-Key": "once"}
        first = seller.key.post(f"{NATIVE}/presets", body, format="json", headers=headers)
    assert first.status_code == 503
    again = seller.key.post(f"{NATIVE}/presets", body, format="json", headers=headers)
    assert again.status_code == 201


def test_reading_needs_no_writing(committed: Caller) -> None:
    """What was last used when is written along the way, and left out where it can't be."""
    seller = committed
    long_ago = timezone.now() - timedelta(hours=1)
    Session.objects.update(last_used_at=long_ago)
    ApiKey.objects.update(last_used_at=long_ago)
    for path, client in (
        ("/library/", seller.browser),
        (f"/pictures/{seller.image.public_id}/", seller.browser),
        (f"{NATIVE}/images", seller.key),
        (f"{PHOTOROOM}/v1/account", seller.key),
        (f"{BACKGROUNDFX}/projects", seller.jwt),
    ):
        with locked():
            assert client.get(path).status_code == 200
    assert set(Session.objects.values_list("last_used_at", flat=True)) == {long_ago}
    assert seller.browser.get("/library/").status_code == 200
    assert Session.objects.filter(last_used_at__gt=long_ago).count() == 1


def test_a_failure_outside_of_views(seller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """For instance of the session, which middleware reads: in the shape of the endpoint meant."""

    def fail(*args: Any) -> Any:
        raise of_sqlite(sqlite3.SQLITE_BUSY)

    monkeypatch.setattr("accounts.signing.middleware.client_ip", fail)
    seller.key.raise_request_exception = seller.jwt.raise_request_exception = False
    for send in (upload, segment, edit, backgroundfx, page_upload):
        check(send, send(seller), 5)


def test_a_mistake_of_ours_outside_of_views(
    seller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("accounts.signing.middleware.client_ip", fail)
    seller.key.raise_request_exception = False
    response = segment(seller)
    assert (response.status_code, response.json()["type"]) == (500, "internal_error")
