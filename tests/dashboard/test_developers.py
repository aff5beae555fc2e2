"""Developers: keys, samples that run, the last calls, webhooks with what became of them."""

from __future__ import annotations

import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image as Pillow

from accounts.access import api_keys, scopes
from accounts.models import Account
from accounts.pages.quick_starts import quick_starts
from processing.delivery import attempts
from processing.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from processing.services import webhooks
from processing.services.webhooks import Subscription
from processing.worker import tasks
from tests.dashboard.conftest import PASSWORD, Person
from tests.stand_ins import MiddleModel
from tests.web_server import running

HOOKS = "/developers/webhooks/"
MADE = {"product.jpg": ((1600, 1600), "RGB"), "enhanced.jpg": ((64, 64), "RGB")}
CUTOUT = ((64, 64), "RGBA")
HOOK = {"url": "https://1.1.1.1/hook", "description": "Shop", "events": ["job.completed"]}


def test_samples_have_the_new_key_filled_in(seller: Person) -> None:
    before = seller.client.get("/developers/").content.decode()
    assert before.count("YOUR_API_KEY") == 15  # the hint, and fourteen in samples of four APIs
    assert "ada@example.com" in before
    ticked = re.findall(r'name="scopes" value="([^"]+)"[^>]* checked', before)
    assert ticked == ["images:read", "images:write", "jobs:read", "jobs:write"]
    page = seller.client.post(
        "/developers/", {"name": "Shop", "scopes": ["images:read"]}
    ).content.decode()
    [plain] = set(re.findall(r"ps_[A-Za-z0-9]{12}_[A-Za-z0-9]{40}", page))
    assert page.count(plain) == 15
    assert "YOUR_API_KEY" not in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["curl", "Python"])
def test_samples_do_what_they_say(
    quick_queue: None,
    monkeypatch: pytest.MonkeyPatch,
    person: Any,
    settings: Any,
    tmp_path: Path,
    language: str,
) -> None:
    monkeypatch.setattr("processing.worker.runtime.registry", MiddleModel)
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", tasks.run_one_of_a_batch.fn)
    seller = person("ada@example.com")
    Account.objects.update(plan="pro")  # one of the APIs is for those alone
    _, plain = api_keys.create(
        seller.account, seller.user, name="Samples", scopes=scopes.FOR_PICTURES
    )
    photo = BytesIO()
    Pillow.new("RGB", (64, 64), (200, 30, 30)).save(photo, "JPEG")
    given = {tmp_path / "photo.jpg", tmp_path / "kitchen.jpg"}
    for path in given:
        path.write_bytes(photo.getvalue())
    with running() as web:
        settings.SITE_URL = web.url
        for start in quick_starts(key=plain, email="ada@example.com"):
            code = dict(start.samples)[language]
            command = ["bash", "-c"] if language == "curl" else [sys.executable, "-c"]
            environment = {"PASSWORD": PASSWORD, "PATH": "/usr/bin:/bin", "NO_PROXY": "127.0.0.1"}
            subprocess.run([*command, code], cwd=tmp_path, env=environment, check=True, timeout=30)
            [made] = {*tmp_path.iterdir()} - given - {tmp_path / "image.json"}  # an answer
            with Pillow.open(made) as picture:
                assert (picture.size, picture.mode) == MADE.get(made.name, CUTOUT), start.name
            made.unlink()


def test_the_last_calls_are_listed_with_their_ids(seller: Person, stranger: Person) -> None:
    key, plain = api_keys.create(seller.account, seller.user, name="Shop")
    program = Client(headers={"x-api-key": plain})
    good = program.get("/api/v1/images?page=1&pageSize=7")
    bad = program.get("/api/v1/images/img_x", headers={"X-Request-Id": "my-own-id-1"})
    program.get("/compat/photoroom/v1/account")
    seller.client.get("/api/v1/usage")  # a page's own call, and none of a program
    page = seller.client.get("/developers/calls/").content.decode()
    paths = re.findall(r"<code>(GET [^<]+)</code>", page)
    assert paths == [
        "GET /compat/photoroom/v1/account",
        "GET /api/v1/images/img_x",
        "GET /api/v1/images",
    ]
    assert "pageSize" not in page
    assert plain not in page
    assert good["X-Request-Id"] in page
    assert page.count(key.shown) == 3
    failed = seller.client.get("/developers/calls/?failed").content.decode()
    assert re.findall(r"<code>(GET [^<]+)</code>", failed) == ["GET /api/v1/images/img_x"]
    assert (bad.json()["code"], "NOT_FOUND" in failed) == ("NOT_FOUND", True)
    assert "my-own-id-1" in failed
    assert (
        "No program has called yet." in stranger.client.get("/developers/calls/").content.decode()
    )


def test_the_log_is_bounded_and_read_by_programs(
    seller: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.limits.call_log.KEPT", 5)
    _, plain = api_keys.create(seller.account, seller.user, name="Shop")
    program = Client(headers={"x-api-key": plain})
    program.get("/api/v1/models-that-are-not")  # an unknown address has no caller
    assert program.get("/api/v1/calls").json()["data"]["items"] == []
    for _ in range(7):
        program.get("/api/v1/usage")
    calls = program.get("/api/v1/calls").json()["data"]["items"]
    assert len(calls) == 5
    assert {call["path"] for call in calls} == {"/api/v1/usage"}
    assert set(calls[0]) == {
        *("at", "method", "path", "status", "milliseconds", "requestId", "key", "code")
    }


def test_without_redis_calls_go_on(seller: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        def push(self, name: str, line: str) -> None:
            raise OSError("away")

        all = push

    monkeypatch.setattr("accounts.limits.call_log._store", Away)
    _, plain = api_keys.create(seller.account, seller.user, name="Shop")
    assert Client(headers={"x-api-key": plain}).get("/api/v1/usage").status_code == 200


@pytest.fixture
def hook(seller: Person) -> WebhookEndpoint:
    return webhooks.register(seller.account, Subscription(HOOK["url"], HOOK["events"]))


def delivery_of(hook: WebhookEndpoint) -> WebhookDelivery:
    found = WebhookDelivery.objects.create(
        endpoint=hook,
        event="job.completed",
        payload={"type": "job.completed"},
        state="failed",
        due_at=None,
        ended_at=hook.created_at,
        attempts=1,
    )
    WebhookAttempt.objects.create(delivery=found, number=1, status=500, seconds=0.2, answer="Oops")
    return found


def test_a_webhook_is_made_and_its_secret_shown_once(seller: Person) -> None:
    response = seller.client.post(HOOKS, HOOK)
    assert response.status_code == 201
    made = WebhookEndpoint.objects.get()
    assert (made.url, made.description, made.events) == tuple(HOOK.values())
    assert made.secret in response.content.decode()
    assert made.secret not in seller.client.get(f"{HOOKS}{made.public_id}/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"url": "http://127.0.0.1/"}, "url"),
        ({"url": "nonsense"}, "url"),
        ({"events": []}, "Choose at least one event."),
        ({"events": ["everything"]}, "Select a valid choice."),
    ],
)
def test_a_wrong_form_makes_no_webhook(seller: Person, wrong: dict[str, Any], words: str) -> None:
    response = seller.client.post(HOOKS, HOOK | wrong)
    assert response.status_code == 422
    assert 'class="errorlist"' in response.content.decode()
    assert WebhookEndpoint.objects.count() == 0


def test_what_became_of_deliveries_is_told_and_sent_again(
    seller: Person, hook: WebhookEndpoint
) -> None:
    delivery = delivery_of(hook)
    page = seller.client.get(f"{HOOKS}{hook.public_id}/").content.decode()
    assert "A picture is done" in page
    assert "Oops" in page
    response = seller.client.post(f"{HOOKS}{hook.public_id}/{delivery.public_id}/replay/")
    assert response.status_code == 302
    delivery.refresh_from_db()
    assert (delivery.state, delivery.replayed_after) == ("pending", 1)


def test_a_test_says_whether_it_arrived(
    seller: Person, hook: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def arrive(delivery: WebhookDelivery) -> None:
        WebhookDelivery.objects.filter(pk=delivery.pk).update(
            state="delivered", due_at=None, claimed_at=None, ended_at=hook.created_at
        )

    monkeypatch.setattr(attempts, "attempt", arrive)
    page = seller.client.post(f"{HOOKS}{hook.public_id}/test/", follow=True).content.decode()
    assert "The test arrived." in page


def test_switching_rotating_and_deleting(seller: Person, hook: WebhookEndpoint) -> None:
    path, old = f"{HOOKS}{hook.public_id}/", hook.secret
    seller.client.post(f"{path}switch/")
    assert WebhookEndpoint.objects.get().enabled is False
    seller.client.post(f"{path}switch/", {"on": "1"})
    assert WebhookEndpoint.objects.get().enabled is True
    page = seller.client.post(f"{path}secret/").content.decode()
    rotated = WebhookEndpoint.objects.get()
    assert rotated.secret != old
    assert rotated.secret in page
    seller.client.post(f"{path}delete/")
    assert WebhookEndpoint.objects.count() == 0
