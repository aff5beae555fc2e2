"""The library of backgrounds, new ones from words, and results put before them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from PIL import Image as Pillow

from accounts.limits.operations import GENERATE_BACKGROUND, REPLACE_BACKGROUND
from accounts.models import PlanLimit
from config import public_ids
from media_library.files import storage
from media_library.models import Background, Image
from media_library.services import delete_image
from processing.engine.errors import InvalidPlan, ProviderFailed
from processing.models import Job
from processing.services.backgrounds.builtin_backgrounds import builtins
from processing.worker import runtime, tasks
from tests.processing.compat.backgroundfx.client import BackgroundfxError
from tests.processing.compat.backgroundfx.conftest import (
    MiddleModel,
    Painter,
    Studio,
    flat,
    photo,
    pixels,
)

BLUE = (0, 128, 255)


def refused(call: Any, *args: Any, **values: Any) -> BackgroundfxError:
    with pytest.raises(BackgroundfxError) as caught:
        call(*args, **values)
    return caught.value


def own_ones(studio: Studio) -> list[dict[str, Any]]:
    """What the list shows before the built-in ones."""
    items: list[dict[str, Any]] = studio.client.backgrounds(limit=100)["items"]
    return [item for item in items if item["id"] not in builtins()]


def unchecked(studio: Studio, prompt: str) -> Any:
    """Generating, where the answer is one that the vendor's document doesn't have."""
    return studio.client.http.post(
        f"{studio.client.base_url}/backgrounds/generate",
        json={"prompt": prompt},
        headers={"Authorization": f"Bearer {studio.client.token}"},
    )


class TestList:
    def test_what_a_background_looks_like(self, studio: Studio) -> None:
        row = studio.background(category="nature", tags=["sea", "blue"])
        shown = studio.client.backgrounds(limit=100)
        item = shown["items"][0]
        assert {name: shown[name] for name in ("total", "page", "pages")} == {
            **{"total": 1 + len(builtins()), "page": 1, "pages": 1}
        }
        assert set(item) == {"id", "url", "thumbnail", "category", "tags"}
        assert (item["id"], item["category"]) == (row.public_id, "nature")
        assert item["tags"] == ["sea", "blue"]
        for url in (item["url"], item["thumbnail"]):
            assert studio.client.download(url).status_code == 200

    def test_everybody_has_the_built_in_ones(self, studio: Studio) -> None:
        items = studio.client.backgrounds(limit=100)["items"]
        assert [item["id"] for item in items] == list(builtins())
        linen = next(item for item in items if item["id"] == "bg_builtin_linen")
        address = "http://testserver/static/backgrounds/linen.webp"
        assert linen == {
            **{"id": "bg_builtin_linen", "url": address, "thumbnail": address},
            **{"category": "pattern", "tags": ["cloth", "beige", "natural"]},
        }

    def test_pages(self, studio: Studio) -> None:
        rows = [studio.background(name=str(n), category="custom").public_id for n in range(5)]
        pages = [
            studio.client.backgrounds(category="custom", page=n, limit=2) for n in (1, 2, 3, 4)
        ]
        assert [[item["id"] for item in page["items"]] for page in pages] == [
            *(rows[:2:-1], rows[2:0:-1], rows[:1]),
            [],
        ]
        assert {(page["total"], page["pages"]) for page in pages} == {(5, 3)}

    def test_a_page_may_end_among_the_built_in_ones(self, studio: Studio) -> None:
        mine = [studio.background(category="solid").public_id for _ in range(3)]
        page = studio.client.backgrounds(category="solid", page=2, limit=2)
        assert [item["id"] for item in page["items"]] == [mine[0], "bg_builtin_white"]

    @pytest.mark.parametrize(("category", "count"), [("solid", 2), ("custom", 1), ("nature", 0)])
    def test_by_category(self, studio: Studio, category: str, count: int) -> None:
        for kind in ("solid", "custom", "solid"):
            studio.background(category=kind)
        builtin = [one for one in builtins().values() if one.category == category]
        shown = studio.client.backgrounds(category=category, limit=100)
        assert shown["total"] == len(shown["items"]) == count + len(builtin)
        assert {item["category"] for item in shown["items"]} == {category}

    @pytest.mark.parametrize(
        "query",
        [
            *({"category": "wood"}, {"category": " "}, {"page": 0}, {"page": "x"}),
            *({"page": 1.5}, {"limit": 0}, {"limit": 101}, {"page": [1, 2]}, {"page": 10**30}),
        ],
        ids=str,
    )
    def test_wrong_questions(self, studio: Studio, query: dict[str, Any]) -> None:
        error = refused(studio.client.backgrounds, **query)
        assert (error.status, list(error.details)) == (400, list(query))

    def test_empty_questions_are_none(self, studio: Studio) -> None:
        asked = studio.client.backgrounds(category="", page="", limit="")
        assert asked == studio.client.backgrounds()

    def test_other_peoples_and_deleted_ones_are_not_there(
        self, studio: Studio, stranger: Studio
    ) -> None:
        delete_image(studio.background().image)
        stranger.background()
        assert own_ones(studio) == []


class TestGenerate:
    @pytest.fixture(autouse=True)
    def _working(self, quick_queue: MiddleModel) -> None:
        return None

    def test_a_new_one(self, studio: Studio, painter: Painter) -> None:
        made = studio.client.generate("a marble table", style="artistic", width=640, height=480)
        [asked] = painter.asked
        assert (asked.prompt, asked.style, asked.size) == ("a marble table", "artistic", (640, 480))
        assert own_ones(studio) == [made]
        assert studio.used(GENERATE_BACKGROUND) == 1
        row = Background.objects.get()
        assert row.made_from == {
            **{"prompt": "a marble table", "stylePreset": "artistic", "negativePrompt": None},
            **{"provider": "studio", "seed": asked.seed, "notUnderstood": []},
        }

    def test_it_is_painted_by_a_worker(
        self, studio: Studio, painter: Painter, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.COMPAT_WAIT_SECONDS = 0.05
        monkeypatch.setattr(tasks.run_job, "send", lambda job_id: None)
        response = unchecked(studio, "a marble table")
        assert (response.status_code, response.json()["error"]) == (500, "TIMED_OUT")
        assert painter.asked == []
        [job] = Job.objects.all()
        assert (job.state, job.operation) == ("pending", GENERATE_BACKGROUND)
        tasks.run_job.fn(str(job.pk))
        assert len(own_ones(studio)) == 1

    def test_the_same_words_make_another_one(self, studio: Studio, painter: Painter) -> None:
        first, second = studio.client.generate("sea"), studio.client.generate("sea")
        assert first["id"] != second["id"]
        assert len({asked.seed for asked in painter.asked}) == 2
        assert studio.used(GENERATE_BACKGROUND) == 2

    def test_without_more_words_it_is_a_realistic_desktop(
        self, studio: Studio, painter: Painter
    ) -> None:
        studio.client.generate("sea")
        [asked] = painter.asked
        assert (asked.style, asked.size) == ("realistic", (1920, 1080))

    def test_by_the_studio_itself(self, studio: Studio) -> None:
        made = studio.client.generate("a wooden table by a window", width=96, height=64)
        picture = pixels(studio.client.download(made["url"]).content)
        assert picture.shape == (64, 96, 3)
        assert picture.std() > 2

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            *(({"prompt": "no"}, "prompt"), ({"prompt": "x" * 501}, "prompt")),
            *(({"prompt": "a\0table"}, "prompt"), ({"prompt": 5}, "prompt"), ({}, "prompt")),
            *(({"style": "baroque"}, "style"), ({"style": None}, "style")),
            *(({"width": 63}, "width"), ({"height": 4097}, "height"), ({"width": "640"}, "width")),
        ],
        ids=str,
    )
    def test_wrong_wishes(
        self, studio: Studio, painter: Painter, body: dict[str, Any], field: str
    ) -> None:
        whole = {"prompt": "a table", **body} if body else {}
        error = refused(studio.client.post, "/backgrounds/generate", whole)
        assert (error.status, list(error.details)) == (400, [field])
        assert painter.asked == []

    @pytest.mark.parametrize(
        ("fails", "status", "code"),
        [
            (ProviderFailed("The server at home is asleep."), 500, "PROVIDER_FAILED"),
            (InvalidPlan("No such style."), 400, "INVALID_PLAN"),
        ],
    )
    def test_what_came_to_nothing_costs_nothing(
        self, studio: Studio, painter: Painter, fails: Exception, status: int, code: str
    ) -> None:
        painter.fails = fails
        response = unchecked(studio, "a table")
        assert (response.status_code, response.json()["error"]) == (status, code)
        assert studio.used(GENERATE_BACKGROUND) == 0
        assert not Image.objects.exists()
        assert own_ones(studio) == []

    def test_without_quota_nothing_is_made(self, studio: Studio, painter: Painter) -> None:
        PlanLimit.objects.filter(plan="free", operation=GENERATE_BACKGROUND).update(monthly=0)
        error = refused(studio.client.generate, "a table")
        assert (error.status, error.error) == (403, "QUOTA_EXCEEDED")
        assert painter.asked == []


class TestReplace:
    @pytest.fixture(autouse=True)
    def _working(self, quick_queue: MiddleModel, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(runtime, "upscaler", lambda: None)

    def test_a_result_needs_no_second_cut(self, studio: Studio, models: MiddleModel) -> None:
        cutout = studio.client.remove_background(photo((120, 80)))
        answer = studio.client.replace_background(cutout["id"], studio.background().public_id)
        assert answer["metadata"]["provider"] == "existing-alpha"
        assert models.asked == ["fast", "fast"]  # a second look: the subject is small
        picture = Pillow.fromarray(pixels(studio.client.download(answer["image"]).content))
        assert picture.size == (120, 80)
        assert picture.convert("RGB").getpixel((3, 3)) == BLUE
        assert picture.convert("RGB").getpixel((60, 40))[0] > 150
        assert studio.used(REPLACE_BACKGROUND) == 1

    def test_what_was_uploaded_is_cut_out_first(self, studio: Studio, models: MiddleModel) -> None:
        source = studio.image(photo((120, 80)))
        answer = studio.client.replace_background(str(source.pk), studio.background().public_id)
        assert models.asked == ["fast", "fast"]  # a second look: the subject is small
        result = Image.objects.get(pk=answer["id"])
        assert (result.parent, result.width) == (source, 120)
        assert pixels(storage.read(result.file_key))[2, 2, :3].tolist() == list(BLUE)

    @pytest.mark.parametrize(
        ("mode", "expected"),
        [
            ("normal", (200, 20, 20)),
            ("multiply", (0, 10, 20)),
            ("screen", (200, 138, 255)),
            ("overlay", (0, 21, 255)),
        ],
    )
    def test_blend_modes_mix_the_product_with_the_background(
        self, studio: Studio, mode: str, expected: tuple[int, ...]
    ) -> None:
        source = studio.image(flat((120, 80), (200, 20, 20)))
        wall = studio.background(BLUE).public_id
        answer = studio.client.replace_background(str(source.pk), wall, blend_mode=mode)
        shown = pixels(studio.client.download(answer["image"]).content)
        assert shown[2, 2, :3].tolist() == list(BLUE)
        assert np.abs(shown[40, 60, :3].astype(int) - expected).max() <= 1

    def test_a_built_in_one_is_drawn_where_it_is_used(self, studio: Studio) -> None:
        source = str(studio.image(photo((120, 80))).pk)
        answer = studio.client.replace_background(source, "bg_builtin_navy")
        picture = pixels(studio.client.download(answer["image"]).content)
        assert picture[2, 2, :3].tolist() == [0x1F, 0x2A, 0x4D]
        answer = studio.client.replace_background(source, "bg_builtin_red-brick")
        picture = pixels(studio.client.download(answer["image"]).content)
        assert picture.shape[:2] == (80, 120)
        assert picture[:10].std() > 10

    def test_the_default_is_normal(self, studio: Studio) -> None:
        image, behind = str(studio.image(photo()).pk), studio.background().public_id
        plain = studio.client.replace_background(image, behind)
        named = studio.client.replace_background(image, behind, blend_mode="normal")
        assert plain["id"] == named["id"]

    def test_what_is_not_there(self, studio: Studio, stranger: Studio) -> None:
        mine, wall = str(studio.image(photo()).pk), studio.background().public_id
        theirs, their_wall = str(stranger.image(photo()).pk), stranger.background().public_id
        other = public_ids.encode("bg", uuid4())
        for image_id, background_id in (
            *((str(uuid4()), wall), (theirs, wall), ("x", wall), ("", wall)),
            *((mine, other), (mine, their_wall), (mine, "x"), (mine, mine)),
        ):
            error = refused(studio.client.replace_background, image_id, background_id)
            assert (error.status, error.error) == (404, "NOT_FOUND")

    @pytest.mark.parametrize("mode", ["darken", "NORMAL", "", None, 1])
    def test_unknown_modes(self, studio: Studio, mode: Any) -> None:
        image, wall = str(studio.image(photo()).pk), studio.background().public_id
        error = refused(studio.client.replace_background, image, wall, blend_mode=mode)
        assert (error.status, list(error.details)) == (400, ["blend_mode"])
