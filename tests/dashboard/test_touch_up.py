"""The Touch-up page: what it is given, and saving what was painted."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow

from media_library.models import Image
from processing.models import Job, Preset
from processing.services import masks
from tests.dashboard.conftest import Person, complete


def mask_file(size: tuple[int, int] = (40, 30)) -> SimpleUploadedFile:
    out = BytesIO()
    Pillow.new("L", size, 255).save(out, "PNG")
    return SimpleUploadedFile("mask.png", out.getvalue(), "image/png")


def send(person: Person, image: Image, **sent: Any) -> Any:
    return person.client.post(f"/pictures/{image.public_id}/touch-up/save/", sent)


@pytest.mark.django_db
def test_a_mask_from_elsewhere_is_saved_without_javascript(seller: Person) -> None:
    image = seller.image()
    page = seller.client.get(f"/pictures/{image.public_id}/touch-up/")
    assert 'data-width="40" data-height="30"' in page.content.decode()
    answer = send(seller, image, file=mask_file())
    assert answer.headers["Location"] == f"/pictures/{image.public_id}/"
    mask = masks.newest(image)
    assert mask is not None
    assert "data-begins" not in page.content.decode()
    job = Job.objects.get()
    assert (job.operation, job.command["mask"]) == ("remove-background", str(mask.pk))
    again = seller.client.get(f"/pictures/{image.public_id}/touch-up/").content.decode()
    assert f'data-mask="{mask.public_id}"' in again


@pytest.mark.django_db
def test_what_is_touched_up_keeps_its_look(seller: Person) -> None:
    image = seller.image()
    look = {"background": "color", "color": "#ffcc00", "outline": "2", "format": "jpg"}
    seller.client.post(f"/pictures/{image.public_id}/save/", look)
    before = Job.objects.latest("created_at")
    complete(before)
    send(seller, image, file=mask_file())
    after = Job.objects.latest("created_at")
    mask = masks.newest(image)
    assert mask is not None
    plan = before.command["plan"]
    kept = {**plan, "cutting": {**plan["cutting"], "mask": str(mask.pk)}}
    assert (after.operation, after.command["plan"]) == (before.operation, kept)
    assert masks.chosen(image) == mask


@pytest.mark.django_db
def test_the_studio_goes_on_from_what_was_touched_up(seller: Person) -> None:
    image = seller.image()
    studio = f"/pictures/{image.public_id}/"
    assert "touched-up" not in seller.client.get(studio, follow=True).content.decode()
    send(seller, image, file=mask_file())
    mask = masks.newest(image)
    assert mask is not None
    page = seller.client.get(studio, follow=True).content.decode()
    assert f'name="mask" value="{mask.public_id}" checked' in page
    chosen = {"background": "transparent", "shadow": "soft", "mask": mask.public_id}
    seller.client.post(f"{studio}save/", chosen)
    job = Job.objects.latest("created_at")
    assert (job.operation, job.command["plan"]["cutting"]["mask"]) == ("edit", str(mask.pk))
    # A look for other pictures has none of it: a mask belongs to one photo.
    seller.client.post(f"{studio}look/", chosen | {"name": "Soft"})
    assert Preset.objects.get().plan["cutting"]["mask"] is None


@pytest.mark.django_db
@pytest.mark.parametrize("sent", [{}, {"file": mask_file((30, 40))}, {"mask": "job_1"}])
def test_what_is_no_mask_is_said_and_nothing_is_done(seller: Person, sent: dict[str, Any]) -> None:
    image = seller.image()
    answer = send(seller, image, **sent)
    assert answer.headers["Location"] == f"/pictures/{image.public_id}/touch-up/"
    assert not Job.objects.exists()
    assert masks.newest(image) is None


@pytest.mark.django_db
def test_a_stranger_sees_and_saves_nothing(seller: Person, stranger: Person) -> None:
    image = seller.image()
    assert stranger.client.get(f"/pictures/{image.public_id}/touch-up/").status_code == 404
    mask = masks.bring_in(image, _incoming())
    own = stranger.image()
    refused = send(stranger, own, mask=mask.public_id)
    assert refused.headers["Location"] == f"/pictures/{own.public_id}/touch-up/"
    assert send(stranger, image, mask=mask.public_id).status_code == 404
    assert not Job.objects.exists()


def _incoming() -> Any:
    from media_library.intake.uploads import incoming

    return incoming(mask_file(), "file")
