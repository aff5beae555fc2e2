"""A picture of too many pixels hears the same sentence at every way in, and nothing is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.access.demo import create_demo
from accounts.limits import quotas
from config import outbound
from media_library.models import Image
from tests.media_library.intake.test_ingest import png_claiming

LARGE = png_claiming(9000, 8000)
SENTENCE = "The image has 72 megapixels (9000 x 8000). The maximum is 65 megapixels."
ADDRESS = "https://shop.example/large.png"


def file() -> SimpleUploadedFile:
    return SimpleUploadedFile("large.png", LARGE)


WAYS: dict[str, Callable[[APIClient], Any]] = {
    "form": lambda api: api.post("/api/v1/images", {"file": file()}),
    "several": lambda api: api.post("/api/v1/images", {"files": [file(), file()]}),
    "address": lambda api: api.post("/api/v1/images", {"url": ADDRESS}, format="json"),
    "photoroom": lambda api: api.post("/compat/photoroom/v1/segment", {"image_file": file()}),
    "photoroom address": lambda api: api.get(f"/compat/photoroom/v2/edit?imageUrl={ADDRESS}"),
    "backgroundfx": lambda api: api.post(
        "/compat/backgroundfx/v1/process/remove-background", {"file": file()}
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_both_numbers_are_named(db: None, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr(
        outbound, "fetch", lambda url, **_: outbound.Download(LARGE, url, "image/png")
    )
    demo = create_demo("pro")
    api = APIClient()
    api.credentials(
        HTTP_AUTHORIZATION=f"Bearer {demo.session_token}",
        **({"HTTP_X_API_KEY": demo.api_key} if way.startswith("photoroom") else {}),
    )
    if way == "backgroundfx":
        credentials = {"email": demo.email, "password": demo.password}
        login = api.post("/compat/backgroundfx/v1/auth/login", credentials, format="json")
        assert login.status_code == 200, login.content
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {login.json()['token']}")
    answer = WAYS[way](api)
    assert answer.status_code == 400, answer.content
    assert SENTENCE in json.dumps(answer.json())
    assert Image.objects.count() == 0
    assert sum(line.used for line in quotas.overview(demo.account)) == 0


def test_a_large_one_fails_alone_in_a_batch(db: None) -> None:
    demo = create_demo("pro")
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {demo.session_token}")
    body = {"files": [file()], "operation": "remove-background"}
    started = api.post("/api/v1/batch", body)
    assert started.status_code == 201, started.content
    [item] = api.get(f"/api/v1/batch/{started.json()['data']['batchId']}").json()["data"]["items"]
    assert item["error"] == {"code": "VALIDATION_ERROR", "message": SENTENCE}
