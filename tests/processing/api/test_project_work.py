"""A project that is deleted while its pictures are worked on, and the look of its own."""

from __future__ import annotations

from typing import Any

import pytest

from media_library.lifecycle import trash
from media_library.models import Image, ImageKind, Project
from media_library.projects import default_project
from processing.models import Batch, Job, JobState
from processing.worker import runner, tasks
from tests.processing.api.test_batches import images, post
from tests.stand_ins import Seller

PROJECTS = "/api/v1/projects"


@pytest.fixture
def spring(owner: Seller, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with three pictures, of which a batch is made."""
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", lambda: None)
    project = Project.objects.create(account=owner.account, name="Spring")
    pictures = images(owner, 3)
    Image.objects.update(project=project)
    assert post(owner, pictures).status_code == 201
    return project


def work(times: int) -> None:
    for _ in range(times):
        tasks.run_one_of_a_batch.fn()


@pytest.mark.usefixtures("middle_model")
def test_its_batch_goes_on_where_the_pictures_are(owner: Seller, spring: Project) -> None:
    work(1)
    assert owner.client.delete(f"{PROJECTS}/{spring.public_id}").status_code == 200
    work(2)
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.COMPLETED}
    lie_in = set(Image.live.values_list("project", flat=True))
    assert (lie_in, Image.live.count()) == ({default_project(owner.account).pk}, 6)
    assert (Batch.objects.get().open_items, owner.used()) == (0, 3)


@pytest.mark.usefixtures("middle_model")
def test_a_result_that_was_being_made_lands_there_too(
    owner: Seller, spring: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = runner._keep

    def deleted_meanwhile(*args: Any) -> None:
        owner.client.delete(f"{PROJECTS}/{spring.public_id}")
        keep(*args)

    monkeypatch.setattr(runner, "_keep", deleted_meanwhile)
    work(1)
    result = Image.live.get(kind=ImageKind.DERIVED)
    assert result.project == default_project(owner.account)
    assert Job.objects.filter(state=JobState.COMPLETED).count() == 1


@pytest.mark.usefixtures("middle_model")
def test_with_its_pictures_the_rest_of_the_batch_is_cancelled(
    owner: Seller, stranger: Seller, spring: Project
) -> None:
    work(1)
    address = f"{PROJECTS}/{spring.public_id}?images=trash"
    assert stranger.client.delete(address).status_code == 404
    assert Image.live.count() == 4
    assert owner.client.delete(f"{PROJECTS}/{spring.public_id}?images=burn").status_code == 400
    assert owner.client.delete(address).status_code == 200
    states = sorted(Job.objects.values_list("state", flat=True))
    assert states == [JobState.CANCELLED, JobState.CANCELLED, JobState.COMPLETED]
    assert (Batch.objects.get().open_items, owner.used()) == (0, 1)
    assert (Image.live.count(), trash.of(owner.account).count()) == (0, 3)
    work(2)
    entry = trash.of(owner.account).first()
    assert entry is not None
    [back] = [one for one in trash.restore(owner.account, [entry.pk]) if one.pk == entry.pk]
    assert back.project == default_project(owner.account)


def test_the_default_one_stays(owner: Seller) -> None:
    project, image = default_project(owner.account), images(owner, 1)[0]
    answer = owner.client.delete(f"{PROJECTS}/{project.public_id}?images=trash")
    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert list(Image.live.all()) == [image]


def test_a_projects_look_over_the_api(owner: Seller, stranger: Seller) -> None:
    address = f"{PROJECTS}/{default_project(owner.account).public_id}/look"
    body = {"name": "White", "edit": {"cutting": {}}}
    look = owner.client.post("/api/v1/presets", body, format="json").json()["data"]["id"]
    assert owner.client.get(address).json()["data"] == {"look": None}
    chosen = owner.client.put(address, {"look": look}, format="json")
    assert (chosen.status_code, chosen.json()["data"]) == (200, {"look": look})
    assert stranger.client.put(address, {"look": None}, format="json").status_code == 404
    assert owner.client.put(address, {"look": "preset_1"}, format="json").status_code == 404
    assert owner.client.put(address, {}, format="json").status_code == 400
    assert owner.client.get(address).json()["data"] == {"look": look}
    owner.client.put(address, {"look": None}, format="json")
    assert owner.client.get(address).json()["data"] == {"look": None}
