"""Looks: ready ones, several in one batch, and the brand kit."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import pytest

from media_library.lifecycle import trash
from media_library.models import Background, Image, Matte
from processing.models import Batch, BrandKit, FavoriteBackground, Job
from processing.services.appearance import listing_set
from processing.services.backgrounds import favorites
from processing.worker import tasks
from tests.processing.api.test_batches import images
from tests.processing.conftest import photo
from tests.stand_ins import MiddleModel, Seller

PRESETS = "/api/v1/presets"
BATCH = "/api/v1/batch"
KIT = "/api/v1/brand-kit"
ON_RED = {"background": {"color": "red"}, "layout": {"size": "32x32"}}
ON_BLUE = {"background": {"color": "blue"}, "layout": {"size": "32x32"}}


def preset(seller: Seller, name: str, edit: dict[str, Any]) -> str:
    answer = seller.client.post(PRESETS, {"name": name, "edit": edit}, format="json")
    assert answer.status_code == 201, answer.json()
    return str(answer.json()["data"]["id"])


def batch(seller: Seller, pictures: list[Image], **body: Any) -> Any:
    ids = [image.public_id for image in pictures]
    return seller.client.post(BATCH, {"imageIds": ids, **body}, format="json")


class Unread:
    """Reads nothing on any picture."""

    def find(self, rgb: Any, part: Any = None) -> list[Any]:
        return []


class TestSeveralLooks:
    @pytest.mark.usefixtures("middle_model", "transactional_db")
    def test_each_makes_a_result_of_each_picture(
        self, owner: Seller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tasks.run_one_of_a_batch, "send", tasks.run_one_of_a_batch.fn)
        pictures = [owner.image(photo((60 + number, 40))) for number in range(2)]
        looks = [preset(owner, "Red: warm", ON_RED), preset(owner, "Blue", ON_BLUE)]
        answer = batch(owner, pictures, presetIds=looks)
        assert answer.json()["data"]["totalImages"] == 4
        one = f"{BATCH}/{answer.json()['data']['batchId']}"
        shown = owner.client.get(one).json()["data"]
        assert (shown["looks"], shown["counts"]["completed"]) == (["Red: warm", "Blue"], 4)
        made = [(item["imageId"], item["look"]) for item in shown["items"]]
        assert made == [
            (image.public_id, look) for image in pictures for look in ("Red: warm", "Blue")
        ]
        assert owner.used_of("edit") == 4
        files = b"".join(owner.client.get(f"{one}/download").streaming_content)
        with zipfile.ZipFile(BytesIO(files)) as archive:
            names = [name for name in archive.namelist() if name != "manifest.json"]
        assert {name.split("/")[0] for name in names} == {"Red_ warm", "Blue"}
        assert len(set(names)) == 4

    @pytest.mark.usefixtures("transactional_db")
    def test_a_listings_set_is_four_pictures_of_a_photo_cut_out_once(
        self, owner: Seller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []

        class Counting(MiddleModel):
            def matte(self, name: str, rgb: Any) -> Any:
                asked.append(name)
                return super().matte(name, rgb)

        monkeypatch.setattr("processing.worker.runtime.registry", Counting)
        monkeypatch.setattr("processing.worker.runtime.text_finder", Unread)
        monkeypatch.setattr(tasks.run_one_of_a_batch, "send", tasks.run_one_of_a_batch.fn)
        ready = owner.client.get(f"{PRESETS}/ready").json()["data"]
        looks = [look["id"] for look in ready if look["group"] == "set"]
        assert tuple(looks) == listing_set.IDS
        small = {"layout": {"size": "64x64"}}
        answer = batch(owner, [owner.image(photo())], presetIds=looks, options=small)
        shown = owner.client.get(f"{BATCH}/{answer.json()['data']['batchId']}").json()["data"]
        assert shown["looks"] == ["Main picture", "Lifestyle", "Detail", "Hero"]
        assert (shown["counts"]["completed"], owner.used_of("edit")) == (4, 4)
        # Once at the whole photo, and once at its small product: as for one picture.
        assert (asked, Matte.objects.count()) == (["fast", "fast"], 1)
        unknown = batch(owner, [owner.image(photo((61, 40)))], presetIds=["look_nothing"])
        assert unknown.status_code == 404

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"presetIds": []}, "presetIds"),
            ({"presetIds": "preset_x"}, "presetIds"),
            ({"presetIds": ["TWICE"]}, "presetIds"),
            ({"presetIds": ["ONE"], "operation": "edit"}, "request"),
        ],
    )
    def test_what_is_wrong_is_named(self, owner: Seller, body: dict[str, Any], field: str) -> None:
        made = preset(owner, "Red", ON_RED)
        for word, ids in (("TWICE", [made, made]), ("ONE", [made])):
            body = body | {"presetIds": ids} if body["presetIds"] == [word] else body
        answer = batch(owner, [owner.image(photo())], **body)
        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == [field]
        assert not Batch.objects.exists()

    def test_the_plan_counts_results(self, owner: Seller) -> None:
        owner.account.plan.batch_size = 3
        owner.account.plan.save()
        pictures = [owner.image(photo((60 + number, 40))) for number in range(2)]
        looks = [preset(owner, "Red", ON_RED), preset(owner, "Blue", ON_BLUE)]
        answer = batch(owner, pictures, presetIds=looks)
        assert answer.status_code == 400
        assert answer.json()["fields"] == {
            "imageIds": ["A batch can have at most 3 results: 2 images in 2 looks are 4."]
        }
        assert (Batch.objects.count(), owner.used_of("edit")) == (0, 0)

    def test_somebody_elses_preset_or_picture_starts_nothing(
        self, owner: Seller, stranger: Seller
    ) -> None:
        mine, picture = preset(stranger, "Mine", ON_RED), stranger.image(photo())
        theirs = preset(owner, "Theirs", ON_RED)
        assert batch(stranger, [picture], presetIds=[mine, theirs]).status_code == 404
        both = [picture, owner.image(photo((61, 40)))]
        assert batch(stranger, both, presetIds=[mine]).status_code == 404
        assert not Job.objects.exists()

    def test_a_model_that_is_not_installed_is_named(
        self, owner: Seller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from processing.engine.errors import ModelNotInstalled

        class WithoutLarge(MiddleModel):
            def check(self, name: str) -> None:
                if name == "high":
                    raise ModelNotInstalled("The model large is not installed.")

        monkeypatch.setattr("processing.worker.runtime.registry", WithoutLarge)
        looks = [
            preset(owner, "Red", ON_RED),
            preset(owner, "Fine", {**ON_RED, "cutting": {"model": "high"}}),
        ]
        picture = owner.image(photo())
        answer = batch(owner, [picture], presetIds=looks)
        said = "The look “Fine” can’t be used. The model large is not installed."
        assert answer.status_code == 400
        assert answer.json()["fields"] == {"presetIds": [said]}
        edit = {"imageId": picture.public_id, "presetId": looks[1]}
        answer = owner.client.post("/api/v1/images/tools/edit", edit, format="json")
        assert answer.json()["fields"] == {"presetId": [said]}
        assert (Job.objects.count(), owner.used_of("edit")) == (0, 0)

    def test_a_background_that_was_deleted_is_told(self, owner: Seller) -> None:
        behind = owner.image(photo((80, 40)))
        look = preset(owner, "Wall", {"background": {"image": {"imageId": behind.public_id}}})
        owner.client.delete(f"/api/v1/images/{behind.public_id}")
        answer = batch(owner, [owner.image(photo())], presetIds=[look])
        said = "The look “Wall” can’t be used. The picture of its background was deleted."
        assert answer.json()["fields"] == {"presetIds": [said]}
        assert not Job.objects.exists()


def test_there_is_a_ready_look_for_each_marketplace(owner: Seller, client: Any) -> None:
    found = {one["id"]: one for one in owner.client.get(f"{PRESETS}/ready").json()["data"]}
    markets = {one["name"] for one in found.values() if one["group"] == "marketplace"}
    assert markets == {
        *("eBay", "Poshmark", "Mercari", "Depop", "Vinted", "Etsy"),
        *("Shopify", "Amazon", "Facebook", "Google"),
    }
    amazon = found["look_amazon"]
    assert amazon["edit"]["background"]["color"] == "#ffffff"
    assert amazon["edit"]["shadow"] is None
    assert {
        "text": "The product fills at least 85 % of the picture",
        "certainty": "secondary",
        "source": "Mercatus Lab, Amazon product image requirements",
        "url": "https://mercatuslab.com/blog/amazon-product-image-requirements",
    } in amazon["reasons"]
    assert found["look_shopify"]["edit"]["layout"]["size"] == "2048x2048"
    for look in found.values():
        assert look["reasons"]
        assert all(why["source"] for why in look["reasons"] if why["certainty"] != "ours")
        kept = {"name": look["name"], "edit": look["edit"]}
        assert owner.client.post(PRESETS, kept, format="json").status_code == 201
    assert client.get(f"{PRESETS}/ready").status_code == 401


class TestBrandKit:
    def test_it_is_empty_then_changed_part_by_part(self, owner: Seller) -> None:
        empty = {"logoImageId": None, "logoUrl": None, "colors": [], "defaultPresetId": None}
        assert owner.client.get(KIT).json()["data"] == empty
        logo, look = owner.image(photo()), preset(owner, "Red", ON_RED)
        change = {"colors": ["#F00", "ivory", "red"], "logoImageId": logo.public_id}
        shown = owner.client.patch(KIT, change, format="json").json()["data"]
        assert shown["colors"] == ["#ff0000", "#fffff0"]
        assert shown["logoImageId"] == logo.public_id
        assert logo.public_id in shown["logoUrl"]
        shown = owner.client.patch(KIT, {"defaultPresetId": look}, format="json").json()["data"]
        assert (shown["defaultPresetId"], len(shown["colors"])) == (look, 2)
        owner.client.delete(f"{PRESETS}/{look}")
        owner.client.delete(f"/api/v1/images/{logo.public_id}")
        shown = owner.client.get(KIT).json()["data"]
        assert shown == empty | {"colors": ["#ff0000", "#fffff0"]}
        owner.client.patch(KIT, {"logoImageId": None, "colors": []}, format="json")
        assert BrandKit.objects.get().logo_id is None

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({}, 400),
            ({"colors": ["#12"]}, 400),
            ({"colors": [5]}, 400),
            ({"colors": [f"#0000{number:02x}" for number in range(13)]}, 400),
            ({"colors": ["red"], "defaultPresetId": "THEIRS"}, 404),
            ({"colors": ["red"], "logoImageId": "THEIRS"}, 404),
        ],
    )
    def test_what_is_wrong_changes_nothing(
        self, owner: Seller, stranger: Seller, body: dict[str, Any], status: int
    ) -> None:
        theirs = {
            "defaultPresetId": preset(stranger, "Red", ON_RED),
            "logoImageId": stranger.image(photo()).public_id,
        }
        body = {key: theirs[key] if value == "THEIRS" else value for key, value in body.items()}
        assert owner.client.patch(KIT, body, format="json").status_code == status
        assert not BrandKit.objects.exists()


class TestFavorites:
    URL = "/api/v1/backgrounds/bg_builtin_linen/favorite"

    def test_one_is_kept_at_hand_and_let_go(self, owner: Seller, stranger: Seller) -> None:
        for _ in range(2):
            answer = owner.client.put(self.URL)
            assert (answer.status_code, answer.json()["data"]["favorite"]) == (200, True)
        listed = owner.client.get("/api/v1/backgrounds?favorite=true").json()["data"]
        assert [one["id"] for one in listed["items"]] == ["bg_builtin_linen"]
        assert stranger.client.get("/api/v1/backgrounds?favorite=true").json()["data"]["total"] == 0
        assert owner.client.delete(self.URL).json()["data"]["favorite"] is False
        assert not FavoriteBackground.objects.exists()

    def test_one_of_a_background_that_is_gone_is_forgotten(self, owner: Seller) -> None:
        image = images(owner, 1)[0]
        own = Background.objects.create(account=owner.account, image=image, name="Oak")
        for one in (own.public_id, "bg_builtin_linen"):
            owner.client.put(f"/api/v1/backgrounds/{one}/favorite")
        owner.client.delete(f"/api/v1/backgrounds/{own.public_id}")
        assert favorites.forget_gone() == 0  # it may come back from the trash
        trash.empty(owner.account)
        trash.remove_due()
        assert favorites.forget_gone() == 1
        assert favorites.of(owner.account) == ["bg_builtin_linen"]

    def test_what_is_not_there_is_none(self, owner: Seller) -> None:
        for wrong in ("bg_builtin_nowhere", "bg_9Rd4LmTq8bWv3sXc2dNe9H", "x"):
            url = f"/api/v1/backgrounds/{wrong}/favorite"
            assert owner.client.put(url).status_code == 404
        assert not FavoriteBackground.objects.exists()
