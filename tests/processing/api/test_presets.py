"""Saved edits."""

from __future__ import annotations

from typing import Any

import pytest

from processing.models import Batch, Job, Preset
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
        ({"name": "a"}, "request"),
        ({"name": "a", "edit": {}, "enhance": {}}, "request"),
        ({"name": "a", "enhance": {"look": "rustic"}}, "enhance.look"),
        ({"name": "a", "enhance": {"look": "property", "version": "4.x"}}, "enhance.look"),
        ({"name": "a", "enhance": {"format": "png", "quality": 5}}, "enhance.quality"),
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


@pytest.mark.usefixtures("middle_model", "quick_queue")
def test_ready_ones_are_named_as_saved_ones_are(owner: Seller) -> None:
    tools, image = "/api/v1/images/tools", owner.image(photo())
    small = {"layout": {"size": "32x32"}}
    ready = {"presetId": "look_amazon"}
    body = {"imageId": image.public_id, **ready, "edit": small}
    assert owner.client.post(f"{tools}/edit", body, format="json").status_code == 200
    made = Job.objects.get()
    assert made.command["plan"]["background"]["color"] == "#ffffff"
    assert (made.result.width, made.result.height) == (32, 32)  # type: ignore[union-attr]
    body = {"imageIds": [image.public_id], **ready, "options": small}
    begun = owner.client.post("/api/v1/batch", body, format="json").json()["data"]["batchId"]
    shown = owner.client.get(f"/api/v1/batch/{begun}").json()["data"]
    assert (shown["looks"], shown["counts"]["completed"]) == (["Amazon"], 1)
    assert owner.used_of("edit") == 1  # the same work, found again

    for path, named, answer in (
        ("images/tools/edit", {"presetId": "look_none"}, (404, [])),
        ("images/tools/edit", {"presetId": "amazon"}, (400, ["presetId"])),
        ("images/tools/enhance", ready, (400, ["presetId"])),
        ("batch", {"presetId": "look_none", "imageIds": [image.public_id]}, (404, [])),
    ):
        body = {"imageId": image.public_id} if path != "batch" else {}
        told = owner.client.post(f"/api/v1/{path}", body | named, format="json")
        assert (told.status_code, list(told.json().get("fields", {}))) == answer, path
    assert Job.objects.count() == 2


ROOMS = {"look": "warm", "version": "4.x", "lensCorrection": False, "format": "webp"}


def for_rooms(seller: Seller, name: str = "Warm rooms", **options: Any) -> dict[str, Any]:
    answer = seller.client.post(URL, {"name": name, "enhance": {**ROOMS, **options}}, format="json")
    assert answer.status_code == 201, answer.json()
    made: dict[str, Any] = answer.json()["data"]
    return made


def test_a_preset_for_rooms_is_shown_changed_and_stays_one(owner: Seller) -> None:
    made = for_rooms(owner)
    assert (made["operation"], made["edit"]) == ("enhance", None)
    kept = {"look": "warm", "version": "4.7", "lensCorrection": False, "format": "webp"}
    assert {name: made["enhance"][name] for name in kept} == kept
    one = f"{URL}/{made['id']}"
    same = owner.client.patch(one, {"enhance": made["enhance"]}, format="json").json()["data"]
    assert same["enhance"] == made["enhance"]  # what is shown can be sent
    refused = owner.client.patch(one, {"edit": EDIT}, format="json")
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["edit"])
    edit = create(owner).json()["data"]["id"]
    refused = owner.client.patch(f"{URL}/{edit}", {"enhance": ROOMS}, format="json")
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["enhance"])
    kit = owner.client.patch("/api/v1/brand-kit", {"defaultPresetId": made["id"]}, format="json")
    assert (kit.status_code, list(kit.json()["fields"])) == (400, ["defaultPresetId"])


def test_rooms_by_preset_with_changes(
    owner: Seller, stranger: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, edit = for_rooms(owner)["id"], create(owner).json()["data"]["id"]
    monkeypatch.setattr("processing.worker.tasks.run_job.send", lambda *_: None)
    images = [owner.image(photo((60, 40 + number))) for number in range(2)]
    image = images[0].public_id
    both = {"imageIds": [image, owner.image(photo((60, 40), comment=b"2")).public_id]}

    def send(seller: Seller, tool: str, **body: Any) -> Any:
        path, headers = f"/api/v1/images/tools/{tool}", {"Prefer": "respond-async"}
        return seller.client.post(path, body, format="json", headers=headers)

    assert send(owner, "enhance", imageId=image, presetId=made, sky="CLEAR").status_code == 202
    assert send(owner, "merge-hdr", **both, presetId=made).status_code == 202
    enhanced, merged = (job.command["plan"] for job in Job.objects.order_by("created_at"))
    assert (enhanced["look"], enhanced["lens"], enhanced["sky"]) == ("warm", False, "CLEAR")
    assert merged == {**enhanced, "sky": None}
    for tool, body, field in (
        ("enhance", {"imageId": image, "presetId": edit}, "presetId"),
        ("enhance", {"imageId": image, "presetId": "preset_x"}, "presetId"),
        ("enhance", {"imageId": image, "presetId": made, "look": "property"}, "look"),
        ("edit", {"imageId": image, "presetId": made}, "presetId"),
    ):
        answer = send(owner, tool, **body)
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    theirs = stranger.image(photo()).public_id
    assert send(stranger, "enhance", imageId=theirs, presetId=made).status_code == 404
    assert Job.objects.count() == 2


def test_a_batch_of_rooms_by_presets(owner: Seller) -> None:
    images = [owner.image(photo((60, 40 + number))).public_id for number in range(2)]
    looks = [for_rooms(owner)["id"], for_rooms(owner, "Modern", look="modern")["id"]]
    options = {"finetune": {"clarityLevel": "HIGH"}}
    body = {"imageIds": images, "presetIds": looks, "options": options}
    answer = owner.client.post("/api/v1/batch", body, format="json")
    assert answer.status_code == 201, answer.json()
    batch = Batch.objects.get()
    assert (batch.operation, batch.looks, batch.total) == ("enhance", ["Warm rooms", "Modern"], 4)
    plans = [job.command["plan"] for job in batch.jobs.all()]
    assert sorted(plan["look"] for plan in plans) == ["modern"] * 2 + ["warm"] * 2
    assert {plan["finetune"]["clarityLevel"] for plan in plans} == {"HIGH"}
    assert owner.used_of("enhance") == 4
    wrong = owner.client.post("/api/v1/batch", body | {"options": {"look": "x"}}, format="json")
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["look"])
