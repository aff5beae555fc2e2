"""Packs: presets that are made together of each image."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image as Picture

from accounts.limits import quotas
from accounts.models import Plan, PlanLimit
from processing.engine.plans.edit import Background, EditPlan, Export, Layout
from processing.engine.plans.room import RoomPlan
from processing.models import Batch, BatchItem, Job, Pack
from processing.services.appearance import packs, presets
from processing.worker import tasks
from tests.processing.conftest import photo
from tests.stand_ins import LookingModel, MiddleModel, Seller

URL = "/api/v1/packs"
BATCH = "/api/v1/batch"
PLAN = EditPlan(
    layout=Layout(size="64x48"),
    background=Background(color="#ffffff"),
    export=Export(format="jpg"),
)


def look(seller: Seller, name: str = "Small") -> str:
    return presets.create(seller.account, name=name, plan=PLAN).public_id


def create(seller: Seller, *looks: str | dict[str, str], name: str = "Shop") -> Any:
    entries = [{"presetId": one} if isinstance(one, str) else one for one in looks]
    return seller.client.post(URL, {"name": name, "looks": entries}, format="json")


def batch(seller: Seller, **body: Any) -> Any:
    image = seller.image(photo())
    body = {"imageIds": [image.public_id], **body}
    return seller.client.post(BATCH, body, format="json")


def used(seller: Seller) -> int:
    return sum(line.used for line in quotas.overview(seller.account) if line.operation == "edit")


@pytest.fixture
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", lambda: None)


def test_a_pack_is_made_shown_changed_and_deleted(owner: Seller) -> None:
    own = look(owner)
    made = create(owner, {"presetId": own, "market": "  My \t shop "}, own, "look_ebay-1600")
    assert made.status_code == 201
    pack = made.json()["data"]
    assert pack["looks"] == [
        {"presetId": own, "name": "Small", "market": "My shop"},
        {"presetId": own, "name": "Small", "market": "Shop"},
        {"presetId": "look_ebay-1600", "name": "eBay, 1600 px", "market": "ebay"},
    ]
    one = f"{URL}/{pack['id']}"
    assert owner.client.get(one).json()["data"] == pack
    assert owner.client.get(URL).json()["data"]["items"] == [pack]
    body = {"looks": [{"presetId": own}], "name": "Corner shop"}
    changed = owner.client.patch(one, body, format="json").json()["data"]
    assert changed["looks"] == [{"presetId": own, "name": "Small", "market": "Corner shop"}]
    assert owner.client.delete(one).status_code == 200
    assert not Pack.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"looks": [{"presetId": "look_amazon"}]}, "name"),
        ({"name": "a"}, "looks"),
        ({"name": " ", "looks": [{"presetId": "look_amazon"}]}, "name"),
        ({"name": "x" * 101, "looks": [{"presetId": "look_amazon"}]}, "name"),
        ({"name": "a\0", "looks": [{"presetId": "look_amazon"}]}, "name"),
        ({"name": "a", "looks": []}, "looks"),
        ({"name": "a", "looks": "look_amazon"}, "looks"),
        ({"name": "a", "looks": [{"presetId": f"look_{n}"} for n in range(21)]}, "looks"),
        ({"name": "a", "looks": [{"presetId": "look_amazon"}] * 2}, "looks"),
        ({"name": "a", "looks": [{"presetId": 5}]}, "looks.0.presetId"),
        ({"name": "a", "looks": [{"market": "b"}]}, "looks.0.presetId"),
        ({"name": "a", "looks": [{"presetId": "look_ebay", "size": 5}]}, "looks.0.size"),
        ({"name": "a", "looks": [{"presetId": "look_ebay", "market": "x" * 41}]}, "looks.0.market"),
        ({"name": "a", "looks": [{"presetId": "look_amazon"}], "id": "b"}, "id"),
    ],
)
def test_what_is_wrong_is_named(owner: Seller, body: dict[str, Any], field: str) -> None:
    answer = owner.client.post(URL, body, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not Pack.objects.exists()


def test_looks_have_to_be_there_and_for_products(owner: Seller, stranger: Seller) -> None:
    assert create(owner, look(stranger)).status_code == 404
    assert create(owner, "look_nowhere").status_code == 404
    assert create(owner, "market_ebay").status_code == 404
    room = presets.create(owner.account, name="Warm", plan=RoomPlan())
    answer = create(owner, room.public_id)
    assert answer.json()["fields"] == {"looks": ["The look 'Warm' is for photos of rooms."]}
    assert not Pack.objects.exists()


def test_a_name_is_taken_once_and_an_account_has_so_many(
    owner: Seller, stranger: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert create(owner, "look_amazon").status_code == 201
    assert create(owner, "look_ebay").status_code == 409
    assert create(stranger, "look_amazon").status_code == 201
    monkeypatch.setattr(packs, "MAX_PACKS", 2)
    assert create(owner, "look_ebay", name="Other").status_code == 201
    full = create(owner, "look_ebay", name="Third")
    assert (full.status_code, full.json()["code"]) == (409, "CONFLICT")
    assert Pack.objects.filter(account=owner.account).count() == 2


def test_strangers_find_nothing(owner: Seller, stranger: Seller, unsent: None) -> None:
    pack = create(owner, "look_amazon").json()["data"]
    one = f"{URL}/{pack['id']}"
    for answer in (
        stranger.client.get(one),
        stranger.client.patch(one, {"name": "Mine"}, format="json"),
        stranger.client.delete(one),
        batch(stranger, packIds=[pack["id"]]),
    ):
        assert answer.status_code == 404
    assert stranger.client.get(URL).json()["data"]["items"] == []
    assert owner.client.get(one).json()["data"] == pack
    assert not Job.objects.exists()


def test_ready_packs_have_each_marketplace_and_say_why(owner: Seller) -> None:
    ready = {pack["id"]: pack for pack in owner.client.get(f"{URL}/ready").json()["data"]}
    assert len(ready) == 10
    amazon = ready["market_amazon"]
    sizes = [one["edit"]["layout"]["size"] for one in amazon["looks"]]
    assert sizes == ["2000x2000", "1600x1600", "500x500"]
    assert [one["id"] for one in amazon["looks"]] == [
        "look_amazon",
        "look_amazon-1600",
        "look_amazon-500",
    ]
    first = amazon["looks"][1]["reasons"][0]
    assert first["text"] == "1600 pixels or more on the longest side are advised"
    assert first["source"] == "Mercatus Lab, Amazon product image requirements"


def test_a_batch_makes_what_its_packs_and_presets_say(owner: Seller, unsent: None) -> None:
    own = look(owner)
    pack = create(owner, {"presetId": own, "market": "shop"}, "look_ebay-500").json()["data"]
    answer = batch(owner, packIds=[pack["id"], "market_ebay"], presetIds=[own])
    assert answer.json()["data"]["totalImages"] == 5
    made = owner.client.get(f"{BATCH}/{answer.json()['data']['batchId']}").json()["data"]
    assert made["packs"] == ["Shop", "eBay"]
    assert [(one["look"], one["market"]) for one in made["items"]] == [
        ("Small", ""),
        ("Small", "shop"),
        ("eBay, 500 px", "ebay"),
        ("eBay", "ebay"),
        ("eBay, 1600 px", "ebay"),
    ]
    assert used(owner) == 4  # `Small` is one picture, under both names


def test_what_markets_want_alike_is_made_and_counted_once(
    owner: Seller, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processing.worker.runtime.registry", LookingModel)
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", tasks.run_one_of_a_batch.fn)
    own, other = look(owner), look(owner, "Same")
    entries = [{"presetId": own, "market": market} for market in ("a", "b")]
    pack = create(owner, *entries, {"presetId": other, "market": "b"}).json()["data"]["id"]
    blank = BytesIO()
    Picture.new("RGB", (60, 40), "white").save(blank, "PNG")
    ids = [owner.image(one).public_id for one in (photo(), blank.getvalue())]
    answer = owner.client.post(BATCH, {"imageIds": ids, "packIds": [pack]}, format="json")
    one = f"{BATCH}/{answer.json()['data']['batchId']}"
    shown = owner.client.get(one).json()["data"]
    counts = shown["counts"]
    assert (counts["total"], counts["completed"], counts["failed"]) == (6, 3, 3)
    assert (shown["state"], shown["progress"]) == ("completed", 100)
    assert (Job.objects.count(), used(owner)) == (2, 1)
    assert len({item["resultImageId"] for item in shown["items"][:3]}) == 1
    assert {item["error"]["code"] for item in shown["items"][3:]} == {"NOTHING_FOUND"}

    with CaptureQueriesContext(connection) as asked:
        files = b"".join(owner.client.get(f"{one}/download").streaming_content)
    assert sum('SELECT "processing_batchitem"' in each["sql"][:30] for each in asked) == 1
    with zipfile.ZipFile(BytesIO(files)) as archive:
        made = {name: archive.read(name) for name in archive.namelist() if name[-4:] == ".jpg"}
    assert sorted(made) == ["a/shoe-a-1.jpg", "b/shoe-b-1.jpg", "b/shoe-b-2.jpg"]
    assert len(set(made.values())) == 1

    monkeypatch.setattr("processing.worker.runtime.registry", MiddleModel)
    retried = owner.client.post(f"{one}/retry").json()["data"]
    assert retried["retried"] == 1
    shown = owner.client.get(one).json()["data"]
    assert (shown["counts"]["completed"], shown["state"]) == (6, "completed")
    assert used(owner) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"packIds": []}, "packIds"),
        ({"packIds": ["market_ebay", "market_ebay"]}, "packIds"),
        ({"packIds": ["ebay"]}, "packIds.0"),
        ({"packIds": ["market_ebay"], "operation": "upscale"}, "request"),
        ({}, "request"),
    ],
)
def test_packs_that_make_no_sense(
    owner: Seller, unsent: None, body: dict[str, Any], field: str
) -> None:
    answer = batch(owner, **body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not Batch.objects.exists()


def test_quota_and_plan_are_for_all_results_or_none(owner: Seller, unsent: None) -> None:
    PlanLimit.objects.filter(operation="edit").update(monthly=2)
    assert batch(owner, packIds=["market_amazon"]).status_code == 403
    PlanLimit.objects.filter(operation="edit").update(monthly=3)
    Plan.objects.update(batch_size=2)
    answer = batch(owner, packIds=["market_amazon"])
    said = "A batch can have at most 2 results: 1 images in 3 looks are 3."
    assert answer.json()["fields"] == {"imageIds": [said]}
    assert (Batch.objects.count(), used(owner)) == (0, 0)
    Plan.objects.update(batch_size=3)
    assert batch(owner, packIds=["market_amazon"]).status_code == 201
    assert used(owner) == 3


def test_a_pack_with_a_deleted_look_is_refused_and_says_so(owner: Seller, unsent: None) -> None:
    own = look(owner)
    pack = create(owner, own, "look_amazon").json()["data"]
    owner.client.delete(f"/api/v1/presets/{own}")
    shown = owner.client.get(f"{URL}/{pack['id']}").json()["data"]
    assert shown["looks"][0] == {"presetId": own, "name": None, "market": "Shop"}
    said = "A look of the pack “Shop” was deleted. Take it out of the pack."
    assert batch(owner, packIds=[pack["id"]]).json()["fields"] == {"packIds": [said]}
    assert not BatchItem.objects.exists()
    body = {"looks": [{"presetId": "look_amazon"}]}
    owner.client.patch(f"{URL}/{pack['id']}", body, format="json")
    assert batch(owner, packIds=[pack["id"]]).status_code == 201
