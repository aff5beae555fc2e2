"""Bodies whose length nobody tells, as Node's streams, Python's generators and .NET send them."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
from rest_framework.test import APIClient

from accounts.models import User
from listings.models import Listing
from media_library.models import Image
from processing.models import Batch
from tests.config.web.conftest import Customer
from tests.web_server import WebServer, in_pieces

PHOTOROOM, BACKGROUNDFX = "/compat/photoroom", "/compat/backgroundfx/v1"


def send(
    server: WebServer, path: str, headers: dict[str, str] | None = None, **body: Any
) -> httpx.Response:
    """POST a body as httpx encodes it, but in pieces and without its length."""
    with server.client(**(headers or {})) as client:
        whole = client.build_request("POST", path, **body)
        content_type = {"Content-Type": whole.headers["Content-Type"]}
        request = client.build_request(
            "POST", path, content=in_pieces(whole.read()), headers=content_type
        )
        assert "Content-Length" not in request.headers
        return client.send(request)


def test_json_of_the_native_api(server: WebServer, customer: Customer) -> None:
    body = {"title": "A blue jacket", "description": "Warm." * 500}
    headers = {"x-api-key": customer.api_key}
    response = send(server, "/api/v1/listings", headers, json=body)
    assert response.status_code == 201
    assert response.json()["data"]["title"] == "A blue jacket"
    assert Listing.objects.get().description == body["description"]


def test_json_without_a_caller(server: WebServer, transactional_db: None) -> None:
    body = {"email": "new@example.com", "password": "two-chairs-and-a-lamp", "name": "New"}
    assert send(server, "/api/v1/auth/register", json=body).status_code == 201
    assert User.objects.get().email == "new@example.com"


def test_a_form_of_the_native_api(server: WebServer, customer: Customer, photo: bytes) -> None:
    headers = {"Authorization": f"Bearer {customer.token}", "Idempotency-Key": "once"}
    files = {"file": ("shoe.jpg", photo)}
    first = send(server, "/api/v1/images", headers, files=files)
    again = send(server, "/api/v1/images", headers, files=files)
    assert (first.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert first.json()["data"]["id"] == again.json()["data"]["id"]
    image = Image.objects.get()
    assert (image.name, image.bytes) == ("shoe.jpg", len(photo))


def test_a_batchs_form(server: WebServer, customer: Customer, photo: bytes) -> None:
    files = [("files", (f"{name}.jpg", photo)) for name in "ab"]
    fields = {"operation": "remove-background", "options": '{"bgColor": "white"}'}
    headers = {"x-api-key": customer.api_key}
    response = send(server, "/api/v1/batch", headers, files=files, data=fields)
    assert (response.status_code, response.json()["data"]["totalImages"]) == (201, 2)
    assert "#ffffff" in str(Batch.objects.get().command)


@pytest.mark.usefixtures("quick_work")
def test_the_photoroom_dialect(server: WebServer, customer: Customer, photo: bytes) -> None:
    headers = {"x-api-key": customer.api_key}
    response = send(
        server,
        f"{PHOTOROOM}/v1/segment",
        headers,
        files={"image_file": ("shoe.jpg", photo)},
        data={"format": "jpg", "bg_color": "white"},
    )
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/jpeg")


@pytest.mark.usefixtures("quick_work")
def test_a_picture_within_json(server: WebServer, customer: Customer, photo: bytes) -> None:
    """The one kind of JSON that may be longer than a form without files."""
    encoded = base64.b64encode(photo + bytes(1_000_000)).decode()
    headers = {"x-api-key": customer.api_key}
    response = send(server, f"{PHOTOROOM}/v1/segment", headers, json={"image_file_b64": encoded})
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/png")


@pytest.mark.usefixtures("quick_work")
def test_the_backgroundfx_dialect(server: WebServer, customer: Customer, photo: bytes) -> None:
    body = {"email": "fx@example.com", "password": "two-chairs-and-a-lamp", "name": "Fx"}
    signed_up = send(server, f"{BACKGROUNDFX}/auth/register", json=body)
    assert signed_up.status_code == 201
    headers = {"Authorization": f"Bearer {signed_up.json()['token']}"}
    project = {"name": "Autumn", "type": "image"}
    made = send(server, f"{BACKGROUNDFX}/projects", headers, json=project)
    assert (made.status_code, made.json()["name"]) == (201, "Autumn")
    path = f"{BACKGROUNDFX}/process/remove-background"
    cut = send(server, path, headers, files={"file": ("shoe.jpg", photo)})
    assert cut.status_code == 200


def test_a_page_that_takes_files(server: WebServer, customer: Customer, photo: bytes) -> None:
    headers = {"Cookie": f"packshot_session={customer.token}; csrftoken={'a' * 32}"}
    files, token = {"files": ("shoe.jpg", photo)}, {"csrfmiddlewaretoken": "a" * 32}
    assert send(server, "/library/upload/", headers, files=files, data=token).status_code == 302
    assert Image.objects.get().name == "shoe.jpg"
    assert (
        send(server, "/library/upload/", headers, files=files, data={"a": "b"}).status_code == 403
    )


def test_a_page_with_a_form(server: WebServer, customer: Customer) -> None:
    headers = {"Cookie": f"packshot_session={customer.token}; csrftoken={'a' * 32}"}
    form = {"csrfmiddlewaretoken": "a" * 32, "name": "Script", "scopes": ["images:read"]}
    response = send(server, "/developers/", headers, data=form)
    assert response.status_code == 201
    assert (
        APIClient(headers={"x-api-key": customer.api_key}).get("/api/v1/images").status_code == 200
    )


def test_a_body_of_nothing(server: WebServer, customer: Customer) -> None:
    """An empty last piece is all there is: the same as no body."""
    with server.client(**{"x-api-key": customer.api_key}) as client:
        headers = {"Content-Type": "application/json"}
        response = client.post("/api/v1/images", content=iter([]), headers=headers)
    assert (response.status_code, list(response.json()["fields"])) == (400, ["url"])
