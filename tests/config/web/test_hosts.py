"""Dialects at the root of host names of their own, as clients know their vendors'."""

from __future__ import annotations

import os
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image as Pillow

from tests.config.web.conftest import Customer
from tests.web_server import WebServer

PHOTOS, FX, SHOP = "photos.example", "fx.example:8443", "https://shop.example"


@pytest.fixture(autouse=True)
def _hosts(settings: Any, transactional_db: None) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "photos.example", "fx.example"]
    settings.HOST_PREFIXES = {
        "photos.example": "/compat/photoroom",
        "fx.example": "/compat/backgroundfx",
    }


def ask(server: WebServer, host: str, method: str, path: str, **options: Any) -> httpx.Response:
    with server.client(Host=host) as client:
        return client.request(method, path, **options)


@pytest.mark.parametrize(
    "host", [PHOTOS, "PHOTOS.example:443", "photos.example.", "photos.example"]
)
def test_the_vendors_paths(server: WebServer, customer: Customer, host: str) -> None:
    answer = ask(server, host, "GET", "/v1/account", headers={"x-api-key": customer.api_key})
    assert (answer.status_code, set(answer.json())) == (200, {"credits"})
    assert answer.headers["X-RateLimit-Limit"] == "5000"


@pytest.mark.usefixtures("quick_work")
def test_a_photo_as_large_as_there(server: WebServer, customer: Customer) -> None:
    out = BytesIO()
    Pillow.frombytes("RGB", (700, 700), os.urandom(700 * 700 * 3)).save(out, "BMP")
    assert len(out.getvalue()) > 1_400_000  # more than anybody may send to anything
    answer = ask(
        server,
        PHOTOS,
        "POST",
        "/v1/segment",
        files={"image_file": ("noise.bmp", out.getvalue())},
        headers={"x-api-key": customer.api_key},
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")


@pytest.mark.parametrize("path", ["/", "/v3/edit", "/library/", "/admin/", "/api/v1/auth/me"])
def test_nothing_else_is_there(server: WebServer, path: str) -> None:
    answer = ask(server, PHOTOS, "GET", path)
    assert (answer.status_code, answer.json()) == (404, {"error": {"message": "Not found."}})
    elsewhere = ask(server, FX, "GET", path)
    assert (elsewhere.status_code, elsewhere.json()["error"]) == (404, "NOT_FOUND")


def test_other_hosts_are_as_before(server: WebServer) -> None:
    assert ask(server, "127.0.0.1", "GET", "/v1/account").status_code == 404
    assert ask(server, "127.0.0.1", "GET", "/compat/photoroom/v1/account").status_code == 400
    assert ask(server, PHOTOS, "GET", "/compat/photoroom/v1/account").status_code == 400
    assert ask(server, PHOTOS, "GET", "/healthz").status_code == 200
    assert ask(server, "other.example", "GET", "/v1/account").status_code == 400


@pytest.mark.usefixtures("quick_work")
def test_what_answers_lead_to(server: WebServer, customer: Customer, photo: bytes) -> None:
    headers = {"Authorization": f"Bearer {jwt_of(server, customer)}"}
    answer = ask(
        server,
        FX,
        "POST",
        "/v1/process/remove-background",
        files={"file": ("shoe.jpg", photo)},
        data={"return_mask": "True"},
        headers=headers,
    )
    assert answer.status_code == 200
    for link in (answer.json()["image"], answer.json()["mask"]):
        assert link.startswith(f"http://{FX}/")
        found = ask(server, FX, "GET", link.removeprefix(f"http://{FX}"))
        assert (found.status_code, found.headers["content-type"]) == (200, "image/png")


def jwt_of(server: WebServer, customer: Customer) -> str:
    user = customer.account.members.get()
    user.set_password("two-chairs-and-a-lamp")
    user.save()
    body = {"email": user.email, "password": "two-chairs-and-a-lamp"}
    token: str = ask(server, FX, "POST", "/v1/auth/login", json=body).json()["token"]
    return token


def test_pages_elsewhere_may_call_it(server: WebServer, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [SHOP]
    headers = {"Origin": SHOP, "Access-Control-Request-Method": "POST"}
    answer = ask(server, PHOTOS, "OPTIONS", "/v1/segment", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
