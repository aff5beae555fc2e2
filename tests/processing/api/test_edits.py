"""The editing tools as a program sees them."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from accounts.models import PlanLimit
from media_library.models import Image
from processing.engine.errors import ProviderFailed
from processing.models import Job, JobState
from tests.processing.conftest import photo
from tests.processing.engine.files.formats.png_chunks import cicp, png
from tests.stand_ins import Seller

TOOLS = "/api/v1/images/tools/"


def post(seller: Seller, tool: str, image: Image, **body: Any) -> Any:
    headers = body.pop("headers", None)
    return seller.client.post(
        TOOLS + tool, {"imageId": image.public_id, **body}, format="json", headers=headers
    )


def opened(answer: Any) -> Pillow.Image:
    assert answer.status_code == 200, answer.json()
    data = answer.json()["data"]["displayUrl"].partition(",")[2]
    return Pillow.open(BytesIO(base64.b64decode(data)))


@pytest.mark.usefixtures("middle_model", "quick_queue")
class TestEdit:
    def test_lays_the_product_out_on_white(self, owner: Seller) -> None:
        answer = post(
            owner,
            "edit",
            owner.image(photo((400, 400))),
            edit={
                "layout": {"size": "500x300", "padding": "10%"},
                "background": {"color": "white"},
                "export": {"format": "jpg"},
            },
        )
        picture = opened(answer)
        assert (picture.format, picture.size) == ("JPEG", (500, 300))
        # A square subject of 240 in the middle: 300 less a tenth on both sides.
        for place, is_red in (((5, 5), False), ((120, 150), False), ((250, 150), True)):
            red, green, _ = picture.getpixel(place)  # type: ignore[misc]
            assert (red > 150 and green < 90) is is_red, place
        assert set(answer.json()["data"]) == {
            "originalImageId",
            "processedImageId",
            "displayUrl",
            "immediate",
            "projectId",
            "report",
        }
        assert answer.json()["data"]["report"]["provider"] == "rembg/middle"

    def test_the_report_names_the_curve_of_high_dynamic_range(self, owner: Seller) -> None:
        pixels = np.full((64, 64, 3), 128, np.uint8)
        bright, plain = (owner.image(png(pixels, cicp(9, transfer))) for transfer in (16, 13))
        told = post(owner, "edit", bright, edit={}).json()["data"]["report"]
        assert told["toneCurve"] == "ITU-R BT.2390"
        assert "toneCurve" not in post(owner, "edit", plain, edit={}).json()["data"]["report"]

    def test_another_picture_lies_behind(self, owner: Seller) -> None:
        out = BytesIO()
        Pillow.new("RGB", (30, 30), (0, 0, 255)).save(out, "PNG")
        blue = owner.image(out.getvalue())
        image = owner.image(photo((64, 64)))
        answer = post(
            owner, "replace-background", image, backgroundImageId=blue.public_id, format="png"
        )
        picture = opened(answer).convert("RGB")
        assert picture.size == (64, 64)
        assert picture.getpixel((2, 2)) == (0, 0, 255)
        assert picture.getpixel((32, 32))[0] > 150  # type: ignore[index]

    def test_equal_work_is_found_again_and_costs_nothing(self, owner: Seller) -> None:
        image = owner.image(photo())
        first = post(owner, "replace-background", image, color="FFF").json()["data"]
        again = post(owner, "replace-background", image, color="white").json()["data"]
        assert again["processedImageId"] == first["processedImageId"]
        assert again["report"]["foundAgain"] is True
        assert Image.objects.filter(kind="derived").count() == 1
        assert list(Job.objects.values_list("state", flat=True)) == [JobState.COMPLETED] * 2
        assert owner.used_of("replace-background") == 1

    def test_is_not_found_once_it_was_deleted(self, owner: Seller) -> None:
        image = owner.image(photo())
        first = post(owner, "replace-background", image, color="FFF").json()["data"]
        owner.client.delete(f"/api/v1/images/{first['processedImageId']}")
        again = post(owner, "replace-background", image, color="FFF").json()["data"]
        assert again["processedImageId"] != first["processedImageId"]

    def test_somebody_elses_work_is_not_found(self, owner: Seller, stranger: Seller) -> None:
        mine = post(owner, "replace-background", owner.image(photo()), color="FFF")
        other = post(stranger, "replace-background", stranger.image(photo()), color="FFF")
        ids = {answer.json()["data"]["processedImageId"] for answer in (mine, other)}
        assert len(ids) == 2

    def test_who_prefers_not_to_wait_gets_the_job(self, owner: Seller, monkeypatch: Any) -> None:
        monkeypatch.setattr("processing.worker.tasks.run_job.send", lambda job_id: None)
        answer = post(
            owner,
            "replace-background",
            owner.image(photo()),
            color="red",
            headers={"Prefer": "respond-async"},
        )
        assert answer.status_code == 202
        data = answer.json()["data"]
        assert data["jobId"] == Job.objects.get().public_id
        assert (data["processedImageId"], data["report"], data["immediate"]) == (None, None, False)


@pytest.mark.usefixtures("middle_model", "quick_queue")
class TestGenerate:
    def test_answers_the_seeds_shape_and_who_made_it(self, owner: Seller) -> None:
        answer = post(
            owner,
            "generate-background",
            owner.image(photo((64, 64))),
            prompt="marble table, flurbish",
            seed=7,
            width=96,
            height=64,
        )
        assert opened(answer).size == (96, 64)
        data = answer.json()["data"]
        assert set(data) == {
            *("originalImageId", "processedImageId", "displayUrl", "projectId"),
            *("provider", "seed", "notUnderstood", "pose", "view"),
        }
        assert (data["provider"], data["seed"]) == ("studio", 7)
        assert data["notUnderstood"] == ["flurbish"]

    def test_a_preset_needs_no_words(self, owner: Seller) -> None:
        image = owner.image(photo((64, 64)))
        asked = [
            {"stylePreset": "linen"},
            {"stylePreset": "linen", "prompt": ""},
            {"edit": {"background": {"generated": {"style": "linen"}}, "shadow": {"mode": "soft"}}},
        ]
        tools = ("generate-background", "generate-background", "edit")
        scenes = [post(owner, tool, image, **body) for tool, body in zip(tools, asked, strict=True)]
        assert [answer.status_code for answer in scenes] == [200, 200, 200]
        pictures = [opened(answer).convert("RGB").tobytes() for answer in scenes]
        assert pictures[0] == pictures[1]
        plain = post(owner, "generate-background", image, prompt="a room")
        assert opened(plain).convert("RGB").tobytes() != pictures[0]

    def test_a_failing_provider_fails_the_job_and_gives_the_quota_back(
        self, owner: Seller, failing_provider: None
    ) -> None:
        image = owner.image(photo())
        answer = post(owner, "generate-background", image, prompt="sand", provider="broken", seed=1)
        assert answer.status_code == 502
        assert answer.json() == {
            "success": False,
            "error": "The server said no.",
            "code": "PROVIDER_FAILED",
        }
        assert owner.used_of("generate-background") == 0

    def test_the_studio_stands_in_only_where_it_may(
        self, owner: Seller, failing_provider: None
    ) -> None:
        answer = post(
            owner,
            "generate-background",
            owner.image(photo()),
            prompt="sand",
            provider="broken",
            allowFallback=True,
        )
        assert answer.status_code == 200
        assert answer.json()["data"]["provider"] == "studio"


class _Broken:
    name = "broken"

    def generate(self, request: Any) -> Any:
        raise ProviderFailed("The server said no.")


@pytest.fixture
def failing_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    from processing.worker import runtime

    monkeypatch.setitem(runtime.providers(), "broken", _Broken())


_SOME = "img_2VfUX5sCNEcTGeZ8vKoGj1"


@pytest.mark.parametrize(
    ("tool", "body", "field"),
    [
        ("edit", {}, "request"),
        ("edit", {"edit": {"layuot": {}}}, "edit.layuot"),
        ("edit", {"edit": {"layout": {"padding": 0.5}}}, "edit.layout.padding.top"),
        ("edit", {"edit": {"layout": {"padding": {"left": "50%"}}}}, "edit.layout.padding.left"),
        ("edit", {"edit": {"layout": {"margin": -0.1}}}, "edit.layout.margin.top"),
        ("edit", {"edit": {"layout": {"size": "0x0"}}}, "edit.layout.size"),
        ("edit", {"edit": {"layout": {"size": "100000x100000"}}}, "edit.layout.size"),
        ("edit", {"edit": {"background": {"color": "blurple"}}}, "edit.background.color"),
        ("edit", {"edit": {"cutting": None, "shadow": {}}}, "edit.shadow"),
        ("edit", {"edit": {"cutting": None, "outline": {}}}, "edit.outline"),
        ("edit", {"edit": {"export": {"quality": 80}}}, "edit.export.quality"),
        (
            "edit",
            {"edit": {"background": {"image": {"imageId": _SOME}, "generated": {"prompt": "x"}}}},
            "edit.background",
        ),
        ("edit", {"edit": {"cutting": {"model": "nobody"}}}, "edit.cutting.model"),
        (
            "edit",
            {"edit": {"background": {"image": {"imageId": "img_x"}}}},
            "edit.background.image.imageId",
        ),
        ("edit", {"presetId": "preset_x"}, "presetId"),
        ("generate-background", {}, "prompt"),
        ("generate-background", {"prompt": "x" * 10_000}, "prompt"),
        ("generate-background", {"prompt": "sand", "seed": "7"}, "seed"),
        ("generate-background", {"prompt": "sand", "width": 63, "height": 64}, "width"),
        ("generate-background", {"prompt": "sand", "width": 64}, "request"),
        ("generate-background", {"prompt": "sand", "stylePreset": "nope"}, "stylePreset"),
        ("generate-background", {"prompt": "sand", "provider": "nope"}, "provider"),
        ("replace-background", {}, "request"),
        ("replace-background", {"color": "nope"}, "color"),
        ("replace-background", {"color": "red", "shadow": "deep"}, "shadow"),
        ("upscale", {"mode": "best"}, "mode"),
        ("remove-text", {"mode": "some"}, "mode"),
        ("remove-text", {"display": 3}, "display"),
    ],
)
def test_what_is_wrong_is_named_and_costs_nothing(
    owner: Seller, tool: str, body: dict[str, Any], field: str
) -> None:
    answer = post(owner, tool, owner.image(photo()), **body)
    assert answer.status_code == 400, answer.json()
    assert answer.json()["code"] == "VALIDATION_ERROR"
    assert list(answer.json()["fields"]) == [field]
    assert not Job.objects.exists()


SCENE = {"prompt": "sand"}


@pytest.mark.parametrize(
    ("tool", "body", "field", "message"),
    [
        (
            "generate-background",
            {**SCENE, "seed": -1},
            "seed",
            "seed must be between 0 and 4294967295, not -1.",
        ),
        (
            "generate-background",
            {**SCENE, "seed": 2**32},
            "seed",
            "seed must be between 0 and 4294967295, not 4294967296.",
        ),
        (
            "generate-background",
            {**SCENE, "negativePrompt": "x" * 2001},
            "negativePrompt",
            "negativePrompt must have at most 2000 characters.",
        ),
        ("generate-background", {"prompt": " "}, "prompt", "prompt must not be empty."),
        (
            "generate-background",
            {**SCENE, "provider": "nope"},
            "provider",
            "This site has no provider 'nope'. Available: studio.",
        ),
        (
            "replace-background",
            {"color": "mauvish"},
            "color",
            "'mauvish' is not a color: write #rrggbb, #rgb or a CSS name.",
        ),
        (
            "edit",
            {"edit": {"background": {"generated": {**SCENE, "seed": -1}}}},
            "edit.background.generated.seed",
            "seed must be between 0 and 4294967295, not -1.",
        ),
        (
            "edit",
            {"edit": {"background": {"generated": {**SCENE, "provider": "nope"}}}},
            "edit.background.generated.provider",
            "This site has no provider 'nope'. Available: studio.",
        ),
        (
            "edit",
            {"edit": {"outline": {"width": 0.2}}},
            "edit.outline.width",
            "width must be between 0 and 0.1, not 0.2.",
        ),
        (
            "edit",
            {"edit": {"cutting": {"edge": 101}}},
            "edit.cutting.edge",
            "edge must be none, standard, fine or 0 to 100, not 101.0.",
        ),
        (
            "edit",
            {"edit": {"export": {"dpi": 71}}},
            "edit.export.dpi",
            "dpi must be between 72 and 1200, not 71.",
        ),
        (
            "edit",
            {"edit": {"cutting": None, "layout": {"referenceBox": "originalImage"}}},
            "edit.layout.referenceBox",
            "referenceBox requires the background to be removed.",
        ),
        (
            "edit",
            {"edit": {"cutting": None, "frame": {"detail": True}}},
            "edit.frame.detail",
            "A detail requires the background to be removed.",
        ),
        (
            "edit",
            {"edit": {"frame": {"detail": True, "crop": {"right": 0.5}}}},
            "edit.frame.detail",
            "Send crop or detail, not both.",
        ),
        (
            "edit",
            {"edit": {"export": {"colorSpace": "original", "dpi": 72, "format": "jpg"}}},
            "edit.export.colorSpace",
            "colorSpace original requires a transparent png cutout without other edits.",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_option_to_blame_is_named_in_a_sentence(
    owner: Seller, tool: str, body: dict[str, Any], field: str, message: str
) -> None:
    answer = post(owner, tool, owner.image(photo()), **body)
    assert (answer.status_code, answer.json()["fields"]) == (400, {field: [message]})


def test_a_picture_too_large_to_upscale_is_refused_at_the_door(owner: Seller) -> None:
    answer = post(owner, "upscale", owner.image(photo((1200, 1000))))
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["upscale"])
    assert not Job.objects.exists()


def test_somebody_elses_pictures_are_not_there(owner: Seller, stranger: Seller) -> None:
    mine, theirs = owner.image(photo()), stranger.image(photo())
    assert post(owner, "replace-background", theirs, color="red").status_code == 404
    behind = post(owner, "replace-background", mine, backgroundImageId=theirs.public_id)
    assert behind.status_code == 404
    assert not Job.objects.exists()


def test_over_the_quota_nothing_happens(owner: Seller) -> None:
    PlanLimit.objects.filter(operation="upscale").update(monthly=0)
    answer = post(owner, "upscale", owner.image(photo()))
    assert (answer.status_code, answer.json()["code"]) == (403, "QUOTA_EXCEEDED")
    assert answer.json()["error"] == "Monthly limit reached for upscale."


def test_backdrops_are_listed(owner: Seller) -> None:
    data = owner.client.get("/api/v1/backdrops").json()["data"]
    assert data["providers"] == ["studio"]
    assert data["styles"] == ["realistic", "artistic", "abstract", "gradient"]
    assert len(data["presets"]) >= 12
    assert {"name", "description"} == set(data["presets"][0])
