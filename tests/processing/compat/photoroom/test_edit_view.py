"""GET and POST /v2/edit, called by a client that knows the vendor's documents only."""

from __future__ import annotations

import uuid
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image as Pillow

from accounts.limits.operations import EDIT
from config import outbound, public_ids
from media_library.files import storage
from media_library.models import Image
from processing.commands import Edit
from processing.engine.errors import InvalidPlan, PictureTooLarge, ProviderFailed
from processing.models import Job
from processing.services import edit_json, jobs
from processing.services.appearance import presets
from tests.processing.compat.photoroom.client import PhotoroomError
from tests.processing.compat.photoroom.conftest import DrawingEngine, Shop, photo, shop_on

URL, WALL = "https://shop.example/shoe.jpg?token=1", "https://shop.example/wall.jpg"
BLUE = photo((30, 30), (20, 20, 200))


class TestPost:
    def test_the_picture_comes_in_the_chosen_format(
        self, shop: Shop, quick_queue: DrawingEngine
    ) -> None:
        params = {"outputSize": "200x100", "background.color": "F00", "export.format": "webp"}
        answer = shop.client.edit(photo(), params)
        picture = Pillow.open(BytesIO(answer.data))
        assert (answer.media_type, picture.format) == ("image/webp", "WEBP")
        assert picture.size == (200, 100)
        assert quick_queue.call.source == photo()
        assert (shop.used(EDIT), answer.unsupported) == (1, [])

    @pytest.mark.parametrize(
        ("format", "media_type"),
        [
            ("png", "image/png"),
            ("jpg", "image/jpeg"),
            ("jpeg", "image/jpeg"),
            ("avif", "image/avif"),
        ],
    )
    def test_the_type_says_the_format(
        self, shop: Shop, quick_queue: DrawingEngine, format: str, media_type: str
    ) -> None:
        assert shop.client.edit(photo(), {"export.format": format}).media_type == media_type

    def test_python_values_as_clients_write_them(
        self, shop: Shop, quick_queue: DrawingEngine
    ) -> None:
        shop.client.edit(photo(), {"removeBackground": False, "padding": 0.1})
        plan = quick_queue.call.plan
        assert plan.cutting is None
        assert plan.layout.padding.left == 0.1

    def test_other_pictures_reach_the_engine(
        self, shop: Shop, quick_queue: DrawingEngine, internet: dict[str, bytes]
    ) -> None:
        shop.client.edit(photo(), {}, {"background.imageFile": BLUE})
        internet[WALL] = BLUE
        shop.client.edit(photo(), {"background.imageUrl": WALL, "background.scaling": "fit"})
        shop.client.edit(
            photo(), {"background.prompt": "on oak"}, {"background.guidance.imageFile": BLUE}
        )
        assert [list(call.others.values()) for call in quick_queue.calls] == [[BLUE]] * 3

    def test_the_same_background_again_is_the_same_work(
        self, shop: Shop, quick_queue: DrawingEngine
    ) -> None:
        for _ in range(2):
            shop.client.edit(photo(), {}, {"background.imageFile": BLUE})
        assert len(quick_queue.calls) == 1
        assert shop.used(EDIT) == 1

    def test_the_address_is_not_listened_to(self, shop: Shop, quick_queue: DrawingEngine) -> None:
        response = shop.client.http.post(
            f"{shop.client.base_url}/v2/edit?padding=0.5&shadow.mode=ai.soft",
            files={"imageFile": photo()},
            headers={"x-api-key": shop.key},
        )
        assert response.status_code == 200
        told = response.headers["pr-unsupported-attributes"]
        assert told == "Unsupported attributes: padding, shadow.mode"
        assert quick_queue.call.plan == edit_json.plan_from({})

    def test_what_the_engine_found_out_is_in_the_headers(
        self, shop: Shop, quick_queue: DrawingEngine
    ) -> None:
        quick_queue.tells = {
            "backdrop": "studio",
            "seed": 117,
            "not_understood": ("zörk", "a\nb"),
            "texts": 3,
        }
        headers = shop.client.edit(photo(), {"background.prompt": "zörk on oak"}).headers
        assert headers["pr-ai-background-seed"] == "117"
        assert headers["x-background-provider"] == "studio"
        assert headers["x-background-words-not-understood"] == "z?rk, a?b"
        assert headers["pr-texts-detected"] == "3"
        assert headers["x-uncertainty-score"] == "0.25"
        assert "pr-edit-further-url" not in headers

    def test_what_was_not_done_is_not_told(self, shop: Shop, quick_queue: DrawingEngine) -> None:
        headers = shop.client.edit(photo(), {"removeBackground": False}).headers
        told = [name for name in headers if name.startswith(("pr-", "x-back", "x-unc"))]
        assert told == []

    def test_headers_that_ask_for_models(self, shop: Shop, quick_queue: DrawingEngine) -> None:
        shop.client.headers = {
            "pr-hd-background-removal": "auto",
            "pr-background-removal-model-version": "2024-09-26",
            "pr-ai-shadows-model-version": "1999-01-01",
            "pr-ai-background-model-version": "2",
            "pr-magic": "on",
        }
        answer = shop.client.edit(photo(), {})
        assert answer.unsupported == ["pr-ai-shadows-model-version", "pr-magic"]
        assert quick_queue.call.plan.cutting is not None
        assert quick_queue.call.plan.cutting.edge == "fine"

    @pytest.mark.parametrize(
        ("form", "message"),
        [
            ({}, "imageFile: must be provided"),
            ({"data": {"imageFile": "text"}}, "imageFile must be a file"),
            (
                {"files": {"imageFile": b"x"}, "data": {"imageUrl": URL}},
                "imageUrl is only available in the GET request; send imageFile",
            ),
            (
                {"data": {"removeBackground": "maybe"}, "files": {"imageFile": photo()}},
                "removeBackground must be boolean",
            ),
            ({"files": [("imageFile", BLUE)] * 2}, "imageFile was given more than once"),
            (
                {"data": {"background.seed": "-1"}, "files": {"imageFile": photo()}},
                "background.seed must be between 0 and 9007199254740991",
            ),
            (
                {"data": {"marginTop": "50%"}, "files": {"imageFile": photo()}},
                'marginTop must be a fraction from 0 to 0.49, "0%" to "49%", or pixels such as '
                '"100px", not 50%',
            ),
            (
                {"data": {"outputSize": "0x100"}, "files": {"imageFile": photo()}},
                "outputSize must be auto, originalImage, croppedSubject or WIDTHxHEIGHT, "
                "not '0x100'",
            ),
            (
                {"data": {"outline.color": "mauvish"}, "files": {"imageFile": photo()}},
                "outline.color: 'mauvish' is not a color: write #rrggbb, #rgb or a CSS name",
            ),
        ],
    )
    def test_refusals_are_nested(self, shop: Shop, form: dict[str, Any], message: str) -> None:
        response = shop.client.http.post(
            f"{shop.client.base_url}/v2/edit", headers={"x-api-key": shop.key}, **form
        )
        assert response.status_code == 400
        assert response.json() == {"error": {"message": message}}
        assert Image.objects.count() == 0

    def test_a_broken_background_keeps_the_photo_out_as_well(self, shop: Shop) -> None:
        with pytest.raises(PhotoroomError) as caught:
            shop.client.edit(photo(), {}, {"background.imageFile": b"<html>"})
        assert caught.value.status == 400
        assert Image.objects.count() == 0

    def test_more_fields_than_any_client_has(self, shop: Shop) -> None:
        with pytest.raises(PhotoroomError) as caught:
            shop.client.edit(photo(), {f"field{n}": n for n in range(1101)})
        assert caught.value.status == 400


class TestGet:
    @pytest.fixture(autouse=True)
    def _online(self, internet: dict[str, bytes]) -> None:
        internet.update({URL: photo(), WALL: BLUE})

    def test_the_picture_at_an_address(self, shop: Shop, quick_queue: DrawingEngine) -> None:
        answer = shop.client.edit_url(URL, {"background.imageUrl": WALL, "padding": "10%"})
        job = Job.objects.get()
        assert quick_queue.call.source == photo()
        assert list(quick_queue.call.others.values()) == [BLUE]
        assert quick_queue.call.plan.layout.padding.top == 0.1
        assert job.source.source_url == "https://shop.example/shoe.jpg"
        assert job.source.name == "shoe.jpg"
        assert answer.media_type == "image/png"

    def test_a_person_can_go_on_with_the_result(
        self, shop: Shop, quick_queue: DrawingEngine
    ) -> None:
        page = shop.client.edit_url(URL, {}).headers["pr-edit-further-url"]
        result = public_ids.encode("img", Job.objects.get().result_id)
        assert urlsplit(page).path == f"/pictures/{result}/"

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ({}, "imageUrl: must be provided"),
            ({"imageFile": "x"}, "imageFile is only available in the POST request; send imageUrl"),
            (
                {"imageUrl": URL, "background.imageFile": "x"},
                "background.imageFile must be sent by POST, as a file",
            ),
            ({"imageUrl": [URL, URL]}, "imageUrl was given more than once"),
            ({"imageUrl": "https://x.example/" + "a" * 2000}, None),
        ],
    )
    def test_refusals(self, shop: Shop, query: dict[str, Any], message: str | None) -> None:
        response = shop.client.http.get(
            f"{shop.client.base_url}/v2/edit", params=query, headers={"x-api-key": shop.key}
        )
        assert response.status_code == 400
        told = response.json()["error"]["message"]
        assert told == (message or "imageUrl must have at most 2000 characters")

    @pytest.mark.parametrize("name", ["imageUrl", "background.imageUrl"])
    def test_addresses_that_may_not_be_fetched(self, shop: Shop, name: str) -> None:
        private = "http://169.254.169.254/latest/meta-data"
        with pytest.raises(PhotoroomError) as caught:
            shop.client.edit_url(URL, {name: private})
        assert caught.value.status == 400
        assert caught.value.message == (
            f"{name}: This address doesn't lead to a public web server."
        )
        assert Image.objects.count() == 0

    def test_an_address_that_leads_to_a_web_page(
        self, shop: Shop, internet: dict[str, bytes]
    ) -> None:
        internet[WALL] = b"<!doctype html><title>Wall</title>"
        with pytest.raises(PhotoroomError) as caught:
            shop.client.edit_url(URL, {"background.imageUrl": WALL})
        assert caught.value.status == 400
        assert caught.value.message.startswith(
            "background.imageUrl: wall.jpg: The file is not an image in a supported format"
        )
        assert Image.objects.count() == 0

    def test_names_can_not_write_headers(self, shop: Shop, quick_queue: DrawingEngine) -> None:
        names = {"a\r\nset-cookie: b": "1", "x" * 99: "2", **{f"n{n:02}": n for n in range(60)}}
        headers = shop.client.edit_url(URL, names).headers
        told = headers["pr-unsupported-attributes"]
        assert told.startswith("Unsupported attributes: a??set-cookie??b, n00, n01")
        assert told.endswith(", n48, ...")
        assert "set-cookie" not in headers

    def test_nothing_is_kept_of_a_refused_query(self, shop: Shop) -> None:
        with pytest.raises(PhotoroomError, match="padding"):
            shop.client.edit_url(URL, {"padding": "0.5"})
        assert Image.objects.count() == 0


def test_a_server_that_hangs_is_left_in_time(shop: Shop, settings: Any) -> None:
    """By the real client: the network is stood in for beneath its own vetting."""
    settings.URL_FETCH_SECONDS = 0.05
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbound, "_resolve", lambda host, port, timeout: _hang(timeout))
        with pytest.raises(PhotoroomError) as caught:
            shop.client.edit_url(URL, {})
    assert caught.value.status == 400
    assert caught.value.message == "imageUrl: The server took longer than 0.05 seconds."


def _hang(timeout: float) -> list[str]:
    import httpcore

    raise httpcore.ConnectTimeout(f"nothing for {timeout} seconds")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidPlan("The target area has no pixel."), 400),
        (PictureTooLarge("Too large to be enlarged."), 400),
        (ProviderFailed("The provider openai did not answer."), 500),
    ],
)
def test_a_job_that_fails(
    shop: Shop, quick_queue: DrawingEngine, error: Exception, status: int
) -> None:
    quick_queue.fails = error
    with pytest.raises(PhotoroomError) as caught:
        shop.client.edit(photo(), {})
    assert caught.value.status == status
    assert caught.value.body == {"error": {"message": str(error)}}
    assert shop.used(EDIT) == 0


def test_a_job_that_takes_too_long_goes_on(
    shop: Shop, engine: DrawingEngine, settings: Any
) -> None:
    settings.COMPAT_WAIT_SECONDS = 0.0
    with pytest.raises(PhotoroomError) as caught:
        shop.client.edit(photo(), {})
    job = Job.objects.get()
    assert caught.value.status == 500
    assert caught.value.message == (
        f"Not finished within 0 seconds. Processing continues as {job.public_id}; send the "
        "same request again to get its result."
    )
    assert job.state == "pending"
    assert Image.live.count() == 1


def test_the_same_work_asked_natively_is_found_again(
    shop: Shop, quick_queue: DrawingEngine
) -> None:
    answer = shop.client.edit(
        photo(), {"padding": "10%", "background.color": "white", "export.format": "jpeg"}
    )
    native = {
        "layout": {"padding": 0.1},
        "background": {"color": "#FFF"},
        "export": {"format": "jpg"},
    }
    job = jobs.submit_and_wait(
        shop.caller,
        Edit(plan=edit_json.plan_from(native)),
        source=Image.objects.get(kind="original"),
        seconds=2,
    )
    assert job.result is not None
    assert storage.read(job.result.file_key) == answer.data
    assert len({job.command_hash for job in Job.objects.all()}) == 1
    assert shop.used(EDIT) == 1


class TestTemplates:
    EDIT = {"layout": {"size": "320x240"}, "export": {"format": "jpg"}}

    def preset(self, shop: Shop) -> str:
        plan = edit_json.plan_from(self.EDIT)
        return str(presets.create(shop.account, name="Brand", plan=plan).pk)

    def test_auto_is_the_templates_size(self, shop: Shop, quick_queue: DrawingEngine) -> None:
        params = {"templateId": self.preset(shop), "outputSize": "auto", "padding": "0.2"}
        answer = shop.client.edit(photo(), params)
        assert Pillow.open(BytesIO(answer.data)).size == (320, 240)
        assert answer.media_type == "image/jpeg"
        assert quick_queue.call.plan.layout.padding.left == 0.2

    def test_render_puts_the_picture_into_it(
        self, shop: Shop, quick_queue: DrawingEngine, internet: dict[str, bytes]
    ) -> None:
        internet[URL] = BLUE
        template = self.preset(shop)
        answers = [shop.client.render(template, photo()), shop.client.render_url(template, URL)]
        assert [call.source for call in quick_queue.calls] == [photo(), BLUE]
        assert {call.plan for call in quick_queue.calls} == {edit_json.plan_from(self.EDIT)}
        assert [answer.media_type for answer in answers] == ["image/jpeg"] * 2
        assert [answer.unsupported for answer in answers] == [[], []]

    @pytest.mark.parametrize("path", ["/v1/render", "/v1/edit"])
    @pytest.mark.parametrize("name", ["imageUrl", "conceptUrl"])
    def test_both_names_of_the_legacy_endpoint(
        self,
        shop: Shop,
        quick_queue: DrawingEngine,
        internet: dict[str, bytes],
        path: str,
        name: str,
    ) -> None:
        internet[URL] = BLUE
        query = {"apiKey": shop.key, "templateId": self.preset(shop), name: URL, "padding": "1"}
        response = shop.client.http.get(f"{shop.client.base_url}{path}", params=query)
        assert response.status_code == 200
        assert response.headers["pr-unsupported-attributes"] == "Unsupported attributes: padding"

    @pytest.mark.parametrize("whose", ["nobody's", "a stranger's"])
    def test_templates_of_others(self, shop: Shop, whose: str) -> None:
        stranger = shop_on("pro")
        template = self.preset(stranger) if whose == "a stranger's" else str(uuid.uuid4())
        for call in (
            lambda: shop.client.edit(photo(), {"templateId": template}),
            lambda: shop.client.render(template, photo()),
        ):
            with pytest.raises(PhotoroomError) as caught:
                call()
            assert caught.value.status == 400
            assert caught.value.message == "templateId: Preset not found."

    @pytest.mark.parametrize(
        ("form", "message"),
        [
            ({}, "templateId: must be provided"),
            ({"templateId": "mine"}, "templateId must be a UUID"),
        ],
    )
    def test_render_needs_one(self, shop: Shop, form: dict[str, str], message: str) -> None:
        response = shop.client.http.post(
            f"{shop.client.base_url}/v1/render",
            data=form,
            files={"imageFile": photo()},
            headers={"x-api-key": shop.key},
        )
        assert response.status_code == 400
        assert response.json() == {"error": {"message": message}}

    @pytest.mark.parametrize(("method", "name"), [("GET", "imageUrl"), ("POST", "imageFile")])
    def test_render_needs_a_picture(self, shop: Shop, method: str, name: str) -> None:
        form = {"templateId": self.preset(shop)}
        body: dict[str, Any] = {"params": form} if method == "GET" else {"data": form}
        response = shop.client.http.request(
            method, f"{shop.client.base_url}/v1/render", headers={"x-api-key": shop.key}, **body
        )
        assert response.status_code == 400
        assert response.json() == {"error": {"message": f"{name}: must be provided"}}
