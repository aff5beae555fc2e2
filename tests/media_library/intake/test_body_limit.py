"""The outermost limit on request bodies, before Django stores them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from media_library.intake.body_limit import BodyLimit


@pytest.fixture(autouse=True)
def _small(settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES, settings.MAX_FILES_PER_UPLOAD = 1000, 2  # 1 002 000 in all
    settings.MAX_BATCH_BYTES = 0


class Server:
    """An ASGI server that sends ``chunks`` and keeps the answer; the application counts them."""

    def __init__(self, chunks: list[bytes], *, declared: int | None = None) -> None:
        self.chunks = chunks
        self.headers = [] if declared is None else [(b"content-length", str(declared).encode())]
        self.answer: list[dict[str, Any]] = []
        self.came = 0

    async def application(self, scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            self.came += len(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})

    def run(self) -> Server:
        async def receive() -> dict[str, Any]:
            body = self.chunks.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(self.chunks)}

        async def send(message: Any) -> None:
            self.answer.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/api/v1/images",
            "query_string": b"",
            "client": ("192.0.2.1", 4711),
            "headers": self.headers,
        }
        asyncio.run(BodyLimit(self.application)(scope, receive, send))
        return self


def test_a_body_within_the_limit_passes() -> None:
    server = Server([bytes(501_000)] * 2, declared=1_002_000).run()
    assert (server.came, server.answer[0]["status"]) == (1_002_000, 200)


@pytest.mark.parametrize("declared", [1_002_001, None])
def test_a_body_over_the_limit_is_cut_off(declared: int | None) -> None:
    server = Server([bytes(501_000), bytes(501_001), bytes(9)], declared=declared).run()
    assert server.came == (0 if declared else 501_000)
    assert server.answer[0]["status"] == 413
    headers = dict(server.answer[0]["headers"])
    assert headers[b"X-RateLimit-Limit"] == b"1000"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert json.loads(server.answer[1]["body"]) == {
        "success": False,
        "error": "The maximum size of an upload is 1.002 MB in total.",
        "code": "PAYLOAD_TOO_LARGE",
    }


def test_other_kinds_of_connection_pass() -> None:
    seen = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    asyncio.run(BodyLimit(application)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]
