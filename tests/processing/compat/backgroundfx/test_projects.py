"""Projects in the vendor's words."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.http import Caller
from media_library.intake.ingest import ingest
from media_library.models import Project
from media_library.services import delete_image
from processing.commands import RemoveBackground
from processing.models import JobEvent
from processing.services import jobs
from tests.processing.compat.backgroundfx.client import BackgroundfxError
from tests.processing.compat.backgroundfx.conftest import MiddleModel, Studio, photo


def refused(call: Any, *args: Any, **values: Any) -> BackgroundfxError:
    with pytest.raises(BackgroundfxError) as caught:
        call(*args, **values)
    return caught.value


@pytest.mark.parametrize("kind", ["image", "video", "batch"])
def test_a_new_project(studio: Studio, kind: str) -> None:
    made = studio.client.create_project(" Spring ", kind, description="All that is green.")
    row = Project.objects.get()
    assert made == {
        **{"id": str(row.pk), "name": "Spring", "type": kind},
        **{"status": "draft", "files_count": 0},
        "created_at": row.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert row.description == "All that is green."
    assert studio.client.projects() == {"items": [made], "total": 1}


def test_that_there_is_a_new_one_is_told(studio: Studio) -> None:
    studio.client.create_project("Spring", "image")
    event = JobEvent.objects.get()
    assert (event.name, event.account) == ("project.created", studio.account)
    assert event.data["projectId"] == Project.objects.get().public_id


def test_the_status_follows_the_files(studio: Studio, models: MiddleModel) -> None:
    studio.client.create_project("Spring", "image")
    project = Project.objects.get()
    image = ingest(studio.account, photo(), name="shoe.jpg", project=project)

    def standing() -> tuple[str, int]:
        [shown] = studio.client.projects()["items"]
        return shown["status"], shown["files_count"]

    assert standing() == ("completed", 1)
    job = jobs.submit(Caller(studio.account, studio.user), RemoveBackground(), source=image)
    assert standing() == ("processing", 1)
    jobs.cancel(job)
    assert standing() == ("completed", 1)
    delete_image(image)
    assert standing() == ("draft", 0)


def test_pages_begin_with_the_newest(studio: Studio) -> None:
    for name in "abcde":
        studio.client.create_project(name * 2, "image")
    pages = [studio.client.projects(page=n, limit=2) for n in (1, 2, 3, 4)]
    assert [[item["name"] for item in page["items"]] for page in pages] == [
        *(["ee", "dd"], ["cc", "bb"], ["aa"], [])
    ]
    assert {page["total"] for page in pages} == {5}


@pytest.mark.parametrize(
    ("search", "names"), [("sprin", ["Spring"]), ("GREEN", ["Spring"]), ("x", []), ("%", [])]
)
def test_search(studio: Studio, search: str, names: list[str]) -> None:
    studio.client.create_project("Spring", "image", description="All that is green.")
    studio.client.create_project("Autumn", "image")
    found = studio.client.projects(search=search)
    assert [item["name"] for item in found["items"]] == names
    assert found["total"] == len(names)


def test_other_peoples_are_not_there(studio: Studio, stranger: Studio) -> None:
    stranger.client.create_project("Theirs", "image")
    assert studio.client.projects() == {"items": [], "total": 0}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        *(({"name": ""}, "name"), ({"name": "  "}, "name"), ({"name": "x" * 201}, "name")),
        *(({"name": "a\0b"}, "name"), ({"name": None}, "name")),
        *(({"type": "album"}, "type"), ({"type": None}, "type")),
        *(({"description": 5}, "description"), ({"description": "x" * 10_001}, "description")),
    ],
    ids=lambda value: str(value)[:30],
)
def test_wrong_ones(studio: Studio, body: dict[str, Any], field: str) -> None:
    error = refused(studio.client.post, "/projects", {"name": "A", "type": "image", **body})
    assert (error.status, list(error.details)) == (400, [field])
    assert not Project.objects.exists()


@pytest.mark.parametrize("query", [{"page": 0}, {"limit": 101}, {"search": "a\0"}], ids=str)
def test_wrong_questions(studio: Studio, query: dict[str, Any]) -> None:
    error = refused(studio.client.projects, **query)
    assert (error.status, list(error.details)) == (400, list(query))
