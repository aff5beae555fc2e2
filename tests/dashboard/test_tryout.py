"""Trying it out without an account: one photo, small and marked, gone after an hour."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image as Pillow

from accounts.lifecycle import erasing
from accounts.models import Account, FormerAccount
from media_library.models import Image
from processing.models import Job
from processing.services import tryouts
from tests.dashboard.conftest import Person
from tests.stand_ins import MiddleModel


@pytest.fixture(autouse=True)
def _model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processing.worker.runtime.registry", MiddleModel)


def photo(size: tuple[int, int] = (900, 600)) -> SimpleUploadedFile:
    out = BytesIO()
    Pillow.effect_noise(size, 60).convert("RGB").save(out, "JPEG")
    return SimpleUploadedFile("shoe.jpg", out.getvalue(), "image/jpeg")


def ask(client: Client, **given: Any) -> Any:
    return client.post("/try/", {"photo": photo(), **given})


@pytest.mark.usefixtures("quick_queue")
def test_a_photo_is_cut_out_small_and_marked(client: Client) -> None:
    response = ask(client)
    assert response.status_code == 302
    page = client.get(response["Location"])
    assert "no-store" in page["Cache-Control"]
    assert "After, small and watermarked" in page.content.decode()
    job = Job.objects.get()
    assert job.result is not None
    assert job.result.width * job.result.height <= 250_000
    assert job.command["watermark"] is True
    [after] = re.findall(r'<img class="checker" src="([^"]+)"', page.content.decode())
    shown = client.get(after.replace("&amp;", "&"))
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")


@pytest.mark.usefixtures("quick_queue")
def test_nothing_is_left_after_an_hour(client: Client) -> None:
    address = ask(client)["Location"]
    keys = [key for image in Image.objects.all() for key in image.keys]
    assert keys
    assert tryouts.close_old() == 0
    Account.objects.update(tryout_until=timezone.now() - timedelta(seconds=1))
    assert tryouts.close_old() == 1
    assert client.get(address).status_code == 404
    assert erasing.erase(Account.objects.get().pk)
    assert [Account.objects.count(), Image.objects.count(), Job.objects.count()] == [0, 0, 0]
    assert not any(default_storage.exists(key) for key in keys)
    assert FormerAccount.objects.count() == 0  # nobody has left


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"photo": SimpleUploadedFile("a.txt", b"words")}, 400),
        ({"photo": [photo(), photo()]}, 400),
        ({"photo": ""}, 400),
    ],
)
def test_bad_input_leaves_nothing(
    client: Client, db: None, given: dict[str, Any], status: int
) -> None:
    assert ask(client, **given).status_code in (status, 413, 415)
    assert Image.live.count() == 0
    assert Account.objects.filter(closed_at=None).count() == 0


def test_one_address_may_try_only_so_often(client: Client, db: None, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "tryout": "1/h"}
    assert ask(client).status_code == 302
    refused = ask(client)
    assert refused.status_code == 429
    assert "Too many requests." in refused.content.decode()
    assert Account.objects.count() == 1


def test_the_site_tries_out_only_so_much(client: Client, db: None, settings: Any) -> None:
    settings.TRYOUTS_PER_HOUR = 1
    assert ask(client).status_code == 302
    assert ask(client).status_code == 429
    settings.TRYOUTS_PER_HOUR = 0
    assert ask(client).status_code == 404
    assert "begin-tryout" not in client.get("/").content.decode()


@pytest.mark.parametrize("token", ["x", "ImFiYyI:1abcde:AAAA"])
def test_addresses_cant_be_guessed(client: Client, db: None, token: str) -> None:
    assert client.get(f"/try/{token}/").status_code == 404


def test_a_form_of_another_site_is_refused(db: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert ask(strict).status_code == 403
    assert Account.objects.count() == 0


def test_the_manifest_names_what_a_phone_needs(client: Client, db: None) -> None:
    response = client.get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    told = response.json()
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}
    assert told["share_target"]["action"] == "/share/"
    assert 'rel="manifest"' in client.get("/").content.decode()


def test_a_phone_shares_photos(seller: Person, stranger: Person) -> None:
    sent = {"files": [photo(), photo()]}
    shared = seller.client.post("/share/", sent, headers={"Sec-Fetch-Site": "none"}, follow=True)
    assert shared.redirect_chain == [("/library/", 302)]
    assert "2 photos added." in shared.content.decode()
    assert Image.live.filter(account=seller.account).count() == 2
    assert Job.objects.count() == 0  # nothing is charged unasked
    other = stranger.client.post(
        "/share/", {"files": [photo()]}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert other.status_code == 403
    assert Image.live.count() == 2
