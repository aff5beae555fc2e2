"""The page of the trash: what lies there, back, for good, undone; and nobody else's."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from media_library.lifecycle import trash
from media_library.models import Image
from tests.dashboard.conftest import HTMX, Person


def said(who: Person, response: Any) -> str:
    """What the next page says after an answer."""
    assert response.status_code == 302
    return str(who.client.get(response["Location"]).content.decode())


def test_deleted_shown_restored(seller: Person) -> None:
    image = seller.image("blue.jpg")
    seller.result(image)
    trash.put(seller.account, [image.pk], with_results=True)
    page = seller.client.get("/trash/").content.decode()
    for words in (
        "blue.jpg",
        "30 days left",
        "with 1 result",
        "1 picture,",
        "Delete 1 picture for",
    ):
        assert words in page
    back = seller.client.post("/trash/restore/", {"ids": [image.public_id]})
    assert "1 picture is back." in said(seller, back)
    assert "The trash is empty" in seller.client.get("/trash/").content.decode()
    assert Image.live.count() == 2


def test_one_deletion_is_undone_once(seller: Person, stranger: Person) -> None:
    first, second, third = (seller.image(f"{n}.jpg") for n in range(3))
    trash.put(seller.account, [first.pk])
    moved = trash.put(seller.account, [second.pk, third.pk])
    address = f"/trash/undo/{moved.key}/"
    assert stranger.client.post(address).status_code == 404
    assert "2 pictures are back." in said(seller, seller.client.post(address))
    assert set(Image.live.all()) == {second, third}
    assert seller.client.post(address).status_code == 404
    assert seller.client.post(f"/trash/undo/{'9' * 60}/").status_code == 404


def test_a_script_deletes_and_takes_back_without_leaving_the_page(
    seller: Person, stranger: Person
) -> None:
    images = [seller.image("hat.jpg"), seller.image("shoe.jpg")]
    result = seller.result(images[0])  # goes along, and is counted nowhere
    form = {"action": "delete", "ids": [image.public_id for image in images]}
    answer = seller.client.post("/library/selected/", form, headers=HTMX)
    told = json.loads(answer["HX-Trigger"])["packshot:toast"]
    assert (answer.status_code, told["text"]) == (204, "2 pictures are in the trash.")
    assert told["action"] == "Undo"
    assert (told["link"], told["link_url"]) == ("Trash", "/trash/")
    assert stranger.client.post(told["url"], headers=HTMX).status_code == 404
    assert Image.live.count() == 0
    back = seller.client.post(told["url"], headers=HTMX)
    told_back = json.loads(back["HX-Trigger"])["packshot:toast"]
    assert (back.status_code, told_back["text"]) == (204, "2 pictures are back.")
    assert set(Image.live.all()) == {*images, result}


def test_without_a_trash_nothing_offers_to_take_back(seller: Person, settings: Any) -> None:
    settings.TRASH_DAYS = 0
    form = {"action": "delete", "ids": [seller.image().public_id]}
    answer = seller.client.post("/library/selected/", form, headers=HTMX)
    told = json.loads(answer["HX-Trigger"])["packshot:toast"]
    assert (told["text"], told["action"]) == ("1 picture was deleted for good.", "")


def test_for_good_and_emptied(seller: Person) -> None:
    images = [seller.image(f"{n}.jpg") for n in range(3)]
    seller.result(images[0])
    moved = trash.put(seller.account, [image.pk for image in images], with_results=True)
    assert (moved.count, moved.pictures) == (4, 3)
    one = seller.client.post("/trash/remove/", {"ids": [images[0].public_id]})
    assert "1 picture was deleted for good." in said(seller, one)
    assert "2 pictures were deleted for good." in said(seller, seller.client.post("/trash/empty/"))
    assert trash.of(seller.account).count() == 0


def test_somebody_elses_among_them_and_nothing_happens(seller: Person, stranger: Person) -> None:
    mine, theirs = seller.image(), stranger.image()
    trash.put(seller.account, [mine.pk])
    trash.put(stranger.account, [theirs.pk])
    ids = {"ids": [mine.public_id, theirs.public_id]}
    for action in ("restore", "remove"):
        assert seller.client.post(f"/trash/{action}/", ids).status_code == 404
        assert seller.client.post(f"/trash/{action}/", {"ids": ["img_1"]}).status_code == 404
        assert seller.client.post(f"/trash/{action}/").status_code == 400
    assert (trash.of(seller.account).count(), trash.of(stranger.account).count()) == (1, 1)
    assert seller.client.get("/trash/empty/").status_code == 405


def test_queries_do_not_grow(seller: Person) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            seller.client.get("/trash/")
        return len(caught)

    trash.put(seller.account, [seller.image().pk])
    few = queries()
    trash.put(seller.account, [seller.image(f"{n}.jpg").pk for n in range(4)])
    assert (queries(), few <= 8) == (few, True)
