"""A client of the vendor's API, written from its document: multipart forms, and a bearer token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from django.core.handlers.wsgi import WSGIHandler

RESOURCES = "/images/v1/enterprise-resources/images"


@dataclass
class CropedlyClient:
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        site = httpx.WSGITransport(app=WSGIHandler())
        self.http = httpx.Client(base_url="http://testserver", transport=site)

    def login(self, email: str, password: str, **more: str) -> httpx.Response:
        form = {"email": email, "password": password, **more}
        parts = [(name, (None, value)) for name, value in form.items()]
        answer = self.send("POST", "/auth/v1/login", files=parts)
        if answer.status_code == 200:
            self.token = answer.json()["token"]
        return answer

    def enhance(self, *photos: bytes) -> httpx.Response:
        return self.send("POST", "/images/v1", files=_files(photos))

    def image(self, id: str) -> httpx.Response:
        return self.send("GET", f"/images/v1/{id}")

    def upload(self, *photos: bytes) -> httpx.Response:
        return self.send("POST", f"{RESOURCES}/upload", files=_files(photos))

    def resources(self) -> httpx.Response:
        return self.send("GET", RESOURCES)

    def resource(self, id: str) -> httpx.Response:
        return self.send("GET", f"{RESOURCES}/{id}")

    def delete(self, *ids: str) -> httpx.Response:
        return self.send("DELETE", RESOURCES, params=[("ids", one) for one in ids])

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        signed_in = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers = {**signed_in, **self.headers, **more.pop("headers", {})}
        return self.http.request(method, f"/compat/cropedly{path}", headers=headers, **more)


def _files(photos: Sequence[bytes]) -> list[Any]:
    return [("images", (f"photo-{n}.jpg", photo)) for n, photo in enumerate(photos, 1)]
