"""``/webhooks``: what owners may do with theirs, and strangers may not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient
from standardwebhooks.webhooks import Webhook

from config import outbound, public_ids
from processing.delivery import attempts, events
from processing.models import DeliveryState, Job, WebhookDelivery, WebhookEndpoint
from tests.processing.receiver import Receiver, receiving
from tests.stand_ins import Seller

URL = "/api/v1/webhooks"
HOOK = "https://shop.example/hook"
EVENTS = ["job.completed", "job.failed", "project.created", "batch.completed"]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PRIVATE = "This address doesn't lead to a public web server."


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The internet's address book, as far as these tests go."""
    known = {
        "shop.example": ["93.184.216.34"],
        "both.example": ["93.184.216.34", "10.0.0.7"],
        "127.0.0.1": ["127.0.0.1"],
    }
    monkeypatch.setattr(outbound, "_resolve", lambda host, *_, **__: known.get(host, []))
    return known


@pytest.fixture(autouse=True)
def nudged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sent: list[str] = []
    monkeypatch.setattr(attempts.deliver, "send", sent.append)
    return sent


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_MAY_BE_PRIVATE = True
    settings.WEBHOOK_SECONDS = 2.0
    with receiving() as found:
        yield found


@pytest.fixture
def job(submit: Callable[..., Job]) -> Job:
    return submit()


def register(seller: Seller, **body: Any) -> Any:
    wanted = {"url": HOOK, "events": ["job.completed"], **body}
    return seller.client.post(URL, wanted, format="json")


def registered(seller: Seller, **body: Any) -> dict[str, Any]:
    answer = register(seller, **body)
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()["data"]
    return made


def told(job: Job) -> WebhookDelivery:
    """A delivery of the account's only webhook."""
    events.append(job, "job.completed")
    return WebhookDelivery.objects.get()


def ended(delivery: WebhookDelivery, **changes: Any) -> None:
    columns = {"state": DeliveryState.FAILED, "due_at": None, "ended_at": timezone.now()}
    WebhookDelivery.objects.filter(pk=delivery.pk).update(**columns, **changes)


# --- register, change, delete ----------------------------------------------------------------------


def test_the_secret_is_shown_once(owner: Seller) -> None:
    made = registered(owner, events=["batch.completed", "job.completed"], description="Shop")
    secret = made.pop("secret")
    row = WebhookEndpoint.objects.get()
    assert made == {
        "id": row.public_id,
        "url": HOOK,
        "description": "Shop",
        "events": ["job.completed", "batch.completed"],
        "enabled": True,
        "notice": "",
        "dialect": "",
        "failingSince": None,
        "previousSecretUntil": None,
        "createdAt": made["createdAt"],
        "updatedAt": made["updatedAt"],
    }
    assert (row.secret, row.account) == (secret, owner.account)
    assert secret.startswith("whsec_")
    assert len(secret) == len("whsec_") + 44
    one = f"{URL}/{made['id']}"
    assert owner.client.get(one).json()["data"] == made
    assert owner.client.get(URL).json()["data"]["items"] == [made]


def test_two_secrets_are_never_alike(owner: Seller) -> None:
    assert registered(owner)["secret"] != registered(owner)["secret"]


@pytest.mark.parametrize("secret", [SECRET, SECRET.removeprefix("whsec_")])
def test_an_own_secret_is_taken_as_it_is(owner: Seller, secret: str) -> None:
    assert registered(owner, secret=secret)["secret"] == secret
    assert WebhookEndpoint.objects.get().secret == secret


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": None}, "url"),
        ({"url": ""}, "url"),
        ({"url": "shop.example/hook"}, "url"),
        ({"url": "ftp://shop.example/"}, "url"),
        ({"url": "https://a:b@shop.example/"}, "url"),
        ({"url": "https://shop.example:22/"}, "url"),
        ({"url": "https://shop.example/" + "x" * 2000}, "url"),
        ({"url": "https://no-such-name.example/"}, "url"),
        ({"events": None}, "events"),
        ({"events": []}, "events"),
        ({"events": "job.completed"}, "events"),
        ({"events": ["job.started"]}, "events.0"),
        ({"events": ["job.completed", 5]}, "events.1"),
        ({"events": ["job.completed"] * 5}, "events"),
        ({"description": "x" * 201}, "description"),
        ({"secret": ""}, "secret"),
        ({"secret": "x" * 15}, "secret"),
        ({"secret": "x" * 201}, "secret"),
        ({"secret": "whsec_not base64 at all"}, "secret"),
        ({"secret": "whsec_c2hvcnQgc2VjcmV0"}, "secret"),
        ({"secret": "my düster secret"}, "secret"),
        ({"secret": "x" * 24}, "secret"),
        ({"secret": f" {SECRET}"}, "secret"),
        ({"secret": SECRET.replace("9", "-")}, "secret"),
        ({"enabled": False}, "enabled"),
    ],
)
def test_what_is_wrong_is_named(owner: Seller, body: dict[str, Any], field: str) -> None:
    answer = register(owner, **body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize("field", ["url", "description", "secret"])
@pytest.mark.parametrize("character", ["\ud800", "\x00"])
def test_characters_that_no_database_keeps(owner: Seller, field: str, character: str) -> None:
    wanted = {"url": HOOK, "events": EVENTS, field: f"https://shop.example/{character}"}
    answer = owner.client.post(URL, json.dumps(wanted), content_type="application/json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "both.example", "[::1]", "169.254.169.254", "10.0.0.1", "localhost"]
)
def test_a_private_address_is_refused(
    owner: Seller, names: dict[str, list[str]], host: str
) -> None:
    address = host.strip("[]")
    names.setdefault(address, ["127.0.0.1"] if host == "localhost" else [address])
    answer = register(owner, url=f"http://{host}/hook")
    assert (answer.status_code, answer.json()["fields"]) == (400, {"url": [PRIVATE]})
    one = f"{URL}/{registered(owner)['id']}"
    answer = owner.client.patch(one, {"url": f"http://{host}/hook"}, format="json")
    assert answer.json()["fields"] == {"url": [PRIVATE]}
    assert WebhookEndpoint.objects.get().url == HOOK


def test_an_account_has_at_most_twenty(owner: Seller, stranger: Seller) -> None:
    for _ in range(20):
        registered(owner)
    answer = register(owner)
    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert WebhookEndpoint.objects.count() == 20
    registered(stranger)


def test_change_and_delete(owner: Seller, job: Job) -> None:
    made = registered(owner)
    one = f"{URL}/{made['id']}"
    told(job)
    changes = {"events": ["job.failed"], "description": "", "url": "http://shop.example:8080/"}
    changed = owner.client.patch(one, changes, format="json").json()["data"]
    assert changed == {
        **{name: value for name, value in made.items() if name != "secret"},
        **changes,
        "updatedAt": changed["updatedAt"],
    }
    assert changed["updatedAt"] > made["updatedAt"]
    assert owner.client.delete(one).status_code == 200
    assert owner.client.get(one).status_code == 404
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "nonsense"}, "url"),
        ({"events": []}, "events"),
        ({"enabled": "maybe"}, "enabled"),
        ({"enabled": None}, "enabled"),
        ({"secret": SECRET}, "secret"),
        ({"notice": ""}, "notice"),
    ],
)
def test_a_wrong_change_changes_nothing(owner: Seller, body: dict[str, Any], field: str) -> None:
    one = f"{URL}/{registered(owner)['id']}"
    before = owner.client.get(one).json()["data"]
    answer = owner.client.patch(one, {"description": "new", **body}, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert owner.client.get(one).json()["data"] == before


def test_switched_on_again_with_a_clean_record(owner: Seller) -> None:
    one = f"{URL}/{registered(owner)['id']}"
    bad = {"enabled": False, "notice": "Nothing was delivered.", "failing_since": timezone.now()}
    WebhookEndpoint.objects.update(**bad)
    off = owner.client.patch(one, {"description": "x"}, format="json").json()["data"]
    assert (off["enabled"], off["notice"]) == (False, "Nothing was delivered.")
    assert off["failingSince"] is not None
    on = owner.client.patch(one, {"enabled": True}, format="json").json()["data"]
    assert (on["enabled"], on["notice"], on["failingSince"]) == (True, "", None)


def test_a_new_address_has_not_failed_yet(owner: Seller) -> None:
    one = f"{URL}/{registered(owner)['id']}"
    WebhookEndpoint.objects.update(failing_since=timezone.now())
    moved = owner.client.patch(one, {"url": f"{HOOK}/2"}, format="json").json()["data"]
    assert moved["failingSince"] is None


def test_a_secret_that_libraries_read_otherwise_is_refused_in_words(owner: Seller) -> None:
    assert register(owner, secret="correct horse battery").json()["fields"] == {
        "secret": [
            "A secret is base64 of 24 to 64 bytes, with or without whsec_ before it: Standard "
            "Webhooks libraries read any other text as a different key. Without a secret, one is "
            "generated."
        ]
    }


# --- secrets -------------------------------------------------------------------------------------


def test_rotation_keeps_the_old_secret_for_a_day(owner: Seller, time_machine: Any) -> None:
    now = timezone.now().replace(microsecond=0)
    time_machine.move_to(now, tick=False)
    made = registered(owner)
    rotate = f"{URL}/{made['id']}/rotate-secret"
    rotated = owner.client.post(rotate, {}, format="json").json()["data"]
    row = WebhookEndpoint.objects.get()
    assert (row.secret, row.previous_secret) == (rotated["secret"], made["secret"])
    assert row.previous_until == now + timedelta(hours=24)
    assert rotated["secret"] != made["secret"]
    again = owner.client.post(rotate, {"secret": SECRET}, format="json").json()["data"]
    row = WebhookEndpoint.objects.get()
    assert (again["secret"], row.previous_secret) == (SECRET, rotated["secret"])
    shown = owner.client.get(f"{URL}/{made['id']}").json()["data"]
    assert "secret" not in shown
    assert shown["previousSecretUntil"] == again["previousSecretUntil"]


def test_a_bad_secret_rotates_nothing(owner: Seller) -> None:
    made = registered(owner)
    rotate = f"{URL}/{made['id']}/rotate-secret"
    for body in ({"secret": "whsec_!"}, {"secret": "whsec_not base64 at all"}, {"other": 1}):
        assert owner.client.post(rotate, body, format="json").status_code == 400
    assert WebhookEndpoint.objects.get().secret == made["secret"]


# --- test ----------------------------------------------------------------------------------------


def test_a_test_is_sent_now_and_its_attempt_answered(owner: Seller, receiver: Receiver) -> None:
    made = registered(owner, url=receiver.url)
    delivery = owner.client.post(f"{URL}/{made['id']}/test").json()["data"]
    [sent] = receiver.received
    assert Webhook(made["secret"]).verify(sent.body, sent.headers) == delivery["payload"]
    assert delivery["payload"]["data"] == {"webhookId": made["id"]}
    assert (delivery["event"], delivery["state"]) == ("webhook.test", "delivered")
    assert delivery["id"] == sent.headers["webhook-id"]
    [attempt] = delivery["attempts"]
    assert (attempt["number"], attempt["status"], attempt["answer"]) == (1, 200, "thanks")


def test_a_test_that_fails_is_not_tried_again_nor_held_against_anybody(
    owner: Seller, receiver: Receiver
) -> None:
    made = registered(owner, url=receiver.url)
    WebhookEndpoint.objects.update(enabled=False)
    receiver.answer(410, b"no")
    delivery = owner.client.post(f"{URL}/{made['id']}/test").json()["data"]
    assert (delivery["state"], delivery["nextAttemptAt"]) == ("failed", None)
    assert [attempt["status"] for attempt in delivery["attempts"]] == [410]
    row = WebhookEndpoint.objects.get()
    assert (row.notice, row.failing_since) == ("", None)


# --- deliveries ----------------------------------------------------------------------------------


def test_deliveries_are_listed_with_their_attempts(
    owner: Seller, receiver: Receiver, job: Job
) -> None:
    made = registered(owner, url=receiver.url)
    listed = f"{URL}/{made['id']}/deliveries"
    receiver.answer(500, b"sorry")
    delivery = told(job)
    attempts.deliver.fn(str(owner.account.pk))
    owner.client.post(f"{URL}/{made['id']}/test")
    page = owner.client.get(listed).json()["data"]
    assert [item["event"] for item in page["items"]] == ["webhook.test", "job.completed"]
    item = page["items"][1]
    delivery.refresh_from_db()
    assert item["id"] == delivery.public_id
    assert item["payload"] == delivery.payload
    assert item["nextAttemptAt"] > item["createdAt"]
    assert item["endedAt"] is None
    [attempt] = item["attempts"]
    assert attempt == {
        "number": 1,
        "status": 500,
        "seconds": attempt["seconds"],
        "error": "The server answered with status 500.",
        "answer": "sorry",
        "createdAt": attempt["createdAt"],
    }
    for state, total in (("pending", 1), ("failed", 1), ("delivered", 0)):
        found = owner.client.get(listed, {"state": state}).json()["data"]
        assert (found["total"], {item["state"] for item in found["items"]} <= {state}) == (
            total,
            True,
        )
    second = owner.client.get(listed, {"page": 2, "pageSize": 1}).json()["data"]["items"]
    assert second == [item]
    assert owner.client.get(listed, {"state": "lost"}).status_code == 400


def test_a_longer_list_asks_no_more_questions(owner: Seller, job: Job) -> None:
    listed = f"{URL}/{registered(owner)['id']}/deliveries"
    events.append(job, "job.completed")
    with CaptureQueriesContext(connection) as short:
        owner.client.get(listed)
    for _ in range(5):
        events.append(job, "job.completed")
    with CaptureQueriesContext(connection) as long:
        assert owner.client.get(listed).json()["data"]["total"] == 6
    assert len(long) == len(short)


def replay(seller: Seller, made: dict[str, Any], delivery: WebhookDelivery) -> Any:
    return seller.client.post(f"{URL}/{made['id']}/deliveries/{delivery.public_id}/replay")


def test_a_replay_starts_the_ladder_anew_under_the_same_id(
    owner: Seller,
    receiver: Receiver,
    job: Job,
    nudged: list[str],
    django_capture_on_commit_callbacks: Any,
) -> None:
    made = registered(owner, url=receiver.url)
    delivery = told(job)
    receiver.answer(500)
    attempts.deliver.fn(str(owner.account.pk))
    ended(delivery, attempts=10)
    nudged.clear()
    with django_capture_on_commit_callbacks(execute=True):
        answer = replay(owner, made, delivery)
    assert (answer.status_code, answer.json()["data"]["state"]) == (202, "pending")
    assert nudged == [str(owner.account.pk)]
    attempts.deliver.fn(str(owner.account.pk))
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.PENDING
    assert delivery.due_at is not None
    assert 4 < (delivery.due_at - timezone.now()).total_seconds() < 6
    receiver.answer(200)
    assert replay(owner, made, delivery).status_code == 202
    attempts.deliver.fn(str(owner.account.pk))
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.DELIVERED
    assert [one.number for one in delivery.tries.all()] == [1, 11, 12]
    assert {one.headers["webhook-id"] for one in receiver.received} == {delivery.public_id}


def test_what_was_delivered_can_be_replayed(owner: Seller, receiver: Receiver, job: Job) -> None:
    made = registered(owner, url=receiver.url)
    delivery = told(job)
    attempts.deliver.fn(str(owner.account.pk))
    assert replay(owner, made, delivery).status_code == 202
    attempts.deliver.fn(str(owner.account.pk))
    assert receiver.received[0].body == receiver.received[1].body


@pytest.mark.parametrize(
    ("changes", "endpoint", "message"),
    [
        (
            {"event": "webhook.test"},
            {},
            "A test delivery can't be replayed. Send a new test instead.",
        ),
        ({}, {"enabled": False}, "The webhook is disabled. Enable it first."),
        ({"attempts": 100}, {}, "This delivery has already had 100 attempts, the maximum."),
    ],
)
def test_what_can_not_be_replayed(
    owner: Seller, job: Job, changes: dict[str, Any], endpoint: dict[str, Any], message: str
) -> None:
    made = registered(owner)
    delivery = told(job)
    ended(delivery, **changes)
    WebhookEndpoint.objects.update(**endpoint)
    answer = replay(owner, made, delivery)
    assert (answer.status_code, answer.json()["error"]) == (409, message)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.due_at) == (DeliveryState.FAILED, None)


def test_no_replay_while_an_attempt_is_made(owner: Seller, job: Job) -> None:
    made = registered(owner)
    delivery = told(job)
    taken = attempts.claim_next(owner.account.pk)
    before = WebhookDelivery.objects.values().get()
    answer = replay(owner, made, delivery)
    assert taken is not None
    assert (answer.status_code, answer.json()["error"]) == (
        409,
        "A delivery attempt is in progress.",
    )
    assert WebhookDelivery.objects.values().get() == before


# --- who may -------------------------------------------------------------------------------------


def calls(made: dict[str, Any], delivery: str) -> list[tuple[str, str, dict[str, Any]]]:
    one = f"{URL}/{made['id']}"
    return [
        ("get", one, {}),
        ("patch", one, {"description": "mine", "events": ["job.failed"]}),
        ("delete", one, {}),
        ("post", f"{one}/rotate-secret", {}),
        ("post", f"{one}/test", {}),
        ("get", f"{one}/deliveries", {}),
        ("post", f"{one}/deliveries/{delivery}/replay", {}),
    ]


def call(client: APIClient, method: str, url: str, body: dict[str, Any]) -> Any:
    return getattr(client, method)(url, *([] if method == "get" else [body]), format="json")


def test_a_stranger_finds_and_changes_nothing(
    owner: Seller, stranger: Seller, receiver: Receiver, job: Job
) -> None:
    made = registered(owner, url=receiver.url)
    delivery = told(job)
    ended(delivery)
    rows = WebhookEndpoint.objects.values().get(), WebhookDelivery.objects.values().get()
    for method, url, body in calls(made, delivery.public_id):
        assert call(stranger.client, method, url, body).status_code == 404
        assert call(APIClient(), method, url, body).status_code == 401
    theirs = registered(stranger)
    assert replay(stranger, theirs, delivery).status_code == 404
    assert stranger.client.get(URL).json()["data"]["total"] == 1
    assert receiver.received == []
    assert (
        WebhookEndpoint.objects.values().get(account=owner.account),
        WebhookDelivery.objects.values().get(),
    ) == rows


@pytest.mark.parametrize("webhook_id", ["wh_nonsense", "job_1111111111111111111111", "%00"])
def test_ids_that_are_none(owner: Seller, webhook_id: str) -> None:
    assert owner.client.get(f"{URL}/{webhook_id}").status_code == 404


def test_a_delivery_that_is_none(owner: Seller, job: Job) -> None:
    made = registered(owner)
    delivery = told(job)
    for delivery_id in ("whd_nonsense", public_ids.encode("wh", delivery.pk), made["id"]):
        url = f"{URL}/{made['id']}/deliveries/{delivery_id}/replay"
        assert owner.client.post(url).status_code == 404
