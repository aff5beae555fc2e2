"""Batches that are refused leave nothing behind."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import PlanLimit
from media_library.models import Image
from processing.models import Batch
from tests.processing.conftest import photo
from tests.stand_ins import Seller

URL = "/api/v1/batch"


def send(seller: Seller, *files: bytes, **form: Any) -> Any:
    parts = [SimpleUploadedFile(f"{n}.jpg", data) for n, data in enumerate(files, 1)]
    body = {"files": parts, "operation": "remove-background", **form}
    return seller.client.post(URL, body, format="multipart")


def refusal(answer: Any) -> tuple[int, str, list[str]]:
    body = answer.json()
    return answer.status_code, body["code"], list(body.get("fields", {}))


@pytest.fixture(autouse=True)
def _nothing_is_left(owner: Seller, middle_model: None) -> Any:
    yield
    assert not Batch.objects.exists()
    assert not Image.live.exists()
    assert owner.used() == 0


@pytest.mark.parametrize("count", [0, 101])
def test_no_photos_and_a_hundred_and_one(owner: Seller, count: int) -> None:
    ids = ["img_2VfUX5sCNEcTGeZ8vKoGj1"] * count
    body = {"imageIds": ids, "operation": "remove-background"}
    answer = owner.client.post(URL, body, format="json")
    assert refusal(answer) == (400, "VALIDATION_ERROR", ["imageIds"])


@pytest.mark.parametrize("count", [0, 101])
def test_no_files_and_a_hundred_and_one(owner: Seller, count: int) -> None:
    assert refusal(send(owner, *[b"x"] * count)) == (400, "VALIDATION_ERROR", ["files"])


@pytest.mark.parametrize("options", ["no json", "[]", '{"edge": NaN}', '{"crop": 1}'])
def test_options_that_mean_nothing(owner: Seller, options: str) -> None:
    assert send(owner, photo(), options=options).status_code == 400


@pytest.mark.parametrize("number", ["NaN", "1e999", "-Infinity"])
def test_numbers_that_are_none(owner: Seller, number: str) -> None:
    options = f'{{"layout": {{"margin": {number}}}}}'
    answer = send(owner, photo(), operation="edit", options=options)
    assert refusal(answer) == (400, "VALIDATION_ERROR", ["edit"])


def test_quota_that_is_not_enough_for_all(owner: Seller) -> None:
    PlanLimit.objects.filter(operation="remove-background").update(monthly=1)
    assert refusal(send(owner, photo(), photo((50, 40)))) == (403, "QUOTA_EXCEEDED", [])
