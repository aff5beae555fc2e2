"""Two sellers who know nothing of each other, and pictures made in memory."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow
from rest_framework.test import APIClient

from accounts.access.demo import DemoAccount, create_demo
from accounts.models import Account
from media_library.models import Image


@pytest.fixture
def seller(db: None) -> DemoAccount:
    return create_demo()


@pytest.fixture
def account(seller: DemoAccount) -> Account:
    return seller.account


@pytest.fixture
def other_account(db: None) -> Account:
    return create_demo().account


@pytest.fixture
def api(seller: DemoAccount) -> APIClient:
    return _client(seller)


@pytest.fixture
def strangers_api(db: None) -> APIClient:
    return _client(create_demo())


def _client(who: DemoAccount) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {who.session_token}")
    return client


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """``picture("PNG", size=(4, 3), mode="RGBA", **options of Pillow's save)`` as file bytes."""

    def make(
        format: str = "JPEG", *, size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any
    ) -> bytes:
        out = BytesIO()
        gradient = Pillow.linear_gradient("L").resize(size)
        gradient.convert(mode).save(out, format, **options)
        return out.getvalue()

    return make


@pytest.fixture
def upload(api: APIClient, picture: Callable[..., bytes]) -> Callable[..., dict[str, Any]]:
    """Upload a picture through the API; the answer's ``data``."""

    def send(
        data: bytes | None = None, *, name: str = "shoe.jpg", client: APIClient = api, **fields: Any
    ) -> dict[str, Any]:
        file = SimpleUploadedFile(name, picture() if data is None else data)
        response = client.post("/api/v1/images", {"file": file, **fields}, format="multipart")
        assert response.status_code == 201, response.content
        found: dict[str, Any] = response.json()["data"]
        return found

    return send


@pytest.fixture
def row() -> Callable[[dict[str, Any]], Image]:
    """The row behind an answer."""

    def find(shown: dict[str, Any]) -> Image:
        return next(image for image in Image.objects.all() if image.public_id == shown["id"])

    return find


@pytest.fixture
def stored() -> Callable[[], list[str]]:
    """Every file in the storage, by key."""

    def walk(folder: str = "") -> list[str]:
        folders, files = default_storage.listdir(folder)
        prefix = f"{folder}/" if folder else ""
        deeper = [key for name in folders for key in walk(f"{prefix}{name}")]
        return sorted([f"{prefix}{name}" for name in files] + deeper)

    return walk
