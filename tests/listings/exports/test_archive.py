"""The ZIP for platforms without a bulk import."""

from __future__ import annotations

import io
import json
import zipfile
from io import BytesIO

import pytest
from PIL import Image as Pillow

from accounts.limits.operations import EDIT
from listings.services.listings import set_variant
from media_library.services import delete_image
from processing.models import Batch, Job
from processing.worker import tasks
from tests.listings.conftest import LISTINGS, WORDS, data_of, refusal_of


def send(seller, listings, platform="poshmark"):
    ids = [listing.public_id for listing in listings]
    body = {"platform": platform, "listingIds": ids}
    return seller.client.post(f"{LISTINGS}/archive", body, format="json")


def archive_of(answer):
    assert answer.status_code == 200, getattr(answer, "content", "")
    assert answer.headers["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def work():
    for _ in range(Job.objects.filter(state="pending").count()):
        tasks.run_one_of_a_batch.fn()


@pytest.mark.usefixtures("middle_model")
class TestArchive:
    def test_pictures_are_made_in_the_worker_and_then_sent(self, owner, make_listing, add_photo):
        wide, small = add_photo((4000, 40)), add_photo((60, 40))
        listing = make_listing(images=[wide, small], sku="J/1 \u202e")
        set_variant(owner.caller, listing, "poshmark", {"title": "501s", "price": 4800})
        pending = data_of(send(owner, [listing]), 202)
        assert (pending["ready"], pending["total"]) == (0, 2)
        assert pending["batchIds"] == [Batch.objects.get().public_id]
        again = data_of(send(owner, [listing]), 202)
        assert again == {"ready": 0, "total": 2, "batchIds": []}
        assert owner.used_of(EDIT) == 2
        work()
        with archive_of(send(owner, [listing])) as archive:
            assert archive.testzip() is None
            names = archive.namelist()
            assert names == [
                *("001-j1/01.jpg", "001-j1/02.jpg", "001-j1/listing.txt", "manifest.json"),
            ]
            with Pillow.open(BytesIO(archive.read("001-j1/01.jpg"))) as picture:
                assert (picture.format, picture.size) == ("JPEG", (3000, 30))
            with Pillow.open(BytesIO(archive.read("001-j1/02.jpg"))) as picture:
                assert picture.size == (60, 40)
            words = archive.read("001-j1/listing.txt").decode()
            manifest = json.loads(archive.read("manifest.json"))
        assert words.startswith("Title: 501s\nPrice: 48.00 USD\nCategory: jeans\nBrand: Levi's\n")
        assert words.endswith(f"\n\n{WORDS['description']}\n")
        [told] = manifest["listings"]
        assert (told["id"], told["title"]) == (listing.public_id, "501s")
        assert "image_urls" not in told
        assert owner.used_of(EDIT) == 2

    def test_what_was_made_before_is_found_again(self, owner, make_listing, add_photo):
        image = add_photo()
        first, second = make_listing(images=[image]), make_listing(images=[image])
        data_of(send(owner, [first]), 202)
        work()
        with archive_of(send(owner, [first, second])) as archive:
            assert [name for name in archive.namelist() if name.endswith(".jpg")] == [
                "001-levis-501-original-fit-jeans-w32-l34-blue/01.jpg",
                "002-levis-501-original-fit-jeans-w32-l34-blue/01.jpg",
            ]
        assert owner.used_of(EDIT) == 1

    def test_the_words_are_those_of_a_form_field_by_field(self, owner, make_listing):
        full = make_listing(
            sku="J-1", colors=["blue", "red"], materials=["a", "b"], state="draft", images=[]
        )
        bare = make_listing(
            **dict.fromkeys(("brand", "size", "condition", "category", "description"), ""),
            **{key: [] for key in ("colors", "materials", "tags")},
            **{"price": None, "attributes": {}, "images": [], "title": "Größe", "state": "draft"},
        )
        with archive_of(send(owner, [full, bare])) as archive:
            words = archive.read("001-j-1/listing.txt").decode()
            assert archive.read("002-groe/listing.txt").decode() == "Title: Größe\n\n\n"
            assert "Größe".encode() in archive.read("manifest.json")
        assert words.split("\n\n")[0].splitlines() == [
            f"Title: {WORDS['title']}",
            *("Price: 45.00 USD", "Category: jeans", "Brand: Levi's", "Size: W32 L34"),
            *("Condition: Used, good", "Colours: blue, red", "Materials: a, b"),
            *("Tags: vintage, denim", "Department: Men", "SKU: J-1"),
        ]

    def test_no_more_pictures_than_the_platform_takes(self, owner, make_listing, add_photo):
        listing = make_listing(images=[add_photo((8, 8 + number)) for number in range(9)])
        assert data_of(send(owner, [listing], "depop"), 202)["total"] == 8

    def test_a_picture_that_failed_is_named(self, owner, make_listing):
        listing = make_listing()
        data_of(send(owner, [listing]), 202)
        job = Job.objects.get()
        delete_image(job.picture)
        tasks.run_one_of_a_batch.fn()
        job.refresh_from_db()
        assert job.state == "failed"
        # The deleted picture is no longer the listing's: without it there is nothing to wait for.
        with archive_of(send(owner, [listing])) as archive:
            assert not any(name.endswith(".jpg") for name in archive.namelist())

    def test_work_that_failed_is_told_and_not_begun_for_ever(
        self, owner, make_listing, monkeypatch
    ):
        from media_library.files import storage

        listing = make_listing()
        data_of(send(owner, [listing]), 202)
        monkeypatch.setattr(storage, "read", lambda key: b"no picture")
        tasks.run_one_of_a_batch.fn()
        job = Job.objects.get()
        assert job.state == "failed"
        error = refusal_of(send(owner, [listing]), 409, "CONFLICT")
        assert job.picture.public_id in error["error"]
        assert job.public_id in error["error"]
        assert Job.objects.count() == 1


def test_without_quota_no_picture_is_begun(owner, make_listing, add_photo):
    from accounts.models import PlanLimit

    PlanLimit.objects.filter(operation=EDIT).update(monthly=1)
    listing = make_listing(images=[add_photo(), add_photo((9, 9))])
    refusal_of(send(owner, [listing]), 403, "QUOTA_EXCEEDED")
    assert not Job.objects.exists()


def test_strangers_bad_platforms_and_too_many(owner, stranger, listing, monkeypatch):
    refusal_of(send(stranger, [listing]), 404, "NOT_FOUND")
    refusal_of(send(owner, [listing], "gumtree"), 400, "VALIDATION_ERROR")
    monkeypatch.setattr("listings.exports.packing.MAX_IN_ARCHIVE", 0)
    refusal_of(send(owner, [listing]), 409, "CONFLICT")
    assert not Job.objects.exists()
