"""A client of the vendor's API by plain HTTP, written from its documents: header names, PATCH and all.

The vendor's own client is driven by test_official_client.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
from django.core.handlers.wsgi import WSGIHandler

BASE = "http://testserver/compat/autoenhance"


@dataclass
class RoomClient:
    api_key: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        transport = httpx.WSGITransport(app=WSGIHandler())
        self.http = httpx.Client(transport=transport)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        headers = {"x-api-key": self.api_key} if self.api_key else {}
        shown = {name: _text(value) for name, value in query.items()}
        return self.http.request(
            method,
            path if path.startswith("http") else f"{BASE}/v3/{path}",
            json=body,
            params=shown or None,
            headers={**headers, **self.headers},
        )

    def create(self, **fields: Any) -> dict[str, Any]:
        return _told(self.call("POST", "images/", {"image_name": "kitchen.jpg", **fields}))

    def put(
        self, url: str, data: bytes, content_type: str = "application/octet-stream"
    ) -> httpx.Response:
        """As a client of the storage does it: no key, the signed type, the bytes."""
        return self.http.put(url, content=data, headers={"Content-Type": content_type})

    def upload(self, data: bytes, **fields: Any) -> dict[str, Any]:
        """Register a photo, put its file, and ask where it stands."""
        made = self.create(**fields)
        answer = self.put(made["upload_url"], data)
        assert answer.status_code == 200, answer.text
        return self.image(made["image_id"])

    def image(self, image_id: str) -> dict[str, Any]:
        return _told(self.call("GET", f"images/{image_id}"))

    def process(self, image_id: str, method: str = "PATCH", **fields: Any) -> dict[str, Any]:
        return _told(self.call(method, f"images/{image_id}/process", fields))

    def enhanced(self, image_id: str, **query: Any) -> httpx.Response:
        return self.call("GET", f"images/{image_id}/enhanced", **query)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _told(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
