"""Packs: the page, making one of looks, and choosing them for a batch."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from accounts.models import PlanLimit
from processing.models import Batch, Job, Pack
from processing.services.appearance import packs
from processing.services.appearance.packs import Wanted
from processing.worker import runtime, tasks
from tests.dashboard.conftest import Person

PACKS, NEW, BATCH = "/looks/packs/", "/looks/packs/new/", "/batches/new/"


class AnyModel:
    def check(self, name: str) -> None:
        return None

    def version(self, name: str) -> str:
        return f"{name} 1"


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is worked on, and every model is here."""
    monkeypatch.setattr(runtime, "registry", AnyModel)
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", lambda: None)


def text_of(answer: Any) -> str:
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(html.unescape(words).split())


def made(seller: Person, name: str = "Shop", *looks: str) -> Pack:
    wanted = [Wanted(one) for one in looks or ("look_marble", "look_ebay-500")]
    return packs.create(seller.account, name=name, wanted=wanted)


def checked(answer: Any, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="(\S+)"[^>]* checked', answer.content.decode())


def test_the_page_says_what_ready_packs_follow(seller: Person) -> None:
    shown = text_of(seller.client.get(PACKS))
    assert "2000 × 2000 · 1600 × 1600 · 500 × 500" in shown
    assert "At least 500 pixels on the shortest side, from Jan. 31, 2027 on" in shown
    assert "Mercatus Lab, Amazon product image requirements" in shown


def test_one_is_made_of_looks_changed_and_deleted(seller: Person) -> None:
    chosen = seller.client.get(NEW, {"looks": ["look_ebay", "look_ebay-500"]})
    assert checked(chosen, "looks") == ["look_ebay", "look_ebay-500"]
    seller.client.post(NEW, {"name": "Shop", "looks": ["look_marble", "look_ebay-500"]})
    pack = Pack.objects.get()
    assert [one["look"] for one in pack.looks] == ["look_marble", "look_ebay-500"]
    assert "2 pictures of each photo: Marble · eBay, 500 px" in text_of(seller.client.get(PACKS))
    one = f"{PACKS}{pack.public_id}/"
    assert checked(seller.client.get(one), "looks") == ["look_ebay-500", "look_marble"]
    seller.client.post(one, {"name": "Fair", "looks": ["look_ebay-500", "look_etsy"]})
    pack.refresh_from_db()
    assert (pack.name, [one["look"] for one in pack.looks]) == (
        "Fair",
        ["look_ebay-500", "look_etsy"],
    )
    assert seller.client.post(f"{one}delete/").status_code == 302
    assert not Pack.objects.exists()


def test_a_look_that_stays_keeps_its_market(seller: Person) -> None:
    pack = packs.create(seller.account, name="Shop", wanted=[Wanted("look_marble", "fair")])
    form = {"name": "Shop", "looks": ["look_marble", "look_linen"]}
    seller.client.post(f"{PACKS}{pack.public_id}/", form)
    pack.refresh_from_db()
    assert pack.looks == [
        {"look": "look_marble", "market": "fair"},
        {"look": "look_linen", "market": ""},
    ]


def test_what_is_wrong_is_said_and_the_choice_kept(seller: Person) -> None:
    answer = seller.client.post(NEW, {"name": "Shop"})
    assert answer.status_code == 400
    assert "A pack can have 1 to 20 looks, not 0." in text_of(answer)
    made(seller)
    again = seller.client.post(NEW, {"name": "Shop", "looks": ["look_marble"]})
    assert again.status_code == 409
    assert "You have a pack called “Shop” already." in text_of(again)
    assert checked(again, "looks") == ["look_marble"]
    assert Pack.objects.count() == 1


def test_strangers_and_their_packs(seller: Person, stranger: Person) -> None:
    pack = made(seller)
    one = f"{PACKS}{pack.public_id}/"
    picture = stranger.image()
    form = {"start": "1", "ids": [picture.public_id], "packs": [pack.public_id]}
    for answer in (
        stranger.client.get(one),
        stranger.client.post(one, {"name": "Mine", "looks": ["look_marble"]}),
        stranger.client.post(f"{one}delete/"),
        stranger.client.post(BATCH, form),
    ):
        assert answer.status_code == 404
    assert pack.public_id not in stranger.client.get(PACKS).content.decode()
    pack.refresh_from_db()
    assert pack.name == "Shop"
    assert not Job.objects.exists()


def test_a_batch_is_made_of_packs(seller: Person) -> None:
    pack, picture = made(seller), seller.image()
    PlanLimit.objects.filter(operation="edit").update(monthly=4)
    shown = seller.client.get(BATCH, {"ids": [picture.public_id], "packs": ["market_ebay"]})
    assert checked(shown, "packs") == ["market_ebay"]
    assert "of every photo. Each counts as one." in text_of(shown)
    assert f'value="{pack.public_id}" data-looks="2"' in shown.content.decode()
    form = {"start": "1", "ids": [picture.public_id], "packs": [pack.public_id, "market_ebay"]}
    assert seller.client.post(BATCH, form).status_code == 302
    batch = Batch.objects.get()
    assert (batch.total, batch.packs) == (4, ["Shop", "eBay"])
    assert "Shop, eBay" in text_of(seller.client.get(f"/batches/{batch.public_id}/"))
    refused = seller.client.post(BATCH, form | {"packs": ["market_amazon"]})
    assert refused.status_code == 403
    assert checked(refused, "packs") == ["market_amazon"]
    assert Batch.objects.count() == 1


def test_files_are_called_by_a_pattern(seller: Person) -> None:
    form = {"start": "1", "ids": [seller.image().public_id], "packs": ["market_ebay"]}
    refused = seller.client.post(BATCH, form | {"name_pattern": "{sku}"})
    assert refused.status_code == 400
    assert "Add {n}, {look} or {photo}." in text_of(refused)
    assert 'value="{sku}"' in refused.content.decode()
    assert not Batch.objects.exists()
    seller.client.post(BATCH, form | {"name_pattern": " {n} of {market} "})
    files = Batch.objects.get().items.order_by("position").values_list("file", flat=True)
    assert list(files) == [f"ebay/{n} of ebay" for n in (1, 2, 3)]
