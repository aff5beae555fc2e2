"""From an event to a receiver: what is sent, how often, and when it is given up."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisDown
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from config import outbound
from processing.delivery import attempts, events, lanes, outbox, payloads, signing
from processing.models import (
    Batch,
    DeliveryState,
    Job,
    JobEvent,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from processing.services import webhooks
from tests.processing.receiver import Handler, Receiver, receiving
from tests.stand_ins import Seller

Subscribe = Callable[..., WebhookEndpoint]
OK, FAILED, PENDING = DeliveryState.DELIVERED, DeliveryState.FAILED, DeliveryState.PENDING


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_MAY_BE_PRIVATE = True
    settings.WEBHOOK_SECONDS = 2.0
    with receiving() as found:
        yield found


@pytest.fixture
def nudged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The accounts that were told to have something due."""
    sent: list[str] = []
    monkeypatch.setattr(attempts.deliver, "send", sent.append)
    return sent


@pytest.fixture
def subscribe(owner: Seller, receiver: Receiver, nudged: list[str]) -> Subscribe:
    def add(seller: Seller = owner, **options: Any) -> WebhookEndpoint:
        wanted = {"url": receiver.url, "events": payloads.EVENTS, **options}
        return webhooks.register(seller.account, webhooks.Subscription(**wanted))

    return add


@pytest.fixture
def job(submit: Callable[..., Job]) -> Job:
    return submit()


def happen(job: Job, name: str = "job.completed", **data: Any) -> JobEvent:
    with transaction.atomic():
        return events.append(job, name, data)


def work(seller: Seller, *, after: timedelta = timedelta()) -> None:
    """What a worker does with one message, `after` some time."""
    with time_machine.travel(timezone.now() + after, tick=False):
        attempts.deliver.fn(str(seller.account.pk))


def only() -> WebhookDelivery:
    return WebhookDelivery.objects.get()


def tries(delivery: WebhookDelivery) -> list[tuple[int, int | None, str]]:
    return list(delivery.tries.values_list("number", "status", "error"))


# --- what is told --------------------------------------------------------------------------------


def test_a_completed_job_is_told_and_signed(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job
) -> None:
    endpoint = subscribe()
    event = happen(job, resultImageId="img_result")
    work(owner)
    [told] = receiver.received
    assert Webhook(endpoint.secret).verify(told.body, told.headers) == {
        "type": "job.completed",
        "timestamp": event.created_at.isoformat().replace("+00:00", "Z"),
        "data": {
            "jobId": job.public_id,
            "operation": "remove-background",
            "state": "completed",
            "sourceImageId": job.source.public_id,
            "resultImageId": "img_result",
            "batchId": None,
            "error": None,
        },
    }
    delivery = only()
    assert told.body.startswith(b'{"data":{"batchId":null,"error":null,"jobId":"job_')
    assert told.path == "/hook"
    assert told.headers["webhook-id"] == delivery.public_id
    assert told.headers["content-type"] == "application/json"
    assert delivery.state == OK
    assert (delivery.due_at, delivery.claimed_at) == (None, None)
    kept = delivery.tries.get()
    assert (kept.number, kept.status, kept.error, kept.answer) == (1, 200, "", "thanks")
    assert kept.seconds > 0


@pytest.mark.usefixtures("middle_model", "quick_queue")
def test_from_the_door_to_the_receiver(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, nudged: list[str], image: Any
) -> None:
    subscribe()
    tool = "/api/v1/images/tools/remove-background"
    answer = owner.client.post(tool, {"imageId": image.public_id}, format="json").json()["data"]
    assert nudged == [str(owner.account.pk)]
    work(owner)
    [told] = receiver.received
    data = json.loads(told.body)["data"]
    assert data["sourceImageId"] == image.public_id
    assert data["resultImageId"] == answer["processedImageId"]


def test_a_failed_job_says_why(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job
) -> None:
    subscribe()
    happen(job, "job.failed", code="BROKEN_IMAGE", error="It does not open.")
    work(owner)
    data = json.loads(receiver.received[0].body)["data"]
    assert (data["state"], data["resultImageId"]) == ("failed", None)
    assert data["error"] == {"code": "BROKEN_IMAGE", "message": "It does not open."}


def test_batches_and_projects_are_told_with_their_data(
    owner: Seller, subscribe: Subscribe, receiver: Receiver
) -> None:
    subscribe()
    batch = Batch.objects.create(
        account=owner.account, operation="edit", command={}, total=2, open_items=2
    )
    events.append_to_batch(batch, "batch.completed", {"completed": 2})
    events.append_to_account(owner.account, "project.created", {"projectId": "proj_1"})
    work(owner)
    work(owner)
    told = [json.loads(one.body) for one in receiver.received]
    assert [(one["type"], one["data"]) for one in told] == [
        ("batch.completed", {"completed": 2, "batchId": batch.public_id}),
        ("project.created", {"projectId": "proj_1"}),
    ]


def test_only_what_was_asked_for_reaches_only_who_asked(
    owner: Seller, stranger: Seller, subscribe: Subscribe, job: Job
) -> None:
    subscribe(stranger)
    webhooks.change(subscribe(), {"enabled": False})
    wants_failures = subscribe(events=["job.failed"])
    happen(job)
    happen(job, "job.started")
    assert not WebhookDelivery.objects.exists()
    happen(job, "job.failed", code="X", error="x")
    assert only().endpoint == wants_failures


def test_an_event_that_was_rolled_back_is_not_told(subscribe: Subscribe, job: Job) -> None:
    subscribe()
    with transaction.atomic():
        events.append(job, "job.completed")
        transaction.set_rollback(True)
    assert not WebhookDelivery.objects.exists()


def test_an_event_is_told_once(subscribe: Subscribe, job: Job) -> None:
    subscribe()
    event = happen(job)
    outbox.put(event, job)
    assert only().source == event


def test_a_dialect_tells_in_its_own_words_or_not_at_all(
    owner: Seller,
    subscribe: Subscribe,
    receiver: Receiver,
    job: Job,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def shouted(notice: payloads.Notice) -> tuple[str, dict[str, Any]] | None:
        if notice.type == "job.failed":
            return None
        return "project.created", {"SHOUT": notice.data["jobId"]}

    monkeypatch.setitem(payloads.DIALECTS, "shouting", shouted)
    subscribe(dialect="shouting", events=["project.created", "job.failed"])
    happen(job, "job.failed", code="X", error="x")
    happen(job)
    work(owner)
    assert only().event == "project.created"
    assert [json.loads(one.body) for one in receiver.received] == [{"SHOUT": job.public_id}]


def test_a_dialect_that_is_gone_keeps_no_job_from_ending(
    subscribe: Subscribe, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(payloads.DIALECTS, "dying", payloads.native)
    subscribe(dialect="dying")
    monkeypatch.delitem(payloads.DIALECTS, "dying")
    assert happen(job).pk
    assert not WebhookDelivery.objects.exists()
    with pytest.raises(ValueError, match="dying"):
        subscribe(dialect="dying")


# --- signatures ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        ("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ", "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ=="),
        ("whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ=", "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ=="),
    ],
)
def test_the_reference_library_verifies_with_the_secret_as_it_was_given(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job, secret: str, key: str
) -> None:
    subscribe(secret=secret)
    happen(job)
    work(owner)
    [told] = receiver.received
    for spelled in (secret, key):
        assert Webhook(spelled).verify(told.body, told.headers)["type"] == "job.completed"


def test_secrets_stand_nowhere_in_clear_and_follow_the_keys(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job, settings: Any
) -> None:
    settings.ENCRYPTION_KEYS = {1: "old"}
    endpoint = webhooks.rotate_secret(subscribe())
    [stored] = WebhookEndpoint.objects.values()
    assert not any("whsec_" in str(value) for value in stored.values())
    settings.ENCRYPTION_KEYS = {1: "old", 2: "new"}
    out = StringIO()
    call_command("reencrypt", stdout=out)
    assert "Webhook secrets: 1\n" in out.getvalue()
    settings.ENCRYPTION_KEYS = {2: "new"}
    happen(job)
    work(owner)
    found = WebhookEndpoint.objects.get()
    [told] = receiver.received
    for secret in (found.secret, found.previous_secret):
        assert Webhook(secret).verify(told.body, told.headers)
    settings.ENCRYPTION_KEYS = {3: "another"}
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("reencrypt")
    assert WebhookEndpoint.objects.values().get()["encrypted_secret"] == found.encrypted_secret
    assert endpoint.encrypted_secret != found.encrypted_secret


def test_a_secret_whose_key_is_gone_fails_its_deliveries_until_it_is_rotated(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job, settings: Any
) -> None:
    endpoint = subscribe()
    settings.ENCRYPTION_KEYS = {2: "another"}
    happen(job)
    work(owner)
    sentence = (
        "The webhook's secret can't be read on our side. Rotate it to receive webhooks again."
    )
    assert (receiver.received, tries(only())) == ([], [(1, None, sentence)])
    new = webhooks.rotate_secret(endpoint).secret
    WebhookEndpoint.objects.update(encrypted_previous_secret="")
    work(owner, after=timedelta(seconds=6))
    [told] = receiver.received
    assert Webhook(new).verify(told.body, told.headers)


def test_secrets_from_before_are_encrypted_and_sign_as_they_did(
    owner: Seller, subscribe: Subscribe
) -> None:
    migration = import_module("processing.migrations.0008_encrypted_webhook_secrets")
    standard, plain = subscribe(), subscribe()
    rows = WebhookEndpoint.objects
    rows.filter(pk=standard.pk).update(encrypted_secret=standard.secret)
    rows.filter(pk=plain.pk).update(
        encrypted_secret="my düster secret", encrypted_previous_secret="correct horse"
    )
    migration.encrypt(apps, None)
    assert rows.get(pk=standard.pk).secret == standard.secret
    assert rows.get(pk=standard.pk).previous_secret == ""
    moved = rows.get(pk=plain.pk)
    assert signing.key_of(moved.secret) == "my düster secret".encode()
    assert signing.key_of(moved.previous_secret) == b"correct horse"
    assert moved.secret.startswith("whsec_")
    migration.decrypt(apps, None)
    assert rows.values_list("encrypted_secret", flat=True).get(pk=plain.pk) == moved.secret


def test_a_signature_of_the_specification() -> None:
    """The known answer that other implementations of the scheme test against."""
    found = signing.headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        timestamp=1614265330,
        secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert found["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_both_secrets_sign_for_a_day_after_a_rotation(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job
) -> None:
    endpoint = subscribe()
    old = endpoint.secret
    new = webhooks.rotate_secret(endpoint).secret
    happen(job)
    work(owner)
    happen(job, "job.failed", code="X", error="x")
    with time_machine.travel(timezone.now() + timedelta(hours=24), tick=False):
        attempts.deliver.fn(str(owner.account.pk))
        during, after = receiver.received
        assert Webhook(new).verify(after.body, after.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(old).verify(after.body, after.headers)
    assert new != old
    assert Webhook(new).verify(during.body, during.headers)
    assert Webhook(old).verify(during.body, during.headers)


# --- the ladder ----------------------------------------------------------------------------------


def test_ten_attempts_over_almost_three_days(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job
) -> None:
    endpoint = subscribe()
    receiver.answer(500, b"out of order")
    happen(job)
    waits = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(10):
            delivery = only()
            assert delivery.due_at is not None
            waits.append((delivery.due_at - timezone.now()).total_seconds())
            clock.move_to(delivery.due_at - timedelta(seconds=1))
            attempts.deliver.fn(str(owner.account.pk))  # too early: nothing
            clock.move_to(delivery.due_at)
            attempts.deliver.fn(str(owner.account.pk))
            sent = receiver.received[-1]
            assert Webhook(endpoint.secret).verify(sent.body, sent.headers)
    expected = [0, 5, 60, 300, 1800, 7200, 21600, 43200, 86400, 86400]
    assert all(e <= w <= 1.1 * e for w, e in zip(waits[1:], expected[1:], strict=True))
    assert 2.85 < sum(waits) / 86400 < 3.2
    delivery = only()
    assert delivery.state == FAILED
    objection = "The server answered with status 500."
    assert tries(delivery) == [(number, 500, objection) for number in range(1, 11)]
    assert {one.headers["webhook-id"] for one in receiver.received} == {delivery.public_id}
    assert len({one.headers["webhook-timestamp"] for one in receiver.received}) == 10
    assert len({one.body for one in receiver.received}) == 1
    assert WebhookEndpoint.objects.get().enabled is True


def test_a_wait_is_the_same_when_asked_again_and_another_for_another_delivery() -> None:
    one, other = WebhookDelivery(attempts=4), WebhookDelivery(attempts=4)
    assert attempts.wait_after(one) == attempts.wait_after(one)
    assert attempts.wait_after(one) != attempts.wait_after(other)


def test_success_after_failures_ends_it(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job
) -> None:
    endpoint = subscribe()
    receiver.answer(503)
    happen(job)
    work(owner)
    endpoint.refresh_from_db()
    assert endpoint.failing_since is not None
    receiver.answer(204)
    work(owner, after=timedelta(seconds=6))
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None
    assert [status for _, status, _ in tries(only())] == [503, 204]
    assert only().state == OK


def test_410_switches_the_endpoint_off(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job
) -> None:
    endpoint = subscribe()
    receiver.answer(410)
    happen(job)
    work(owner)
    endpoint.refresh_from_db()
    assert only().state == FAILED
    assert endpoint.enabled is False
    assert endpoint.notice == "The server answered 410 Gone, so no more webhooks are sent to it."
    happen(job, "job.failed", code="X", error="x")
    assert len(receiver.received) == WebhookDelivery.objects.count() == 1


@pytest.mark.parametrize(("days", "enabled"), [(4.99, True), (5, False)])
def test_five_days_of_failure_switch_the_endpoint_off(
    owner: Seller,
    subscribe: Subscribe,
    receiver: Receiver,
    job: Job,
    days: float,
    enabled: bool,
) -> None:
    endpoint = subscribe()
    receiver.answer(500)
    happen(job)
    work(owner)
    WebhookDelivery.objects.update(due_at=timezone.now())
    work(owner, after=timedelta(days=days))
    endpoint.refresh_from_db()
    assert endpoint.enabled is enabled
    assert endpoint.notice == ("" if enabled else "All deliveries have failed for 5 days.")


# --- receivers that misbehave --------------------------------------------------------------------


def break_off(handler: Handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def talk_nonsense(handler: Handler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")


def hang_after_the_status(handler: Handler) -> None:
    handler.send_response(202)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"so far")
    handler.wfile.flush()
    handler.receiver.released.wait(5)


UNREACHABLE = "The server could not be reached, or it closed the connection early."


@pytest.mark.parametrize("misbehave", [break_off, talk_nonsense])
def test_no_answer_is_a_failure(
    owner: Seller,
    subscribe: Subscribe,
    receiver: Receiver,
    job: Job,
    misbehave: Callable[[Handler], None],
) -> None:
    subscribe()
    receiver.react = misbehave
    happen(job)
    work(owner)
    assert tries(only()) == [(1, None, UNREACHABLE)]
    assert only().state == PENDING


def test_a_receiver_that_hangs_is_left(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job, settings: Any
) -> None:
    settings.WEBHOOK_SECONDS = 0.1
    subscribe()
    receiver.hang()
    happen(job)
    attempts.deliver.fn(str(owner.account.pk))
    assert tries(only()) == [(1, None, "The server took longer than 0.1 seconds.")]


def test_a_status_counts_though_the_body_never_comes(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job, settings: Any
) -> None:
    settings.WEBHOOK_SECONDS = 0.2
    subscribe()
    receiver.react = hang_after_the_status
    happen(job)
    attempts.deliver.fn(str(owner.account.pk))
    assert only().state == OK
    assert only().tries.get().answer == "so far"


def test_ten_megabytes_are_not_read(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job
) -> None:
    written: list[int] = []

    def flood(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "10000000")
        handler.end_headers()
        for _ in range(1000):
            written.append(handler.wfile.write("é\x00".encode() * 3333 + b"e"))

    receiver.react = flood
    subscribe()
    happen(job)
    work(owner)
    kept = only().tries.get()
    assert kept.answer == "é\ufffd" * 250
    assert sum(written) < 10_000_000
    assert only().state == OK


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job, status: int
) -> None:
    subscribe()
    receiver.answer(status, Location="/elsewhere")
    happen(job)
    work(owner)
    error = f"The server answered with status {status}; redirects are not followed."
    assert tries(only()) == [(1, status, error)]
    assert (len(receiver.received), receiver.followed) == (1, [])


@pytest.mark.parametrize("host", ["127.0.0.1", "inward.example"])
def test_a_private_address_is_refused_again_when_sending(
    owner: Seller,
    subscribe: Subscribe,
    receiver: Receiver,
    job: Job,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
) -> None:
    endpoint = subscribe()
    settings.WEBHOOKS_MAY_BE_PRIVATE = False
    port = int(receiver.url.split(":")[2].split("/")[0])
    monkeypatch.setattr(outbound, "PORTS", {port})
    monkeypatch.setattr(outbound, "_resolve", lambda *_, **__: ["127.0.0.1"])
    WebhookEndpoint.objects.update(url=endpoint.url.replace("127.0.0.1", host))
    happen(job)
    work(owner)
    error = "This address doesn't lead to a public web server."
    assert tries(only()) == [(1, None, error)]
    assert receiver.received == []


# --- workers -------------------------------------------------------------------------------------


def test_of_two_workers_one_gets_it(owner: Seller, subscribe: Subscribe, job: Job) -> None:
    subscribe()
    happen(job)
    one, other = only(), only()
    assert (attempts.claim(one), attempts.claim(other)) == (True, False)
    assert attempts.claim_next(owner.account.pk) is None
    assert only().attempts == 1


def test_what_a_dead_worker_left_is_sent_by_another(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job
) -> None:
    subscribe()
    happen(job)
    assert attempts.claim_next(owner.account.pk) is not None
    work(owner, after=timedelta(seconds=21))
    assert receiver.received == []
    work(owner, after=timedelta(seconds=23))
    lost = "Interrupted on our side; the request may have been delivered."
    assert tries(only()) == [(1, None, lost), (2, 200, "")]
    assert only().state == OK


def test_a_worker_that_dies_in_the_last_attempt_ends_it(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job
) -> None:
    subscribe()
    happen(job)
    WebhookDelivery.objects.update(attempts=9)
    assert attempts.claim_next(owner.account.pk) is not None
    work(owner, after=timedelta(seconds=23))
    assert (only().state, only().attempts, receiver.received) == (FAILED, 10, [])
    assert [number for number, _, _ in tries(only())] == [10]


def test_a_worker_whose_lease_ran_out_changes_nothing(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job
) -> None:
    subscribe()
    happen(job)
    slow = attempts.claim_next(owner.account.pk)
    assert slow is not None
    with time_machine.travel(timezone.now() + timedelta(seconds=23), tick=False):
        assert attempts.claim_next(owner.account.pk) is not None
        assert attempts.attempt(slow).delivered is True
    assert (only().state, only().attempts) == (PENDING, 2)
    assert [number for number, _, _ in tries(only())] == [1]


def test_one_that_is_deleted_meanwhile_leaves_nothing(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job
) -> None:
    endpoint = subscribe()
    happen(job)
    taken = attempts.claim_next(owner.account.pk)
    assert taken is not None
    endpoint.delete()
    assert attempts.attempt(taken).delivered is True
    assert not WebhookAttempt.objects.exists()


def test_one_endpoint_gets_two_at_once_whatever_others_do(
    owner: Seller, subscribe: Subscribe, job: Job
) -> None:
    first = subscribe()
    for _ in range(3):
        happen(job)
    taken = [attempts.claim_next(owner.account.pk) for _ in range(3)]
    assert [one and one.endpoint for one in taken] == [first, first, None]
    others = [subscribe() for _ in range(19)]
    happen(job)
    claimed = [attempts.claim_next(owner.account.pk) for _ in range(20)]
    assert {one.endpoint for one in claimed if one} == set(others)


def slow(count: int, subscribe: Subscribe, **options: Any) -> list[WebhookEndpoint]:
    """Endpoints that took too long a moment ago."""
    endpoints = [subscribe(**options) for _ in range(count)]
    until = timezone.now() + attempts.SLOW_FOR
    WebhookEndpoint.objects.filter(pk__in=[one.pk for one in endpoints]).update(slow_until=until)
    return endpoints


def test_slow_endpoints_have_few_places_of_their_own(
    owner: Seller, stranger: Seller, subscribe: Subscribe, job: Job
) -> None:
    hanging = slow(6, subscribe)
    slow(1, subscribe, seller=stranger)
    good = subscribe()
    happen(job)
    in_lane = [attempts.claim_next(owner.account.pk, slow=True) for _ in range(5)]
    assert [one is not None and one.endpoint in hanging for one in in_lane] == [True] * 4 + [False]
    quick = [attempts.claim_next(owner.account.pk) for _ in range(2)]
    assert [one and one.endpoint for one in quick] == [good, None]
    WebhookDelivery.objects.create(
        endpoint=stranger.account.webhooks.get(), event="job.completed", payload={}
    )
    assert attempts.claim_next(stranger.account.pk, slow=True) is not None


def test_who_hangs_once_is_slow_for_an_hour_or_until_its_address_is_another(
    owner: Seller,
    subscribe: Subscribe,
    receiver: Receiver,
    job: Job,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.WEBHOOK_SECONDS = 0.1
    endpoint = subscribe()
    happen(job)
    attempts.deliver.fn(str(owner.account.pk))
    endpoint.refresh_from_db()
    assert (only().state, endpoint.slow_until) == (OK, None)
    monkeypatch.setattr(attempts, "SLOW_SECONDS", 0.05)
    receiver.hang()
    happen(job, "job.failed", code="X", error="x")
    began = timezone.now()
    attempts.deliver.fn(str(owner.account.pk))
    endpoint.refresh_from_db()
    assert endpoint.slow_until is not None
    assert timedelta() < endpoint.slow_until - began - attempts.SLOW_FOR < timedelta(seconds=5)
    receiver.answer(200)
    work(owner, after=timedelta(seconds=6))  # the slow lane delivers, too
    assert {one.state for one in WebhookDelivery.objects.all()} == {OK}
    changed = webhooks.change(endpoint, {"url": f"{receiver.url}/new"})
    assert changed.slow_until is None


def test_without_a_place_in_its_lane_a_delivery_stays_due(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job
) -> None:
    slow(1, subscribe)
    good = subscribe()
    happen(job)
    lane = lanes.Lane("slow", 1)
    assert lane.enter()
    with pytest.MonkeyPatch.context() as full:
        full.setattr(lanes, "SLOW", lane)
        work(owner)
        work(owner)
        assert [one.endpoint for one in WebhookDelivery.objects.filter(state=OK)] == [good]
    work(owner)
    assert not WebhookDelivery.objects.exclude(state=OK).exists()


def test_whoever_sends_some_says_that_there_are_more(
    owner: Seller, subscribe: Subscribe, nudged: list[str], job: Job
) -> None:
    subscribe()
    for _ in range(11):
        happen(job)
    nudged.clear()
    work(owner)
    assert WebhookDelivery.objects.filter(state=OK).count() == 10
    assert nudged == [str(owner.account.pk)] * 11  # after each, and once it is another's turn
    nudged.clear()
    work(owner)
    assert nudged == []
    work(owner)  # a message too many is nothing
    assert {d.attempts for d in WebhookDelivery.objects.all()} == {1}


# --- the sweep -----------------------------------------------------------------------------------


def test_the_sweep_nudges_for_what_is_due_and_not_on_the_queue(
    owner: Seller,
    stranger: Seller,
    subscribe: Subscribe,
    job: Job,
    nudged: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queued: set[str] = set()
    monkeypatch.setattr(attempts, "queued_arguments", lambda queue: queued)
    theirs = subscribe(stranger)
    WebhookDelivery.objects.create(
        endpoint=theirs,
        event="job.completed",
        payload={},
        due_at=timezone.now() + timedelta(minutes=1),
    )
    subscribe()
    assert attempts.send_due() == 0
    happen(job)
    happen(job)
    assert (attempts.send_due(), nudged) == (1, [str(owner.account.pk)])
    queued.add(str(owner.account.pk))
    assert attempts.send_due() == 0


def test_without_a_queue_events_stay_due(
    subscribe: Subscribe, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise RedisDown

    monkeypatch.setattr(attempts.deliver, "send", down)
    monkeypatch.setattr(attempts, "queued_arguments", lambda queue: set())
    subscribe()
    happen(job)
    assert attempts.send_due() == 0
    monkeypatch.setattr(attempts, "queued_arguments", down)
    assert attempts.send_due() == 0
    assert only().state == PENDING


def test_what_comes_due_while_switched_off_is_given_up(
    owner: Seller, subscribe: Subscribe, receiver: Receiver, job: Job
) -> None:
    endpoint = subscribe()
    happen(job)
    webhooks.change(endpoint, {"enabled": False})
    work(owner)
    assert only().state == PENDING
    attempts.send_due()
    assert (only().state, receiver.received) == (FAILED, [])


def test_old_deliveries_are_forgotten(subscribe: Subscribe) -> None:
    endpoint = subscribe()

    def delivery(days: float, **options: Any) -> WebhookDelivery:
        ended: datetime = timezone.now() - timedelta(days=days)
        ending = {"state": OK, "due_at": None, "ended_at": ended, **options}
        return WebhookDelivery.objects.create(endpoint=endpoint, event="x", payload={}, **ending)

    old, young = delivery(30.1), delivery(29.9)
    WebhookAttempt.objects.create(delivery=old, number=1)
    waiting = delivery(0, state=PENDING, due_at=timezone.now(), ended_at=None)
    assert attempts.delete_old() == 1
    assert set(WebhookDelivery.objects.all()) == {young, waiting}
