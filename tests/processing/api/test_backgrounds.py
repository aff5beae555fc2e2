"""Backgrounds from words for the library, and the library's in place of a photo's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, get_args
from uuid import uuid4

import numpy as np
import pytest
from PIL import Image as Pillow

from accounts.limits.operations import GENERATE_BACKGROUND, REPLACE_BACKGROUND
from accounts.models import PlanLimit
from config import public_ids
from media_library.files import storage
from media_library.intake.ingest import ingest
from media_library.models import Background, BackgroundCategory, Image
from media_library.services import delete_image
from processing import commands
from processing.api.serializers.edits import PaintBackgroundBody
from processing.engine.backdrops.provider import Backdrop
from processing.engine.errors import InvalidPlan, ProviderFailed
from processing.models import Job, JobState
from processing.services import jobs
from processing.services.backgrounds import background_library
from processing.services.backgrounds.background_library import BackgroundDetails
from processing.services.backgrounds.paint_background import PaintBackground
from processing.worker import runtime, tasks
from tests.stand_ins import Seller

GENERATE = "/api/v1/backgrounds/generate"
REPLACE = "/api/v1/images/tools/replace-background"


@dataclass
class Painter:
    """A provider that paints one green, and fails when it is told to."""

    name: str
    asked: list[Any] = field(default_factory=list)
    fails: Exception | None = None

    def generate(self, request: Any) -> Backdrop:
        self.asked.append(request)
        if self.fails is not None:
            raise self.fails
        width, height = request.size
        rgb = np.full((height, width, 3), (10, 200, 90), np.uint8)
        return Backdrop(rgb, f"{self.name}/1", request.seed, not_understood=("flurb",))


@pytest.fixture
def painters(monkeypatch: pytest.MonkeyPatch) -> dict[str, Painter]:
    found = {name: Painter(name) for name in ("studio", "home")}
    monkeypatch.setattr(runtime, "providers", lambda: found)
    return found


def generate(seller: Seller, prompt: Any = "flurb on a table", **body: Any) -> Any:
    headers = body.pop("headers", None)
    small = {"width": 96, "height": 64, **body}
    return seller.client.post(GENERATE, {"prompt": prompt, **small}, format="json", headers=headers)


def made(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 201, answer.json()
    found: dict[str, Any] = answer.json()["data"]
    return found


@pytest.mark.usefixtures("quick_queue")
class TestGenerate:
    def test_what_was_painted_lies_in_the_library(
        self, owner: Seller, painters: dict[str, Painter]
    ) -> None:
        shown = made(
            generate(
                owner,
                stylePreset="artistic",
                negativePrompt="people",
                seed=7,
                name="Ours",
                category="abstract",
                tags=["Green", "green"],
            )
        )
        [asked] = painters["studio"].asked
        assert (asked.prompt, asked.style, asked.negative_prompt) == (
            *("flurb on a table", "artistic", "people"),
        )
        assert (asked.seed, asked.size, asked.subject) == (7, (96, 64), None)
        assert (shown["name"], shown["category"], shown["tags"]) == ("Ours", "abstract", ["green"])
        assert shown["source"] == "generated"
        assert shown["madeFrom"] == {
            **{"prompt": "flurb on a table", "stylePreset": "artistic", "negativePrompt": "people"},
            **{"provider": "studio/1", "seed": 7, "notUnderstood": ["flurb"]},
        }
        assert owner.client.get(f"/api/v1/backgrounds/{shown['id']}").json()["data"] == shown
        listed = owner.client.get("/api/v1/backgrounds", {"source": "generated"}).json()["data"]
        assert listed["items"] == [shown]

    def test_it_is_a_picture_of_the_accounts_and_the_jobs(
        self, owner: Seller, painters: dict[str, Painter]
    ) -> None:
        shown = made(generate(owner))
        row = Background.objects.get()
        image, job = row.image, Job.objects.get()
        assert (image.account, image.job_id, image.parent) == (owner.account, job.pk, None)
        assert (image.format, image.width, image.height) == ("jpg", 96, 64)
        assert image.name == "flurb on a table.jpg"
        assert (job.result, job.source) == (image, None)
        assert job.report["backgroundId"] == shown["id"]
        assert job.report["provider"] == "studio/1"
        picture = np.asarray(Pillow.open(BytesIO(storage.read(image.file_key))), int)
        assert np.abs(picture - (10, 200, 90)).max() <= 2

    def test_the_job_can_be_looked_up(self, owner: Seller, painters: dict[str, Painter]) -> None:
        made(generate(owner, seed=5))
        [job] = owner.client.get("/api/v1/jobs").json()["data"]["items"]
        assert (job["operation"], job["state"]) == ("generate-background", "completed")
        assert job["sourceImageId"] is None
        assert job["options"]["generated"]["seed"] == 5

    def test_without_a_seed_each_is_new(self, owner: Seller, painters: dict[str, Painter]) -> None:
        first, second = (made(generate(owner)) for _ in range(2))
        assert first["id"] != second["id"]
        assert len({asked.seed for asked in painters["studio"].asked}) == 2
        assert owner.used_of(GENERATE_BACKGROUND) == 2

    def test_with_a_seed_it_is_the_same_picture(self, owner: Seller) -> None:
        """By the studio itself."""
        for _ in range(2):
            made(generate(owner, "a wooden table by a window", seed=3))
        first, second = Background.objects.select_related("image")
        assert first.image.sha256 == second.image.sha256
        assert first.made_from["provider"] == "studio"
        picture = np.asarray(Pillow.open(BytesIO(storage.read(first.image.file_key))))
        assert picture.std() > 2

    @pytest.mark.parametrize(
        ("prompt", "style", "name"),
        [
            ("x" * 100, None, "x" * 60),
            (" a\n table ", None, "a table"),
            ("\u200b", "artistic", "artistic"),
            ("\u200b", None, "Background"),
            ("", "linen", "linen"),
        ],
    )
    def test_without_a_name_its_words_are_one(
        self,
        owner: Seller,
        painters: dict[str, Painter],
        prompt: str,
        style: str | None,
        name: str,
    ) -> None:
        assert made(generate(owner, prompt, stylePreset=style))["name"] == name

    def test_a_provider_by_name(self, owner: Seller, painters: dict[str, Painter]) -> None:
        assert made(generate(owner, provider="home"))["madeFrom"]["provider"] == "home/1"
        assert painters["studio"].asked == []

    def test_the_studio_stands_in_where_it_may(
        self, owner: Seller, painters: dict[str, Painter]
    ) -> None:
        painters["home"].fails = ProviderFailed("It sleeps.")
        shown = made(generate(owner, provider="home", allowFallback=True))
        assert shown["madeFrom"]["provider"] == "studio/1"

    @pytest.mark.parametrize(
        ("fails", "status", "code"),
        [
            (ProviderFailed("It sleeps."), 502, "PROVIDER_FAILED"),
            (InvalidPlan("Not these words."), 422, "INVALID_PLAN"),
        ],
    )
    def test_what_came_to_nothing_costs_nothing(
        self,
        owner: Seller,
        painters: dict[str, Painter],
        fails: Exception,
        status: int,
        code: str,
    ) -> None:
        painters["studio"].fails = fails
        answer = generate(owner)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert owner.used_of(GENERATE_BACKGROUND) == 0
        assert (Background.objects.count(), Image.objects.count()) == (0, 0)

    def test_sent_twice_it_is_painted_once(
        self, owner: Seller, painters: dict[str, Painter]
    ) -> None:
        answers = [generate(owner, headers={"Idempotency-Key": "once"}) for _ in range(2)]
        assert made(answers[0]) == made(answers[1])
        assert len(painters["studio"].asked) == Job.objects.count() == 1

    def test_deleted_since_it_is_not_shown_again(
        self, owner: Seller, painters: dict[str, Painter]
    ) -> None:
        shown = made(generate(owner, headers={"Idempotency-Key": "once"}))
        assert owner.client.delete(f"/api/v1/backgrounds/{shown['id']}").status_code == 200
        again = generate(owner, headers={"Idempotency-Key": "once"})
        assert (again.status_code, len(painters["studio"].asked)) == (404, 1)


@pytest.mark.usefixtures("painters")
class TestAsking:
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            *(({"prompt": ""}, "prompt"), ({"prompt": " "}, "prompt"), ({"prompt": 5}, "prompt")),
            ({"prompt": "", "stylePreset": "baroque"}, "stylePreset"),
            *(({"prompt": "x" * 2001}, "prompt"), ({"stylePreset": "baroque"}, "stylePreset")),
            *(({"negativePrompt": "x" * 2001}, "negativePrompt"), ({"seed": -1}, "seed")),
            *(({"seed": 2**32}, "seed"), ({"seed": "7"}, "seed"), ({"width": 63}, "width")),
            *(({"height": 4097}, "height"), ({"provider": "nobody"}, "provider")),
            *(({"name": "\u200b"}, "name"), ({"name": "x" * 201}, "name")),
            *(({"category": "wood"}, "category"), ({"tags": ["x" * 33]}, "tags")),
            *(({"tags": "sea"}, "tags"), ({"tags": [""]}, "tags"), ({"imageId": "x"}, "imageId")),
        ],
        ids=lambda value: str(value)[:40],
    )
    def test_what_is_wrong_is_named(self, owner: Seller, body: dict[str, Any], field: str) -> None:
        answer = generate(owner, **body)
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
        assert not Job.objects.exists()
        assert owner.used_of(GENERATE_BACKGROUND) == 0

    def test_nothing_is_painted_while_the_door_is_open(
        self, owner: Seller, painters: dict[str, Painter]
    ) -> None:
        answer = generate(owner)
        job = Job.objects.get()
        assert (answer.status_code, answer.json()["data"]) == (202, {"jobId": job.public_id})
        assert painters["studio"].asked == []
        assert owner.used_of(GENERATE_BACKGROUND) == 1
        command = commands.from_row(job.command)
        assert isinstance(command, PaintBackground)
        assert command.generated.seed is not None
        tasks.run_job.fn(str(job.pk))
        job.refresh_from_db()
        assert job.report["backgroundId"] == Background.objects.get().public_id

    def test_cancelled_meanwhile_nothing_is_kept(
        self, owner: Seller, painters: dict[str, Painter], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        generate(owner)
        job = Job.objects.get()
        paint = painters["studio"].generate

        def cancelled(request: Any) -> Backdrop:
            jobs.cancel(job)
            return paint(request)

        monkeypatch.setattr(painters["studio"], "generate", cancelled)
        tasks.run_job.fn(str(job.pk))
        job.refresh_from_db()
        assert job.state == JobState.CANCELLED
        assert (Background.objects.count(), Image.objects.count()) == (0, 0)
        assert owner.used_of(GENERATE_BACKGROUND) == 0

    def test_without_quota_there_is_no_job(self, owner: Seller) -> None:
        PlanLimit.objects.filter(plan="free", operation=GENERATE_BACKGROUND).update(monthly=0)
        answer = generate(owner)
        assert (answer.status_code, answer.json()["code"]) == (403, "QUOTA_EXCEEDED")
        assert not Job.objects.exists()

    def test_a_full_library_takes_no_more(
        self, owner: Seller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(background_library, "MAX_BACKGROUNDS", 0)
        answer = generate(owner)
        assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
        assert owner.used_of(GENERATE_BACKGROUND) == 0


def wall(seller: Seller, color: tuple[int, int, int] = (0, 128, 255)) -> Background:
    out = BytesIO()
    Pillow.new("RGB", (30, 30), color).save(out, "PNG")
    image = ingest(seller.account, out.getvalue(), name="wall.png")
    return background_library.keep(seller.account, image, BackgroundDetails("Wall"))


def replaced(seller: Seller, image: Image, **body: Any) -> Any:
    return seller.client.post(
        REPLACE, {"imageId": image.public_id, "display": "url", **body}, format="json"
    )


def pixels(seller: Seller, answer: Any) -> Any:
    assert answer.status_code == 200, answer.json()
    data = b"".join(seller.client.get(answer.json()["data"]["displayUrl"]))
    return np.asarray(Pillow.open(BytesIO(data)).convert("RGB"), int)


@pytest.mark.usefixtures("middle_model", "quick_queue")
class TestReplace:
    """The middle half of the photo is its red subject."""

    def test_by_ones_own(self, owner: Seller, image: Image) -> None:
        shown = pixels(owner, replaced(owner, image, backgroundId=wall(owner).public_id))
        assert shown[2, 2].tolist() == [0, 128, 255]
        assert np.abs(shown[20, 30] - (200, 20, 20)).max() <= 8
        assert owner.used_of(REPLACE_BACKGROUND) == 1

    @pytest.mark.parametrize(
        ("mode", "expected"),
        [
            ("normal", (200, 20, 20)),
            ("multiply", (0, 10, 20)),
            ("screen", (200, 138, 255)),
            ("overlay", (0, 21, 255)),
        ],
    )
    def test_blended(
        self, owner: Seller, image: Image, mode: str, expected: tuple[int, ...]
    ) -> None:
        asked = {"backgroundId": wall(owner).public_id, "blendMode": mode}
        shown = pixels(owner, replaced(owner, image, **asked))
        assert shown[2, 2].tolist() == [0, 128, 255]
        assert np.abs(shown[20, 30] - expected).max() <= 8
        assert Job.objects.get().command["plan"]["background"]["blend"] == mode

    def test_a_color_blends_too(self, owner: Seller, image: Image) -> None:
        shown = pixels(owner, replaced(owner, image, color="#008000", blendMode="screen"))
        assert np.abs(shown[20, 30] - (200, 138, 20)).max() <= 8

    def test_by_a_built_in_color_gradient_and_painting(self, owner: Seller, image: Image) -> None:
        navy = pixels(owner, replaced(owner, image, backgroundId="bg_builtin_navy"))
        assert navy[2, 2].tolist() == [0x1F, 0x2A, 0x4D]
        sky = pixels(owner, replaced(owner, image, backgroundId="bg_builtin_sky"))
        assert (sky[38, 2] - sky[1, 2] > 20).sum() >= 2
        answer = replaced(owner, image, backgroundId="bg_builtin_red-brick")
        assert answer.json()["data"]["report"]["background"] == {
            **{"provider": "studio", "seed": 7, "notUnderstood": [], "view": "level"},
        }
        assert pixels(owner, answer)[:8].std() > 10

    def test_what_the_library_says_an_edit_can_take(self, owner: Seller, image: Image) -> None:
        """`background` of an entry is what `backgroundId` stands for: the same work."""
        for public_id in ("bg_builtin_sky", wall(owner).public_id):
            entry = owner.client.get(f"/api/v1/backgrounds/{public_id}").json()["data"]
            layout = {"size": "originalImage", "referenceBox": "originalImage"}
            edit = {"background": entry["background"], "layout": layout}
            body = {"imageId": image.public_id, "edit": edit}
            first = owner.client.post("/api/v1/images/tools/edit", body, format="json")
            again = replaced(owner, image, backgroundId=public_id)
            assert first.status_code == again.status_code == 200
            assert again.json()["data"]["report"]["foundAgain"] is True

    def test_for_many_pictures_at_once(
        self, owner: Seller, image: Image, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        options = {"backgroundId": wall(owner).public_id, "blendMode": "multiply"}
        body = {"operation": "replace-background", "imageIds": [image.public_id]}
        answer = owner.client.post("/api/v1/batch", {**body, "options": options}, format="json")
        assert answer.status_code == 201, answer.json()
        plan = Job.objects.get().command["plan"]["background"]
        assert (plan["image"]["imageId"], plan["blend"]) == (
            *(str(Background.objects.get().image_id), "multiply"),
        )


class TestRefused:
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "request"),
            ({"blendMode": "multiply"}, "request"),
            ({"backgroundId": "bg_builtin_sky", "color": "red"}, "request"),
            ({"backgroundId": "bg_builtin_sky", "backgroundImageId": "img_x"}, "request"),
            ({"color": "red", "blendMode": "darken"}, "blendMode"),
            ({"color": "transparent", "blendMode": "screen"}, "color"),
            ({"backgroundId": 5}, "backgroundId"),
        ],
        ids=str,
    )
    def test_what_is_wrong_is_named(
        self, owner: Seller, image: Image, body: dict[str, Any], field: str
    ) -> None:
        answer = replaced(owner, image, **body)
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
        assert not Job.objects.exists()

    def test_backgrounds_that_are_not_there(
        self, owner: Seller, stranger: Seller, image: Image
    ) -> None:
        gone = wall(owner)
        delete_image(gone.image)
        theirs = wall(stranger).public_id
        nobodys = public_ids.encode("bg", uuid4())
        for public_id in (gone.public_id, theirs, nobodys, "bg_builtin_none", "x", ""):
            answer = replaced(owner, image, backgroundId=public_id)
            assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
            body = {"operation": "replace-background", "imageIds": [image.public_id]}
            options = {"backgroundId": public_id}
            answer = owner.client.post("/api/v1/batch", {**body, "options": options}, format="json")
            assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
        assert not Job.objects.exists()
        assert owner.used_of(REPLACE_BACKGROUND) == 0


def test_a_painted_background_may_have_any_category() -> None:
    field = PaintBackgroundBody.model_fields["category"]
    assert get_args(field.annotation) == tuple(BackgroundCategory.values)
