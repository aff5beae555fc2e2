"""``Idempotency-Key``, tried at the door that makes API keys: they have a secret to keep."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from accounts.access import api_keys
from accounts.api import idempotency
from accounts.models import ApiKey, IdempotencyRecord
from config.errors import AppError
from config.failures import process_marks
from tests import prepared
from tests.accounts.conftest import Seller

KEYS = "/api/v1/keys"
RACE = Path(__file__).with_name("idempotency_race.py")


def create(who: Seller, key: str | None = "order-1", name: str = "till", path: str = KEYS) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return who.client.post(path, {"name": name}, format="json", headers=headers)


def interrupted(seller: Seller, **columns: Any) -> None:
    """Leave the record behind that a request leaves which never came to its end."""
    create(seller)
    ApiKey.objects.all().delete()
    IdempotencyRecord.objects.update(status=0, **columns)


def test_a_repeat_makes_nothing_and_shows_no_secret(seller: Seller) -> None:
    first, again = create(seller), create(seller)
    assert (first.status_code, again.status_code) == (201, 201)
    made = first.json()["data"]
    assert made["key"].startswith("ps_")
    assert again.json()["data"] == {**made, "key": None}
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert ApiKey.objects.get().public_id == made["id"]


def test_what_is_kept_is_kind_and_id_alone(seller: Seller) -> None:
    create(seller)
    kept = IdempotencyRecord.objects.values().get()
    assert (kept["kind"], kept["object_id"]) == ("key", ApiKey.objects.get().pk)
    assert (kept["key"], kept["status"]) == ("order-1", 201)
    assert set(kept) == {
        *("id", "account_id", "key", "request_hash", "kind"),
        *("object_id", "status", "claimed_at", "claimed_by", "created_at"),
    }


def test_without_a_key_two_requests_make_two(seller: Seller) -> None:
    assert create(seller, None).json()["data"]["id"] != create(seller, None).json()["data"]["id"]
    assert not IdempotencyRecord.objects.exists()


def test_other_keys_and_other_accounts_make_their_own(seller: Seller, stranger: Seller) -> None:
    answers = [create(seller), create(seller, "order-2"), create(stranger)]
    assert all(answer.json()["data"]["key"] for answer in answers)
    assert ApiKey.objects.count() == 3


@pytest.mark.parametrize("change", [{"name": "office"}, {"path": f"{KEYS}?again"}])
def test_a_key_is_good_for_one_request(seller: Seller, change: dict[str, str]) -> None:
    create(seller)
    other = create(seller, **change)
    assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert ApiKey.objects.get().name == "till"


@pytest.mark.parametrize("key", ["", "two words", "clé", "x" * 256, "tab\tbed"])
def test_a_key_is_visible_ascii(seller: Seller, key: str) -> None:
    answer = create(seller, key)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["Idempotency-Key"])
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("key", ["!", "x" * 255, '"8e03978e-40d5-43dd-bc93-6894a57f9324"'])
def test_any_other_key_is_good(seller: Seller, key: str) -> None:
    assert create(seller, key).status_code == 201
    assert create(seller, key).headers["Idempotency-Replayed"] == "true"


def test_a_refusal_frees_the_key(seller: Seller) -> None:
    assert create(seller, name="").status_code == 400
    assert create(seller, name="till").status_code == 201


def test_a_repeat_while_the_first_is_under_way(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile = []

    def create_slowly(*args: Any, **options: Any) -> Any:
        if not meanwhile:
            meanwhile.append(create(seller))
        return made(*args, **options)

    made = api_keys.create
    monkeypatch.setattr(api_keys, "create", create_slowly)
    assert create(seller).status_code == 201
    [answer] = meanwhile
    assert (answer.status_code, answer.json()["code"]) == (409, "IDEMPOTENCY_KEY_IN_USE")
    assert answer.json()["success"] is False
    assert answer.headers["Retry-After"] == "5"
    assert ApiKey.objects.count() == 1


def test_after_an_error_of_ours_a_repeat_goes_on_at_once(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller.client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(api_keys, "create", lambda *_, **__: 1 / 0)
        assert create(seller).status_code == 500
    answer = create(seller)
    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer.headers
    assert answer.json()["data"]["key"].startswith("ps_")


def test_an_error_after_the_making_makes_nothing_twice(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller.client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("accounts.api.endpoints.CreatedKeySerializer.get_key", lambda *_: 1 / 0)
        assert create(seller).status_code == 500
    answer = create(seller)
    assert (answer.status_code, answer.headers["Idempotency-Replayed"]) == (201, "true")
    assert answer.json()["data"]["key"] is None
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(("minutes", "status"), [(9, 409), (11, 201)])
def test_a_dead_request_is_given_up_after_ten_minutes(
    seller: Seller, minutes: int, status: int
) -> None:
    interrupted(seller, claimed_at=timezone.now() - timedelta(minutes=minutes))
    assert create(seller).status_code == status
    assert ApiKey.objects.count() == (status == 201)


def test_a_request_whose_process_died_is_given_up_at_once(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(seller, claimed_by="of another process")
    monkeypatch.setattr(process_marks, "is_dead", lambda mark: False)
    assert create(seller).status_code == 409
    monkeypatch.setattr(process_marks, "is_dead", lambda mark: mark == "of another process")
    assert create(seller).status_code == 201
    assert IdempotencyRecord.objects.get().claimed_by == process_marks.mark()
    assert ApiKey.objects.count() == 1


def test_who_was_taken_for_dead_frees_nobody_elses_key(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def come_too_late(*_: Any, **__: Any) -> Any:
        monkeypatch.undo()
        long_ago = timezone.now() - timedelta(minutes=11)
        IdempotencyRecord.objects.update(claimed_at=long_ago)
        assert create(seller).status_code == 201
        raise AppError("CONFLICT", "Too late.", status=409)

    monkeypatch.setattr(api_keys, "give", come_too_late)
    assert create(seller).json()["error"] == "Too late."
    assert create(seller).headers["Idempotency-Replayed"] == "true"
    assert ApiKey.objects.count() == 1


def test_what_was_deleted_since_is_not_made_again(seller: Seller) -> None:
    made = create(seller).json()["data"]
    seller.client.delete(f"{KEYS}/{made['id']}")
    answer = create(seller)
    assert (answer.status_code, answer.json()["error"]) == (404, "API key not found.")
    assert not ApiKey.objects.exists()


def test_a_key_is_forgotten_after_a_day(seller: Seller) -> None:
    create(seller)
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=23, minutes=59))
    assert idempotency.forget_old() == 0
    assert create(seller, name="office").status_code == 422
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=24, minutes=1))
    assert create(seller, name="office").status_code == 201
    assert ApiKey.objects.count() == 2
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=24, minutes=1))
    assert idempotency.forget_old() == 1


def test_a_repeat_counts_against_the_rate(seller: Seller) -> None:
    left = [int(create(seller).headers["X-RateLimit-Remaining"]) for _ in range(2)]
    assert left[1] == left[0] - 1


def test_who_may_not_come_in_learns_nothing_of_keys(seller: Seller) -> None:
    create(seller)
    client = seller.key_client()
    answer = client.post(KEYS, {"name": "till"}, headers={"Idempotency-Key": "order-1"})
    assert answer.status_code == 403


def test_of_many_at_once_one_makes_it(tmp_path: Path) -> None:
    database = tmp_path / "race.sqlite3"
    prepared.lay_out(tmp_path, database)
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{database}",
        "VAR_DIR": str(tmp_path),
        "PYTHONPATH": os.pathsep.join([str(settings.BASE_DIR), os.environ.get("PYTHONPATH", "")]),
    }
    done = subprocess.run(
        [sys.executable, str(RACE)],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["keys"] == 1
    assert report["answers"].pop("201 made") == 1
    assert set(report["answers"]) <= {"409", "201 replayed"}


class TestFingerprint:
    def of(self, data: Any, format: str = "json", path: str = KEYS) -> str:
        request = APIRequestFactory().post(path, data, format=format)
        parsers = [JSONParser(), MultiPartParser()]
        return idempotency.fingerprint(Request(request, parsers=parsers))

    def file(self, content: bytes = b"jpeg", name: str = "shoe.jpg") -> SimpleUploadedFile:
        return SimpleUploadedFile(name, content)

    def test_json_counts_by_what_it_says(self) -> None:
        factory = APIRequestFactory()
        spelt = [
            factory.post(KEYS, text, content_type="application/json")
            for text in ('{"a": "é", "b": [1, 2]}', '{ "b":[1,2],"a":"\\u00e9" }')
        ]
        assert len({idempotency.fingerprint(Request(one, [JSONParser()])) for one in spelt}) == 1

    @pytest.mark.parametrize("other", [{"a": [2, 1]}, {"a": ["1", 2]}, {"a": [1, 2], "b": None}])
    def test_other_json_is_other(self, other: Any) -> None:
        assert self.of({"a": [1, 2]}) != self.of(other)

    def test_a_form_counts_by_its_fields_and_files(self) -> None:
        def form(**change: Any) -> str:
            return self.of({"file": self.file(), "projectId": "p", **change}, "multipart")

        assert form() == form()
        others = [
            {"file": self.file(b"png")},
            {"file": self.file(name="boot.jpg")},
            {"projectId": "q"},
            {"files": self.file()},
        ]
        assert len({form(), *(form(**change) for change in others)}) == 5

    def test_the_order_of_files_counts(self) -> None:
        two = [b"one", b"two"]
        orders = [
            {"files": [self.file(content) for content in order]} for order in (two, two[::-1])
        ]
        assert self.of(orders[0], "multipart") != self.of(orders[1], "multipart")

    def test_a_file_is_read_in_pieces_and_can_be_read_again(self) -> None:
        content = bytes(range(256)) * 20_000  # 5 MB: Django keeps it on disk
        request = Request(
            APIRequestFactory().post(KEYS, {"file": self.file(content)}, format="multipart"),
            parsers=[MultiPartParser()],
        )
        idempotency.fingerprint(request)
        with request.data["file"] as file:
            assert isinstance(file, TemporaryUploadedFile)
            assert file.read() == content

    def test_a_form_is_not_json(self) -> None:
        assert self.of({"a": "1"}) != self.of({"a": "1"}, "multipart")


def test_every_post_that_makes_something_takes_a_key() -> None:
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]  # type: ignore[no-untyped-call]
    posts = {path: methods["post"] for path, methods in paths.items() if "post" in methods}
    without = set()
    for path, operation in posts.items():
        names = {one["name"] for one in operation.get("parameters", [])}
        if "Idempotency-Key" not in names:
            without.add(path.removeprefix("/api/v1/").rpartition("/")[2])
            continue
        assert {"409", "422"} <= set(operation["responses"]), path
        assert "Retry-After" in operation["responses"]["409"]["headers"]
        for status, response in operation["responses"].items():
            assert ("Idempotency-Replayed" in response["headers"]) is status.startswith("2"), path
    assert without == {
        *("register", "login", "logout"),
        *("cancel", "retry", "test", "replay", "rotate-secret"),
        *("bulk", "check", "export"),  # of listings: they make nothing
        *("repair", "archive"),  # sent again they find the work that was begun
        *("looked", "move", "restore", "trash", "verify"),  # sent again they find it done
        *("accept", "choose"),  # so do these
        "resend",  # the mail before leads nowhere then
        "preview",  # kept nowhere
        "delete",  # of the account
    }
