"""The pages of projects: all of them, one with its pictures, what is done to them; nobody else's."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from media_library.lifecycle import trash
from media_library.models import Image, Project
from processing.models import Job, JobState, Preset, ProjectLook
from tests.dashboard.conftest import Person
from tests.dashboard.test_trash import said


def project_of(who: Person, *images: Image, name: str = "Spring") -> Project:
    project = Project.objects.create(account=who.account, name=name)
    for image in images:
        Image.objects.filter(pk=image.pk).update(project=project)
    return project


def names(response: Any) -> list[str]:
    return zipfile.ZipFile(BytesIO(b"".join(response.streaming_content))).namelist()


def test_made_listed_renamed(seller: Person) -> None:
    made = seller.client.post("/projects/", {"name": "Spring", "description": "Coats"})
    project = Project.objects.get(name="Spring")
    assert made["Location"] == f"/projects/{project.public_id}/"
    for name in ("", "\u200d", "x" * 201):
        assert seller.client.post("/projects/", {"name": name}).status_code == 422
    page = seller.client.get("/projects/", {"q": "spr"}).content.decode()
    assert ("Spring" in page, "My photos" in page) == (True, False)
    further = seller.client.get("/projects/", {"q": "a b", "page": "2"}).content.decode()
    assert 'rel="prev" href="?q=a+b&amp;page=1"' in further
    address = f"/projects/{project.public_id}/"
    assert "Coats" in seller.client.get(address).content.decode()
    renamed = seller.client.post(f"{address}rename/", {"name": "Autumn"})
    assert "Autumn" in said(seller, renamed)
    assert seller.client.post(f"{address}rename/", {"name": " "}).status_code == 422
    assert Project.objects.get(pk=project.pk).name == "Autumn"


def test_pictures_are_shown_downloaded_moved_and_deleted(seller: Person) -> None:
    first, second, other = seller.image("a.jpg"), seller.image("b.jpg"), seller.image("c.jpg")
    seller.result(first)
    project, target = project_of(seller, first, second), project_of(seller, name="Autumn")
    address = f"/projects/{project.public_id}/"
    page = seller.client.get(address).content.decode()
    shown = [one.public_id in page for one in (first, second, other)]
    assert shown == [True, True, False]
    assert sorted(names(seller.client.get(f"{address}zip/"))) == ["a-cutout.png", "b.jpg"]
    ids = {"ids": [second.public_id]}
    assert names(seller.client.post(f"{address}zip/", ids)) == ["b.jpg"]
    moved = seller.client.post(f"{address}move/", {**ids, "target": target.public_id})
    assert f"1 picture is in “{target.name}” now." in said(seller, moved)
    assert Image.objects.get(pk=second.pk).project == target
    deleted = seller.client.post(f"{address}trash/", {"ids": [first.public_id]})
    assert "Undo" in said(seller, deleted)
    assert (trash.of(seller.account).count(), Image.live.filter(project=project).count()) == (1, 0)
    assert seller.client.get(f"{address}zip/").status_code == 409


def test_deleting_asks_what_becomes_of_the_pictures(seller: Person) -> None:
    image = seller.image()
    job = seller.job(image)
    project = project_of(seller, image)
    address = f"/projects/{project.public_id}/delete/"
    assert "1 picture of it is being worked on" in seller.client.get(address).content.decode()
    assert seller.client.post(address).status_code == 400
    assert seller.client.post(address, {"pictures": "burn"}).status_code == 400
    assert "Undo" in said(seller, seller.client.post(address, {"pictures": "trash"}))
    assert (Image.live.count(), Job.objects.get().state) == (0, JobState.CANCELLED)
    again = project_of(seller, kept := seller.image())
    seller.client.post(f"/projects/{again.public_id}/delete/", {"pictures": "keep"})
    assert Image.live.get() == kept
    assert Project.objects.get().is_default
    default = f"/projects/{Project.objects.get().public_id}/delete/"
    assert seller.client.post(default, {"pictures": "trash"}).status_code == 409
    assert job.pk


def test_somebody_elses_and_nothing_happens_to_any(seller: Person, stranger: Person) -> None:
    mine, theirs = seller.image(), stranger.image()
    project, other = project_of(seller, mine), project_of(stranger, theirs)
    address = f"/projects/{project.public_id}/"
    both = {"ids": [mine.public_id, theirs.public_id]}
    for path, fields in (
        ("move/", {**both, "target": project.public_id}),
        ("move/", {"ids": [mine.public_id], "target": other.public_id}),
        ("trash/", both),
        ("zip/", both),
        ("trash/", {"ids": ["img_1"]}),
    ):
        assert seller.client.post(f"{address}{path}", fields).status_code == 404
    for path in ("", "rename/", "delete/", "move/", "trash/", "zip/"):
        fields = {"name": "x", "pictures": "trash", "ids": [mine.public_id]}
        response = stranger.client.post(f"{address}{path}", fields)
        assert response.status_code in (404, 405)
    assert Image.live.get(pk=mine.pk).project == project
    assert Image.live.get(pk=theirs.pk).project == other


def test_queries_do_not_grow(seller: Person) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert seller.client.get(address).status_code == 200
        return len(caught)

    project = project_of(seller, first := seller.image())
    seller.result(first)
    project_of(seller, name="Autumn")
    pages = ("/projects/", f"/projects/{project.public_id}/")
    few = [queries(address) for address in pages]
    for number in range(3):
        project_of(seller, seller.image(), name=f"P{number}")
        image = seller.image()
        Image.objects.filter(pk=image.pk).update(project=project)
    assert [queries(address) for address in pages] == few
    assert max(few) <= 12


def test_a_look_of_its_own_is_chosen_and_made_of_its_photos(
    seller: Person, stranger: Person
) -> None:
    image = seller.image()
    project = project_of(seller, image)
    address = f"/projects/{project.public_id}/look/"
    mine, theirs = (
        Preset.objects.create(account=who.account, name="White", plan={"cutting": {}})
        for who in (seller, stranger)
    )
    assert seller.client.post(f"{address}apply/").status_code == 409
    for look in (theirs.public_id, "preset_1", "look_none"):
        assert seller.client.post(address, {"look": look}).status_code == 404
    assert not ProjectLook.objects.exists()
    assert stranger.client.post(address, {"look": theirs.public_id}).status_code == 404
    assert "Make 1 photo in it" in said(
        seller, seller.client.post(address, {"look": mine.public_id})
    )
    assert seller.client.post(f"{address}apply/").status_code == 302
    assert Job.objects.get().source == image
    mine.delete()
    assert seller.client.post(f"{address}apply/").status_code == 409
    seller.client.post(address, {"look": ""})
    assert not ProjectLook.objects.exists()
