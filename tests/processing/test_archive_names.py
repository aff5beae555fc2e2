"""Names in archives: every system unpacks them, and no two are one file anywhere."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import Any

import pytest

from media_library.files import archives
from media_library.files.archives import portable_name
from media_library.models import Image
from processing.worker import tasks
from tests.processing.api.test_batches import URL, images, post
from tests.stand_ins import Seller
from tests.tables import in_turn


@in_turn(
    ("name", "portable"),
    [
        ("shoe-cutout.png", "shoe-cutout.png"),
        ("Größe 38 ½ – blau.webp", "Größe 38 ½ – blau.webp"),
        ('10" plate: <blue|white>?*.jpg', "10_ plate_ _blue_white___.jpg"),
        ("a/b\\c.png", "a_b_c.png"),
        ("line\nbreak\x7f.png", "linebreak.png"),
        ("CON.png", "_CON.png"),
        ("con.front.png", "_con.front.png"),
        ("Lpt¹ .png", "_Lpt¹.png"),
        ("com10.png", "com10.png"),
        ("nullify.png", "nullify.png"),
        ("AUX", "_AUX"),
        ("shoe. . .png", "shoe.png"),
        ("ends with dots...", "ends with dots"),
        (".htaccess", "htaccess"),
        ("...", "file"),
        ("", "file"),
    ],
)
def test_a_name_is_portable(name: str, portable: str) -> None:
    assert portable_name(name) == portable
    assert portable_name(portable) == portable


@pytest.mark.parametrize("letter", ["x", "ü", "靴", "👟"])
def test_a_long_name_keeps_its_ending_and_its_number(letter: str) -> None:
    name = portable_name(letter * 200 + ".webp", number=12)
    assert name.endswith(letter + "-12.webp")
    assert archives.MAX_NAME_BYTES - 4 < len(name.encode()) <= archives.MAX_NAME_BYTES


@pytest.mark.usefixtures("transactional_db", "middle_model")
def test_no_two_names_are_one_file_in_any_case(
    owner: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", tasks.run_one_of_a_batch.fn)
    pictures = images(owner, 7)
    answer = post(owner, pictures)
    assert answer.status_code == 201, answer.json()
    names = ["Shoe.png", "shoe.PNG", "SHOE-2.png", "con.png", "caf\u00e9.png", "CAFE\u0301.png"]
    results = Image.objects.filter(parent__in=pictures).order_by("created_at", "pk")
    for result, name in zip(results, [*names, "Manifest.JSON"], strict=True):
        Image.objects.filter(pk=result.pk).update(name=name)

    got: Any = owner.client.get(f"{URL}/{answer.json()['data']['batchId']}/download")

    with zipfile.ZipFile(BytesIO(b"".join(got.streaming_content))) as archive:
        held = archive.namelist()
        listed = [item["file"] for item in json.loads(archive.read("manifest.json"))["items"]]
    assert sorted(held) == sorted([*listed, "manifest.json"])
    assert len({archives.alike(name) for name in held}) == 8
    assert "_con.png" in held
