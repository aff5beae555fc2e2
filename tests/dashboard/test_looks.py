"""The pages of looks, the brand kit and backgrounds."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.limits import quotas
from media_library.models import Background, Image
from processing.engine.plans.edit import EditPlan
from processing.models import BrandKit, FavoriteBackground, Job, Preset
from processing.services.appearance import presets
from processing.services.backgrounds import background_library
from processing.services.backgrounds.background_library import BackgroundDetails
from tests.dashboard.conftest import HTMX, Person, upload_of

LOOK = {
    **{"name": "Shop", "ground": "color", "color": "#0d6670", "size": "1600x2000"},
    **{"margin": "12", "shadow": "hard", "file_format": "jpg", "own_size": ""},
}


def made(person: Person, name: str = "Shop") -> Preset:
    return presets.create(person.account, name=name, plan=EditPlan())


class TestLooks:
    def test_there_are_cards_of_ready_ones_with_their_sources(self, seller: Person) -> None:
        shown = seller.client.get("/looks/").content.decode()
        for name in ("Amazon", "Vinted", "Etsy", "Soft studio"):
            assert f"<h3>{name}</h3>" in shown
        assert "Mercatus Lab, Amazon product image requirements" in shown
        assert "img/example-after" in shown  # nobody's photo yet: the demonstration's

    def test_the_product_is_the_sellers_own(self, seller: Person) -> None:
        result = seller.result(seller.image())
        Image.objects.filter(pk=result.pk).update(thumbnail_key="small.webp")
        shown = seller.client.get("/looks/").content.decode()
        assert f"/content/{result.public_id}/thumbnail" in shown
        assert "img/example-after" not in shown

    def test_one_is_made_in_a_form(self, seller: Person) -> None:
        assert seller.client.post("/looks/new/", LOOK).status_code == 302
        preset = Preset.objects.get()
        plan = presets.plan_of(preset)
        assert (plan.background.color, plan.layout.size) == ("#0d6670", "1600x2000")
        assert (plan.layout.padding.top, plan.export.format) == (0.12, "jpg")
        assert plan.shadow is not None
        assert plan.shadow.mode == "hard"

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"name": ""}, "This field is required."),
            ({"ground": "transparent"}, "A JPG can’t be transparent."),
            ({"ground": "library"}, "Choose a background on the page of backgrounds first."),
            ({"color": "#12"}, "is not a color"),
            ({"size": "own", "own_size": "big"}, "must be auto, originalImage"),
            ({"size": "own", "own_size": "99999x99999"}, "A result can have at most"),
        ],
    )
    def test_what_is_wrong_is_said_beside_it(
        self, seller: Person, change: dict[str, str], said: str
    ) -> None:
        answer = seller.client.post("/looks/new/", LOOK | change)
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert not Preset.objects.exists()

    def test_a_name_is_taken_once(self, seller: Person) -> None:
        seller.client.post("/looks/keep/", {"look": "look_amazon"})
        assert Preset.objects.get().name == "Amazon"
        assert seller.client.post("/looks/keep/", {"look": "look_amazon"}).status_code == 409
        again = seller.client.post("/looks/new/", LOOK | {"name": "Amazon"})
        assert "You have a look called “Amazon” already." in again.content.decode()
        assert Preset.objects.count() == 1

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("x" * 101, "The name can have at most 100 characters."),
            ("\u202e\0", "The name must have at least one visible character."),
        ],
    )
    def test_a_name_that_can_not_be_kept_is_refused_wherever_it_is_given(
        self, seller: Person, name: str, said: str
    ) -> None:
        preset = made(seller)
        look = {"background": "color", "color": "red", "name": name}
        for path, form in (
            (f"/looks/{preset.public_id}/rename/", {"name": name}),
            ("/looks/keep/", {"look": "look_amazon", "name": name}),
            (f"/pictures/{seller.image().public_id}/look/", look),
        ):
            answer = seller.client.post(path, form)
            assert (answer.status_code, said in answer.content.decode()) == (400, True)
        assert list(Preset.objects.values_list("name", flat=True)) == ["Shop"]
        seller.client.post(f"/looks/{preset.public_id}/rename/", {"name": " A\0\n B "})
        assert Preset.objects.get().name == "A B"

    def test_it_is_renamed_made_the_default_and_deleted(self, seller: Person) -> None:
        preset = made(seller)
        one = f"/looks/{preset.public_id}/"
        seller.client.post(f"{one}rename/", {"name": "Warm"})
        seller.client.post(f"{one}default/")
        assert BrandKit.objects.get().default_look == preset
        shown = seller.client.get("/looks/").content.decode()
        assert "<h3>Warm</h3>" in shown
        assert "look-default" in shown
        new = seller.client.get("/batches/new/", {"ids": seller.image().public_id})
        assert f'value="{preset.public_id}" checked' in new.content.decode()
        seller.client.post(f"{one}default/")
        assert BrandKit.objects.get().default_look is None
        seller.client.post(f"{one}delete/")
        assert not Preset.objects.exists()

    def test_what_can_not_be_used_says_why(self, seller: Person) -> None:
        behind = seller.image("wall.jpg")
        edit = {"background": {"image": {"imageId": behind.public_id}}}
        seller.client.post(
            "/api/v1/presets", {"name": "Wall", "edit": edit}, content_type="application/json"
        )
        Image.objects.filter(pk=behind.pk).update(deleted_at="2026-01-01T00:00Z")
        shown = seller.client.get("/looks/").content.decode()
        assert "The picture of its background was deleted." in shown

    def test_the_page_asks_no_more_where_there_is_more(self, seller: Person) -> None:
        counts = []
        for name in "abc":
            made(seller, name)
            with CaptureQueriesContext(connection) as queries:
                seller.client.get("/looks/")
            counts.append(len(queries))
        assert len(set(counts[1:])) == 1
        assert counts[2] <= 12


class TestBrandKit:
    def test_colors_come_and_go(self, seller: Person) -> None:
        for color in ("#0D6670", "#f00"):
            seller.client.post("/looks/colors/", {"color": color})
        assert BrandKit.objects.get().colors == ["#0d6670", "#ff0000"]
        seller.client.post("/looks/colors/", {"remove": "#0d6670"})
        assert BrandKit.objects.get().colors == ["#ff0000"]
        assert seller.client.post("/looks/colors/", {"color": "warm"}).status_code == 400
        assert '<option value="#ff0000">' in seller.client.get("/looks/new/").content.decode()

    def test_a_logo_is_kept_and_removed(self, seller: Person) -> None:
        [file] = upload_of("logo.png")
        assert seller.client.post("/looks/logo/", {"logo": file}).status_code == 302
        assert BrandKit.objects.get().logo == Image.objects.get()
        seller.client.post("/looks/logo/", {"remove": "1"})
        assert BrandKit.objects.get().logo is None
        [broken] = upload_of("logo.png", data=b"no picture")
        assert seller.client.post("/looks/logo/", {"logo": broken}).status_code == 400
        assert seller.client.post("/looks/logo/").status_code == 400
        assert BrandKit.objects.get().logo is None


class TestBackgrounds:
    def test_they_are_shown_by_kind(self, seller: Person) -> None:
        nature = seller.client.get("/backgrounds/", {"show": "nature"}).content.decode()
        assert 'id="bg_builtin_beach"' in nature
        assert 'id="bg_builtin_white"' not in nature
        found = seller.client.get("/backgrounds/", {"q": "marble"}).content.decode()
        assert 'id="bg_builtin_white-marble"' in found
        assert 'id="bg_builtin_beach"' not in found
        with CaptureQueriesContext(connection) as queries:
            seller.client.get("/backgrounds/")
        assert len(queries) <= 12

    def test_favorites_are_at_hand(self, seller: Person) -> None:
        url = "/backgrounds/bg_builtin_linen/favorite/"
        assert 'aria-pressed="true"' in seller.client.post(url, headers=HTMX).content.decode()
        shown = seller.client.get("/backgrounds/", {"show": "favorites"}).content.decode()
        assert shown.count('class="ground-tile"') == 1
        seller.client.post(url)
        assert not FavoriteBackground.objects.exists()
        assert seller.client.post("/backgrounds/bg_x/favorite/").status_code == 404

    def test_ones_own_are_uploaded_renamed_used_and_deleted(
        self, seller: Person, stranger: Person
    ) -> None:
        files = upload_of("wall.jpg") + upload_of("text.jpg", data=b"no picture")
        seller.client.post("/backgrounds/upload/", {"files": files})
        row = Background.objects.get()
        assert row.name == "wall"
        shown = seller.client.get("/backgrounds/", {"show": "own"}).content.decode()
        assert shown.count('class="ground-tile"') == 1
        one = f"/backgrounds/{row.public_id}/"
        assert stranger.client.post(f"{one}delete/").status_code == 404
        assert stranger.client.post(f"{one}rename/", {"name": "Mine"}).status_code == 404
        assert stranger.client.get("/looks/new/", {"background": row.public_id}).status_code == 404
        assert seller.client.post(f"{one}rename/", {"name": "x" * 201}).status_code == 400
        seller.client.post(f"{one}rename/", {"name": "Brick"})
        look = LOOK | {"ground": "library", "background": row.public_id}
        assert seller.client.post("/looks/new/", look).status_code == 302
        behind = presets.plan_of(Preset.objects.get()).background.image
        assert behind is not None
        assert behind.image_id == str(row.image_id)
        seller.client.post(f"{one}delete/")
        assert not background_library.own(seller.account).exists()
        assert seller.client.post("/backgrounds/bg_builtin_linen/delete/").status_code == 409

    def test_words_become_four_variants_of_which_some_are_kept(
        self, seller: Person, stranger: Person
    ) -> None:
        answer = seller.client.post("/backgrounds/words/", {"words": "a marble table"})
        jobs = list(Job.objects.order_by("pk"))
        assert len(jobs) == 4
        assert len({job.command["generated"]["seed"] for job in jobs}) == 4
        shown = seller.client.get(answer["Location"].partition("#")[0]).content.decode()
        assert shown.count("Being generated</span>") == 4
        query = {"variants": [job.public_id for job in jobs]}
        assert seller.client.get("/backgrounds/variants/", query).status_code == 200
        assert stranger.client.get("/backgrounds/variants/", query).status_code == 404
        rows = [self._painted(seller, job) for job in jobs]
        ended = seller.client.get("/backgrounds/variants/", query)
        assert ended.status_code == 286
        assert ended.content.decode().count('name="keep"') == 4
        chosen = query | {"keep": [rows[0].public_id, rows[2].public_id]}
        assert stranger.client.post("/backgrounds/choose/", chosen).status_code == 404
        assert seller.client.post("/backgrounds/choose/", query).status_code == 400
        assert background_library.own(seller.account).count() == 4
        assert seller.client.post("/backgrounds/choose/", chosen).status_code == 302
        assert set(background_library.own(seller.account)) == {rows[0], rows[2]}

    @pytest.mark.parametrize("words", ["", "   "])
    def test_without_words_nothing_is_painted(self, seller: Person, words: str) -> None:
        answer = seller.client.post("/backgrounds/words/", {"words": words})
        assert answer.status_code == 400
        assert not Job.objects.exists()

    def test_a_quota_for_three_paints_none(self, seller: Person) -> None:
        line = seller.account.plan.limits.get(operation="generate-background")
        line.monthly = 3
        line.save()
        answer = seller.client.post("/backgrounds/words/", {"words": "a marble table"})
        assert answer.status_code == 403
        assert not Job.objects.exists()
        [left] = [
            one for one in quotas.overview(seller.account) if one.operation == "generate-background"
        ]
        assert left.used == 0

    def _painted(self, seller: Person, job: Job) -> Background:
        image: Any = seller.image(f"{job.pk}.jpg")
        Job.objects.filter(pk=job.pk).update(
            state="completed", result=image, ended_at="2026-01-01T00:00Z"
        )
        Image.objects.filter(pk=image.pk).update(thumbnail_key="small.webp")
        details = BackgroundDetails("a marble table")
        return background_library.keep(seller.account, image, details, made_from={"seed": 1})
