"""Enhancing: one or many, in order, by the account's look; nothing is lost that takes longer."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image as Pillow

from accounts.lifecycle import closing, erasing
from accounts.models import Plan, PlanLimit
from media_library.models import Image
from processing.engine.plans.edit import Background, BackgroundImage, EditPlan, Export, Layout
from processing.models import Batch, Job
from processing.services.appearance import brand_kit, presets
from tests.callers.snapshots import Snapshot
from tests.processing.compat.cropedly.conftest import Customer, photo

ITEM = {
    *("id", "imageId", "name", "url", "mime", "mimeType", "size", "width", "height", "status"),
}


def test_a_photo_becomes_a_product_photo(at_once: None, customer: Customer) -> None:
    answer = customer.client.enhance(photo())
    [shown] = answer.json()
    result = Image.objects.get(kind="derived")
    assert (answer.status_code, set(shown)) == (200, ITEM)
    assert shown == {
        "id": Job.objects.get().public_id,
        "imageId": result.public_id,
        "name": "photo-1.jpg",
        "url": shown["url"],
        "mime": "image/jpeg",
        "mimeType": "image/jpeg",
        "size": result.bytes,
        "width": 1600,
        "height": 1600,
        "status": "completed",
    }
    picture = Pillow.open(BytesIO(customer.client.http.get(shown["url"]).content))
    assert (picture.format, picture.size) == ("JPEG", (1600, 1600))
    assert picture.getpixel((5, 5)) == (255, 255, 255)
    assert customer.used() == 1
    assert customer.client.image(shown["id"]).json() == shown | {"name": result.name}


def test_many_come_back_in_their_order_and_a_broken_one_says_so_in_its_place(
    at_once: None, customer: Customer
) -> None:
    answer = customer.client.enhance(photo(60), b"no picture", photo(80), b"")
    assert answer.status_code == 200
    shown = answer.json()
    assert [one["name"] for one in shown] == [f"photo-{n}.jpg" for n in (1, 2, 3, 4)]
    assert [one["status"] for one in shown] == ["completed", "failed", "completed", "failed"]
    assert shown[1]["error"] == {
        "error": "VALIDATION_ERROR",
        "message": (
            "The file is not an image in a supported format: send JPEG, PNG, WebP, HEIC, AVIF, "
            "TIFF, BMP or GIF."
        ),
    }
    assert (shown[1]["id"], shown[1]["url"]) == (None, None)
    assert [one.parent.width for one in map(by_id, (shown[0], shown[2])) if one.parent] == [60, 80]
    assert customer.used() == 2


def by_id(shown: dict[str, str]) -> Image:
    return next(one for one in Image.objects.all() if one.public_id == shown["imageId"])


def test_what_takes_longer_is_asked_for_later(
    waiting: Callable[[], None], customer: Customer, enterprise: Customer
) -> None:
    shown = customer.client.enhance(photo(60), photo(80)).json()
    assert [(one["status"], one["url"]) for one in shown] == [("processing", None)] * 2
    waiting()
    [first, second] = [customer.client.image(one["id"]).json() for one in shown]
    assert (first["status"], second["status"]) == ("completed", "completed")
    # Sent again, they are found again, at no cost.
    again = customer.client.enhance(photo(60), photo(80)).json()
    assert [one["status"] for one in again] == ["completed"] * 2
    assert customer.used() == 2
    for wrong in (shown[0]["id"], "img_2VfUX5sCNEcTGeZ8vKoGj1", "x"):
        assert enterprise.client.image(wrong).status_code == 404


def test_what_was_deleted_says_so(at_once: None, customer: Customer) -> None:
    [shown] = customer.client.enhance(photo()).json()
    from media_library.services import delete_image

    delete_image(by_id(shown))
    gone = customer.client.image(shown["id"]).json()
    assert (gone["status"], gone["url"]) == ("failed", None)
    assert gone["error"] == {"error": "NOT_FOUND", "message": "The image was deleted."}


def test_an_account_is_deleted_while_its_photos_wait(
    waiting: Callable[[], None], customer: Customer
) -> None:
    [shown] = customer.client.enhance(photo()).json()
    closing.close_person(customer.user)
    for refused in (customer.client.image(shown["id"]), customer.client.enhance(photo())):
        assert (refused.status_code, refused.json()["error"]) == (401, "AUTHENTICATION_REQUIRED")
    waiting()  # what the queue held finds nothing to do
    assert erasing.erase(customer.account.pk)
    assert (Job.objects.count(), Batch.objects.count(), Image.objects.count()) == (0, 0, 0)
    assert Snapshot.take().files == frozenset()


def test_the_default_look_of_the_account(at_once: None, customer: Customer) -> None:
    plan = EditPlan(
        layout=Layout(size="50x40"),
        background=Background(color="#0000ff"),
        export=Export(format="png"),
    )
    preset = presets.create(customer.account, name="Blue", plan=plan)
    brand_kit.change(customer.account, default_look=preset.pk)
    [shown] = customer.client.enhance(photo()).json()
    assert (shown["mime"], shown["width"], shown["height"]) == ("image/png", 50, 40)
    picture = Pillow.open(BytesIO(customer.client.http.get(shown["url"]).content))
    assert picture.convert("RGB").getpixel((0, 0)) == (0, 0, 255)


def test_a_default_look_that_cannot_be_used(at_once: None, customer: Customer) -> None:
    plan = EditPlan(
        background=Background(image=BackgroundImage("0b0b0b0b-0000-4000-8000-000000000000"))
    )
    preset = presets.create(customer.account, name="Beach", plan=plan)
    brand_kit.change(customer.account, default_look=preset.pk)
    answer = customer.client.enhance(photo())
    assert answer.status_code == 400
    assert answer.json()["message"] == (
        "images: The look “Beach” can’t be used. The picture of its background was deleted."
    )
    assert (Batch.objects.count(), Image.objects.count(), customer.used()) == (0, 0, 0)


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_than_the_plan_allows(at_once: None, customer: Customer, most: int) -> None:
    Plan.objects.filter(slug="pro").update(batch_size=most)
    answer = customer.client.enhance(*[photo(60 + n) for n in range(most + 1)])
    assert (answer.status_code, answer.json()["details"]) == (
        400,
        {"images": [f"A batch can have 1 to {most} images, not {most + 1}."]},
    )
    assert (Image.objects.count(), customer.used()) == (0, 0)


def test_no_more_than_the_quota_has(at_once: None, customer: Customer) -> None:
    PlanLimit.objects.filter(plan="pro", operation="edit").update(monthly=1)
    answer = customer.client.enhance(photo(60), photo(80))
    assert (answer.status_code, answer.json()["error"]) == (403, "QUOTA_EXCEEDED")
    assert (Image.objects.count(), Job.objects.count(), customer.used()) == (0, 0, 0)


def test_it_takes_files(customer: Customer) -> None:
    none = customer.client.send("POST", "/images/v1", files=[("other", ("a.jpg", photo()))])
    text = customer.client.send("POST", "/images/v1", files=[("images", (None, "a.jpg"))])
    assert (none.status_code, none.json()["message"]) == (
        400,
        "images must have at least one file",
    )
    assert (text.status_code, text.json()["message"]) == (400, "images must be a file")
