"""Buckets on pages: saved, checked, forgotten, and chosen for a new batch."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from processing.models import Batch, Bucket
from tests.processing.buckets.conftest import turn
from tests.processing.conftest import photo
from tests.stand_ins import Seller, browser

PAGE = "/developers/buckets/"
pytestmark = pytest.mark.usefixtures("at_work")


def test_a_seller_saves_checks_uses_and_forgets_a_bucket(
    owner: Seller, stranger: Seller, store: Any, server: str
) -> None:
    assert owner.caller.user is not None
    assert stranger.caller.user is not None
    page, other = browser(owner.caller.user), browser(stranger.caller.user)
    given = {
        "name": "Studio",
        "endpoint_url": server,
        "region": "us-east-1",
        "bucket": "photos",
        "access_key_id": "testing",
        "secret": "Geheim",
    }
    wrong = page.post(PAGE, given | {"region": "EU west"})
    assert wrong.status_code == 422
    assert "Must be the name of a region" in wrong.content.decode()
    assert "Geheim" not in wrong.content.decode()
    assert page.post(PAGE, given).status_code == 302
    row = Bucket.objects.get()
    shown = page.get(PAGE).content.decode()
    assert "Studio" in shown
    assert "Geheim" not in shown
    one = f"{PAGE}{row.public_id}"
    assert "It can be read and written." in _toast(page, f"{one}/check/")
    for path in ("check", "delete"):
        assert other.post(f"{one}/{path}/").status_code == 404

    store.put_object(Key="in/a.jpg", Body=photo())
    assert "Studio" not in page.get("/batches/new/").content.decode()
    assert "Studio" in page.get("/batches/new/?buckets=1").content.decode()
    wanted = {"start": "1", "looks": "look_white", "from_bucket": row.public_id}
    ids = owner.image(photo()).public_id
    both = page.post("/batches/new/", wanted | {"ids": ids})
    assert (both.status_code, b"not both" in both.content) == (400, True)
    refused = other.post("/batches/new/", wanted)
    assert refused.status_code == 404
    assert not Batch.objects.exists()
    looks = page.get("/batches/new/").content.decode()
    look = looks.partition('name="looks" value="')[2].partition('"')[0]
    to = {"to_bucket": row.public_id, "to_prefix": "ready", "from_prefix": "in/", "looks": look}
    started = page.post("/batches/new/", wanted | to)
    assert started.status_code == 302, started.content
    assert "Looking for photos in the bucket" in page.get(started["Location"]).content.decode()
    turn()
    done = page.get(started["Location"]).content.decode()
    assert "1 picture done" in done
    assert "Results to Studio: ready/" in done
    assert page.post(f"{one}/delete/").status_code == 302
    assert not Bucket.objects.exists()


def _toast(page: Client, path: str) -> str:
    return page.post(path, follow=True).content.decode()
