"""A client of the vendor's API, written from its document and from nothing of ours."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import httpx
from django.core.handlers.wsgi import WSGIHandler
from PIL import Image as Pillow

_BOX = ("left", "top", "width", "height")


@dataclass
class Picture:
    data: bytes
    media_type: str
    headers: httpx.Headers

    @property
    def image(self) -> Pillow.Image:
        return Pillow.open(BytesIO(self.data))

    @property
    def size(self) -> tuple[int, int]:
        return int(self.headers["X-Width"]), int(self.headers["X-Height"])

    @property
    def largest(self) -> tuple[int, int]:
        return int(self.headers["X-Max-Width"]), int(self.headers["X-Max-Height"])

    @property
    def foreground(self) -> tuple[int, ...]:
        return tuple(int(self.headers[f"X-Foreground-{name}"]) for name in _BOX)


class RemoveBgError(Exception):
    """A status other than 200: the first of its errors."""

    def __init__(self, response: httpx.Response) -> None:
        body = response.json()
        assert set(body) == {"errors"}
        [error] = body["errors"]
        assert {"title", "code"} <= set(error) <= {"title", "code", "detail"}
        assert all(isinstance(text, str) and text for text in error.values())
        self.status, self.response = response.status_code, response
        self.title, self.code, self.detail = error["title"], error["code"], error.get("detail")
        super().__init__(f"{self.status} {self.code}: {self.title}")


@dataclass
class RemoveBgClient:
    api_key: str
    base_url: str = "http://testserver/compat/removebg/v1.0"

    def __post_init__(self) -> None:
        self.http = httpx.Client(transport=httpx.WSGITransport(app=WSGIHandler()))

    def multipart(
        self, image: bytes | None, files: dict[str, bytes] | None = None, **fields: str
    ) -> Picture:
        sent = {"image_file": image} if image is not None else {}
        named = {name: ("photo.jpg", data) for name, data in {**sent, **(files or {})}.items()}
        return _picture(self.post("removebg", data=fields, files=named))

    def form(self, **fields: str) -> Picture:
        return _picture(self.post("removebg", data=fields))

    def json(self, **fields: Any) -> Picture:
        return _picture(self.post("removebg", json=fields))

    def raw(self, body: bytes, content_type: str) -> Picture:
        return _picture(self.post("removebg", content=body, headers={"Content-Type": content_type}))

    def as_json(self, image: bytes, **fields: str) -> dict[str, Any]:
        headers = {"Accept": "application/json"}
        files = {"image_file": ("photo.jpg", image)}
        found = self.post("removebg", data=fields, files=files, headers=headers)
        told: dict[str, Any] = _checked(found).json()["data"]
        return told

    def account(self) -> dict[str, Any]:
        found = self.http.get(f"{self.base_url}/account", headers=self._headers)
        told: dict[str, Any] = _checked(found).json()["data"]["attributes"]
        return told

    def improve(self, image: bytes, **fields: str) -> str:
        files = {"image_file": ("photo.jpg", image)}
        identifier: str = _checked(self.post("improve", data=fields, files=files)).json()["id"]
        return identifier

    def post(self, path: str, **request: Any) -> httpx.Response:
        headers = {**self._headers, **request.pop("headers", {})}
        return self.http.post(f"{self.base_url}/{path}", headers=headers, **request)

    @property
    def _headers(self) -> dict[str, str]:
        return {"X-Api-Key": self.api_key} if self.api_key else {}


def encoded(image: bytes) -> str:
    return base64.b64encode(image).decode("ascii")


def _checked(response: httpx.Response) -> httpx.Response:
    if response.status_code != 200:
        raise RemoveBgError(response)
    return response


def _picture(response: httpx.Response) -> Picture:
    _checked(response)
    return Picture(response.content, response.headers["content-type"], response.headers)
