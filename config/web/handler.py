"""Django's ASGI handler, for bodies of any transfer encoding, within the limits of their endpoint."""

from __future__ import annotations

import io
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import HttpResponseBase

from config.failures import outages
from config.web import static_server
from config.web.bodies import Body, Message, Receive
from config.web.hosts import path_at

_BODY = "packshot.body"
Send = Callable[[Message], Awaitable[None]]


def _at_its_host(scope: Mapping[str, Any]) -> Mapping[str, Any]:
    """Show a dialect's own host name as the path that the dialect has on this site."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    host = hosts[0].decode("latin-1") if hosts else ""
    path = path_at(host, scope["path"])
    return scope if path == scope["path"] else {**scope, "path": path, "raw_path": None}


class Handler(ASGIHandler):
    async def handle(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["path"].startswith(settings.STATIC_URL):
            root = Path(settings.STATIC_ROOT)
            await static_server.serve(scope, send, root=root, prefix=settings.STATIC_URL)
            return
        scope = _at_its_host(scope)
        body = Body(scope, receive)

        async def answer(message: Message) -> None:
            if body.refusal is not None and message["type"] == "http.response.start":
                # What is left of the body would be taken for the next request.
                headers = [*message["headers"], (b"connection", b"close")]
                message = {**message, "headers": headers}
            await send(message)

        try:
            await super().handle({**scope, _BODY: body}, body, answer)
            await body.linger()
        finally:
            body.end()

    async def read_body(self, receive: Receive) -> IO[bytes]:
        try:
            return await super().read_body(receive)
        except OSError as error:
            outage = outages.told(error)
            if outage is None or not isinstance(receive, Body):
                raise
            receive.refuse(outage)
            return io.BytesIO()

    def create_request(
        self, scope: Mapping[str, Any], body_file: IO[bytes]
    ) -> tuple[ASGIRequest, None] | tuple[None, HttpResponseBase]:
        """Tell Django the length that came: without one (as chunked bodies have none), its parsers
        and REST framework's take a body for empty."""
        body: Body = scope[_BODY]
        if body.refusal is not None:
            body_file.close()
            body_file = io.BytesIO()
        length = body_file.seek(0, os.SEEK_END)
        body_file.seek(0)
        headers = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
        if length or len(headers) < len(scope["headers"]):
            headers.append((b"content-length", str(length).encode()))
        created = super().create_request({**scope, "headers": headers}, body_file)
        if created[0] is not None:
            created[0].body_refusal = body.refusal  # type: ignore[attr-defined]
        return created
