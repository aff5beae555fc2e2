"""The outermost limit: Django's ASGI handler stores a whole body before any view can refuse it."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest

from accounts.limits.rate_limits import GENERAL, peek
from media_library.intake.uploads import body_too_large, max_body

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class _BodyTooLarge(Exception):
    """More came than any upload may have."""


class BodyLimit:
    """Wraps an ASGI application; answers 413 at the declared length, or when the count passes it."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        limit, came = max_body(), 0
        if _declared_length(scope) > limit:
            await _refuse(scope, send)
            return

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > limit:
                raise _BodyTooLarge
            return message

        try:
            await self.application(scope, counted, send)
        except _BodyTooLarge:
            await _refuse(scope, send)  # Django reads all of a body before it answers


def _declared_length(scope: Message) -> int:
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0


async def _refuse(scope: Message, send: Send) -> None:
    error = body_too_large()
    body = {"success": False, "error": error.message, "code": error.code}
    headers = {
        "content-type": "application/json",
        "connection": "close",
        "x-content-type-options": "nosniff",
        "x-request-id": uuid.uuid4().hex,
        **await sync_to_async(_rate_headers)(scope),
    }
    lines = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": error.status, "headers": lines})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def _rate_headers(scope: Message) -> dict[str, str]:
    """The caller's address's standing: who calls was not asked yet."""
    return peek(ASGIRequest(scope, io.BytesIO()), GENERAL).headers
