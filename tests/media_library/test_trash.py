"""The trash over the API: in, back, for good; by worker and clock; and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.access import api_keys
from accounts.access.demo import DemoAccount
from accounts.models import Account
from media_library.files import links
from media_library.lifecycle import sweeps, trash
from media_library.models import Image, ImageKind

IMAGES, TRASH = "/api/v1/images", "/api/v1/trash"
Upload = Callable[..., dict[str, Any]]
Row = Callable[[dict[str, Any]], Image]


def result_of(parent: Image, name: str, kind: ImageKind = ImageKind.DERIVED) -> Image:
    key = f"{parent.account_id}/{parent.pk}/{name}"
    default_storage.save(key, default_storage.open(parent.file_key))
    return Image.objects.create(
        account=parent.account,
        project=parent.project,
        kind=kind,
        parent=parent,
        name=name,
        format="png",
        media_type="image/png",
        width=4,
        height=3,
        bytes=7,
        sha256="0" * 64,
        file_key=key,
    )


def ids(response: Any) -> list[str]:
    return [one["id"] for one in response.json()["data"]["items"]]


def working() -> None:
    while trash.remove_due():
        pass


@pytest.fixture
def pair(upload: Upload, row: Row) -> tuple[Image, Image]:
    """An original and its result."""
    original = row(upload())
    return original, result_of(original, "cut.png")


def test_deleted_listed_restored(
    api: APIClient, upload: Upload, row: Row, stored: Callable[[], list[str]]
) -> None:
    shown, files = upload(), stored()
    assert api.delete(f"{IMAGES}/{shown['id']}").status_code == 200
    assert api.get(f"{IMAGES}/{shown['id']}").status_code == 404
    [entry] = api.get(TRASH).json()["data"]["items"]
    image = row(shown)
    left = datetime.fromisoformat(entry["deletedForGoodAt"]) - image.deleted_at
    assert (entry["id"], entry["name"], entry["results"]) == (shown["id"], "shoe.jpg", 0)
    assert (left, stored()) == (timedelta(days=30), files)
    back = api.post(f"{TRASH}/restore", {"imageIds": [shown["id"]]}, format="json")
    assert (back.status_code, [one["id"] for one in back.json()["data"]]) == (200, [shown["id"]])
    assert api.get(f"{IMAGES}/{shown['id']}").json()["data"]["name"] == "shoe.jpg"
    assert api.get(TRASH).json()["data"]["total"] == 0
    again = api.post(f"{TRASH}/restore", {"imageIds": [shown["id"]]}, format="json")
    assert (again.status_code, again.json()["code"]) == (404, "NOT_FOUND")


def test_results_go_along_come_back_and_are_removed_with_their_original(
    api: APIClient, pair: tuple[Image, Image], stored: Callable[[], list[str]]
) -> None:
    original, result = pair
    deeper = result_of(result, "deeper.png")
    body = {"imageIds": [original.public_id], "withResults": True}
    assert api.post(TRASH, body, format="json").json()["data"] == {"count": 3}
    assert api.get(IMAGES).json()["data"]["total"] == 0
    [entry] = api.get(TRASH).json()["data"]["items"]
    assert (entry["id"], entry["results"]) == (original.public_id, 1)
    back = api.post(f"{TRASH}/restore", {"imageIds": [original.public_id]}, format="json")
    assert {one["id"] for one in back.json()["data"]} == {
        one.public_id for one in (original, result, deeper)
    }
    api.post(TRASH, body, format="json")
    gone = api.delete(f"{TRASH}/{original.public_id}")
    assert (gone.status_code, gone.json()["data"]) == (200, {"count": 3})
    working()
    assert stored() == []
    assert list(Image.objects.values_list("name", "file_key").distinct()) == [("", "")]


def test_a_result_deleted_before_stays_an_entry_of_its_own(
    api: APIClient, pair: tuple[Image, Image]
) -> None:
    original, result = pair
    api.delete(f"{IMAGES}/{result.public_id}")
    api.post(TRASH, {"imageIds": [original.public_id], "withResults": True}, format="json")
    assert ids(api.get(TRASH)) == [original.public_id, result.public_id]
    api.post(f"{TRASH}/restore", {"imageIds": [original.public_id]}, format="json")
    assert ids(api.get(TRASH)) == [result.public_id]


def test_masks_go_along_and_come_back_but_count_as_nothing(
    api: APIClient, pair: tuple[Image, Image], stored: Callable[[], list[str]]
) -> None:
    original, result = pair
    mask = result_of(original, "mask.png", ImageKind.MASK)
    [project] = api.get("/api/v1/projects").json()["data"]["items"]
    assert project["counts"]["images"] == 2
    body = {"imageIds": [original.public_id], "withResults": True}
    asked = {"imageIds": [original.public_id]}
    assert api.post(TRASH, body, format="json").json()["data"] == {"count": 2}
    assert api.get(f"{IMAGES}/{mask.public_id}").status_code == 404
    assert [one["results"] for one in api.get(TRASH).json()["data"]["items"]] == [1]
    use = api.get("/api/v1/storage").json()["data"]
    assert (use["images"], use["trash"]["images"]) == (0, 2)
    back = api.post(f"{TRASH}/restore", asked, format="json").json()["data"]
    assert {one["id"] for one in back} == {original.public_id, result.public_id}
    assert api.get(f"{IMAGES}/{mask.public_id}").status_code == 200
    api.post(TRASH, body, format="json")
    assert api.delete(f"{TRASH}/{original.public_id}").json()["data"] == {"count": 2}
    working()
    assert stored() == []


def test_a_mask_deleted_for_itself_is_a_picture_in_the_trash(
    api: APIClient, pair: tuple[Image, Image]
) -> None:
    mask = result_of(pair[0], "mask.png", ImageKind.MASK)
    assert api.delete(f"{IMAGES}/{mask.public_id}").status_code == 200
    assert ids(api.get(TRASH)) == [mask.public_id]
    assert api.get("/api/v1/storage").json()["data"]["trash"]["images"] == 1
    back = api.post(f"{TRASH}/restore", {"imageIds": [mask.public_id]}, format="json")
    assert [one["id"] for one in back.json()["data"]] == [mask.public_id]
    api.delete(f"{IMAGES}/{mask.public_id}")
    assert api.delete(TRASH).json()["data"] == {"count": 1}


def test_emptied_and_permanent(
    api: APIClient, upload: Upload, stored: Callable[[], list[str]]
) -> None:
    first, second, third = upload(), upload(), upload()
    api.post(TRASH, {"imageIds": [first["id"], second["id"]]}, format="json")
    assert api.delete(TRASH).json()["data"] == {"count": 2}
    assert api.delete(TRASH).json()["data"] == {"count": 0}
    assert api.delete(f"{IMAGES}/{third['id']}?permanently=true").status_code == 200
    assert api.get(TRASH).json()["data"]["total"] == 0
    for one in (first, third):
        body = {"imageIds": [one["id"]]}
        assert api.post(f"{TRASH}/restore", body, format="json").status_code == 404
    working()
    assert stored() == []


def test_files_go_when_their_days_have_passed(
    api: APIClient,
    upload: Upload,
    row: Row,
    stored: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, young = row(upload()), row(upload())
    api.post(TRASH, {"imageIds": [old.public_id, young.public_id]}, format="json")
    Image.objects.filter(pk=old.pk).update(trash_until=timezone.now())
    assert ids(api.get(TRASH)) == [young.public_id]
    asked: list[bool] = []
    monkeypatch.setattr(trash.remove_files, "send", lambda: asked.append(True))
    monkeypatch.setattr(sweeps._trash_due, "next", 0.0)
    sweeps.run()
    assert asked == [True]
    trash.remove_files.fn()
    assert stored() == young.keys
    assert not trash.ask_if_due()


@pytest.mark.parametrize("query", ["", "?permanently=true"])
def test_no_days_remove_at_once(
    query: str,
    api: APIClient,
    upload: Upload,
    settings: Any,
    stored: Callable[[], list[str]],
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.TRASH_DAYS = 0
    monkeypatch.setattr(trash.remove_files, "send", trash.remove_files.fn)
    shown = upload()
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(f"{IMAGES}/{shown['id']}{query}").status_code == 200
    assert (stored(), api.get(TRASH).json()["data"]["total"]) == ([], 0)


def test_somebody_elses_among_many_and_nothing_happens_to_any(
    api: APIClient, strangers_api: APIClient, upload: Upload, other_account: Account
) -> None:
    mine, theirs = upload(), upload(client=strangers_api)
    trashed = upload()
    api.delete(f"{IMAGES}/{trashed['id']}")
    body = {"imageIds": [mine["id"], theirs["id"]]}
    for answer in (
        api.post(TRASH, body, format="json"),
        strangers_api.post(f"{TRASH}/restore", {"imageIds": [trashed["id"]]}, format="json"),
        strangers_api.delete(f"{TRASH}/{trashed['id']}"),
        api.delete(f"{TRASH}/{mine['id']}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert strangers_api.delete(TRASH).json()["data"] == {"count": 0}
    assert Image.live.count() == 2
    assert ids(api.get(TRASH)) == [trashed["id"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "imageIds"),
        ({"imageIds": []}, "imageIds"),
        ({"imageIds": ["img_1"]}, "imageIds.0"),
        ({"imageIds": [], "forever": True}, "forever"),
    ],
)
def test_bad_bodies(api: APIClient, body: dict[str, Any], field: str) -> None:
    for address in (TRASH, f"{TRASH}/restore"):
        response = api.post(address, body, format="json")
        assert (response.status_code, list(response.json()["fields"])) == (400, [field])


def test_links_of_a_picture_lead_nowhere_while_it_lies_in_the_trash(
    api: APIClient, client: Client, upload: Upload, row: Row
) -> None:
    image = row(upload())
    Image.objects.filter(pk=image.pk).update(thumbnail_key=image.file_key)
    trashed = links.content_url(image, links.TRASHED)
    assert client.get(trashed).status_code == 404
    api.delete(f"{IMAGES}/{image.public_id}")
    assert client.get(links.content_url(image)).status_code == 404
    assert client.get(links.content_url(image, "thumbnail")).status_code == 404
    assert client.get(trashed).status_code == 200
    api.delete(TRASH)
    assert client.get(trashed).status_code == 404


def test_storage_and_scopes(api: APIClient, seller: DemoAccount, upload: Upload) -> None:
    first, second = upload(), upload()
    api.delete(f"{IMAGES}/{second['id']}")
    assert api.get("/api/v1/storage").json()["data"] == {
        "images": 1,
        "bytes": first["bytes"],
        "trash": {"images": 1, "bytes": second["bytes"]},
    }
    _, plain = api_keys.create(seller.account, seller.user, name="r", scopes=["images:read"])
    reader = APIClient(headers={"X-Api-Key": plain})
    assert reader.get(TRASH).status_code == 200
    for answer in (
        reader.delete(TRASH),
        reader.post(TRASH, {"imageIds": [first["id"]]}, format="json"),
        reader.post(f"{TRASH}/restore", {"imageIds": [second["id"]]}, format="json"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert APIClient().get(TRASH).status_code == 401
