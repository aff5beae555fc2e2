"""Jobs that tell which photos are exposures of one view."""

from __future__ import annotations

import pytest

from config.errors import AppError
from media_library.models import Image
from processing.commands import GroupBrackets
from processing.models import Job
from processing.services import jobs
from processing.worker import tasks
from tests.processing.conftest import photo
from tests.processing.engine.room.hdr.exposed import STOPS, exposed, jpeg, light
from tests.stand_ins import Seller

SIZE = (600, 400)


@pytest.fixture
def images(owner: Seller) -> list[Image]:
    """Two rooms in two exposures each, in turn."""
    return [
        owner.image(jpeg(exposed(light(SIZE, other=other), stops)))
        for stops in STOPS[1:]
        for other in (False, True)
    ]


def named(images: list[Image]) -> tuple[str, ...]:
    return tuple(str(image.pk) for image in images)


def test_rooms_are_told_apart_and_nothing_is_charged(
    quick_queue: None, owner: Seller, images: list[Image]
) -> None:
    names = named(images)
    job = jobs.submit_and_wait(owner.caller, GroupBrackets(images=names), source=None)
    assert job.state == "completed"
    assert job.report["groups"] == [[names[0], names[2]], [names[1], names[3]]]
    assert job.report["stops"] == {}
    assert (job.result, job.operation) == (None, "group-brackets")


def test_a_strangers_image_is_not_found(
    owner: Seller, stranger: Seller, images: list[Image]
) -> None:
    theirs = stranger.image(photo(SIZE))
    with pytest.raises(AppError) as refusal:
        jobs.submit(owner.caller, GroupBrackets(images=named([*images, theirs])), source=None)
    assert refusal.value.status == 404
    assert not Job.objects.exists()


def test_an_image_that_was_deleted_meanwhile_fails_the_job(
    owner: Seller, images: list[Image]
) -> None:
    job = jobs.submit(owner.caller, GroupBrackets(images=named(images)), source=None)
    owner.client.delete(f"/api/v1/images/{images[1].public_id}")
    tasks.run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "SOURCE_DELETED")
