"""One call that makes a picture fit for a platform, and what stands in its place."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image as Pillow

from accounts.limits.operations import EDIT
from listings import pictures, selectors
from listings.models import ListingRepair
from media_library.files import storage, thumbnails
from media_library.services import delete_image
from processing.models import Job, JobState
from processing.worker import runtime
from tests.listings.conftest import data_of, refusal_of, url_of
from tests.stand_ins import LookingModel


def repair(seller, listing, image, platform="amazon"):
    url = url_of(listing, "images", image.public_id, "repair")
    return seller.client.post(url, {"platform": platform}, format="json")


def undo(seller, listing, image, platform="amazon"):
    url = url_of(listing, "images", image.public_id, "repair")
    return seller.client.delete(f"{url}?platform={platform}")


def cover_of(owner, listing, platform=None):
    return pictures.of(selectors.listing_for(owner.account, listing.pk), platform)[0].image


def rules_broken(owner, listing, platform="amazon"):
    [report] = data_of(
        owner.client.post(url_of(listing, "check"), {"platforms": [platform]}, format="json")
    )
    return {one["rule"] for one in report["problems"] if one["level"] == "error"}


@pytest.mark.usefixtures("quick_queue", "middle_model")
class TestRepaired:
    def test_amazons_cover_becomes_white_square_and_filled(self, owner, make_listing, add_photo):
        image = add_photo((1200, 900), thumbnail=True)
        listing = make_listing(images=[image])
        assert rules_broken(owner, listing) == {"cover_white"}
        answer = data_of(repair(owner, listing, image))
        made = cover_of(owner, listing, "amazon")
        assert answer["processedImageId"] == made.public_id
        assert answer["state"] == "completed"
        assert (made.width, made.height, made.format) == (2000, 2000, "jpg")
        with Pillow.open(BytesIO(storage.read(made.file_key))) as picture:
            corners = [(0, 0), (1999, 0), (0, 1999), (1999, 1999)]
            assert {picture.getpixel(corner) for corner in corners} == {(255, 255, 255)}
            middle = picture.getpixel((1000, 1000))
        assert middle[0] > 150 > middle[1]  # the red product is still there
        thumbnails.make_thumbnail(str(made.pk))
        assert rules_broken(owner, listing) == set()
        assert owner.used_of(EDIT) == 1

    def test_other_platforms_and_the_listing_keep_the_picture(self, owner, make_listing, add_photo):
        image = add_photo((1200, 900), thumbnail=True)
        listing = make_listing(images=[image])
        repair(owner, listing, image)
        assert cover_of(owner, listing) == cover_of(owner, listing, "depop") == image
        shown = data_of(owner.client.get(url_of(listing)))
        made = cover_of(owner, listing, "amazon")
        assert shown["coverImageId"] == image.public_id
        [told] = shown["images"][0]["repairs"]
        assert (told["platform"], told["state"], told["imageId"]) == (
            "amazon",
            "completed",
            made.public_id,
        )
        assert told["url"].startswith("http://testserver/content/")
        [change] = data_of(owner.client.get(url_of(listing, "history")))["items"][:1]
        assert change["changes"] == {"amazon.repair": [None, told["jobId"]]}

    def test_asked_again_it_is_the_same_repair_at_no_cost(self, owner, make_listing, add_photo):
        image = add_photo((1200, 900), thumbnail=True)
        listing = make_listing(images=[image])
        first, second = (data_of(repair(owner, listing, image)) for _ in range(2))
        assert first["jobId"] == second["jobId"]
        assert owner.used_of(EDIT) == 1
        assert ListingRepair.objects.count() == 1

    def test_naming_the_result_in_a_new_order_keeps_the_repair(
        self, owner, make_listing, add_photo
    ):
        image, other = add_photo((1200, 900), thumbnail=True), add_photo()
        listing = make_listing(images=[image, other])
        made = data_of(repair(owner, listing, image))["processedImageId"]
        body = {"imageIds": [other.public_id, made]}
        shown = data_of(owner.client.patch(url_of(listing), body, format="json"))
        assert [one["id"] for one in shown["images"]] == [other.public_id, image.public_id]
        assert len(shown["images"][1]["repairs"]) == 1

    def test_undone_the_picture_itself_is_back(self, owner, make_listing, add_photo):
        image = add_photo((1200, 900), thumbnail=True)
        listing = make_listing(images=[image])
        repair(owner, listing, image)
        assert undo(owner, listing, image).status_code == 200
        assert cover_of(owner, listing, "amazon") == image
        refusal_of(undo(owner, listing, image), 404, "NOT_FOUND")

    def test_a_deleted_result_leaves_the_picture(self, owner, make_listing, add_photo):
        image = add_photo((1200, 900), thumbnail=True)
        listing = make_listing(images=[image])
        repair(owner, listing, image)
        delete_image(cover_of(owner, listing, "amazon"))
        assert cover_of(owner, listing, "amazon") == image
        data_of(repair(owner, listing, image))
        assert cover_of(owner, listing, "amazon") != image

    def test_a_wrong_format_and_too_many_pixels_are_mended_without_cutting_out(
        self, owner, make_listing, add_photo
    ):
        cover, wide = add_photo((600, 600)), add_photo((5200, 26), format="WEBP")
        listing = make_listing(images=[cover, wide])
        data_of(repair(owner, listing, wide, "shopify"))
        made = pictures.of(selectors.listing_for(owner.account, listing.pk), "shopify")[1].image
        assert (made.format, made.width, made.height) == ("jpg", 5000, 25)
        kept = Job.objects.get().command["plan"]
        assert kept["cutting"] is None

    def test_a_square_cover_shows_the_whole_photo(self, owner, make_listing, add_photo):
        image = add_photo((600, 400))
        listing = make_listing(images=[image])
        data_of(repair(owner, listing, image, "poshmark"))
        made = cover_of(owner, listing, "poshmark")
        assert (made.width, made.height) == (2000, 2000)
        with Pillow.open(BytesIO(storage.read(made.file_key))) as picture:
            assert picture.getpixel((1000, 20)) == (255, 255, 255)  # strips above and below
            assert max(picture.getpixel((20, 1000))) < 140  # the photo's own grey at its side


@pytest.mark.usefixtures("quick_queue")
class TestNothingFound:
    @pytest.fixture(autouse=True)
    def _looking(self, monkeypatch):
        monkeypatch.setattr(runtime, "registry", LookingModel)

    def test_a_cover_without_a_product_stays(self, owner, make_listing, add_photo):
        image = add_photo((1200, 900), fill=1, thumbnail=True)  # red all over
        listing = make_listing(images=[image])
        error = refusal_of(repair(owner, listing, image), 422, "NOTHING_FOUND")
        assert error["error"].startswith(
            "No product was found in this picture, so there is nothing"
        )
        assert cover_of(owner, listing, "amazon") == image
        assert owner.used_of(EDIT) == 0
        shown = data_of(owner.client.get(url_of(listing)))
        [told] = shown["images"][0]["repairs"]
        assert (told["state"], told["imageId"]) == ("failed", None)
        assert rules_broken(owner, listing) == {"cover_white"}

    def test_an_empty_picture_of_an_earlier_release_is_no_cover(
        self, owner, make_listing, add_photo
    ):
        image = add_photo((1200, 900), thumbnail=True)
        listing = make_listing(images=[image])
        data_of(repair(owner, listing, image))
        job = Job.objects.get()
        assert cover_of(owner, listing, "amazon") == job.result
        job.report["subjectBox"] = None
        job.save()
        assert cover_of(owner, listing, "amazon") == image


@pytest.mark.usefixtures("middle_model")
class TestUnderWay:
    def test_it_answers_202_and_takes_its_place_when_it_is_done(
        self, owner, make_listing, add_photo, django_capture_on_commit_callbacks
    ):
        from processing.worker import tasks

        image = add_photo((1200, 900), thumbnail=True)
        listing = make_listing(images=[image])
        pending = data_of(repair(owner, listing, image), 202)
        assert (pending["state"], pending["processedImageId"]) == ("pending", None)
        assert cover_of(owner, listing, "amazon") == image
        assert data_of(repair(owner, listing, image), 202)["jobId"] == pending["jobId"]
        assert owner.used_of(EDIT) == 1
        # Whatever happened to the request: the worker's end alone puts the result in its place.
        tasks.run_job.fn(str(Job.objects.get().pk))
        assert cover_of(owner, listing, "amazon").job_id == Job.objects.get().pk

    def test_a_failed_job_leaves_the_picture_and_may_be_asked_for_again(
        self, owner, make_listing, add_photo
    ):
        image = add_photo((1200, 900), thumbnail=True)
        listing = make_listing(images=[image])
        data_of(repair(owner, listing, image), 202)
        job = Job.objects.get()
        owner.client.post(f"/api/v1/jobs/{job.public_id}/cancel")
        assert cover_of(owner, listing, "amazon") == image
        assert owner.used_of(EDIT) == 0
        again = data_of(repair(owner, listing, image), 202)
        assert again["jobId"] != job.public_id
        assert ListingRepair.objects.get().job.state == JobState.PENDING

    def test_without_quota_nothing_is_written(self, owner, make_listing, add_photo):
        from accounts.models import PlanLimit

        PlanLimit.objects.filter(operation=EDIT).update(monthly=0)
        image = add_photo((1200, 900), thumbnail=True)
        listing = make_listing(images=[image])
        refusal_of(repair(owner, listing, image), 403, "QUOTA_EXCEEDED")
        assert not ListingRepair.objects.exists()
        assert not Job.objects.exists()
        assert listing.changes.count() == 1

    def test_where_nothing_is_wrong_there_is_nothing_to_repair(
        self, owner, make_listing, add_photo
    ):
        image = add_photo((1600, 1600), background=(255, 255, 255), fill=0.9, thumbnail=True)
        listing = make_listing(images=[image])
        error = refusal_of(repair(owner, listing, image), 409, "CONFLICT")
        assert error["error"] == "This picture has no problem that an edit could fix."
        assert not Job.objects.exists()

    def test_a_picture_of_another_listing_or_account_is_not_found(
        self, owner, stranger, make_listing, add_photo
    ):
        listing = make_listing()
        for image in (add_photo(), add_photo(seller=stranger)):
            refusal_of(repair(owner, listing, image), 404, "NOT_FOUND")
        own = listing.images.get().image
        refusal_of(repair(owner, listing, own, "gumtree"), 400, "VALIDATION_ERROR")
        assert not Job.objects.exists()

    def test_pictures_too_small_are_enlarged_in_the_same_edit(self, owner, make_listing, add_photo):
        image = add_photo((300, 300))
        listing = make_listing(images=[image])
        data_of(repair(owner, listing, image, "ebay"), 202)
        plan = Job.objects.get().command["plan"]
        assert plan["upscale"] == {"mode": "fast", "downscale": "skip"}
        assert plan["cutting"] is None
