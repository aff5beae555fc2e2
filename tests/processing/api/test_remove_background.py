"""POST /api/v1/images/tools/remove-background: what a program sees."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from PIL import Image as Pillow

from accounts.models import PlanLimit
from config import public_ids
from media_library.models import Image
from processing.models import Job, JobState
from tests.processing.conftest import photo
from tests.stand_ins import Seller

URL = "/api/v1/images/tools/remove-background"


def post(seller: Seller, image: Image, **options: Any) -> Any:
    return seller.client.post(URL, {"imageId": image.public_id, **options}, format="json")


def opened(data_url: str) -> Pillow.Image:
    return Pillow.open(BytesIO(base64.b64decode(data_url.partition(",")[2])))


@pytest.mark.usefixtures("middle_model")
class TestAnswer:
    def test_has_exactly_the_documented_shape(self, quick_queue: None, owner: Seller) -> None:
        image = owner.image(photo())
        response = post(owner, image)
        assert response.status_code == 200
        job = Job.objects.get()
        data = response.json()["data"]
        shown = data.pop("displayUrl")
        assert response.json()["success"] is True
        assert data == {
            "originalImageId": image.public_id,
            "processedImageId": public_ids.encode("img", job.result_id),
            "correctedOriginalUrl": None,
            "immediate": True,
            "projectId": image.project.public_id,
        }
        assert shown.startswith("data:image/png;base64,")
        assert opened(shown).mode == "RGBA"
        assert opened(shown).size == (60, 40)
        assert owner.used() == 1

    def test_as_a_link_the_picture_is_fetched_without_a_token(
        self, quick_queue: None, owner: Seller
    ) -> None:
        data = post(owner, owner.image(photo()), display="url").json()["data"]
        link = urlsplit(data["displayUrl"])
        fetched = Client().get(f"{link.path}?{link.query}")
        assert fetched.status_code == 200
        assert fetched["Content-Type"] == "image/png"
        content = b"".join(fetched.streaming_content)
        assert Pillow.open(BytesIO(content)).getpixel((0, 0)) == (0, 0, 0, 0)

    def test_a_color_flattens_any_format(self, quick_queue: None, owner: Seller) -> None:
        data = post(owner, owner.image(photo()), bgColor="f00", edge="none").json()["data"]
        picture = opened(data["displayUrl"])
        assert picture.mode == "RGB"
        assert picture.getpixel((0, 0)) == (255, 0, 0)

    def test_the_mask_itself(self, quick_queue: None, owner: Seller) -> None:
        data = post(owner, owner.image(photo()), output="mask", edge=0).json()["data"]
        mask = opened(data["displayUrl"])
        assert (mask.mode, mask.size) == ("L", (60, 40))
        assert mask.getpixel((0, 0)) == 0
        assert mask.getpixel((30, 20)) == 255
        assert Job.objects.get().result.name == "shoe-mask.png"

    def test_jpg_goes_on_white(self, quick_queue: None, owner: Seller) -> None:
        data = post(owner, owner.image(photo((200, 160))), format="jpg").json()["data"]
        assert data["displayUrl"].startswith("data:image/jpeg;base64,")
        assert opened(data["displayUrl"]).getpixel((0, 0)) == (255, 255, 255)

    def test_crop_trims_to_the_subject(self, quick_queue: None, owner: Seller) -> None:
        data = post(owner, owner.image(photo((64, 64))), crop=True, edge="none").json()["data"]
        assert opened(data["displayUrl"]).size < (64, 64)

    def test_a_turned_photo_comes_with_its_upright_original(
        self, quick_queue: None, owner: Seller
    ) -> None:
        exif = Pillow.Exif()
        exif[0x0112] = 6
        image = owner.image(photo((60, 40), exif=exif))
        data = post(owner, image).json()["data"]
        assert opened(data["displayUrl"]).size == (40, 60)
        link = urlsplit(data["correctedOriginalUrl"])
        fetched = Client().get(f"{link.path}?{link.query}")
        upright = Pillow.open(BytesIO(b"".join(fetched.streaming_content)))
        assert upright.size == (40, 60)
        assert 0x0112 not in upright.getexif()

    def test_not_ended_in_time_is_a_promise(self, owner: Seller, image: Image) -> None:
        response = post(owner, image)
        assert response.status_code == 202
        assert response.json() == {
            "success": True,
            "data": {
                "originalImageId": image.public_id,
                "processedImageId": None,
                "displayUrl": None,
                "correctedOriginalUrl": None,
                "immediate": False,
                "projectId": image.project.public_id,
                "jobId": Job.objects.get().public_id,
            },
        }

    def test_a_picture_that_breaks_in_the_engine_costs_nothing(
        self, quick_queue: None, owner: Seller
    ) -> None:
        image = owner.image(photo())
        from django.core.files.storage import default_storage

        default_storage.delete(image.file_key)
        from media_library.files import storage

        storage.save(image.file_key, b"\xff\xd8\xff\xe0 damaged on disk")
        response = post(owner, image)
        assert response.status_code == 422
        assert response.json()["code"] == "BROKEN_IMAGE"
        assert owner.used() == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"imageId": 5}, "imageId"),
        ({"imageId": "img_nonsense"}, "imageId"),
        ({"imageId": None}, "imageId"),
        ({}, "imageId"),
        ({"model": "no-such-model"}, "model"),
        ({"model": ["fast"]}, "model"),
        ({"edge": "soft"}, "edge"),
        ({"edge": 100.5}, "edge"),
        ({"edge": True}, "edge"),
        ({"edge": "50"}, "edge"),
        ({"output": "alpha"}, "output"),
        ({"output": "mask", "bgColor": "white"}, "bgColor"),
        ({"cleanUp": {"dust": True}}, "cleanUp.dust"),
        ({"cleanUp": {"shadow": 0}}, "cleanUp.shadow"),
        ({"format": "gif"}, "format"),
        ({"bgColor": "no colour"}, "bgColor"),
        ({"bgColor": 0}, "bgColor"),
        ({"crop": "yes"}, "crop"),
        ({"crop": 1}, "crop"),
        ({"keepExistingAlpha": None}, "keepExistingAlpha"),
        ({"display": "ftp"}, "display"),
        ({"bgcolor": "white"}, "bgcolor"),
    ],
)
def test_wrong_fields_are_named(
    owner: Seller, image: Image, body: dict[str, Any], field: str
) -> None:
    complete = body if body == {} or "imageId" in body else {"imageId": image.public_id, **body}
    response = owner.client.post(URL, complete, format="json")
    assert response.status_code == 400
    assert response.json()["code"] == "VALIDATION_ERROR"
    assert list(response.json()["fields"]) == [field]
    assert (Job.objects.count(), owner.used()) == (0, 0)


def test_a_stranger_is_told_nothing_and_changes_nothing(stranger: Seller, image: Image) -> None:
    response = post(stranger, image)
    assert response.status_code == 404
    assert response.json() == {"success": False, "error": "Image not found.", "code": "NOT_FOUND"}
    assert (Job.objects.count(), stranger.used()) == (0, 0)


def test_over_the_quota(owner: Seller, image: Image) -> None:
    PlanLimit.objects.filter(plan="free", operation="remove-background").update(monthly=1)
    assert post(owner, image).status_code == 202
    response = post(owner, owner.image(photo((40, 60))))
    assert response.status_code == 403
    assert response.json() == {
        "success": False,
        "error": "Monthly limit reached for remove-background.",
        "code": "QUOTA_EXCEEDED",
    }
    assert (Job.objects.count(), owner.used()) == (1, 1)
    assert post(owner, image, crop=True).status_code == 202  # the same photo is charged once
    assert (Job.objects.count(), owner.used()) == (2, 1)


def test_refusals_come_in_order(owner: Seller, image: Image, settings: Any) -> None:
    """401, 429, 400, 404, 403: each request below is wrong in all the later ways as well."""
    PlanLimit.objects.filter(plan="free", operation="remove-background").update(monthly=0)
    foreign = public_ids.encode("img", image.project_id)
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "processing": "3/h"}
    nobody = Client().post(URL, "{", content_type="application/json")
    bad = owner.client.post(URL, {"imageId": foreign, "edge": "soft"}, format="json")
    unknown = owner.client.post(URL, {"imageId": foreign}, format="json")
    over_quota = post(owner, image)
    limited = owner.client.post(URL, {"imageId": foreign, "edge": "soft"}, format="json")
    answers = [nobody, limited, bad, unknown, over_quota]
    assert [answer.status_code for answer in answers] == [401, 429, 400, 404, 403]
    assert Job.objects.count() == 0


def test_rate_limit_is_the_documented_one(owner: Seller, image: Image) -> None:
    PlanLimit.objects.filter(plan="free", operation="remove-background").update(monthly=0)
    for left in range(49, -1, -1):
        response = post(owner, image)
        assert response["X-RateLimit-Limit"] == "50"
        assert response["X-RateLimit-Remaining"] == str(left)
    response = post(owner, image)
    assert response.status_code == 429
    assert response.json()["code"] == "RATE_LIMITED"
    assert response["X-RateLimit-Remaining"] == "0"
    assert 0 < int(response["Retry-After"]) <= 3600


def test_a_key_needs_its_scope(owner: Seller, image: Image) -> None:
    from accounts.access import api_keys

    _, plain = api_keys.create(
        owner.account, owner.caller.user, name="reader", scopes=["images:read"]
    )
    client = Client(headers={"x-api-key": plain})
    response = client.post(URL, {"imageId": image.public_id}, content_type="application/json")
    assert response.status_code == 403
    assert response.json()["code"] == "FORBIDDEN"
    assert Job.objects.filter(state=JobState.PENDING).count() == 0
