"""Projects as a program sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Account
from media_library import projects
from media_library.models import Image, ImageKind, Project
from media_library.projects import default_project
from processing.models import JobEvent

URL = "/api/v1/projects"
Upload = Callable[..., dict[str, Any]]


def create(api: APIClient, name: str = "Spring", **fields: Any) -> dict[str, Any]:
    answer = api.post(URL, {"name": name, **fields}, format="json")
    assert answer.status_code == 201, answer.json()
    made: dict[str, Any] = answer.json()["data"]
    return made


def listed(api: APIClient, **query: Any) -> list[str]:
    answer = api.get(URL, query)
    assert answer.status_code == 200, answer.json()
    return [one["name"] for one in answer.json()["data"]["items"]]


def counts(images: int, originals: int, derived: int) -> dict[str, int]:
    return {"images": images, "originals": originals, "derived": derived}


def test_a_project_is_made_shown_changed_and_deleted(api: APIClient) -> None:
    made = create(api, "Spring", description="Shoes", type="batch")
    assert list(made) == [
        *("id", "name", "description", "type", "status", "isDefault"),
        *("counts", "createdAt", "updatedAt"),
    ]
    assert (made["name"], made["description"]) == ("Spring", "Shoes")
    assert (made["type"], made["status"], made["isDefault"]) == ("batch", "active", False)
    assert made["counts"] == counts(0, 0, 0)
    one = f"{URL}/{made['id']}"
    assert api.get(one).json()["data"] == made
    changed = api.patch(one, {"status": "archived", "name": "Autumn"}, format="json")
    assert changed.status_code == 200
    shown = changed.json()["data"]
    assert {name for name in made if shown[name] != made[name]} == {"name", "status", "updatedAt"}
    assert (shown["name"], shown["status"]) == ("Autumn", "archived")
    assert api.get(one).json()["data"] == shown
    assert api.delete(one).status_code == 200
    assert api.get(one).status_code == 404


def test_a_new_one_is_told_of(api: APIClient, account: Account) -> None:
    made = create(api, type="video")
    [event] = JobEvent.objects.values("name", "account", "job", "batch", "data")
    assert event == {
        "name": "project.created",
        "account": account.pk,
        "job": None,
        "batch": None,
        "data": {"projectId": made["id"], "name": "Spring", "type": "video"},
    }


def test_one_that_is_refused_is_not_told_of(
    api: APIClient, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projects, "MAX_PROJECTS", 1)
    create(api)
    answer = api.post(URL, {"name": "One too many"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert (Project.objects.count(), JobEvent.objects.count()) == (1, 1)


def test_name_alone_is_enough_and_is_tidied(api: APIClient) -> None:
    made = create(api, "  Spring /\u202e\nSummer 👩\u200d🎨 ")
    assert (made["name"], made["description"]) == ("Spring / Summer 👩\u200d🎨", "")
    assert made["type"] == "image"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "\u202e\u200b\u200d"}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a", "description": "x" * 2001}, "description"),
        ({"name": "a", "description": None}, "description"),
        ({"name": "a", "type": "music"}, "type"),
        ({"name": "a", "status": "archived"}, "status"),
        ({"name": "a", "isDefault": True}, "isDefault"),
    ],
)
def test_what_is_wrong_is_named(api: APIClient, body: dict[str, Any], field: str) -> None:
    answer = api.post(URL, body, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "request"),
        ({"name": " "}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"status": "deleted"}, "status"),
        ({"type": "video"}, "type"),
    ],
)
def test_a_wrong_change_changes_nothing(api: APIClient, body: dict[str, Any], field: str) -> None:
    made = create(api)
    answer = api.patch(f"{URL}/{made['id']}", body, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert api.get(f"{URL}/{made['id']}").json()["data"] == made


def test_pictures_are_counted_by_kind(
    api: APIClient, upload: Upload, row: Callable[[dict[str, Any]], Image]
) -> None:
    made = create(api)
    original, result, gone = (upload(projectId=made["id"]) for _ in range(3))
    assert original["projectId"] == made["id"]
    Image.objects.filter(pk=row(result).pk).update(kind=ImageKind.DERIVED)
    api.delete(f"/api/v1/images/{gone['id']}")
    upload()
    shown = {one["name"]: one["counts"] for one in api.get(URL).json()["data"]["items"]}
    assert shown == {"My photos": counts(1, 1, 0), "Spring": counts(2, 1, 1)}
    assert api.get(f"{URL}/{made['id']}").json()["data"]["counts"] == shown["Spring"]


def test_a_page_costs_the_same_however_many_there_are(api: APIClient, upload: Upload) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            listed(api)
        return len(captured)

    listed(api)  # makes the default one
    few = queries()
    for number in range(5):
        upload(projectId=create(api, f"Project {number}")["id"])
    assert queries() == few


class TestList:
    @pytest.fixture(autouse=True)
    def _four(self, api: APIClient, account: Account) -> None:
        default_project(account)
        create(api, "shoes", description="On white")
        create(api, "Jackets", type="batch")
        archived = create(api, "Clips", type="video", description="White 50% off")
        api.patch(f"{URL}/{archived['id']}", {"status": "archived"}, format="json")

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ({}, ["My photos", "Clips", "Jackets", "shoes"]),
            ({"sort": "-name"}, ["My photos", "shoes", "Jackets", "Clips"]),
            ({"sort": "createdAt"}, ["My photos", "shoes", "Jackets", "Clips"]),
            ({"sort": "-updatedAt"}, ["Clips", "Jackets", "shoes", "My photos"]),
            ({"search": "white"}, ["Clips", "shoes"]),
            ({"search": "ACK"}, ["Jackets"]),
            ({"search": "50%"}, ["Clips"]),
            ({"search": "_"}, []),
            ({"type": "batch"}, ["Jackets"]),
            ({"status": "archived"}, ["Clips"]),
            ({"status": "active", "type": "image"}, ["My photos", "shoes"]),
            ({"page": 2, "pageSize": 3}, ["shoes"]),
            ({"page": 9}, []),
        ],
    )
    def test_is_searched_filtered_and_sorted(
        self, api: APIClient, query: dict[str, Any], names: list[str]
    ) -> None:
        assert listed(api, **query) == names

    def test_tells_how_many_there_are(self, api: APIClient) -> None:
        page = api.get(URL, {"pageSize": 1, "search": "white"}).json()["data"]
        assert (page["page"], page["pageSize"], page["total"]) == (1, 1, 2)

    @pytest.mark.parametrize("query", [{"sort": "counts"}, {"type": "x"}, {"status": ""}, {"q": 1}])
    def test_names_what_it_does_not_know(self, api: APIClient, query: dict[str, Any]) -> None:
        answer = api.get(URL, query)
        assert (answer.status_code, list(answer.json()["fields"])) == (400, list(query))


def test_a_new_account_has_the_default_one(api: APIClient) -> None:
    assert listed(api) == ["My photos"]


def test_the_default_one_can_be_renamed_but_stays(api: APIClient, account: Account) -> None:
    one = f"{URL}/{default_project(account).public_id}"
    for answer in (
        api.delete(one),
        api.patch(one, {"status": "archived", "name": "Attic"}, format="json"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    changed = api.patch(one, {"name": "Studio", "description": "All"}, format="json")
    assert (changed.status_code, listed(api)) == (200, ["Studio"])


def test_the_pictures_of_a_deleted_one_move_to_the_default_one(
    api: APIClient, account: Account, upload: Upload
) -> None:
    made = create(api)
    kept, deleted = upload(projectId=made["id"]), upload(projectId=made["id"])
    api.delete(f"/api/v1/images/{deleted['id']}")
    assert api.delete(f"{URL}/{made['id']}").status_code == 200
    default = default_project(account)
    assert set(Image.objects.values_list("project", flat=True)) == {default.pk}
    shown = api.get(f"/api/v1/images/{kept['id']}").json()["data"]
    assert shown["projectId"] == default.public_id
    assert api.get(f"/api/v1/images?project={made['id']}").status_code == 404


def test_a_picture_moves_between_projects(api: APIClient, upload: Upload) -> None:
    here, there = create(api, "Here"), create(api, "There")
    image = f"/api/v1/images/{upload(projectId=here['id'])['id']}"
    assert api.patch(image, {"projectId": there["id"]}, format="json").status_code == 200

    def inside(project: dict[str, Any]) -> int:
        found: int = api.get("/api/v1/images", {"project": project["id"]}).json()["data"]["total"]
        return found

    assert (inside(here), inside(there)) == (0, 1)
    assert api.get(f"{URL}/{there['id']}").json()["data"]["counts"] == counts(1, 1, 0)


def test_a_stranger_finds_nothing(api: APIClient, strangers_api: APIClient, upload: Upload) -> None:
    made = create(api)
    one = f"{URL}/{made['id']}"
    theirs = f"/api/v1/images/{upload(client=strangers_api)['id']}"
    for answer in (
        strangers_api.get(one),
        strangers_api.patch(one, {"name": "Mine"}, format="json"),
        strangers_api.delete(one),
        strangers_api.patch(theirs, {"projectId": made["id"]}, format="json"),
        strangers_api.get("/api/v1/images", {"project": made["id"]}),
    ):
        assert (answer.status_code, answer.json()["error"]) == (404, "Project not found.")
    assert listed(strangers_api) == ["My photos"]
    assert api.get(one).json()["data"] == made


@pytest.mark.parametrize("project_id", ["proj_1", "img_2VfUX5sCNEcTGeZ8vKoGj1", "x"])
def test_an_id_that_is_none_is_not_found(api: APIClient, project_id: str) -> None:
    assert api.get(f"{URL}/{project_id}").status_code == 404
