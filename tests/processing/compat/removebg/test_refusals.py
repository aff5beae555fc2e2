"""What is refused, and how: one shape, the vendor's codes, nothing charged and nothing kept."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow

from accounts.access import api_keys
from accounts.models import PlanLimit, UsageEntry
from config import outbound
from config.errors import AppError
from media_library.models import Image
from processing.compat.removebg import views
from processing.models import Job
from processing.worker import runtime, tasks
from tests.processing.compat.removebg.client import RemoveBgClient, RemoveBgError, encoded
from tests.processing.compat.removebg.conftest import Shop, photo
from tests.stand_ins import LookingModel

PHOTO = photo()
URL = "https://shop.example/shoe.jpg"


def refusal(shop: Shop, image: bytes | None = PHOTO, **sent: Any) -> RemoveBgError:
    """What a multipart form is refused with; nothing is left of it."""
    files = sent.pop("files", None)
    with pytest.raises(RemoveBgError) as caught:
        shop.client.multipart(image, files, **sent)
    _nothing_is_left(shop)
    return caught.value


def _nothing_is_left(shop: Shop) -> None:
    assert not Image.objects.exists()
    assert not Job.objects.exists()
    assert not UsageEntry.objects.exists()
    assert shop.used == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("size", value) for value in ("huge", "FULL", "0.25", "preview full")),
        *(("format", value) for value in ("gif", "PNG", "tiff", "jpeg")),
        *(("channels", value) for value in ("rgb", "ALPHA", "1")),
        *(("bg_color", value) for value in ("#12345", "reddish", "rgb(1,2,3)", "#" * 65, "ff\0ff")),
        *(("roi", value) for value in ("1 2 3", "0px 0px 10px", "a b c d", "0px 0px 10em 10px")),
        *(
            ("crop_margin", value)
            for value in ("10", "1px 2px 3px", "-1px", "ten%", "1e3px", "٣px")
        ),
        *(("scale", value) for value in ("9%", "101%", "50", "50px", "center", "50% 50%", "nan%")),
        *(("position", value) for value in ("left", "50", "50px", "101%", "1% 2% 3%", "-1%")),
        *(("crop", value) for value in ("yes", "2", "TRUE!")),
        *(("type", value) for value in ("dog", "Person")),
        *(("type_level", value) for value in ("3", "0")),
        *(("add_shadow", value) for value in ("maybe",)),
        *(("shadow_type", value) for value in ("long", "4D")),
        *(("shadow_opacity", value) for value in ("101", "-1", "dark", "nan", "1e309")),
        *(("semitransparency", value) for value in ("glass",)),
    ],
)
def test_a_parameter_that_cannot_be(shop: Shop, name: str, value: str) -> None:
    error = refusal(shop, **{name: value})
    assert (error.status, error.code) == (400, f"invalid_{name}")
    assert error.title.startswith(name)
    assert error.detail is None


def test_a_parameter_given_twice(shop: Shop) -> None:
    with pytest.raises(RemoveBgError) as caught:
        shop.client.multipart(PHOTO, size=["preview", "full"])  # type: ignore[arg-type]
    assert caught.value.code == "invalid_size"


@pytest.mark.parametrize(
    ("roi", "code"),
    [
        ("0px 0px 81px 60px", "roi_exceeds_bounds"),
        ("0% 0% 100.1% 100%", "roi_exceeds_bounds"),
        ("-1px 0px 10px 10px", "roi_exceeds_bounds"),
        ("50% 0% 50% 100%", "roi_region_empty"),
        ("50% 60% 60% 50%", "roi_region_empty"),
        ("0px 0px 0.5px 60px", "roi_region_empty"),
    ],
)
def test_a_region_that_the_photo_does_not_have(shop: Shop, roi: str, code: str) -> None:
    error = refusal(shop, roi=roi)
    assert (error.status, error.code) == (400, code)
    assert error.detail


class TestSources:
    def test_none(self, shop: Shop) -> None:
        error = refusal(shop, None, size="full")
        assert (error.status, error.code, error.title) == (400, "missing_source", "No image given")
        assert "image_file" in (error.detail or "")

    @pytest.mark.parametrize("word", ["", "undefined", "null"])
    def test_none_in_a_word(self, shop: Shop, word: str) -> None:
        assert refusal(shop, None, image_url=word).code == "missing_source"

    def test_several(self, shop: Shop) -> None:
        for more in ({"image_url": URL}, {"image_file_b64": encoded(PHOTO)}):
            error = refusal(shop, **more)
            assert (error.status, error.code, error.detail) == (400, "multiple_sources", None)
        with pytest.raises(RemoveBgError) as caught:
            shop.client.json(image_file_b64=encoded(PHOTO), image_base64=encoded(PHOTO))
        assert caught.value.code == "multiple_sources"

    def test_several_backgrounds(self, shop: Shop) -> None:
        for sent in (
            {"bg_color": "red", "bg_image_url": URL},
            {"bg_color": "red", "files": {"bg_image_file": PHOTO}},
            {"bg_image_url": URL, "files": {"bg_image_file": PHOTO}},
        ):
            error = refusal(shop, **sent)
            assert (error.status, error.code, error.detail) == (400, "multiple_bg_sources", None)

    @pytest.mark.parametrize(
        "url",
        [
            "http://a\r\nX: y/",
            "shoe.jpg",
            "ftp://shop.example/shoe.jpg",
            "http://",
            "http://[::1",
            "file:///etc",
        ],
    )
    def test_what_is_no_address(self, shop: Shop, url: str) -> None:
        error = refusal(shop, None, image_url=url)
        assert (error.status, error.code, error.detail) == (400, "invalid_image_url", None)
        assert refusal(shop, bg_image_url=url).code == "invalid_bg_image_url"

    @pytest.mark.parametrize(
        "url",
        ["https://nowhere.example/a.jpg", "http://127.0.0.1/a.jpg", "http://169.254.169.254/"],
    )
    def test_an_address_that_leads_to_nothing_public(
        self, shop: Shop, internet: dict[str, bytes], url: str
    ) -> None:
        error = refusal(shop, None, image_url=url)
        assert (error.status, error.code) == (400, "failed_image_download")
        assert error.title == f"Failed to download image from URL {url}"
        assert refusal(shop, bg_image_url=url).code == "failed_bg_download"

    def test_the_guard_is_asked(self, shop: Shop) -> None:
        error = refusal(shop, None, image_url="http://127.0.0.1:1/shoe.jpg")
        assert error.code == "failed_image_download"

    def test_what_an_address_leads_to(self, shop: Shop, internet: dict[str, bytes]) -> None:
        internet[URL] = b"<html>"
        assert refusal(shop, None, image_url=URL).code == "invalid_file_type"

    def test_a_download_that_is_too_large(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fetch(url: str, **limits: Any) -> None:
            raise outbound.OutboundError("Too large.", code="PAYLOAD_TOO_LARGE", status=413)

        monkeypatch.setattr(outbound, "fetch", fetch)
        assert refusal(shop, None, image_url=URL).code == "file_too_large"

    def test_base64_that_is_none(self, shop: Shop) -> None:
        for name in ("image_file_b64", "image_base64"):
            for send in (shop.client.form, shop.client.json):
                with pytest.raises(RemoveBgError) as caught:
                    send(**{name: "no base64!"})
                assert (caught.value.status, caught.value.code) == (400, "failed_to_read_image")
        _nothing_is_left(shop)

    def test_a_file_sent_as_text(self, shop: Shop) -> None:
        assert refusal(shop, None, image_file="photo.jpg").code == "invalid_image_file"


class TestFiles:
    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"%PDF-1.7", "invalid_file_type"),
            (b"", "failed_to_read_image"),
            (PHOTO[: len(PHOTO) // 2], "failed_to_read_image"),
            (b"\xff\xd8\xff", "failed_to_read_image"),
        ],
    )
    def test_that_are_no_pictures(self, shop: Shop, data: bytes, code: str) -> None:
        error = refusal(shop, data)
        assert (error.status, error.code) == (400, code)
        assert error.detail
        assert refusal(shop, files={"bg_image_file": data}).code == code

    def test_that_are_too_large(self, shop: Shop, settings: Any) -> None:
        settings.MAX_UPLOAD_BYTES = 500
        for send in (
            lambda: shop.client.multipart(PHOTO),
            lambda: shop.client.form(image_file_b64=encoded(PHOTO)),
            lambda: shop.client.json(image_file_b64=encoded(PHOTO)),
        ):
            with pytest.raises(RemoveBgError) as caught:
                send()
            assert (caught.value.status, caught.value.code) == (400, "file_too_large")
            assert caught.value.detail == "The maximum file size is 0.0005 MB."
        _nothing_is_left(shop)

    def test_of_more_pixels_than_the_vendor_takes(self, shop: Shop) -> None:
        out = BytesIO()
        Pillow.new("L", (10_000, 5_001)).save(out, "PNG")
        error = refusal(shop, out.getvalue())
        assert (error.status, error.code) == (400, "resolution_too_high")
        assert "10000x5001" in (error.detail or "")

    def test_of_more_pixels_than_the_site_takes(self, shop: Shop, settings: Any) -> None:
        settings.MAX_PIXELS = 1000
        assert refusal(shop).code == "resolution_too_high"


@pytest.mark.usefixtures("working")
class TestWork:
    def test_nothing_found(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(runtime, "registry", LookingModel)
        out = BytesIO()
        Pillow.new("RGB", (60, 40), "white").save(out, "PNG")
        for fields in ({}, {"crop": "true"}, {"channels": "alpha", "size": "full"}):
            with pytest.raises(RemoveBgError) as caught:
                shop.client.multipart(out.getvalue(), **fields)
            error = caught.value
            assert (error.status, error.code, error.detail) == (400, "unknown_foreground", None)
            assert error.title == "Could not identify foreground in image."
        assert shop.used == 0

    def test_no_credits_left(self, shop: Shop) -> None:
        PlanLimit.objects.filter(plan=shop.account.plan, operation="remove-background").update(
            monthly=0
        )
        error = refusal(shop)
        assert (error.status, error.code, error.title) == (
            402,
            "insufficient_credits",
            "Insufficient credits",
        )

    def test_a_format_that_is_too_small(self, shop: Shop) -> None:
        out = BytesIO()
        Pillow.new("RGB", (17_000, 20), "white").save(out, "PNG")
        with pytest.raises(RemoveBgError) as caught:
            shop.client.multipart(out.getvalue(), format="webp", size="full")
        assert (caught.value.status, caught.value.code) == (400, "invalid_dimensions")
        assert shop.used == 0

    def test_a_mistake_of_ours(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*args: Any, **options: Any) -> None:
            raise RuntimeError("secret")

        monkeypatch.setattr(views, "submit", fail)
        # The test client of WSGI hands exceptions through: it is told as an answer all the same.
        error = refusal(shop)
        assert (error.status, error.code) == (500, "internal_error")
        assert "secret" not in error.title

    def test_a_model_that_is_missing(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        def gone(name: str) -> None:
            raise AppError("VALIDATION_ERROR", "There is no model.")

        monkeypatch.setattr(runtime, "check_model", gone)
        assert refusal(shop).status == 500

    def test_an_answer_that_takes_too_long(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch, settings: Any
    ) -> None:
        settings.COMPAT_WAIT_SECONDS = 0.01
        monkeypatch.setattr(tasks.run_job, "send", lambda *_: None)
        with pytest.raises(RemoveBgError) as caught:
            shop.client.multipart(PHOTO)
        assert (caught.value.status, caught.value.code) == (500, "timed_out")


class TestBodies:
    @pytest.mark.parametrize(
        ("body", "content_type", "status"),
        [
            (b"{", "application/json", 400),
            (b"[]", "application/json", 400),
            (b'{"size": "\\ud800", "image_url": "https://a.example"}', "application/json", 400),
            (b"[" * 100_000, "application/json", 400),
            (b"", "application/json", 400),
            (b"x", "text/plain", 415),
            (b"--x", "multipart/form-data; boundary=x", 400),
            (b"x", "multipart/form-data", 400),
            (b"&".join([b"a=1"] * 5000), "application/x-www-form-urlencoded", 400),
            (b"\xff\xfe=%zz&image_url", "application/x-www-form-urlencoded", 400),
        ],
    )
    def test_that_cannot_be_read(
        self, shop: Shop, body: bytes, content_type: str, status: int
    ) -> None:
        with pytest.raises(RemoveBgError) as caught:
            shop.client.raw(body, content_type)
        assert caught.value.status == status
        _nothing_is_left(shop)

    def test_a_form_whose_text_is_too_large(self, shop: Shop, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
        error = refusal(shop, None, files={"other": b""}, image_file_b64="A" * 2000)
        assert (error.status, error.code) == (400, "file_too_large")

    @pytest.mark.usefixtures("working")
    def test_an_encoded_form_may_hold_a_large_photo(self, shop: Shop, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
        large = photo((700, 500), "BMP")
        assert len(large) > 1_000_000
        assert shop.client.form(image_file_b64=encoded(large)).image.size == (591, 422)


class TestCallers:
    def test_without_a_key(self, shop: Shop) -> None:
        for send in (
            lambda client: client.multipart(PHOTO),
            lambda client: client.account(),
            lambda client: client.improve(PHOTO),
        ):
            with pytest.raises(RemoveBgError) as caught:
                send(RemoveBgClient(""))
            error = caught.value
            assert (error.status, error.title, error.code) == (
                403,
                "Missing API Key",
                "auth_failed",
            )
            with pytest.raises(RemoveBgError) as caught:
                send(RemoveBgClient("ps_wrong"))
            error = caught.value
            assert (error.status, error.title, error.code) == (
                403,
                "API Key invalid",
                "auth_failed",
            )
        _nothing_is_left(shop)

    def test_a_key_that_may_not(self, shop: Shop) -> None:
        user = shop.caller.user
        assert user is not None
        _, key = api_keys.create(shop.account, user, name="Reads", scopes=["images:read"])
        for send in (
            lambda client: client.multipart(PHOTO),
            lambda client: client.account(),
            lambda client: client.improve(PHOTO),
        ):
            with pytest.raises(RemoveBgError) as caught:
                send(RemoveBgClient(key))
            assert (caught.value.status, caught.value.code) == (403, "auth_failed")
        _nothing_is_left(shop)

    @pytest.mark.usefixtures("working")
    def test_a_bearer_token(self, shop: Shop) -> None:
        client = RemoveBgClient("")
        bearer = {"Authorization": f"Bearer {shop.key}"}
        files = {"image_file": ("photo.jpg", PHOTO)}
        assert client.post("removebg", files=files, headers=bearer).status_code == 200

    @pytest.mark.parametrize("path", ["nothing", "removebg/", "../v2.0/removebg", ""])
    def test_addresses_that_are_none(self, shop: Shop, path: str) -> None:
        answer = shop.client.post(path)
        assert answer.status_code == 404
        assert answer.json() == {"errors": [{"title": "Not found.", "code": "not_found"}]}

    def test_methods_that_are_none(self, shop: Shop) -> None:
        answer = shop.client.http.get(
            f"{shop.client.base_url}/removebg", headers={"X-Api-Key": shop.key}
        )
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (
            405,
            "method_not_allowed",
        )
