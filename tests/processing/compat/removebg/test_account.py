"""GET /account, POST /improve, and how often anybody may call."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from config.outbound import Download, OutboundError
from media_library.files import storage
from media_library.models import Image
from processing.models import Job, Rating
from tests.processing.compat.removebg.client import RemoveBgError, encoded
from tests.processing.compat.removebg.conftest import Shop, photo

PHOTO = photo()


@pytest.mark.usefixtures("working")
def test_account(shop: Shop) -> None:
    before = shop.client.account()
    total = before["credits"]["total"]
    assert before == {
        "credits": {"total": total, "subscription": total, "payg": 0, "enterprise": 0},
        "api": {"free_calls": 0, "sizes": "all"},
    }
    shop.client.multipart(PHOTO)
    assert shop.client.account()["credits"]["total"] == total - 1


class TestImprove:
    def test_staff_see_it(self, shop: Shop) -> None:
        number = shop.client.improve(PHOTO, image_filename="shoe.jpg", tag="laces")
        rating = Rating.objects.get()
        assert str(rating.pk) == number
        assert (rating.verdict, rating.note, rating.may_show) == ("bad", "laces: shoe.jpg", True)
        assert storage.read(rating.image.file_key) == PHOTO
        # It is none of the account's pictures, it started no work and cost nothing.
        assert rating.image.kind == "material"
        assert not Job.objects.exists()
        assert shop.used == 0
        staff = Client()
        boss = User.objects.create_superuser("boss@example.com", "a long and quiet sentence")
        staff.force_login(boss)
        page = staff.get("/admin/ratings/")
        assert "laces: shoe.jpg" in page.content.decode()

    def test_by_json_and_by_address(self, shop: Shop, internet: dict[str, bytes]) -> None:
        internet["https://shop.example/shoe.jpg"] = PHOTO
        for body in (
            {"image_file_b64": encoded(PHOTO)},
            {"image_url": "https://shop.example/shoe.jpg", "tag": None},
        ):
            answer = shop.client.post("improve", json=body)
            assert (answer.status_code, set(answer.json())) == (200, {"id"})
        assert Rating.objects.count() == 2

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({}, "missing_source"),
            ({"image_url": "shoe.jpg"}, "invalid_image_url"),
            ({"image_file_b64": "JVBERi0xLjc="}, "invalid_file_type"),
            ({"image_file_b64": "JVBERi0xLjc=", "tag": "x" * 201}, "invalid_tag"),
        ],
    )
    def test_what_is_refused(self, shop: Shop, body: dict[str, str], code: str) -> None:
        answer = shop.client.post("improve", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
        assert not Rating.objects.exists()
        assert not Image.objects.exists()

    def test_no_more_than_twelve_megabytes(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        large = photo((2100, 2000), "BMP")
        assert len(large) > 12_000_000
        with pytest.raises(RemoveBgError) as caught:
            shop.client.improve(large)
        assert (caught.value.status, caught.value.code) == (400, "file_too_large")
        assert caught.value.detail == "The maximum file size is 12 MB."
        asked: list[int] = []

        def fetch(url: str, *, max_bytes: int, timeout: float) -> Download:
            asked.append(max_bytes)
            raise OutboundError("Too large.", code="PAYLOAD_TOO_LARGE", status=413)

        monkeypatch.setattr("config.outbound.fetch", fetch)
        answer = shop.client.post("improve", json={"image_url": "https://shop.example/a.jpg"})
        assert answer.json()["errors"][0]["code"] == "file_too_large"
        assert asked == [12_000_000]
        assert not Image.objects.exists()

    def test_so_many_a_day(self, shop: Shop, settings: Any) -> None:
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, "removebg-improve": "1/d"}
        settings.RATE_LIMIT_FACTORS = {}
        shop.client.post("improve", json={})  # what is refused doesn't count
        shop.client.improve(PHOTO)
        with pytest.raises(RemoveBgError) as caught:
            shop.client.improve(photo((70, 70)))
        assert (caught.value.status, caught.value.code) == (429, "rate_limit_exceeded")
        assert 0 < int(caught.value.response.headers["Retry-After"]) <= 86_400
        assert (Rating.objects.count(), Image.objects.count()) == (1, 1)


@pytest.mark.usefixtures("working")
class TestRates:
    @pytest.fixture(autouse=True)
    def _ten(self, settings: Any) -> None:
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, "removebg": "10/m"}
        settings.RATE_LIMIT_FACTORS = {}

    def test_a_photo_counts_as_often_as_it_has_megapixels(self, shop: Shop) -> None:
        left = []
        for size in ((1000, 1000), (1001, 1000), (2000, 1500)):
            headers = shop.client.multipart(photo(size)).headers
            left.append(int(headers["X-RateLimit-Remaining"]))
            assert headers["X-RateLimit-Limit"] == "10"
            assert 0 <= int(headers["X-RateLimit-Reset"]) - time.time() <= 61
        assert left == [9, 7, 4]
        before = Job.objects.count()
        with pytest.raises(RemoveBgError) as caught:
            shop.client.multipart(photo((2500, 2000)))
        error = caught.value
        assert (error.status, error.code, error.title) == (
            429,
            "rate_limit_exceeded",
            "Rate limit exceeded",
        )
        assert 0 < int(error.response.headers["Retry-After"]) <= 60
        assert Job.objects.count() == before
        assert Image.objects.filter(width=2500).count() == 0
        assert shop.used == before

    def test_a_photo_larger_than_the_limit_counts_as_all_of_it(self, shop: Shop) -> None:
        """Else nobody could ever send it."""
        answer = shop.client.multipart(photo((4000, 3000)))
        assert answer.headers["X-RateLimit-Remaining"] == "0"
        with pytest.raises(RemoveBgError):
            shop.client.account()

    def test_calls_are_refused_before_they_are_read(self, shop: Shop) -> None:
        for _ in range(10):
            shop.client.account()
        with pytest.raises(RemoveBgError) as caught:
            shop.client.multipart(PHOTO)
        assert caught.value.status == 429
        assert caught.value.response.headers["X-RateLimit-Remaining"] == "0"

    def test_refusals_tell_it_too(self, shop: Shop) -> None:
        answer = shop.client.post("removebg", json={}, headers={"X-Api-Key": "ps_wrong"})
        assert answer.status_code == 403
        assert answer.headers["X-RateLimit-Limit"] == "10"
        assert int(answer.headers["X-RateLimit-Reset"]) >= int(timezone.now().timestamp()) - 1
