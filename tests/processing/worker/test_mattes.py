"""A photo is cut out once, and charged once, whatever is made of it and by whichever door."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow

from accounts.limits.operations import EDIT, REMOVE_BACKGROUND
from accounts.models import PlanLimit, UsageEntry, UsageState
from config import public_ids
from media_library.files import storage
from media_library.lifecycle import sweeps, trash
from media_library.models import Image, Matte
from processing.models import Job, JobState
from processing.services import deleting
from processing.worker import runner, runtime, tasks, transitions
from tests.processing.conftest import photo
from tests.stand_ins import LookingModel, MiddleModel, Seller

CUT = "/api/v1/images/tools/remove-background"
EDITS = "/api/v1/images/tools/edit"


class CountingModel(MiddleModel):
    """How often it was asked is how often something was cut out."""

    asked = 0
    said = "middle 1"

    def version(self, name: str) -> str:
        return self.said

    def matte(self, name: str, rgb: Any) -> Any:
        type(self).asked += 1
        return super().matte(name, rgb)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> type[CountingModel]:
    counting = type("Counting", (CountingModel,), {"asked": 0})
    monkeypatch.setattr(runtime, "registry", counting)
    return counting


def submitted(seller: Seller, image: Image, **options: Any) -> Job:
    body = {"imageId": image.public_id, "model": "fast", **options}
    return _posted(seller, CUT, body)


def cut(seller: Seller, image: Image, **options: Any) -> Job:
    return done(submitted(seller, image, **options))


def edited(seller: Seller, image: Image, **edit: Any) -> Job:
    body = {"imageId": image.public_id, "edit": {"cutting": {"model": "fast"}, **edit}}
    return done(_posted(seller, EDITS, body))


def done(job: Job) -> Job:
    if not job.ended:
        tasks.run_job.fn(str(job.pk))
    job.refresh_from_db()
    return job


def _posted(seller: Seller, url: str, body: dict[str, Any]) -> Job:
    response = seller.client.post(url, body, format="json")
    assert response.status_code == 202, response.content
    return Job.objects.get(pk=public_ids.decode("job", response.json()["data"]["jobId"]))


def test_looks_of_one_photo_cost_one_cutout(model: type[CountingModel], owner: Seller) -> None:
    image = owner.image(photo())
    for options in ({}, {"bgColor": "white"}, {"bgColor": "#f00", "format": "jpg"}, {"crop": True}):
        cut(owner, image, **options)
    edited(owner, image, background={"color": "white"}, shadow={"mode": "soft"})
    cut(owner, owner.image(photo()), output="mask")  # the same photo, uploaded twice
    assert (model.asked, owner.used(), owner.used_of(EDIT)) == (1, 1, 1)
    assert Job.objects.filter(report__matteReused=True).count() == 5
    assert Matte.objects.count() == 1


def test_other_ways_of_cutting_are_charged(model: type[CountingModel], owner: Seller) -> None:
    image = owner.image(photo())
    cut(owner, image)
    cut(owner, image, edge=50, crop=True)  # in other words
    cut(owner, image, edge="fine")
    cut(owner, image, cleanUp={"islands": False})
    cut(owner, owner.image(photo((50, 50))))
    assert (model.asked, owner.used()) == (4, 4)


def test_an_edit_keeps_its_matte_too(model: type[CountingModel], owner: Seller) -> None:
    image = owner.image(photo())
    edited(owner, image, shadow={"mode": "soft"})
    cut(owner, image)
    assert (model.asked, owner.used(), owner.used_of(EDIT)) == (1, 0, 1)


def test_the_bytes_are_those_of_cutting_out_anew(
    model: type[CountingModel], owner: Seller, stranger: Seller
) -> None:
    image, theirs = owner.image(photo()), stranger.image(photo())
    cut(owner, image)
    mine = cut(owner, image, bgColor="#00ff00").result
    anew = cut(stranger, theirs, bgColor="#00ff00").result
    assert (model.asked, stranger.used()) == (2, 1)  # nobody starts from somebody else's
    assert mine is not None
    assert anew is not None
    assert mine.sha256 == anew.sha256


def test_another_network_cuts_anew_and_charges_nothing(
    model: type[CountingModel],
    owner: Seller,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    image = owner.image(photo())
    cut(owner, image)
    old = Matte.objects.get()
    monkeypatch.setattr(model, "said", "middle 2")
    with django_capture_on_commit_callbacks(execute=True):
        cut(owner, image, bgColor="white")
    assert (model.asked, owner.used()) == (2, 1)
    new = Matte.objects.get()
    assert (new.cutting, new.key == old.key) == (old.cutting, False)
    with pytest.raises(FileNotFoundError):
        storage.read(old.file_key)


def test_another_size_is_cut_out_at_that_size(model: type[CountingModel], owner: Seller) -> None:
    image = owner.image(photo((1000, 800)))
    cut(owner, image)
    cut(owner, image, size="preview")
    cut(owner, image, size="preview", format="jpg")
    cut(owner, image, size="hd", format="jpg")  # large enough
    assert (model.asked, owner.used()) == (2, 1)
    assert sorted(Matte.objects.values_list("at", flat=True)) == ["", "559x447"]


def test_a_lost_file_is_cut_out_again(model: type[CountingModel], owner: Seller) -> None:
    image = owner.image(photo())
    cut(owner, image)
    storage.delete([Matte.objects.get().file_key])
    cut(owner, image, bgColor="white")
    assert model.asked == 2
    assert storage.read(Matte.objects.get().file_key)


def test_jobs_at_once_are_charged_once(model: type[CountingModel], owner: Seller) -> None:
    image = owner.image(photo())
    waiting = [submitted(owner, image, bgColor=color) for color in ("white", "red", "blue")]
    assert owner.used() == 1
    assert {done(job).state for job in waiting} == {JobState.COMPLETED}
    assert (model.asked, owner.used()) == (1, 1)


def test_whoever_relied_on_a_cancelled_job_pays(model: type[CountingModel], owner: Seller) -> None:
    limit = PlanLimit.objects.filter(plan="free", operation=REMOVE_BACKGROUND)
    image = owner.image(photo())
    first, second = submitted(owner, image), submitted(owner, image, bgColor="white")
    owner.client.post(f"/api/v1/jobs/{first.public_id}/cancel")
    assert owner.used() == 0
    limit.update(monthly=0)
    assert (done(second).error_code, model.asked) == ("QUOTA_EXCEEDED", 0)
    limit.update(monthly=1)
    assert owner.client.post(f"/api/v1/jobs/{second.public_id}/retry").status_code == 202
    second.refresh_from_db()
    assert done(second).state == JobState.COMPLETED
    assert (model.asked, owner.used()) == (1, 1)


def test_batches_of_looks_are_charged_once_a_photo(
    model: type[CountingModel], owner: Seller
) -> None:
    images = [owner.image(photo()), owner.image(photo((50, 50)))]
    cut(owner, images[0])
    ids = [image.public_id for image in images]
    for color in ("white", "red"):
        options = {"bgColor": color, "model": "fast"}
        body = {"operation": "remove-background", "imageIds": ids, "options": options}
        response = owner.client.post("/api/v1/batch", body, format="json")
        assert response.status_code == 201, response.content
        assert owner.used() == 2
    for _ in range(4):
        tasks.run_one_of_a_batch.fn()
    assert (model.asked, owner.used()) == (2, 2)


def test_nothing_found_keeps_nothing(owner: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "registry", LookingModel)
    out = BytesIO()
    Pillow.new("RGB", (60, 40), (120, 120, 120)).save(out, "PNG")
    assert cut(owner, owner.image(out.getvalue())).error_code == "NOTHING_FOUND"
    assert (Matte.objects.count(), owner.used()) == (0, 0)


def test_a_matte_lies_with_its_picture_and_goes_with_it(
    model: type[CountingModel], owner: Seller
) -> None:
    image = owner.image(photo())
    cut(owner, image)
    key = Matte.objects.get().file_key
    assert key.startswith(f"{owner.account.pk}/{image.pk}/matte-")
    assert sweeps._known_keys(image.pk)[-1] == key
    trash.put(owner.account, [image.pk])
    again = owner.image(photo())
    cut(owner, again, bgColor="white")  # what lies in the trash is used by nobody
    assert model.asked == 2
    trash.restore(owner.account, [image.pk])
    cut(owner, image, bgColor="red")
    assert model.asked == 2
    trash.put(owner.account, [image.pk])
    trash.remove(owner.account, [image.pk])
    trash.remove_due()
    assert not Matte.objects.filter(image=image).exists()
    with pytest.raises(FileNotFoundError):
        storage.read(key)


class Waiting:
    """How long a worker pauses; after so many pauses the other job ends."""

    def __init__(self, other: Job, pauses: int) -> None:
        self.other, self.left = other, pauses
        self.paused: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.left -= 1
        if self.left == 0:
            assert transitions.fail(self.other, code="UNREADABLE", message="It is damaged.")


def waited(job: Job, other: Job, pauses: int, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How a job waits for another that began before and ends after so many pauses."""
    claimed = transitions.claim(other.pk)
    assert claimed
    waiting = Waiting(claimed, pauses)
    monkeypatch.setattr("processing.worker.mattes.time", waiting)
    assert done(job).state == JobState.COMPLETED
    return waiting.paused


POINT = {"x": 0.5, "y": 0.5}


def test_the_same_matte_is_waited_for_ever_more_calmly(
    model: type[CountingModel], owner: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = owner.image(photo())
    other, job = submitted(owner, image), submitted(owner, image, bgColor="white")
    paused = waited(job, other, 6, monkeypatch)
    assert paused == [0.05, 0.1, 0.2, 0.2, 0.2, 0.2]


def test_another_matte_of_a_photo_that_is_paid_is_not_waited_for(
    model: type[CountingModel], owner: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = owner.image(photo())
    cut(owner, image)
    other = submitted(owner, image, point=POINT)
    job = submitted(owner, image, point={"x": 0.4, "y": 0.4})
    assert (waited(job, other, 1, monkeypatch), owner.used()) == ([], 1)
    assert cut(owner, image, box={"left": 0.1}).state == JobState.COMPLETED
    assert owner.used() == 1


def test_another_matte_of_a_photo_is_waited_for_until_it_is_known_who_pays(
    model: type[CountingModel], owner: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = owner.image(photo())
    other, job = submitted(owner, image), submitted(owner, image, point=POINT)
    assert (waited(job, other, 2, monkeypatch), owner.used()) == ([0.05, 0.1], 1)


@pytest.mark.parametrize("relies_on_another", [False, True])
def test_what_is_cancelled_right_after_its_claim_is_not_charged(
    model: type[CountingModel], owner: Seller, relies_on_another: bool
) -> None:
    """Its project is deleted between the claim and the moment when it would pay."""
    image = owner.image(photo())
    job = submitted(owner, image)
    if relies_on_another:
        job = submitted(owner, image, bgColor="white")
    claimed = transitions.claim(job.pk)
    assert claimed
    deleting.delete_pictures(owner.account, [image.pk])
    runner.run(claimed)
    job.refresh_from_db()
    assert (job.state, model.asked, owner.used()) == (JobState.CANCELLED, 0, 0)
    assert not UsageEntry.objects.filter(state=UsageState.RESERVED).exists()
