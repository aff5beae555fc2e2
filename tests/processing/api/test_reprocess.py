"""POST and PATCH /api/v1/images/{id}/reprocess: the last time's work, with changes."""

from __future__ import annotations

from typing import Any

import pytest

from media_library.lifecycle import trash
from media_library.models import Image
from processing.models import Job
from processing.worker import transitions
from tests.stand_ins import Seller

ENHANCE = "/api/v1/images/tools/enhance"
FIRST = {
    "look": "modern",
    "version": "4.x",
    "finetune": {"sharpenLevel": "HIGH"},
    "straighten": False,
    "format": "webp",
    "quality": 70,
}


def enhance(seller: Seller, image: Image, **options: Any) -> Any:
    body = {"imageId": image.public_id, **options}
    return seller.client.post(ENHANCE, body, format="json").json()["data"]


def again(seller: Seller, image: Image, method: str = "patch", **options: Any) -> Any:
    send = getattr(seller.client, method)
    return send(f"/api/v1/images/{image.public_id}/reprocess", options, format="json")


def newest_plan() -> dict[str, Any]:
    plan: dict[str, Any] = Job.objects.latest("created_at").command["plan"]
    return plan


@pytest.mark.parametrize("method", ["post", "patch"])
def test_what_is_left_out_keeps_its_last_value(
    quick_queue: None, owner: Seller, image: Image, method: str
) -> None:
    first = enhance(owner, image, **FIRST)
    before = newest_plan()
    answer = again(owner, image, method, look="warm" if method == "post" else "neutral")
    assert answer.status_code == 200
    assert answer.json()["data"]["originalImageId"] == image.public_id
    after = newest_plan()
    assert {name for name in after if after[name] != before[name]} == {"look"}
    assert (after["version"], after["export"]["format"]) == ("4.7", "webp")
    assert owner.used_of("enhance") == 2
    back = again(owner, image, method, look="modern").json()["data"]
    assert back["processedImageId"] == first["processedImageId"]  # it is found again
    assert owner.used_of("enhance") == 2


def test_of_a_result_it_is_the_photo_that_is_done_again(
    quick_queue: None, owner: Seller, image: Image
) -> None:
    enhance(owner, image, **FIRST)
    result = Job.objects.get().result
    assert result is not None
    data = again(owner, result, format="png").json()["data"]
    assert data["originalImageId"] == image.public_id
    assert newest_plan()["export"] | {"format": "png", "quality": None} == newest_plan()["export"]
    again(owner, image, format="jpg")
    again(owner, image, quality=55)
    assert (newest_plan()["export"]["format"], newest_plan()["export"]["quality"]) == ("jpg", 55)
    assert newest_plan()["lens"] is True
    again(owner, image, lensCorrection=False)
    assert newest_plan()["lens"] is False


def test_what_is_under_way_goes_on_and_the_change_is_queued(
    db: None, settings: Any, owner: Seller, image: Image
) -> None:
    settings.DOOR_WAIT_SECONDS = 0.0
    enhance(owner, image, look="warm", version="4.x")
    answer = again(owner, image, sky="CLEAR")
    assert answer.status_code == 202
    first, second = Job.objects.order_by("created_at")
    assert [job.state for job in (first, second)] == ["pending", "pending"]
    assert answer.json()["data"]["jobId"] == second.public_id
    before, after = first.command["plan"], second.command["plan"]
    assert (after["look"], after["version"], after["sky"]) == ("warm", "4.7", "CLEAR")
    assert {name for name in after if after[name] != before[name]} == {"sky"}
    assert transitions.cancel(second)
    again(owner, image, straighten=False)
    third = Job.objects.latest("created_at").command["plan"]
    assert (third["look"], third["sky"], third["straighten"]) == ("warm", None, False)


def test_a_failed_try_is_none(quick_queue: None, owner: Seller, image: Image) -> None:
    enhance(owner, image, **FIRST)
    enhance(owner, image, look="warm")
    Job.objects.filter(pk=Job.objects.latest("created_at").pk).update(
        state="failed", result=None, error_code="BROKEN_IMAGE"
    )
    again(owner, image, straighten=True)
    assert (newest_plan()["look"], newest_plan()["straighten"]) == ("modern", True)


def test_where_nothing_was_enhanced_yet(owner: Seller, image: Image) -> None:
    answer = again(owner, image, look="warm")
    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"look": "rustic"}, "look"),
        ({"look": "property"}, "look"),
        ({"version": "3.x"}, "look"),
        ({"version": "9"}, "version"),
        ({"look": None}, "finetune"),
        ({"format": "png", "quality": 50}, "quality"),
        ({"imageId": "img_a"}, "imageId"),
    ],
)
def test_changes_that_can_not_be_cost_nothing(
    quick_queue: None, owner: Seller, image: Image, options: dict[str, Any], field: str
) -> None:
    enhance(owner, image, **FIRST)
    answer = again(owner, image, **options)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert (Job.objects.count(), owner.used_of("enhance")) == (1, 1)


def test_strangers_and_deleted_photos(
    quick_queue: None, owner: Seller, stranger: Seller, image: Image
) -> None:
    enhance(owner, image, **FIRST)
    result = Job.objects.get().result
    assert result is not None
    for one in (image, result):
        assert again(stranger, one, look="warm").status_code == 404
    trash.put(owner.account, [image.pk])
    assert again(owner, image, look="warm").status_code == 404
    assert again(owner, result, look="warm").status_code == 409
    assert Job.objects.count() == 1


def test_the_same_request_twice_is_done_once(
    quick_queue: None, owner: Seller, image: Image
) -> None:
    enhance(owner, image, **FIRST)
    path = f"/api/v1/images/{image.public_id}/reprocess"
    headers = {"Idempotency-Key": "again-1"}
    first, second = (
        owner.client.post(path, {"look": "warm"}, format="json", headers=headers) for _ in range(2)
    )
    assert first.json() == second.json()
    assert Job.objects.count() == 2
