"""The same request twice at once is one job, charged once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from media_library.models import Image
from processing.commands import RemoveBackground
from processing.engine.errors import BrokenImage
from processing.models import Job, JobState
from processing.services import jobs
from processing.worker import kinds, tasks
from processing.worker.making import cutouts
from tests.processing.conftest import photo
from tests.stand_ins import Seller

URL = "/api/v1/images/tools/remove-background"
GENERATE = "/api/v1/listings/generate"


def post(
    seller: Seller, image: Image, headers: dict[str, str] | None = None, **options: Any
) -> str:
    body = {"imageId": image.public_id, **options}
    response = seller.client.post(URL, body, format="json", headers=headers or {})
    assert response.status_code == 202, response.content
    job_id: str = response.json()["data"]["jobId"]
    return job_id


def test_one_job(owner: Seller, image: Image) -> None:
    first = post(owner, image)
    assert post(owner, image) == first
    assert post(owner, image, model="auto", crop=False) == first  # the same, in other words
    Job.objects.update(state=JobState.PROCESSING)
    assert post(owner, image) == first
    assert (Job.objects.count(), owner.used()) == (1, 1)


def test_other_work_is_other_work(owner: Seller, stranger: Seller, image: Image) -> None:
    first = post(owner, image)
    assert post(owner, image, crop=True) != first
    assert post(owner, owner.image(photo((50, 50)))) != first
    assert post(stranger, stranger.image(photo())) != first
    # The cropped one needs no other cutting-out than the first.
    assert (owner.used(), stranger.used()) == (2, 1)


def test_what_ended_is_not_under_way(owner: Seller, image: Image) -> None:
    first = post(owner, image)
    owner.client.post(f"/api/v1/jobs/{first}/cancel")
    assert post(owner, image) != first
    assert owner.used() == 1


def test_different_keys_are_different_requests(owner: Seller, image: Image) -> None:
    first = post(owner, image, {"Idempotency-Key": "one"})
    other = post(owner, image, {"Idempotency-Key": "two"})
    assert first != other
    assert post(owner, image, {"Idempotency-Key": "two"}) == other
    assert owner.used() == 1  # for both, the photo is cut out once


def test_batches_go_at_their_own_pace(owner: Seller, image: Image) -> None:
    body = {"imageIds": [image.public_id], "operation": "remove-background"}
    assert owner.client.post("/api/v1/batch", body, format="json").status_code == 201
    [of_batch] = Job.objects.all()
    assert post(owner, image) != of_batch.public_id


def test_work_whose_result_is_never_found_again(owner: Seller, image: Image) -> None:
    def generate(**hints: str) -> str:
        body = {"imageIds": [image.public_id], "platform": "depop", "hints": hints}
        response = owner.client.post(GENERATE, body, format="json")
        assert response.status_code == 202, response.content
        return str(response.json()["data"]["jobId"])

    first = generate(size="M")
    assert generate(size="M") == first
    assert generate(size="L") != first
    assert owner.used_of("generate-listing") == 2


@pytest.fixture
def twice(quick_queue: None, middle_model: None, monkeypatch: pytest.MonkeyPatch) -> Seller:
    """A seller whose first request is under way, and ends as soon as another waits for it."""
    from tests.stand_ins import new_seller

    owner = new_seller()
    with monkeypatch.context() as busy:
        busy.setattr(tasks.run_job, "send", lambda job_id: None)
        jobs.submit(owner.caller, RemoveBackground(), source=owner.image(photo()))
    wait = jobs.wait_for

    def ends(job: Job, seconds: float) -> None:
        tasks.run_job.fn(str(job.pk))
        wait(job, seconds)

    monkeypatch.setattr(jobs, "wait_for", ends)
    return owner


def test_one_photo_uploaded_twice(twice: Seller) -> None:
    """As clients of dialects do, whose requests bring their picture along: the second waits for the
    first one's result, and gets a copy of it."""
    upload = twice.image(photo())
    job = jobs.submit_and_wait(twice.caller, RemoveBackground(), source=upload)
    first, second = Job.objects.order_by("created_at")
    assert (job, job.state, job.source) == (second, "completed", upload)
    assert first.state == "completed"
    assert first.result_id not in (None, second.result_id)
    assert twice.used() == 1


def test_where_the_first_fails_the_second_is_tried(
    twice: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[Job] = []

    def work(job: Job, command: Any) -> Any:
        tries.append(job)
        if len(tries) == 1:
            raise BrokenImage("It does not open.")
        return cutouts.work(job, command)

    kind = replace(kinds.of(RemoveBackground()), work=work)
    monkeypatch.setattr(kinds, "of", lambda command: kind)
    job = jobs.submit_and_wait(twice.caller, RemoveBackground(), source=twice.image(photo()))
    assert [one.state for one in Job.objects.order_by("created_at")] == ["failed", "completed"]
    assert (job.state, twice.used()) == ("completed", 1)
