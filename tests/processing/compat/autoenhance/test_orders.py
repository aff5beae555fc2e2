"""Orders: projects with photos and brackets, in pages, by the client's own ids."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Member
from media_library import projects
from media_library.models import Image, Project
from processing.models import Job, RoomBracket, RoomOrder, RoomPhoto
from tests.processing.compat.autoenhance.client import RoomClient
from tests.processing.compat.autoenhance.conftest import Studio

pytestmark = pytest.mark.usefixtures("quick_queue")


def create(client: RoomClient, **fields: Any) -> dict[str, Any]:
    answer = client.call("POST", "orders/", fields)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def order(client: RoomClient, order_id: str) -> dict[str, Any]:
    told: dict[str, Any] = client.call("GET", f"orders/{order_id}").json()
    return told


def test_an_order_is_a_project(studio: Studio, small_photo: bytes) -> None:
    made = create(studio.client, name="Elm Street 7")
    row = RoomOrder.objects.get()
    moment = row.created_at.replace(tzinfo=None).isoformat(timespec="microseconds")
    assert made["created_at"] == moment
    assert "+" not in made["last_updated_at"]
    assert made == {
        "created_at": moment,
        "images": [],
        "is_deleted": False,
        "is_merging": False,
        "is_processing": False,
        "last_updated_at": made["last_updated_at"],
        "name": "Elm Street 7",
        "order_id": str(row.pk),
        "status": "waiting",
        "total_images": 0,
    }
    photo = studio.client.upload(small_photo, order_id=made["order_id"])
    told = order(studio.client, made["order_id"])
    assert (told["images"], told["total_images"], told["status"]) == ([photo], 1, "processed")
    assert told["last_updated_at"] > made["last_updated_at"]
    project = Project.objects.get(name="Elm Street 7")
    assert {image.project for image in Image.objects.all()} == {project}

    changed = studio.client.call("PATCH", f"orders/{row.pk}", {"name": "Elm Street 9"}).json()
    assert (changed["name"], changed["images"]) == ("Elm Street 9", [photo])
    project.refresh_from_db()
    assert project.name == "Elm Street 9"

    assert studio.client.call("DELETE", f"orders/{row.pk}").status_code == 204
    assert studio.client.call("GET", f"orders/{row.pk}").status_code == 404
    assert studio.client.call("GET", f"images/{photo['image_id']}").status_code == 404
    assert not Image.live.exists()
    assert not Project.objects.filter(name="Elm Street 9").exists()


def test_an_orders_project_tells_how_far_it_is(
    studio: Studio, small_photo: bytes, client: Client
) -> None:
    made = create(studio.client, name="Elm Street 7")
    project = Project.objects.get(name="Elm Street 7")
    client.force_login(Member.objects.get(account=studio.account).user)

    def page() -> str:
        return " ".join(client.get(f"/projects/{project.public_id}/").content.decode().split())

    assert "Nothing was sent for it yet." in page()
    for name in ("kitchen.jpg", "bath.jpg"):
        studio.client.upload(small_photo, order_id=made["order_id"], image_name=name)
    studio.client.create(order_id=made["order_id"])
    bracket = {"name": "1.jpg", "order_id": made["order_id"]}
    studio.client.call("POST", "brackets/", bracket)
    told = "2 pictures are done. 1 photo has yet to come. The order has 1 exposure. 1 of them has yet to come."
    assert told in page()
    failed = RoomPhoto.objects.get(name="bath.jpg")
    Job.objects.filter(pk=failed.job_id).update(
        state="failed", result=None, error_code="OUT_OF_MEMORY", error="Too little."
    )
    assert "<strong>bath.jpg</strong>: This picture needs more memory" in page()
    assert made["order_id"] in page()
    usual = projects.default_project(studio.account)
    assert "order-title" not in client.get(f"/projects/{usual.public_id}/").content.decode()


def test_a_photo_without_an_order_has_one_of_its_own(studio: Studio, small_photo: bytes) -> None:
    photo = studio.client.upload(small_photo)
    told = order(studio.client, photo["order_id"])
    assert (told["name"], told["images"]) == (None, [photo])
    assert Image.objects.filter(project__is_default=True).count() == 2
    renamed = studio.client.call("PATCH", f"orders/{photo['order_id']}", {"name": "Loft"})
    assert renamed.json()["name"] == "Loft"
    assert Image.objects.get(kind="original").project.name == "Loft"


def test_an_empty_id_is_none(studio: Studio, small_photo: bytes) -> None:
    photo = studio.client.upload(small_photo, order_id="")
    assert order(studio.client, photo["order_id"])["name"] is None
    told = studio.client.process(photo["image_id"], order_id="", enhance_type="warm")
    assert told["order_id"] == photo["order_id"]
    assert create(studio.client, order_id="", name="Loft")["name"] == "Loft"
    assert RoomOrder.objects.count() == 2
    renamed = studio.client.call("PATCH", f"orders/{photo['order_id']}", {"order_id": ""})
    assert (renamed.status_code, renamed.json()["order_id"]) == (200, photo["order_id"])


def test_ids_of_the_clients_own(studio: Studio, other: Studio, small_photo: bytes) -> None:
    """An unknown one becomes an order with the first photo; another account's are its own."""
    first = studio.client.create(order_id="job-17")
    second = studio.client.create(order_id="job-17")
    assert RoomOrder.objects.count() == 1
    told = order(studio.client, "job-17")
    assert [one["image_id"] for one in told["images"]] == [first["image_id"], second["image_id"]]
    assert told["name"] == "Order job-17"
    taken = studio.client.call("POST", "orders/", {"order_id": "job-17"})
    assert (taken.status_code, list(taken.json()["detail"]["json"])) == (422, ["order_id"])
    assert other.client.call("GET", "orders/job-17").status_code == 404
    create(other.client, order_id="job-17", name="Another")
    assert order(studio.client, "job-17") == told


@pytest.mark.parametrize("key", [".", "..", "...."])
def test_no_order_has_an_id_that_addresses_take_for_a_step(studio: Studio, key: str) -> None:
    for path, body in (("orders/", {}), ("images/", {"image_name": "kitchen.jpg"})):
        refused = studio.client.call("POST", path, {**body, "order_id": key})
        assert (refused.status_code, list(refused.json()["detail"]["json"])) == (422, ["order_id"])
    assert not RoomOrder.objects.exists()
    assert studio.client.create(order_id="v1..2")["order_id"] == "v1..2"


def test_a_photo_moves_to_another_order(studio: Studio, small_photo: bytes) -> None:
    photo = studio.client.upload(small_photo, order_id="a")
    told = studio.client.process(photo["image_id"], order_id="b")
    assert told["order_id"] == "b"
    assert order(studio.client, "a")["total_images"] == 0
    assert {image.project.name for image in Image.objects.all()} == {"Order b"}


def test_pages(studio: Studio) -> None:
    ids = [create(studio.client, name=f"{n}")["order_id"] for n in range(7)][::-1]
    found: list[str] = []
    offset: str | None = "0"
    while offset is not None:
        told = studio.client.call("GET", "orders/", offset=offset, per_page=3).json()
        assert told["pagination"]["per_page"] == 3
        found += [one["order_id"] for one in told["orders"]]
        offset = told["pagination"]["next_offset"]
    assert found == ids
    plain = studio.client.call("GET", "orders/").json()
    assert (len(plain["orders"]), plain["pagination"]) == (5, {"next_offset": "5", "per_page": 5})
    for query in ({"offset": -1}, {"offset": "x"}, {"per_page": 0}, {"per_page": 101}):
        answer = studio.client.call("GET", "orders/", **query)
        assert (answer.status_code, list(answer.json()["detail"]["query"])) == (422, list(query))


def test_brackets(studio: Studio, small_photo: bytes) -> None:
    order_id = create(studio.client)["order_id"]
    body = {"name": "dark.jpg", "order_id": order_id, "metadata": {"ev": -2}}
    made = studio.client.call("POST", "brackets/", body).json()
    url = made.pop("upload_url")
    assert made == {**body, "bracket_id": made["bracket_id"], "is_uploaded": False}
    assert studio.client.put(url, small_photo).status_code == 200
    assert studio.client.put(url, small_photo).status_code == 410
    path = f"brackets/{made['bracket_id']}"
    assert studio.client.call("GET", path).json() == {**made, "is_uploaded": True}
    listed = studio.client.call("GET", f"orders/{order_id}/brackets").json()
    assert listed == {"brackets": [{**made, "is_uploaded": True}]}
    assert Image.objects.get().name == "dark.jpg"
    assert studio.client.call("DELETE", path).status_code == 204
    assert studio.client.call("GET", path).status_code == 404
    assert not Image.live.exists()


@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("orders/", {"name": ""}, "name"),
        ("orders/", {"name": "\u200b"}, "name"),
        ("orders/", {"name": 7}, "name"),
        ("orders/", {"order_id": "a b"}, "order_id"),
        ("orders/", {"order_id": "x" * 101}, "order_id"),
        ("brackets/", {"name": "a"}, "order_id"),
        ("brackets/", {"order_id": "there"}, "name"),
        ("brackets/", {"name": "a", "order_id": "there", "metadata": "x"}, "metadata"),
        (
            "brackets/",
            {"name": "a", "order_id": "there", "metadata": {"a": "x" * 17_000}},
            "metadata",
        ),
    ],
)
def test_what_can_not_be(studio: Studio, path: str, body: dict[str, Any], name: str) -> None:
    create(studio.client, order_id="there")
    answer = studio.client.call("POST", path, body)
    assert (answer.status_code, list(answer.json()["detail"]["json"])) == (422, [name])
    assert RoomOrder.objects.count() == 1
    assert Project.objects.filter(is_default=False).count() == 1
    assert not RoomBracket.objects.exists()


def test_strangers_find_nothing_and_change_nothing(studio: Studio, other: Studio) -> None:
    made = create(studio.client, name="Mine")
    bracket = studio.client.call(
        "POST", "brackets/", {"name": "a", "order_id": made["order_id"]}
    ).json()
    mine = order(studio.client, made["order_id"])
    calls: list[tuple[str, str, Any]] = [
        ("GET", f"orders/{made['order_id']}", None),
        ("GET", f"orders/{made['order_id']}/brackets", None),
        ("PATCH", f"orders/{made['order_id']}", {"name": "Yours"}),
        ("DELETE", f"orders/{made['order_id']}", None),
        ("POST", "images/", {"image_name": "a", "order_id": made["order_id"]}),
        ("POST", "orders/", {"order_id": made["order_id"]}),
        ("POST", "brackets/", {"name": "a", "order_id": made["order_id"]}),
        ("GET", f"brackets/{bracket['bracket_id']}", None),
        ("DELETE", f"brackets/{bracket['bracket_id']}", None),
        ("GET", f"orders/{uuid4()}", None),
    ]
    for method, path, body in calls:
        answer = other.client.call(method, path, body)
        assert answer.status_code == 404, (method, path)
        assert set(answer.json()) == {"message", "detail"}
    assert order(studio.client, made["order_id"]) == mine
    assert RoomOrder.objects.count() == RoomBracket.objects.count() == 1
    assert not RoomPhoto.objects.exists()
    assert other.client.call("GET", "orders/").json()["orders"] == []


def test_reading_without_a_key_where_the_site_allows_it(
    studio: Studio, settings: Any, small_photo: bytes
) -> None:
    """Only by ids that we gave: nobody guesses those, and a client's own may be anybody's."""
    settings.AUTOENHANCE_OPEN_READS = True
    made = create(studio.client)
    create(studio.client, order_id="job-17")
    body = {"name": "a", "order_id": made["order_id"]}
    bracket = studio.client.call("POST", "brackets/", body).json()
    anybody = RoomClient()
    assert order(anybody, made["order_id"])["order_id"] == made["order_id"]
    assert len(anybody.call("GET", f"orders/{made['order_id']}/brackets").json()["brackets"]) == 1
    assert anybody.call("GET", f"brackets/{bracket['bracket_id']}").status_code == 200
    assert anybody.call("GET", "orders/job-17").status_code == 404
    for method, path in (
        ("GET", "orders/"),
        ("DELETE", f"orders/{made['order_id']}"),
        ("DELETE", f"brackets/{bracket['bracket_id']}"),
    ):
        assert anybody.call(method, path).status_code == 401
