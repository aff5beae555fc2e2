"""`upscale` of POST /api/v1/images/tools/enhance: the result is four times as large, within limits."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from media_library.files import storage
from media_library.models import Image
from processing.engine.networks.upscaler import Upscaler
from processing.models import Job
from processing.worker import runtime
from tests.processing.conftest import photo
from tests.processing.engine.files.test_gpano import packet, picture
from tests.stand_ins import Seller

URL = "/api/v1/images/tools/enhance"
ONLY = {"look": None, "straighten": False, "upscale": True, "format": "png"}


def post(seller: Seller, image: Image, **options: Any) -> Any:
    return seller.client.post(URL, {"imageId": image.public_id, **options}, format="json")


def result() -> Pillow.Image:
    made = Job.objects.latest("created_at").result
    assert made is not None
    return Pillow.open(BytesIO(storage.read(made.file_key)))


def test_the_result_is_four_times_as_large_and_names_the_network(
    quick_queue: None, owner: Seller
) -> None:
    data = photo((60, 40))
    report = post(owner, owner.image(data), **ONLY).json()["data"]["report"]
    assert report["room"]["upscaledBy"] == "ncnn/realesr-animevideov3-x4"
    large = result()
    assert large.size == (240, 160)
    small = np.asarray(large.resize((60, 40), Pillow.Resampling.BOX).convert("RGB"), int)
    before = np.asarray(Pillow.open(BytesIO(data)).convert("RGB"), int)
    assert np.abs(small - before).mean() < 4
    assert owner.used_of("enhance") == 1


def test_a_sphere_tells_its_new_size(quick_queue: None, owner: Seller) -> None:
    image = owner.image(picture(packet(), size=(100, 50)))
    report = post(owner, image, **ONLY).json()["data"]["report"]
    assert report["room"]["threesixty"] is True
    assert result().size == (400, 200)
    assert b'GPano:FullPanoWidthPixels="400"' in _packet(result())


def _packet(image: Pillow.Image) -> bytes:
    image.load()
    told = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    return told.encode() if isinstance(told, str) else told


def test_a_photo_beyond_the_limit_is_refused_and_costs_nothing(owner: Seller) -> None:
    answer = post(owner, owner.image(photo((1001, 1000))), **ONLY)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["upscale"])
    assert "1,000,000 pixels" in answer.json()["fields"]["upscale"][0]
    assert not Job.objects.exists()
    assert owner.used_of("enhance") == 0


def test_without_the_network_it_is_refused(
    owner: Seller, image: Image, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(runtime, "upscaler", lambda: Upscaler(tmp_path))
    answer = post(owner, image, **ONLY)
    assert answer.status_code == 400
    assert "make models" in answer.json()["fields"]["upscale"][0]
    assert not Job.objects.exists()
