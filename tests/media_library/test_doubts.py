"""Cutouts that somebody should look at: marked, found, and cleared by their seller."""

from __future__ import annotations

import base64
import json
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.test import Client

from accounts.http import Caller
from media_library import services
from media_library.models import Image, Shows
from processing.commands import MergeHdr
from processing.engine.plans.room import RoomPlan
from processing.services import jobs
from tests.dashboard.conftest import Person, complete, fail
from tests.dashboard.conftest import person as person
from tests.dashboard.conftest import seller as seller
from tests.dashboard.conftest import stranger as stranger

SEEN = "/api/v1/images/looked"


def report(uncertainty: float, *, is_clipped: bool = False) -> dict[str, Any]:
    return {"uncertainty": uncertainty, "isClipped": is_clipped, "subjectBox": [1, 1, 9, 9]}


def shown(who: Person, **query: Any) -> dict[str, str | None]:
    """The originals' names with what is to be looked at."""
    answer = who.client.get("/api/v1/images", {"kind": "original", **query}).json()
    return {one["name"]: one["needsLook"] for one in answer["data"]["items"]}


def post(client: Client, url: str, **body: Any) -> Any:
    return client.post(url, body, content_type="application/json")


@pytest.mark.parametrize(
    ("told", "mark"),
    [
        (report(0.1199), None),
        (report(0.12), "unsure"),
        (report(0.01, is_clipped=True), "clipped"),
        (report(0.5, is_clipped=True), "unsure"),
        ({"uncertainty": 0.9, "subjectBox": None}, None),
    ],
)
def test_what_the_worker_reports_marks_the_photo(
    seller: Person, told: dict[str, Any], mark: str | None
) -> None:
    complete(seller.job(seller.image("hat.jpg")), report=told)
    assert shown(seller) == {"hat.jpg": mark}


def test_a_photo_without_a_product_is_marked_until_something_is_found(seller: Person) -> None:
    image = seller.image("hat.jpg")
    fail(seller.job(image), code="NOTHING_FOUND")
    assert shown(seller) == {"hat.jpg": "empty"}
    complete(seller.job(image, edge="fine"), report=report(0.0))
    assert shown(seller) == {"hat.jpg": None}


def test_nobody_is_asked_to_look_at_the_cutout_of_a_room(seller: Person) -> None:
    dark, middle, said = (seller.image(name) for name in ("dark.jpg", "middle.jpg", "said.jpg"))
    fail(seller.job(middle), code="NOTHING_FOUND")
    complete(seller.job(dark), report=report(0.5))
    complete(seller.job(said, crop=True), report=report(0.01, is_clipped=True))
    assert shown(seller) == {"dark.jpg": "unsure", "middle.jpg": "empty", "said.jpg": "clipped"}
    merge = MergeHdr(plan=RoomPlan(), brackets=(str(middle.pk),))
    complete(
        jobs.submit(Caller(seller.account, seller.user), merge, source=dark),
        report={"room": {"cast": None}},
    )
    assert shown(seller) == {"dark.jpg": None, "middle.jpg": None, "said.jpg": "clipped"}
    services.say_what_it_shows(said, Shows.ROOM)
    assert shown(seller)["said.jpg"] is None
    complete(seller.job(said, edge="fine"), report=report(0.5))
    assert shown(seller)["said.jpg"] is None
    services.say_what_it_shows(said, Shows.PRODUCT)
    complete(seller.job(said, edge="none"), report=report(0.5))
    assert shown(seller)["said.jpg"] == "unsure"


def test_what_the_migration_marked_is_not_doubted_again_once_it_was_looked_at(
    seller: Person,
) -> None:
    image = seller.image("hat.jpg")
    complete(seller.job(image), report=report(0.3))
    Image.objects.filter(pk=image.pk).update(doubt_mark="")
    Image.objects.filter(parent=image).update(uncertainty=0.3)
    import_module("media_library.migrations.0014_doubt_marks").mark(apps, None)
    post(seller.client, SEEN, imageIds=[image.public_id])
    assert shown(seller) == {"hat.jpg": None}
    complete(seller.job(image, edge="fine"), report=report(0.3))
    assert shown(seller) == {"hat.jpg": None}


def test_marks_can_be_asked_for(seller: Person) -> None:
    complete(seller.job(seller.image("hat.jpg")), report=report(0.3))
    seller.image("shoe.jpg")
    assert shown(seller, needsLook="true") == {"hat.jpg": "unsure"}
    assert shown(seller, needsLook="false") == {"shoe.jpg": None}


def test_the_seller_takes_a_mark_off_and_looks_of_the_same_cutout_dont_bring_it_back(
    seller: Person,
) -> None:
    image = seller.image("hat.jpg")
    complete(seller.job(image), report=report(0.3))
    answer = post(seller.client, SEEN, imageIds=[image.public_id])
    assert (answer.status_code, answer.json()["data"]) == (200, {"count": 1})
    assert shown(seller) == {"hat.jpg": None}
    complete(seller.job(image, bg_color="#ffffff"), report=report(0.3))
    assert shown(seller) == {"hat.jpg": None}
    complete(seller.job(image, edge="fine"), report=report(0.31))
    assert shown(seller) == {"hat.jpg": "unsure"}


def test_a_stranger_takes_no_marks_off_not_even_of_their_own_in_the_same_request(
    seller: Person, stranger: Person
) -> None:
    mine, theirs = seller.image("hat.jpg"), stranger.image("shoe.jpg")
    for who, image in ((seller, mine), (stranger, theirs)):
        complete(who.job(image), report=report(0.3))
    answer = post(stranger.client, SEEN, imageIds=[theirs.public_id, mine.public_id])
    assert answer.status_code == 404
    assert set(Image.objects.values_list("needs_look", flat=True)) == {"unsure", ""}
    assert shown(stranger) == {"shoe.jpg": "unsure"}


def test_images_move_together_with_what_was_made_of_them_or_not_at_all(
    seller: Person, stranger: Person
) -> None:
    image = seller.image("hat.jpg")
    result = seller.result(image)
    made = post(seller.client, "/api/v1/projects", name="Autumn").json()["data"]
    foreign = stranger.image("shoe.jpg")
    ids = [image.public_id, foreign.public_id]
    url = "/api/v1/images/move"
    assert post(seller.client, url, imageIds=ids, projectId=made["id"]).status_code == 404
    assert Image.objects.filter(project__name="Autumn").count() == 0
    answer = post(seller.client, url, imageIds=ids[:1], projectId=made["id"])
    assert answer.json()["data"] == {"count": 1}
    assert set(Image.objects.filter(project__name="Autumn")) == {image, result}
    theirs = post(stranger.client, url, imageIds=[foreign.public_id], projectId=made["id"])
    assert theirs.status_code == 404


@pytest.mark.parametrize("sort", ["-createdAt", "createdAt", "name", "-name", "bytes", "-bytes"])
def test_a_cursor_leads_through_all_once_in_every_order(seller: Person, sort: str) -> None:
    for name in ("b.jpg", "A.jpg", "c.jpg", "B.jpg", "a.jpg"):
        seller.image(name)
    whole = [
        one["id"]
        for one in seller.client.get("/api/v1/images", {"sort": sort}).json()["data"]["items"]
    ]
    found, cursor = [], ""
    for _ in range(3):
        query = {"sort": sort, "cursor": cursor, "pageSize": 2}
        part = seller.client.get("/api/v1/images", query).json()["data"]
        assert (part["page"], part["total"], part["pageSize"]) == (None, None, 2)
        found += [one["id"] for one in part["items"]]
        cursor = part["nextCursor"]
    assert (found, cursor) == (whole, None)


@pytest.mark.parametrize("cursor", ["x", "W10=", "eyJhIjoxfQ==", "WzEsMiwzXQ=="])
def test_what_is_no_cursor_is_refused(seller: Person, cursor: str) -> None:
    answer = seller.client.get("/api/v1/images", {"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("name", "\0"),
        ("name", "\ud800"),
        ("-createdAt", "0001-01-01T00:00:00+23:59"),
        ("-createdAt", "9999-12-31T23:59:59-23:59"),
        ("-createdAt", "2026-01-01T00:00:00"),
        ("bytes", "12"),
    ],
)
def test_a_cursor_that_no_database_can_be_asked_about_is_refused(
    seller: Person, sort: str, value: str
) -> None:
    told = json.dumps([sort, value, str(uuid4())])
    query = {"sort": sort, "cursor": base64.urlsafe_b64encode(told.encode()).decode()}
    answer = seller.client.get("/api/v1/images", query)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["cursor"])
    assert seller.client.get("/library/", query).status_code == 400


def test_a_cursor_of_another_order_is_refused(seller: Person) -> None:
    seller.image("a.jpg")
    seller.image("b.jpg")
    query = {"cursor": "", "pageSize": 1}
    cursor = seller.client.get("/api/v1/images", query).json()["data"]["nextCursor"]
    answer = seller.client.get("/api/v1/images", {"cursor": cursor, "sort": "name"})
    assert answer.status_code == 400
