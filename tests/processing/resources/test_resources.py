"""Reference images: kept by role and tags, as many as the plan has room for."""

from __future__ import annotations

from io import BytesIO
from typing import Any, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow

from accounts.models import Plan
from media_library.files import storage
from media_library.models import Image
from processing.models import Job, Resource
from processing.services.backgrounds import resources
from tests.processing.conftest import photo
from tests.stand_ins import Seller, new_seller


def flat(color: tuple[int, int, int], *, size: tuple[int, int] = (10, 10)) -> bytes:
    out = BytesIO()
    Pillow.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


URL = "/api/v1/enterprise/resources"


@pytest.fixture
def shop(db: None) -> Seller:
    return new_seller("enterprise")


def upload(seller: Seller, data: bytes | None = None, **more: Any) -> Any:
    file = SimpleUploadedFile("logo.jpg", photo() if data is None else data)
    return seller.client.post(URL, {"file": file, **more}, format="multipart")


def shown(seller: Seller, **query: Any) -> list[str]:
    return [one["name"] for one in seller.client.get(URL, query).json()["data"]["items"]]


def test_it_is_kept_found_changed_and_deleted(shop: Seller) -> None:
    answer = upload(shop, role="logo", tags=["Spring", "summer  sale"])
    made = answer.json()["data"]
    image = Image.objects.get()
    assert answer.status_code == 201
    assert made == {
        "id": Resource.objects.get().public_id,
        "imageId": image.public_id,
        "name": "logo.jpg",
        "role": "logo",
        "tags": ["spring", "summer sale"],
        "url": made["url"],
        "thumbnailUrl": None,
        "mimeType": "image/jpeg",
        **{"bytes": image.bytes, "width": image.width, "height": image.height},
        "createdAt": made["createdAt"],
    }
    assert image.kind == "material"
    assert shop.client.get("/api/v1/images").json()["data"]["total"] == 0
    path = f"{URL}/{made['id']}"
    assert shop.client.get(path).json()["data"] == made
    changed = shop.client.patch(path, {"role": "prop", "tags": []}, format="json").json()["data"]
    assert changed == made | {"role": "prop", "tags": []}
    assert shop.client.delete(path).status_code == 200
    assert (shop.client.get(path).status_code, shown(shop)) == (404, [])
    image.refresh_from_db()
    assert image.deleted_at is not None


def test_lists_by_role_tag_and_words(shop: Seller, stranger: Seller) -> None:
    upload(shop, name="Oak", role="background", tags=["wood"])
    upload(shop, name="Mark", role="watermark")
    assert (shown(shop), shown(stranger)) == (["Mark", "Oak"], [])
    assert shown(shop, role="background") == ["Oak"]
    assert shown(shop, tag="Wood") == ["Oak"]
    assert shown(shop, search="wo") == ["Oak"]
    assert shown(shop, search="mar") == ["Mark"]
    assert shown(shop, page=2, pageSize=1) == ["Oak"]
    assert shop.client.get(URL, {"role": "hat"}).status_code == 400


@pytest.mark.parametrize(
    ("form", "field"),
    [({"role": "hat"}, "role"), ({"tags": ["x" * 33]}, "tags"), ({"a": "b"}, "a")],
)
def test_what_is_refused(shop: Seller, form: dict[str, Any], field: str) -> None:
    answer = upload(shop, **form)
    assert (answer.status_code, [one.partition(".")[0] for one in answer.json()["fields"]]) == (
        *(400, [field]),
    )
    assert upload(shop, b"no picture").status_code == 400
    assert (Image.objects.count(), Resource.objects.count()) == (0, 0)


def test_a_plan_has_room_for_so_many(shop: Seller, owner: Seller) -> None:
    Plan.objects.filter(slug="enterprise").update(resources=1)
    assert upload(shop).status_code == 201
    full = upload(shop)
    assert (full.status_code, full.json()["error"]) == (
        409,
        "Your plan has room for 1 reference images.",
    )
    refused = upload(owner)
    assert (refused.status_code, refused.json()["code"], refused.json()["error"]) == (
        403,
        "PLAN_REQUIRED",
        "Your plan, Free, does not include reference images.",
    )
    assert Image.objects.count() == 1


def test_it_lies_behind_the_product(shop: Seller, quick_queue: None, middle_model: None) -> None:
    made = upload(shop, role="background").json()["data"]
    source = shop.image(photo())
    edit = {"background": {"image": {"imageId": made["imageId"]}}}
    body = {"imageId": source.public_id, "edit": edit, "display": "url"}
    answer = shop.client.post("/api/v1/images/tools/edit", body, format="json")
    assert answer.status_code == 200, answer.content


def test_a_key_sent_twice_keeps_one(shop: Seller) -> None:
    answers = [
        shop.client.post(
            URL,
            {"file": SimpleUploadedFile("logo.jpg", photo())},
            format="multipart",
            headers={"Idempotency-Key": "one"},
        )
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json()["data"]["id"] == answers[1].json()["data"]["id"]
    assert Resource.objects.count() == 1


def test_account_data_names_them(shop: Seller) -> None:
    from processing.services.own_data import of_work

    upload(shop, name="Oak", role="background")
    files = {one.name: one.text.decode() for one in of_work(shop.account.pk)}
    assert '"name": "Oak"' in files["resources.json"]
    assert resources.own(shop.account).count() == 1


def test_it_lies_over_the_result(shop: Seller, quick_queue: None, middle_model: None) -> None:
    made = upload(shop, flat((200, 0, 0)), role="logo").json()["data"]
    overlay = {"imageId": made["imageId"], "size": 0.5, "margin": 0, "opacity": 0.4}
    edit = {
        "layout": {"size": "40x40"},
        "background": {"color": "white"},
        "overlay": overlay,
    }
    preset = shop.client.post("/api/v1/presets", {"name": "Mark", "edit": edit}, format="json")
    assert preset.status_code == 201, preset.content
    assert preset.json()["data"]["edit"]["overlay"] == {
        **overlay,
        **{"horizontal": "right", "vertical": "bottom"},
    }
    source = shop.image(photo())
    body = {"imageId": source.public_id, "presetId": preset.json()["data"]["id"]}
    answer = shop.client.post("/api/v1/images/tools/edit", body | {"display": "url"}, format="json")
    assert answer.status_code == 200, answer.content
    result = Image.objects.get(kind="derived")
    picture = Pillow.open(BytesIO(storage.read(result.file_key))).convert("RGB")
    assert (picture.getpixel((39, 39)), picture.getpixel((0, 0))) == (
        (233, 153, 153),
        (255, 255, 255),
    )
    shop.client.delete(f"{URL}/{made['id']}")
    again = shop.client.post("/api/v1/images/tools/edit", body, format="json")
    assert again.status_code in (400, 404)


def test_colors_are_matched_to_it(shop: Seller, quick_queue: None, middle_model: None) -> None:
    made = upload(shop, flat((90, 90, 90)), role="look").json()["data"]
    source = shop.image(flat((110, 100, 80), size=(40, 40)))
    reference = {"imageId": made["imageId"], "strength": 1.0}
    edit = {"background": {"color": "white"}, "colorReference": reference}
    body = {"imageId": source.public_id, "edit": edit}
    answer = shop.client.post("/api/v1/images/tools/edit", body, format="json")
    assert answer.status_code == 200, answer.content
    result = Image.objects.get(kind="derived")
    picture = Pillow.open(BytesIO(storage.read(result.file_key))).convert("RGB")
    red, green, blue = cast("tuple[int, int, int]", picture.getpixel((20, 20)))
    assert max(red, green, blue) - min(red, green, blue) <= 2
    assert abs(green - 90) <= 2
    wrong = {**body, "edit": {"colorReference": {**reference, "strength": 1.5}}}
    refused = shop.client.post("/api/v1/images/tools/edit", wrong, format="json")
    assert (refused.status_code, Job.objects.count()) == (400, 1)


@pytest.mark.parametrize("option", ["overlay", "colorReference"])
def test_somebody_elses_is_not_used(
    shop: Seller, stranger: Seller, quick_queue: None, option: str
) -> None:
    made = upload(shop).json()["data"]
    source = stranger.image(photo())
    body = {"imageId": source.public_id, "edit": {option: {"imageId": made["imageId"]}}}
    answer = stranger.client.post("/api/v1/images/tools/edit", body, format="json")
    assert answer.status_code == 404
    bad = {"imageId": source.public_id, "edit": {option: {"imageId": "logo"}}}
    refused = stranger.client.post("/api/v1/images/tools/edit", bad, format="json")
    assert (refused.status_code, list(refused.json()["fields"])) == (
        400,
        [f"edit.{option}.imageId"],
    )
    assert not Job.objects.exists()
