"""Webhooks registered at this door, and what they hear of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.db import transaction
from standardwebhooks.webhooks import Webhook

from config import outbound, public_ids
from processing.compat.backgroundfx.notices import translate
from processing.delivery import attempts, outbox
from processing.delivery.payloads import Notice
from processing.engine.errors import BrokenImage
from processing.models import Batch, JobEvent, WebhookDelivery, WebhookEndpoint
from processing.services import webhooks
from processing.services.batching import batches
from tests.processing.compat.backgroundfx.client import BackgroundfxError
from tests.processing.compat.backgroundfx.conftest import MiddleModel, Studio, photo
from tests.processing.receiver import Receiver, receiving

URL = "https://shop.example/hooks"
OWN = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # without the prefix, as the library takes it, too
ALL = ["job.completed", "job.failed", "project.created"]
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
ID = UUID(int=7)


@pytest.fixture(autouse=True)
def _public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "vet", lambda url, **options: url)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Nobody sends deliveries: they are only written."""
    from processing.delivery import attempts as delivering

    sent: list[Any] = []
    monkeypatch.setattr(delivering.deliver, "send", sent.append)
    return sent


def test_registering(studio: Studio) -> None:
    made = studio.client.register_webhook(URL, ALL[::-1], secret=OWN)
    row = WebhookEndpoint.objects.get()
    assert made == {
        **{"id": str(row.pk), "url": URL, "events": ALL, "active": True},
        "created_at": row.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert (row.account, row.dialect) == (studio.account, "backgroundfx")
    assert row.secret == OWN


@pytest.mark.parametrize("more", [{}, {"secret": ""}])
def test_a_secret_of_ours_is_shown_once(studio: Studio, more: dict[str, str]) -> None:
    made = studio.client.register_webhook(URL, ["job.failed"], **more)
    assert made["secret"] == WebhookEndpoint.objects.get().secret
    assert made["secret"].startswith("whsec_")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        *(({"events": []}, "events"), ({"events": ["batch.completed"]}, "events.0")),
        *(({"events": "job.failed"}, "events"), ({"url": None}, "url"), ({"url": 5}, "url")),
        *(({"secret": "x" * 201}, "secret"), ({"secret": "whsec_?"}, "secret")),
        *(({"secret": "a\0b"}, "secret"), ({"secret": "correct horse"}, "secret")),
    ],
    ids=str,
)
def test_wrong_ones(studio: Studio, body: dict[str, Any], field: str) -> None:
    with pytest.raises(BackgroundfxError) as caught:
        studio.client.post("/webhooks", {"url": URL, "events": ["job.failed"], **body})
    assert (caught.value.status, list(caught.value.details)) == (400, [field])
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://[::1]/", "ftp://x.example", "x"])
def test_addresses_that_are_not_public(
    studio: Studio, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    with pytest.raises(BackgroundfxError) as caught:
        studio.client.register_webhook(url, ["job.failed"])
    assert caught.value.status == 400


def test_one_too_many(studio: Studio) -> None:
    for _ in range(webhooks.MAX_WEBHOOKS):
        studio.client.register_webhook(URL, ["job.failed"])
    with pytest.raises(BackgroundfxError) as caught:
        studio.client.register_webhook(URL, ["job.failed"])
    assert (caught.value.status, caught.value.error) == (409, "CONFLICT")


def counts(**some: int) -> dict[str, Any]:
    names = ("pending", "processing", "completed", "failed", "cancelled")
    found = {name: some.get(name, 0) for name in names}
    return {"total": sum(found.values()), **found, "progress": 100}


class TestTranslation:
    @pytest.mark.parametrize(
        ("ended", "name"),
        [
            (counts(completed=2), "job.completed"),
            (counts(completed=1, failed=1), "job.completed"),
            (counts(failed=2), "job.failed"),
            (counts(completed=1, cancelled=1), "job.failed"),
        ],
    )
    def test_the_end_of_a_batch(self, ended: dict[str, Any], name: str) -> None:
        data = {**ended, "batchId": public_ids.encode("batch", ID)}
        assert translate(Notice("batch.completed", NOW, data)) == (
            name,
            {
                "type": name,
                "timestamp": "2027-03-01T12:00:00Z",
                "data": {
                    **{"id": str(ID), "status": name.removeprefix("job."), "progress": 100},
                    **{"total_files": 2, "processed_files": 2},
                },
            },
        )

    def test_a_new_project(self) -> None:
        data = {"projectId": public_ids.encode("proj", ID), "name": "Spring", "type": "batch"}
        told = translate(Notice("project.created", NOW, data))
        assert told is not None
        assert told[0] == told[1]["type"] == "project.created"
        assert told[1]["data"] == {"id": str(ID), "name": "Spring", "type": "batch"}

    @pytest.mark.parametrize("name", ["job.completed", "job.failed", "batch.progress"])
    def test_one_pictures_end_is_nothing_to_tell_of(self, name: str) -> None:
        assert translate(Notice(name, NOW, {"jobId": "job_1"})) is None


def put(name: str) -> None:
    with transaction.atomic():
        for event in JobEvent.objects.filter(name=name):
            outbox.put(event)


def deliveries() -> list[tuple[str, str]]:
    return [(one.event, one.payload["data"]["id"]) for one in WebhookDelivery.objects.all()]


@pytest.mark.usefixtures("told")
class TestHearing:
    def test_of_a_batch_job(self, quick_queue: MiddleModel, studio: Studio) -> None:
        studio.client.register_webhook(URL, ALL)
        job_id = studio.client.batch([photo()])["id"]
        put("batch.completed")
        put("job.completed")
        assert deliveries() == [("job.completed", job_id)]

    def test_of_one_that_was_cancelled(self, run_queue: Callable[[], None], studio: Studio) -> None:
        studio.client.register_webhook(URL, ALL)
        job_id = studio.client.batch([photo()])["id"]
        batches.cancel(Batch.objects.get())
        put("batch.completed")
        assert deliveries() == [("job.failed", job_id)]

    def test_of_a_project(self, transactional_db: None, studio: Studio) -> None:
        studio.client.register_webhook(URL, ALL)
        project_id = studio.client.create_project("Spring", "image")["id"]
        put("project.created")
        assert deliveries() == [("project.created", project_id)]

    def test_of_nothing_else_than_what_was_asked_for(
        self, quick_queue: MiddleModel, studio: Studio
    ) -> None:
        studio.client.register_webhook(URL, ["job.failed"])
        studio.client.batch([photo()])
        put("batch.completed")
        assert deliveries() == []


@pytest.fixture
def receiver(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A server that is told the moment something is due."""
    settings.WEBHOOKS_MAY_BE_PRIVATE = True
    monkeypatch.setattr(attempts.deliver, "send", attempts.deliver.fn)
    with receiving() as found:
        yield found


class End(NamedTuple):
    """How a batch of two pictures comes to its end, and what is told of it."""

    broken: int
    cancelled: bool
    own_secret: bool
    status: str


@pytest.mark.parametrize(
    "end",
    [
        End(0, False, True, "completed"),
        End(1, False, False, "completed"),
        End(2, False, True, "failed"),
        End(0, True, False, "failed"),
    ],
    ids=["all done", "one broken", "all broken", "cancelled"],
)
def test_the_end_of_a_batch_reaches_its_receiver_signed(
    run_queue: Callable[[], None],
    models: MiddleModel,
    studio: Studio,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    end: End,
) -> None:
    def matte(name: str, rgb: Any) -> Any:
        models.asked.append(name)
        if len(models.asked) <= end.broken:
            raise BrokenImage("It does not open.")
        return MiddleModel().matte(name, rgb)

    monkeypatch.setattr(models, "matte", matte)
    made = studio.client.register_webhook(
        receiver.url, ALL, **{"secret": OWN} if end.own_secret else {}
    )
    job_id = studio.client.batch([photo(), photo((80, 60))])["id"]
    assert receiver.received == []
    if end.cancelled:
        batches.cancel(Batch.objects.get())
    run_queue()
    [told] = receiver.received
    verified = Webhook(made.get("secret", OWN)).verify(told.body, told.headers)
    assert verified["type"] == f"job.{end.status}"
    assert verified["data"] == {
        **{"id": job_id, "status": end.status, "progress": 100},
        **{"total_files": 2, "processed_files": 2},
    }
    shown = studio.client.job(job_id)
    assert (shown["status"], shown["progress"]) == (end.status, 100)
    assert WebhookDelivery.objects.get().state == "delivered"
