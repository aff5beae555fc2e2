"""The library of backgrounds as a program sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Account
from config import public_ids
from media_library.intake.ingest import ingest
from media_library.lifecycle import trash
from media_library.models import Background, Image
from processing.services.backgrounds import background_library
from processing.services.backgrounds.builtin_backgrounds import builtins

URL = "/api/v1/backgrounds"
BUILTIN = "bg_builtin_linen"
Picture = Callable[..., bytes]
Add = Callable[..., dict[str, Any]]


@pytest.fixture
def add(api: APIClient, picture: Picture) -> Add:
    """Upload a background; the answer's ``data``."""

    def send(name: str | None = "Wall", client: APIClient = api, **fields: Any) -> dict[str, Any]:
        given = {} if name is None else {"name": name}
        answer = post(client, picture(), **given, **fields)
        assert answer.status_code == 201, answer.json()
        made: dict[str, Any] = answer.json()["data"]
        return made

    return send


def post(client: APIClient, data: bytes, **fields: Any) -> Any:
    file = SimpleUploadedFile(fields.pop("file_name", "wall.jpg"), data)
    return client.post(URL, {"file": file, **fields}, format="multipart")


def listed(api: APIClient, **query: Any) -> list[str]:
    answer = api.get(URL, {"pageSize": 100, **query})
    assert answer.status_code == 200, answer.json()
    return [one["name"] for one in answer.json()["data"]["items"]]


def names(**wanted: Any) -> list[str]:
    """Built-in ones that have these attributes."""
    return [
        one.name
        for one in builtins().values()
        if all(getattr(one, name) == value for name, value in wanted.items())
    ]


def test_a_background_is_uploaded_shown_changed_and_deleted(
    api: APIClient,
    add: Add,
    stored: Callable[[], list[str]],
) -> None:
    made = add(" Our\nwall ", tags=["Sea  blue", "warm", "WARM"])
    assert list(made) == [
        *("id", "name", "category", "tags", "source", "background"),
        *("imageId", "url", "thumbnailUrl", "favorite", "madeFrom", "createdAt"),
    ]
    assert (made["name"], made["category"]) == ("Our wall", "custom")
    assert (made["tags"], made["source"], made["madeFrom"]) == (
        ["sea blue", "warm"],
        "upload",
        None,
    )
    assert made["background"] == {"image": {"imageId": made["imageId"]}}
    assert made["imageId"] == Image.objects.get().public_id
    assert api.get(made["url"]).status_code == 200
    one = f"{URL}/{made['id']}"
    assert api.get(one).json()["data"] == made
    changed = api.patch(one, {"name": "Sea", "category": "nature", "tags": []}, format="json")
    assert changed.status_code == 200
    shown = changed.json()["data"]
    assert (shown["name"], shown["category"], shown["tags"]) == ("Sea", "nature", [])
    assert api.get(one).json()["data"] == shown
    assert api.delete(one).status_code == 200
    assert api.get(one).status_code == 404
    # Its picture lies in the trash, and goes with all the rest from there.
    assert api.delete("/api/v1/trash").json()["data"] == {"count": 1}
    trash.remove_files.fn()
    assert (Background.objects.count(), Image.live.count(), stored()) == (0, 0, [])


@pytest.mark.parametrize(
    ("file_name", "name"),
    [("brick wall.JPG", "brick wall"), ("C:\\walls\\oak.png", "oak"), ("Oak 2.5", "Oak 2.5")],
)
def test_without_a_name_the_file_has_one(add: Add, file_name: str, name: str) -> None:
    assert add(None, file_name=file_name)["name"] == name
    assert add("", file_name=file_name)["name"] == name


def test_everybody_has_the_built_in_ones(api: APIClient, strangers_api: APIClient) -> None:
    shown = api.get(URL, {"pageSize": 100}).json()["data"]
    assert [one["id"] for one in shown["items"]] == list(builtins())
    assert shown["total"] == len(builtins())
    assert api.get(f"{URL}/{BUILTIN}").json()["data"] == {
        **{"id": BUILTIN, "name": "Linen", "category": "pattern", "source": "builtin"},
        "tags": ["cloth", "beige", "natural"],
        "background": {"generated": {"prompt": "linen wall", "seed": 7, "provider": "studio"}},
        **{"imageId": None, "url": None, "madeFrom": None, "createdAt": None},
        "thumbnailUrl": "http://testserver/static/backgrounds/linen.webp",
        "favorite": False,
    }
    assert strangers_api.get(f"{URL}/{BUILTIN}").status_code == 200


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_built_in_ones_stay_as_they_are(api: APIClient, method: str) -> None:
    answer = getattr(api, method)(f"{URL}/{BUILTIN}", {"name": "Mine"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")


def test_the_newest_comes_first_and_the_built_in_ones_last(api: APIClient, add: Add) -> None:
    for name in "abc":
        add(name)
    assert listed(api) == ["c", "b", "a", *names()]
    page = api.get(URL, {"page": 2, "pageSize": 2}).json()["data"]
    assert [one["name"] for one in page["items"]] == ["a", names()[0]]
    assert (page["page"], page["pageSize"], page["total"]) == (2, 2, 3 + len(builtins()))
    assert api.get(URL, {"page": 99}).json()["data"]["items"] == []


def test_a_list_can_be_narrowed_down(api: APIClient, account: Account, add: Add) -> None:
    add("Küche", category="pattern", tags=["Überblick", "sea"])
    add("Strand", category="nature")
    row = background_library.find_own(account, add("Painted")["id"])
    Background.objects.filter(pk=row.pk).update(made_from={"prompt": "a wall"})
    assert listed(api, category="nature") == ["Strand", *names(category="nature")]
    assert listed(api, category="custom") == ["Painted"]
    assert listed(api, source="upload") == ["Strand", "Küche"]
    assert listed(api, source="generated") == ["Painted"]
    assert listed(api, source="builtin") == names()
    assert listed(api, search="KÜCH") == ["Küche"]
    assert listed(api, search="überb") == ["Küche"]
    assert listed(api, tag="SEA") == ["Küche"]
    assert listed(api, tag="se") == []
    assert listed(api, tag="cloth", search="lin") == ["Linen"]
    assert listed(api, category="solid", source="upload") == []


@pytest.mark.parametrize(
    "query",
    [
        *({"category": "wood"}, {"category": ""}, {"source": "stock"}, {"tag": "x" * 33}),
        *({"page": 0}, {"pageSize": 101}, {"page": "x"}, {"sort": "name"}),
    ],
    ids=str,
)
def test_wrong_questions_are_refused_by_name(api: APIClient, query: dict[str, Any]) -> None:
    answer = api.get(URL, query)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, list(query))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "\u200b"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"category": "wood"}, "category"),
        ({"tags": ["x" * 33]}, "tags"),
        ({"tags": ["a", " "]}, "tags"),
        ({"tags": ["a\u202eb"]}, "tags"),
        ({"tags": [str(number) for number in range(21)]}, "tags"),
        ({"owner": "me"}, "owner"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    api: APIClient,
    picture: Picture,
    stored: Callable[[], list[str]],
    fields: dict[str, Any],
    field: str,
) -> None:
    answer = post(api, picture(), **fields)
    assert answer.status_code == 400
    assert [name.partition(".")[0] for name in answer.json()["fields"]] == [field]
    assert (Background.objects.count(), Image.objects.count(), stored()) == (0, 0, [])


@pytest.mark.parametrize("data", [b"", b"no picture", b"\xff\xd8\xff\xe0 broken"])
def test_files_that_are_no_pictures_are_refused(api: APIClient, data: bytes) -> None:
    answer = post(api, data)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["file"])
    assert (Background.objects.count(), Image.objects.count()) == (0, 0)


def test_two_files_are_too_many(api: APIClient, picture: Picture) -> None:
    files = [SimpleUploadedFile(f"{n}.jpg", picture()) for n in range(2)]
    answer = api.post(URL, {"file": files, "name": "Two"}, format="multipart")
    assert answer.status_code == 400
    assert not Image.objects.exists()


def test_a_file_is_needed(api: APIClient) -> None:
    answer = api.post(URL, {"name": "Wall"}, format="multipart")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["file"])


def test_a_picture_whose_background_can_not_be_kept_goes_again(
    account: Account, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **values: Any) -> None:
        raise DatabaseError("The disk is full.")

    monkeypatch.setattr(background_library, "keep", broken)
    incoming = background_library.Incoming("wall.jpg", picture)
    with pytest.raises(DatabaseError):
        background_library.upload(account, incoming, background_library.BackgroundDetails("Wall"))
    assert not Image.live.exists()


def test_an_account_has_so_many_at_most(
    api: APIClient, add: Add, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background_library, "MAX_BACKGROUNDS", 1)
    made = add()
    answer = post(api, picture())
    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert Image.objects.count() == 1
    api.delete(f"{URL}/{made['id']}")
    add()


def test_sent_twice_it_is_kept_once(api: APIClient, picture: Picture) -> None:
    data = picture()
    answers = []
    for _ in range(2):
        body = {"file": SimpleUploadedFile("wall.jpg", data), "name": "Wall"}
        headers = {"Idempotency-Key": "once"}
        answers.append(api.post(URL, body, format="multipart", headers=headers))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert (Background.objects.count(), Image.objects.count()) == (1, 1)


def test_a_picture_in_the_trash_is_no_background_until_it_comes_back(
    api: APIClient, add: Add
) -> None:
    made = add()
    assert api.delete(f"/api/v1/images/{made['imageId']}").status_code == 200
    assert api.get(f"{URL}/{made['id']}").status_code == 404
    api.post("/api/v1/trash/restore", {"imageIds": [made["imageId"]]}, format="json")
    assert api.get(f"{URL}/{made['id']}").json()["data"]["name"] == made["name"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "request"),
        ({"name": " "}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"category": "wood"}, "category"),
        ({"tags": "sea"}, "tags"),
        ({"tags": [5]}, "tags"),
        ({"source": "builtin"}, "source"),
    ],
)
def test_wrong_changes_change_nothing(
    api: APIClient, add: Add, body: dict[str, Any], field: str
) -> None:
    one = f"{URL}/{(made := add())['id']}"
    answer = api.patch(one, body, format="json")
    assert answer.status_code == 400
    assert [name.partition(".")[0] for name in answer.json()["fields"]] == [field]
    assert api.get(one).json()["data"] == made


@pytest.mark.parametrize(
    "name", ["x", "img_x", "bg_builtin_", "bg_builtin_none", "BG_builtin_linen"]
)
def test_ids_that_nobody_has(api: APIClient, name: str) -> None:
    for public_id in (name, public_ids.encode("bg", uuid4())):
        assert api.get(f"{URL}/{public_id}").status_code == 404


def test_pictures_are_made_backgrounds_of_their_own_account(
    account: Account, picture: Picture
) -> None:
    image = ingest(account, picture(), name="wall.jpg")
    row = background_library.keep(
        account, image, background_library.BackgroundDetails("Wall", tags=["a"])
    )
    assert background_library.plan_of(row, "fit").image == background_library.BackgroundImage(
        str(image.pk), "fit"
    )


def test_a_page_costs_the_same_however_many_there_are(api: APIClient, add: Add) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            api.get(URL, {"pageSize": 100, "search": "a"})
        return len(queries)

    add("a")
    one = cost()
    for name in ("ab", "ac", "b"):
        add(name)
    assert cost() == one
