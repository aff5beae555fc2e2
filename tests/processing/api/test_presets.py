"""Saved edits."""

from __future__ import annotations

from typing import Any

import pytest

from processing.models import Job, Preset
from tests.processing.conftest import photo
from tests.stand_ins import Seller

URL = "/api/v1/presets"
EDIT = {"background": {"color": "white"}, "layout": {"size": "64x48", "padding": 0.1}}


def create(seller: Seller, name: str = "Catalogue", **edit: Any) -> Any:
    return seller.client.post(URL, {"name": name, "edit": edit or EDIT}, format="json")


def test_a_preset_is_made_shown_changed_and_deleted(owner: Seller) -> None:
    made = create(owner)
    assert made.status_code == 201
    preset = made.json()["data"]
    assert preset["edit"]["layout"]["padding"] == dict.fromkeys(
        ("top", "right", "bottom", "left"), 0.1
    )
    assert preset["uuid"] == str(Preset.objects.get().pk)
    one = f"{URL}/{preset['id']}"
    assert owner.client.get(one).json()["data"] == preset
    assert owner.client.get(URL).json()["data"]["items"] == [preset]
    changed = owner.client.patch(one, {"name": "Warm"}, format="json").json()["data"]
    assert (changed["name"], changed["edit"]) == ("Warm", preset["edit"])
    assert owner.client.delete(one).status_code == 200
    assert not Preset.objects.exists()


def test_a_name_is_taken_once(owner: Seller, stranger: Seller) -> None:
    assert create(owner).status_code == 201
    assert create(owner).status_code == 409
    assert create(stranger).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"edit": {}}, "name"),
        ({"name": "", "edit": {}}, "name"),
        ({"name": "   ", "edit": {}}, "name"),
        ({"name": "x" * 101, "edit": {}}, "name"),
        ({"name": "a\0", "edit": {}}, "name"),
        ({"name": "a"}, "edit"),
        (
            {"name": "a", "edit": {"background": {"generated": {"prompt": "sea\0"}}}},
            "edit.background.generated.prompt",
        ),
        ({"name": "a", "edit": {"shadow": {"mode": "deep"}}}, "edit.shadow.mode"),
        ({"name": "a", "edit": {}, "id": "b"}, "id"),
    ],
)
def test_what_is_wrong_is_named(owner: Seller, body: dict[str, Any], field: str) -> None:
    answer = owner.client.post(URL, body, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not Preset.objects.exists()


@pytest.mark.usefixtures("middle_model", "quick_queue")
def test_an_edit_by_preset_is_the_edit_it_holds(owner: Seller) -> None:
    preset = create(owner).json()["data"]["id"]
    tool, image = "/api/v1/images/tools/edit", owner.image(photo()).public_id
    for body in (
        {"presetId": preset},
        {"edit": EDIT},
        {"presetId": preset, "edit": {"layout": {"size": "32x32"}}},
    ):
        assert owner.client.post(tool, {"imageId": image, **body}, format="json").status_code == 200
    whole, same, changed = Job.objects.order_by("created_at")
    assert whole.command_hash == same.command_hash != changed.command_hash
    assert (
        changed.command["plan"]["layout"]["padding"] == whole.command["plan"]["layout"]["padding"]
    )
    assert (changed.result.width, changed.result.height) == (32, 32)  # type: ignore[union-attr]
