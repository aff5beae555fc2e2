"""What files of a batch's archive are called, and its manifest."""

from __future__ import annotations

import hashlib
import json
import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from listings.models import Listing, ListingImage
from media_library.models import Image
from processing.engine.plans.edit import Background, EditPlan, Export, Layout
from processing.models import Batch, Job
from processing.services.appearance import packs, presets
from processing.services.appearance.packs import Wanted
from processing.worker import tasks
from tests.processing.conftest import photo
from tests.stand_ins import Seller

URL = "/api/v1/batch"


@pytest.fixture
def worked(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", tasks.run_one_of_a_batch.fn)


@pytest.fixture
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", lambda: None)


def small(seller: Seller, name: str, side: int, file_format: Any = "jpg") -> str:
    plan = EditPlan(
        layout=Layout(size=f"{side}x{side}"),
        background=Background(color="#ffffff"),
        export=Export(format=file_format),
    )
    return presets.create(seller.account, name=name, plan=plan).public_id


def pack(seller: Seller) -> str:
    looks = [Wanted(small(seller, "Big", 64), "Shop"), Wanted(small(seller, "Tiny", 32), "Fair")]
    return packs.create(seller.account, name="All", wanted=looks).public_id


def named(seller: Seller, name: str, width: int = 60) -> Image:
    image = seller.image(photo((width, 40)))
    Image.objects.filter(pk=image.pk).update(name=name)
    return image


def post(seller: Seller, *pictures: Image, **body: Any) -> Any:
    ids = [image.public_id for image in pictures]
    return seller.client.post(URL, {"imageIds": ids, **body}, format="json")


def files(seller: Seller) -> list[str]:
    return list(Batch.objects.get().items.order_by("position").values_list("file", flat=True))


@pytest.mark.usefixtures("middle_model", "worked")
def test_a_packs_files_lie_in_folders_and_the_manifest_tells_of_each(owner: Seller) -> None:
    shoe, wall = named(owner, "shoe.jpg"), named(owner, "wall.jpg", 70)
    listing = Listing.objects.create(account=owner.account, sku="A 1/2", currency="EUR")
    ListingImage.objects.create(listing=listing, image=wall, position=0)
    answer = post(owner, shoe, wall, packIds=[pack(owner)])
    one = f"{URL}/{answer.json()['data']['batchId']}"
    manifest = owner.client.get(f"{one}/manifest").json()["data"]
    assert [item["file"] for item in manifest["items"]] == [
        "Shop/shoe-Shop-1.jpg",
        "Fair/shoe-Fair-1.jpg",
        "Shop/A 1_2-Shop-1.jpg",
        "Fair/A 1_2-Fair-1.jpg",
    ]
    data = b"".join(owner.client.get(f"{one}/download").streaming_content)
    archive = zipfile.ZipFile(BytesIO(data))
    assert json.loads(archive.read("manifest.json")) == manifest
    assert archive.namelist()[:-1] == [item["file"] for item in manifest["items"]]
    for item in manifest["items"]:
        content = archive.read(item["file"])
        assert item["sha256"] == hashlib.sha256(content).hexdigest()
        assert item["bytes"] == len(content)
    told = [(item["look"], item["market"], item["width"]) for item in manifest["items"][:2]]
    assert told == [("Big", "Shop", 64), ("Tiny", "Fair", 32)]
    assert manifest["namePattern"] == "{sku}-{market}-{n}"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{name}_{look}", ["Shop/shoe_Big", "Fair/shoe_Tiny", "Shop/wall_Big", "Fair/wall_Tiny"]),
        ("{photo}.{n}", ["Shop/1.1", "Fair/1.1", "Shop/2.1", "Fair/2.1"]),
        ("{name}", ["Shop/shoe", "Fair/shoe", "Shop/wall", "Fair/wall"]),
        ("CON", None),
    ],
)
def test_patterns(owner: Seller, unsent: None, pattern: str, expected: list[str] | None) -> None:
    pictures = [named(owner, "shoe.jpg"), named(owner, "wall.jpg", 70)]
    answer = post(owner, *pictures, packIds=[pack(owner)], namePattern=pattern)
    if expected is None:
        said = "Two results would be called “Shop/_CON”. Add {n}, {look} or {photo}."
        assert answer.json()["fields"] == {"namePattern": [said]}
    else:
        assert files(owner) == expected


@pytest.mark.parametrize(
    "pattern",
    [
        *("", " ", "..", " . ", "{}", "{SKU}", "{sku }", "{size}", "{sku", "sku}", "{{sku}}"),
        *("../{n}", "a/{n}", "a\\{n}", "/{n}", "C:{n}", "{n}?", "a\n{n}", "a\t{n}", "x" * 101),
        *("{n}\0", None, 5, ["{n}"]),
    ],
)
def test_patterns_that_make_no_names(owner: Seller, unsent: None, pattern: Any) -> None:
    picture = owner.image(photo())
    for body in ({"packIds": ["market_etsy"]}, {"operation": "remove-background"}):
        answer = post(owner, picture, namePattern=pattern, **body)
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["namePattern"])
    assert not Batch.objects.exists()
    assert owner.used() == 0


def test_two_photos_of_one_name_are_refused_as_uploads_too(owner: Seller, unsent: None) -> None:
    pictures = [named(owner, "Shoe.jpg"), named(owner, "shoe.png", 70)]
    look = small(owner, "Big", 64)
    answer = post(owner, *pictures, presetIds=[look], namePattern="{sku}")
    said = "Two results would be called “shoe”. Add {n}, {look} or {photo}."
    assert answer.json()["fields"] == {"namePattern": [said]}
    before = Image.objects.count()
    uploads = [
        SimpleUploadedFile(name, photo((60 + len(name), 40)), "image/jpeg")
        for name in ("Shoe.jpg", "shoe.jpeg")
    ]
    form = {"files": uploads, "presetIds": [look], "namePattern": "{sku}"}
    answer = owner.client.post(URL, form, format="multipart")
    assert answer.json()["fields"] == {"namePattern": [said]}
    assert (Image.objects.count(), Batch.objects.count(), Job.objects.count()) == (before, 0, 0)
    assert post(owner, *pictures, presetIds=[look], namePattern="{sku}-{n}").status_code == 201
    assert files(owner) == ["Shoe-1", "shoe-2"]


def test_long_names_are_shortened_and_too_long_ones_refused(owner: Seller, unsent: None) -> None:
    pictures = [named(owner, "é" * 100 + f"{n}.jpg", 60 + n) for n in range(2)]
    answer = post(owner, *pictures, packIds=["market_etsy"], namePattern="{sku}{sku}{name}")
    assert answer.json()["fields"]["namePattern"][0].endswith("is too long: at most 140 bytes.")
    assert post(owner, *pictures, packIds=["market_etsy"]).status_code == 201
    assert files(owner) == [f"etsy/{'é' * 30}-etsy-{n}" for n in (1, 2)]


def test_the_manifest_is_its_owners_and_there_from_the_start(
    owner: Seller, stranger: Seller, unsent: None
) -> None:
    answer = post(owner, owner.image(photo()), operation="remove-background")
    one = f"{URL}/{answer.json()['data']['batchId']}/manifest"
    told = owner.client.get(one).json()["data"]
    [item] = told["items"]
    assert (item["state"], item["file"], item["sha256"]) == ("pending", None, None)
    assert told["namePattern"] is None
    assert stranger.client.get(one).status_code == 404
