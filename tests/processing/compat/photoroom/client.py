"""A client of the vendor's API, written from its documents and from nothing of ours.

All that it can be told is a base address and a key. It speaks HTTP through httpx, with the site's
WSGI application at the other end instead of a socket.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

import httpx
from django.core.handlers.wsgi import WSGIHandler

Text = str | float | bool


class PhotoroomError(Exception):
    """A status other than 200. ``message`` is looked for where the documents put it."""

    def __init__(self, response: httpx.Response) -> None:
        body = response.json()
        error = body.get("error", body)
        self.status = response.status_code
        self.message = error.get("message") or error.get("detail") or ""
        self.body = body
        self.response = response
        super().__init__(f"{self.status}: {self.message}")


@dataclass
class Picture:
    """Bytes, and what their answer's headers tell."""

    data: bytes
    media_type: str
    headers: httpx.Headers

    @property
    def uncertainty(self) -> float:
        return float(self.headers["x-uncertainty-score"])

    @property
    def unsupported(self) -> list[str]:
        text = self.headers.get("pr-unsupported-attributes", "Unsupported attributes: ")
        assert text.startswith("Unsupported attributes: ")
        return [name for name in text.removeprefix("Unsupported attributes: ").split(", ") if name]


@dataclass
class PhotoroomClient:
    api_key: str
    base_url: str = "http://testserver/compat/photoroom"
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.http = httpx.Client(transport=httpx.WSGITransport(app=WSGIHandler()))

    def segment(self, image: bytes, **fields: str) -> Picture:
        return _picture(self._post("/v1/segment", fields, {"image_file": image}))

    def segment_as_json(self, image: bytes, **fields: str) -> bytes:
        headers = {"Accept": "application/json"}
        response = self._post("/v1/segment", fields, {"image_file": image}, headers)
        return base64.b64decode(_checked(response).json()["base64img"], validate=True)

    def edit(
        self, image: bytes, params: dict[str, Text], files: dict[str, bytes] | None = None
    ) -> Picture:
        return _picture(self._post("/v2/edit", params, {"imageFile": image, **(files or {})}))

    def edit_url(self, url: str, params: dict[str, Text]) -> Picture:
        query = {"imageUrl": url, **_texts(params)}
        return _picture(self._get("/v2/edit", query))

    def render(self, template: str, image: bytes) -> Picture:
        return _picture(self._post("/v1/render", {"templateId": template}, {"imageFile": image}))

    def render_url(self, template: str, url: str) -> Picture:
        query = {"apiKey": self.api_key, "templateId": template, "imageUrl": url}
        return _picture(self.http.get(f"{self.base_url}/v1/render", params=query))

    def credits(self) -> dict[str, int]:
        found: dict[str, int] = _checked(self._get("/v1/account")).json()["credits"]
        return found

    def account(self) -> dict[str, Any]:
        found: dict[str, Any] = _checked(self._get("/v2/account")).json()
        return found

    def _get(self, path: str, query: dict[str, str] | None = None) -> httpx.Response:
        headers = {"x-api-key": self.api_key, **self.headers}
        return self.http.get(f"{self.base_url}{path}", params=query, headers=headers)

    def _post(
        self,
        path: str,
        fields: dict[str, Any],
        files: dict[str, bytes],
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        return self.http.post(
            f"{self.base_url}{path}",
            data=_texts(fields),
            files={name: ("photo.jpg", data) for name, data in files.items()},
            headers={"x-api-key": self.api_key, **self.headers, **(headers or {})},
        )


def _texts(params: dict[str, Text]) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in params.items()
    }


def _checked(response: httpx.Response) -> httpx.Response:
    if response.status_code != 200:
        raise PhotoroomError(response)
    return response


def _picture(response: httpx.Response) -> Picture:
    _checked(response)
    return Picture(response.content, response.headers["content-type"], response.headers)
