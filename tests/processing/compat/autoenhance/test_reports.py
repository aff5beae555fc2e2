"""Reports, which staff see as ratings, and the account's webhook."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from media_library.models import Image
from processing.delivery import attempts
from processing.models import Rating, WebhookDelivery, WebhookEndpoint
from processing.services import webhooks
from tests.processing.compat.autoenhance.conftest import Studio
from tests.processing.receiver import Receiver, receiving

pytestmark = pytest.mark.usefixtures("quick_queue")


def report(studio: Studio, image_id: str, **body: Any) -> Any:
    return studio.client.call("POST", f"images/{image_id}/report", body)


def test_a_report_of_a_preview_and_of_the_whole(studio: Studio, small_photo: bytes) -> None:
    photo = studio.client.upload(small_photo)
    answer = report(
        studio,
        photo["image_id"],
        categories=["NOISE", "COLOUR", "AUTO_PRIVACY", "PRIVACY"],
        comment="Too blue.",
        score=1,
        source="API",
    )
    assert (answer.status_code, answer.json()) == (200, {})
    rating = Rating.objects.get()
    assert (rating.verdict, rating.reason, rating.score) == ("bad", "color", 1)
    assert rating.categories == ["noise", "color", "privacy"]
    assert (rating.note, rating.may_show) == ("Too blue.", False)
    assert rating.image.kind == "material"
    assert rating.job is not None
    assert studio.client.image(photo["image_id"])["rating"] == 1

    studio.client.enhanced(photo["image_id"], preview=False)
    assert report(studio, photo["image_id"], categories=["NO_COMPLAINTS"]).status_code == 200
    newest = Rating.objects.get(image__kind="derived")
    assert (newest.verdict, newest.reason, newest.score) == ("good", "", None)


def test_units_come_back_where_the_site_says_so(
    studio: Studio, small_photo: bytes, settings: Any
) -> None:
    settings.GIVE_BACK_ON_BAD = ["enhance"]
    photo = studio.client.upload(small_photo)
    studio.client.enhanced(photo["image_id"], preview=False)
    assert studio.used == 1
    for _ in range(2):
        report(studio, photo["image_id"], categories=["EXPOSURE"])
    assert studio.used == 0
    studio.client.enhanced(photo["image_id"], preview=False)
    assert studio.used == 0  # it was made, and is there


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, "categories"),
        ({"categories": []}, "categories"),
        ({"categories": ["BEAUTY"]}, "categories.0"),
        ({"categories": ["noise"]}, "categories.0"),
        ({"categories": ["NOISE"] * 21}, "categories"),
        ({"categories": ["NOISE"], "score": 6}, "score"),
        ({"categories": ["NOISE"], "comment": "x" * 1001}, "comment"),
        ({"categories": ["NOISE"], "source": "FAX"}, "source"),
    ],
)
def test_reports_that_can_not_be(
    studio: Studio, small_photo: bytes, body: dict[str, Any], name: str
) -> None:
    photo = studio.client.upload(small_photo)
    answer = report(studio, photo["image_id"], **body)
    assert (answer.status_code, list(answer.json()["detail"]["json"])) == (422, [name])
    assert not Rating.objects.exists()


def test_reports_of_what_is_not_there(studio: Studio, other: Studio, small_photo: bytes) -> None:
    made = studio.client.create()
    assert report(studio, made["image_id"], categories=["NOISE"]).status_code == 422
    photo = studio.client.upload(small_photo)
    assert report(other, photo["image_id"], categories=["NOISE"]).status_code == 404
    assert not Rating.objects.exists()


# --- The webhook --------------------------------------------------------------------------------------


@pytest.fixture
def receiver(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A server that is told the moment something is due."""
    settings.WEBHOOKS_MAY_BE_PRIVATE = True
    monkeypatch.setattr(attempts.deliver, "send", attempts.deliver.fn)
    with receiving() as found:
        yield found


def bodies(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in receiver.received]


def test_the_webhook_is_told_with_the_accounts_token(
    studio: Studio, receiver: Receiver, small_photo: bytes
) -> None:
    assert studio.client.call("GET", "webhook").status_code == 404
    body = {"url": receiver.url, "token": "Bearer s3cret"}
    told = studio.client.call("PUT", "webhook", body)
    shown = {"url": receiver.url, "active": True}
    assert (told.status_code, told.json()) == (200, {**shown, "updated_delivered": True})
    assert studio.client.call("GET", "webhook").json() == shown
    assert bodies(receiver) == [{"event": "webhook_updated"}]

    photo = studio.client.upload(small_photo)
    studio.client.enhanced(photo["image_id"], preview=False)  # of that nobody is told
    assert bodies(receiver)[1:] == [
        {
            "event": "image_processed",
            "image_id": photo["image_id"],
            "error": False,
            "order_id": photo["order_id"],
            "order_is_processing": False,
        }
    ]
    assert {one.headers["authorization"] for one in receiver.received} == {"Bearer s3cret"}

    studio.client.call("PUT", "webhook", {**body, "token": "another"})
    assert receiver.received[-1].headers["authorization"] == "another"
    assert WebhookEndpoint.objects.count() == 1
    assert "s3cret" not in str(WebhookEndpoint.objects.values())
    assert webhooks.reencrypt_secrets() == 1
    assert WebhookEndpoint.objects.get().authorization == "another"

    assert studio.client.call("DELETE", "webhook").status_code == 204
    studio.client.upload(small_photo)
    assert len(receiver.received) == 3


def test_failures_and_orders_that_go_on_are_told_of(
    studio: Studio,
    receiver: Receiver,
    small_photo: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from processing.worker import tasks

    studio.client.call("PUT", "webhook", {"url": receiver.url, "token": "t"})
    waiting: list[str] = []
    monkeypatch.setattr(tasks.run_job, "send", waiting.append)
    for _ in range(2):
        studio.client.upload(small_photo, order_id="house-7", enhance_type="warm")
    Image.objects.filter(kind="original").update(deleted_at="2026-07-01T00:00Z")
    for job_id in waiting:
        tasks.run_job.fn(job_id)
    told = [
        (one["error"], one["order_id"], one["order_is_processing"]) for one in bodies(receiver)[1:]
    ]
    assert told == [(True, "house-7", True), (True, "house-7", False)]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"url": "http://127.0.0.1/hook", "token": "t"}, "url"),
        ({"url": "ftp://example.com", "token": "t"}, "url"),
        ({"url": "https://example.com/"}, "token"),
        ({"url": "https://example.com/", "token": ""}, "token"),
        ({"url": "https://example.com/", "token": "a\r\nX: y"}, "token"),
        ({"url": "https://example.com/", "token": "t", "events": []}, "events"),
    ],
)
def test_webhooks_that_can_not_be(studio: Studio, body: dict[str, Any], name: str) -> None:
    answer = studio.client.call("PUT", "webhook", body)
    assert answer.status_code == 422, answer.text
    assert list(answer.json()["detail"]["json"]) == [name]
    assert not WebhookEndpoint.objects.exists()
    assert not WebhookDelivery.objects.exists()


def test_a_stranger_does_not_find_it(studio: Studio, other: Studio, receiver: Receiver) -> None:
    studio.client.call("PUT", "webhook", {"url": receiver.url, "token": "t"})
    assert other.client.call("GET", "webhook").status_code == 404
    assert other.client.call("DELETE", "webhook").status_code == 404
    assert WebhookEndpoint.objects.count() == 1
