"""A client of the vendor's API, written from its document and from nothing of ours.

All that it can be told is a base address. It speaks HTTP through httpx, with the site's WSGI
application at the other end instead of a socket, and holds every answer against the document.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
from django.core.handlers.wsgi import WSGIHandler

from tests.processing.compat.backgroundfx import document


class BackgroundfxError(Exception):
    """Any status above 399, read by the document's `Error` schema."""

    def __init__(self, response: httpx.Response) -> None:
        body = response.json()
        self.status = response.status_code
        self.error: str = body["error"]
        self.message: str = body["message"]
        self.details: dict[str, Any] = body["details"]
        self.response = response
        super().__init__(f"{self.status}: {self.message}")


@dataclass
class BackgroundfxClient:
    base_url: str = "http://testserver/compat/backgroundfx/v1"
    token: str = ""
    refresh_token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.http = httpx.Client(transport=httpx.WSGITransport(app=WSGIHandler()))

    def register(self, email: str, password: str, name: str) -> dict[str, Any]:
        body = {"email": email, "password": password, "name": name}
        return self._keep(self.post("/auth/register", body, expected=201))

    def login(self, email: str, password: str) -> dict[str, Any]:
        return self._keep(self.post("/auth/login", {"email": email, "password": password}))

    def refresh(self) -> dict[str, Any]:
        return self._keep(self.post("/auth/refresh", {"refresh_token": self.refresh_token}))

    def remove_background(self, file: bytes, **options: str | float | bool) -> dict[str, Any]:
        form = {
            name: json.dumps(value) if isinstance(value, bool | float | int) else value
            for name, value in options.items()
        }
        files = [("file", ("photo.jpg", file))]
        return self.send("/process/remove-background", form, files, expected=200)

    def batch(self, files: list[bytes], options: str | None = None) -> dict[str, Any]:
        parts = [("files", (f"photo-{n}.jpg", file)) for n, file in enumerate(files, 1)]
        form = {} if options is None else {"options": options}
        return self.send("/process/batch", form, parts, expected=202)

    def job(self, job_id: str) -> dict[str, Any]:
        return self.get(f"/process/jobs/{job_id}")

    def replace_background(self, image_id: str, background_id: str, **more: str) -> dict[str, Any]:
        body = {"image_id": image_id, "background_id": background_id, **more}
        return self.post("/process/replace-background", body)

    def backgrounds(self, **query: Any) -> dict[str, Any]:
        return self.get("/backgrounds", **query)

    def generate(self, prompt: str, **more: Any) -> dict[str, Any]:
        return self.post("/backgrounds/generate", {"prompt": prompt, **more}, expected=201)

    def projects(self, **query: Any) -> dict[str, Any]:
        return self.get("/projects", **query)

    def create_project(self, name: str, type: str, **more: str) -> dict[str, Any]:
        return self.post("/projects", {"name": name, "type": type, **more}, expected=201)

    def register_webhook(self, url: str, events: list[str], **more: str) -> dict[str, Any]:
        return self.post("/webhooks", {"url": url, "events": events, **more}, expected=201)

    def download(self, url: str) -> httpx.Response:
        return self.http.get(url)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        response = self.http.get(self.base_url + path, params=query, headers=self._headers)
        return _checked(response, 200)

    def post(self, path: str, body: Any, *, expected: int = 200) -> dict[str, Any]:
        response = self.http.post(self.base_url + path, json=body, headers=self._headers)
        return _checked(response, expected)

    def send(
        self, path: str, form: dict[str, Any], files: list[Any], *, expected: int
    ) -> dict[str, Any]:
        response = self.http.post(
            self.base_url + path, data=form, files=files or None, headers=self._headers
        )
        return _checked(response, expected)

    @property
    def _headers(self) -> dict[str, str]:
        signed_in = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return signed_in | self.headers

    def _keep(self, answer: dict[str, Any]) -> dict[str, Any]:
        self.token, self.refresh_token = answer["token"], answer["refresh_token"]
        return answer


def _checked(response: httpx.Response, expected: int) -> dict[str, Any]:
    document.check(response)
    if response.status_code >= 400:
        raise BackgroundfxError(response)
    assert response.status_code == expected
    found: dict[str, Any] = response.json()
    return found
