"""Taking one's data away: whole, one's own alone, one at a time, and gone after a day."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import dramatiq
import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.access import api_keys
from accounts.http import Caller
from accounts.lifecycle import closing, erasing
from accounts.models import Member, Role, User
from accounts.team import invitations, members
from listings.services import listings
from media_library import shares
from media_library.lifecycle import own_data
from media_library.models import DataExport
from media_library.shares import Chosen
from processing.models import Bucket, Preset, WebhookEndpoint
from tests.dashboard.conftest import Person, person

PAGE = "/settings/data/"
__all__ = ["person"]  # a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(person: Callable[[str], Person]) -> Person:
    return person("ada@example.com")


@pytest.fixture
def eve(person: Callable[[str], Person]) -> Person:
    return person("eve@example.com")


def ask(who: Person) -> Any:
    return who.client.post(f"{PAGE}ask/")


def make() -> DataExport:
    """Work on the newest as a worker does."""
    export = DataExport.objects.latest("created_at")
    own_data.make_data_export.fn(str(export.pk))
    export.refresh_from_db()
    return export


def fetched(who: Person, export: DataExport) -> Any:
    return who.client.get(f"{PAGE}{export.public_id}/")


def zip_of(who: Person, export: DataExport) -> ZipFile:
    answer = fetched(who, export)
    assert answer.status_code == 200
    data = b"".join(answer.streaming_content)
    assert answer["Content-Length"] == str(len(data))
    return ZipFile(io.BytesIO(data))


def test_everything_is_in_it_and_nothing_of_others(ada: Person, eve: Person) -> None:
    photo = ada.image("dress.jpg")
    ada.result(photo)
    ada.image("Evening dress")
    eve.image("secret.jpg")
    _key, secret = api_keys.create(ada.account, ada.user, name="Shop import")
    caller = Caller(ada.account, ada.user)
    listings.create(caller, {"title": "=Dress"}, image_ids=[photo.pk])
    Preset.objects.create(account=ada.account, name="Shop", plan={})
    WebhookEndpoint.objects.create(
        account=ada.account, url="https://a.example/", encrypted_secret="s3cret"
    )
    Bucket.objects.create(account=ada.account, name="Studio", encrypted_secret="s3cret")
    shares.create(ada.account, Chosen(images=[photo.pk]), title="For Mia", password="tweed")
    assert ask(ada).status_code == 302
    assert "Your data is being gathered." in ada.client.get(PAGE).content.decode()
    archive = zip_of(ada, make())
    assert sorted(archive.namelist()) == [
        *(
            "account.json",
            "buckets.json",
            "jobs.json",
            "listings.csv",
            "listings.json",
            "looks.json",
        ),
        *(
            "photos/Evening dress.jpg",
            "photos/dress.jpg",
            "pictures.json",
            "projects.json",
            "ratings.json",
            "resources.json",
        ),
        *("results/dress-cutout.png", "room-photos.json", "shared links.json"),
        *("sold items.csv", "usage.json"),
        "webhooks.json",
    ]
    assert archive.testzip() is None
    with default_storage.open(photo.file_key) as file:
        assert archive.read("photos/dress.jpg") == file.read()
    told = json.loads(archive.read("account.json"))
    assert [one["email"] for one in told["people"]] == ["ada@example.com"]
    assert [one["name"] for one in told["keys"]] == ["Shop import"]
    [result] = [
        one for one in json.loads(archive.read("pictures.json")) if one["kind"] == "derived"
    ]
    assert (result["madeFrom"], result["file"]) == (photo.public_id, "results/dress-cutout.png")
    rows = list(csv.DictReader(io.StringIO(archive.read("listings.csv").decode("utf-8-sig"))))
    assert [(row["title"], row["pictures"]) for row in rows] == [("'=Dress", photo.public_id)]
    [listing] = json.loads(archive.read("listings.json"))
    assert listing["title"] == "=Dress"
    [usage] = json.loads(archive.read("usage.json"))
    assert (usage["operation"], usage["settled"]) == ("remove-background", 1)
    [link] = json.loads(archive.read("shared links.json"))
    assert (link["title"], link["images"], link["hasPassword"]) == (
        "For Mia",
        [photo.public_id],
        True,
    )
    assert link["state"] == "active"
    assert "/s/" in link["url"]
    texts = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".json"))
    for hidden in (secret, "s3cret", "eve@example.com", "secret.jpg"):
        assert hidden.encode() not in texts


def test_only_its_owner_fetches_it(ada: Person, eve: Person, client: Any) -> None:
    ask(ada)
    waiting = DataExport.objects.get()
    assert fetched(ada, waiting).status_code == 404
    export = make()
    assert fetched(eve, export).status_code == 404
    assert client.get(f"{PAGE}{export.public_id}/").status_code == 302
    assert export.public_id not in eve.client.get(PAGE).content.decode()
    assert export.public_id in ada.client.get(PAGE).content.decode()


def test_one_at_a_time_and_three_a_day(ada: Person) -> None:
    ask(ada)
    assert ask(ada).status_code == 409
    first = make()
    for _ in range(2):
        ask(ada)
        make()
    assert not default_storage.exists(first.file_key)
    refused = ask(ada)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 86_400
    assert DataExport.objects.count() == 3
    DataExport.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert ask(ada).status_code == 302


def test_a_second_message_makes_nothing(ada: Person) -> None:
    ask(ada)
    export = make()
    own_data.make_data_export.fn(str(export.pk))
    again = DataExport.objects.get()
    assert (again.file_key, again.attempts) == (export.file_key, 1)


def test_after_a_day_file_and_row_go(ada: Person) -> None:
    ask(ada)
    export = make()
    own_data.sweep()
    assert default_storage.exists(export.file_key)
    DataExport.objects.update(expires_at=timezone.now())
    assert fetched(ada, export).status_code == 404
    own_data.sweep()
    assert not default_storage.exists(export.file_key)
    DataExport.objects.update(created_at=timezone.now() - timedelta(hours=25))
    own_data.sweep()
    assert not DataExport.objects.exists()


def test_what_nobody_makes_is_asked_for_again_and_fails_in_the_end(ada: Person) -> None:
    ask(ada)
    broker = dramatiq.get_broker()
    broker.flush_all()
    own_data.sweep()
    assert broker.queues["accounts"].qsize() == 1  # type: ignore[attr-defined]
    DataExport.objects.update(attempts=3, due_at=timezone.now())
    own_data.sweep()
    assert DataExport.objects.get().state == "failed"
    assert "Gathering your data failed." in ada.client.get(PAGE).content.decode()


def test_a_disk_that_is_nearly_full_is_left_alone(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.image()
    ask(ada)
    monkeypatch.setattr(own_data, "_LEFT_FREE", 10**18)
    assert make().state == "failed"
    assert ask(ada).status_code == 302


def test_an_account_that_ends_takes_it_along(ada: Person) -> None:
    ask(ada)
    export = make()
    ask(ada)
    closing.close_person(ada.user)
    waiting = make()
    assert waiting.state == "waiting"  # made for nobody
    assert erasing.erase(ada.account.pk)
    assert not DataExport.objects.exists()
    assert not default_storage.exists(export.file_key)


def test_whoever_asked_is_told_by_mail_in_their_language(ada: Person, settings: Any) -> None:
    settings.MAIL_IS_SENT = True
    ada.user.language = "de"
    ada.user.save()
    ask(ada)
    make()
    [sent] = mail.outbox
    assert (sent.subject, sent.to) == ("Packshot: Deine Daten sind bereit", ["ada@example.com"])
    assert f"{settings.SITE_URL}/settings/data/" in sent.body


def test_who_came_and_went_is_in_it(ada: Person, eve: Person) -> None:
    owner = Caller(ada.account, ada.user, role=Role.OWNER)
    for email in ("ben@example.com", "late@example.com"):
        invitations.invite(owner, email=email, role=Role.EDITOR)
    theirs = Caller(eve.account, eve.user, role=Role.OWNER)
    invitations.invite(theirs, email="secret@example.com", role=Role.VIEWER)
    ben = User.objects.create_user("ben@example.com", name="Ben")
    Member.objects.create(account=ada.account, user=ben, role=Role.EDITOR)
    api_keys.create(ada.account, ben, name="Till")
    members.remove(owner, ben.pk)
    ask(ada)
    text = zip_of(ada, make()).read("account.json").decode()
    told = json.loads(text)
    [late, invited] = told["invitations"]
    assert (late["email"], invited["email"]) == ("late@example.com", "ben@example.com")
    assert (invited["role"], invited["invitedBy"], invited["acceptedAt"]) == (
        *("editor", "ada@example.com"),
        None,
    )
    assert [
        (one["act"], one["by"], one["person"], one["role"], one["apiKeys"])
        for one in told["changesOfMembers"]
    ] == [
        ("keys_ended", "ada@example.com", "ben@example.com", None, 1),
        ("removed", "ada@example.com", "ben@example.com", None, None),
        ("invited", "ada@example.com", "late@example.com", "editor", None),
        ("invited", "ada@example.com", "ben@example.com", "editor", None),
    ]
    assert "digest" not in text
    assert "secret@example.com" not in text


def test_programs_of_people_may_ask_and_keys_may_not(ada: Person, eve: Person, client: Any) -> None:
    url = "/api/v1/account/export"
    _key, plain = api_keys.create(ada.account, ada.user, name="All")
    for path in (url, f"{url}/content"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers={"x-api-key": plain}).status_code == 403
        assert ada.client.get(path).status_code == 404
    asked = ada.client.post(url, {}, content_type="application/json")
    assert (asked.status_code, asked.json()["data"]["state"]) == (202, "waiting")
    assert ada.client.post(url, {}, content_type="application/json").status_code == 409
    export = make()
    told = ada.client.get(url).json()["data"]
    assert (told["id"], told["state"], told["bytes"]) == (export.public_id, "ready", export.bytes)
    answer = ada.client.get(f"{url}/content")
    assert ZipFile(io.BytesIO(b"".join(answer.streaming_content))).testzip() is None
    for path in (url, f"{url}/content"):
        assert eve.client.get(path).status_code == 404
