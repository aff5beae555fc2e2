"""Thumbnails through the queue, and the sweep that looks after them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import dramatiq
import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from PIL import Image as Pillow
from rest_framework.test import APIClient

from accounts.models import Account
from media_library.files import storage, thumbnails
from media_library.intake import ingest
from media_library.lifecycle import sweeps
from media_library.models import Image
from processing.engine.errors import BrokenImage

Make = Callable[..., bytes]
Stored = Callable[[], list[str]]


def queued() -> list[str]:
    """The image ids in the queue, oldest first; empties it."""
    queue = dramatiq.get_broker().queues["previews"]
    found = []
    while not queue.empty():
        found.append(dramatiq.Message.decode(queue.get()).args[0])
        queue.task_done()
    return found


@pytest.fixture
def image(account: Account, picture: Make) -> Image:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0)}
    return ingest.ingest(account, picture(size=(960, 480), exif=exif.tobytes()), name="shoe.jpg")


def make(image: Image) -> Image:
    thumbnails.make_thumbnail(str(image.id))
    image.refresh_from_db()
    return image


def test_thumbnail_is_small_upright_and_tells_nothing(image: Image) -> None:
    make(image)
    with Pillow.open(BytesIO(storage.read(image.thumbnail_key))) as preview:
        assert (preview.format, preview.size) == ("WEBP", (240, 480))
        assert dict(preview.getexif()) == {}
        assert "icc_profile" not in preview.info
    assert image.thumbnail_due_at is None


def test_upload_asks_for_it_after_the_commit(
    account: Account, picture: Make, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        image = ingest.ingest(account, picture(), name="shoe.jpg")
        assert queued() == []
    assert queued() == [str(image.id)]


def test_api_shows_it_once_it_is_made(api: APIClient, image: Image) -> None:
    address = f"/api/v1/images/{image.public_id}"
    assert api.get(address).json()["data"]["thumbnailUrl"] is None
    make(image)
    url = api.get(address).json()["data"]["thumbnailUrl"]
    response = api.get(url)
    assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
    assert b"".join(response.streaming_content) == storage.read(image.thumbnail_key)


def test_made_once(image: Image, stored: Stored) -> None:
    key = make(image).thumbnail_key
    assert make(image).thumbnail_key == key
    assert stored() == sorted([image.file_key, key])


def test_picture_deleted_meanwhile_leaves_no_file(
    image: Image, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = storage.save

    def delete_then_save(key: str, data: bytes) -> None:
        Image.objects.filter(pk=image.pk).update(deleted_at=timezone.now())
        save(key, data)

    monkeypatch.setattr(storage, "save", delete_then_save)
    make(image)
    assert (image.thumbnail_key, stored()) == ("", [image.file_key])


def test_a_picture_that_can_not_be_shown_is_given_up(image: Image) -> None:
    storage.delete([image.file_key])
    storage.save(image.file_key, b"\xff\xd8\xff damaged on disk")
    with pytest.raises(BrokenImage):
        make(image)
    image.refresh_from_db()
    assert image.thumbnail_due_at is None


def test_a_missing_picture_is_no_mistake(db: None) -> None:
    thumbnails.make_thumbnail("00000000-0000-0000-0000-000000000000")


def test_sweep_asks_again_ever_more_slowly_and_gives_up(image: Image) -> None:
    asked = []
    with time_machine.travel(image.created_at, tick=False) as clock:
        for second in range(0, 600, 5):
            clock.move_to(image.created_at + timedelta(seconds=second))
            if sweeps.thumbnails_missing():
                asked.append(second)
        clock.move_to(image.created_at + timedelta(days=2))
        assert sweeps.thumbnails_missing() == 0
    assert asked == [30, 60, 120, 240, 480]
    assert queued() == [str(image.id)] * 5
    image.refresh_from_db()
    assert image.thumbnail_due_at is None


def test_sweep_leaves_what_is_made_or_deleted(image: Image) -> None:
    make(image)
    with time_machine.travel(image.created_at + timedelta(hours=1)):
        assert sweeps.thumbnails_missing() == 0
