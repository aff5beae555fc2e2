"""One request's body on its way to Django, which stores it before any view can refuse it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings

from config.errors import AppError, body_too_large
from config.web.addresses import Share
from config.web.allowance import address_of, max_body, small_body

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

log = structlog.get_logger(__name__)
# A client that is still sending would lose the answer if the connection ended at once. So what comes
# is thrown away for a while.
LINGER_SECONDS = 2.0
MAX_LINGER_BYTES = 64_000_000
_END: Message = {"type": "http.request", "body": b"", "more_body": False}


class Body:
    """An ASGI ``receive`` that stops at the body's limits: ``refusal`` then says why.

    What Django gets of a refused body is its end; who must be told of it finds the refusal on the
    request.
    """

    def __init__(self, scope: Mapping[str, Any], receive: Receive) -> None:
        self.refusal: AppError | None = None
        self._scope, self._receive = scope, receive
        self._headers = dict(scope["headers"])
        self._declared = _declared_length(self._headers)
        self._came, self._waited, self._thrown_away = 0, 0.0, 0
        self._limit: int | None = None  # asked for when more comes than anybody may send
        self._begun = self._complete = False
        self._share: Share | None = None

    async def __call__(self) -> Message:
        if self._complete:
            return await self._receive()
        if self.refusal is not None:
            # Django listens for the client's leaving meanwhile, and cancels that with its answer.
            await self._throw_away_the_rest()
            await asyncio.sleep(LINGER_SECONDS)
            return {"type": "http.disconnect"}
        try:
            return await self._next()
        except AppError as error:
            self.refuse(error)
            return _END

    def refuse(self, error: AppError) -> None:
        """Take no more of it."""
        log.info("body.refused", code=error.code, path=self._scope["path"], came=self._came)
        self.refusal = error
        if self._share is not None:
            self._share.close()

    async def linger(self) -> None:
        """After the answer to a refused body: give its client the time to read it."""
        if self.refusal is None or self._complete:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                await self._throw_away_the_rest()

    def end(self) -> None:
        """The request is over."""
        if self._share is not None:
            self._share.end()
        # The server closes the connection when it is let go: a refusal and its traceback hold each
        # other, and would hold it until the garbage is collected.
        self._receive = _gone

    async def _next(self) -> Message:
        if not self._begun:
            self._begun = True
            await self._check_size(self._declared)
        message = await self._in_time()
        if message["type"] != "http.request":
            # The client has left, or what it sends is no HTTP: then it waits for an answer.
            raise _broken_off()
        count = len(message.get("body", b""))
        self._came += count
        await self._check_size(self._came)
        self._complete = not message.get("more_body", False)
        # The server tells of the end of a body that is all there by an empty message of its own.
        self._hold(count, is_all=self._complete or self._came == self._declared)
        return message

    def _hold(self, count: int, *, is_all: bool) -> None:
        """Count what came against the address, unless it came at once. Raises AppError."""
        if self._share is None:
            if is_all:
                return
            self._share = Share(address_of(self._scope))
        if not is_all:
            self._share.open()
        self._share.grow(count)
        if is_all:
            self._share.close()

    async def _check_size(self, size: int) -> None:
        """Raise AppError PAYLOAD_TOO_LARGE."""
        if size <= small_body():
            return
        if self._limit is None:
            self._limit = await sync_to_async(max_body)(self._scope)
        if size > self._limit:
            raise body_too_large(self._limit)

    async def _in_time(self) -> Message:
        """Wait for the next piece: not long for one, nor for all in proportion to their length.

        Only waiting counts, not what is done with a piece. Raises AppError REQUEST_TIMEOUT.
        """
        stall: float = settings.BODY_STALL_SECONDS
        left = stall + self._came / settings.BODY_MIN_BYTES_PER_SECOND - self._waited
        if left <= 0:
            raise _too_slow()
        began = time.monotonic()
        try:
            async with asyncio.timeout(min(stall, left)):
                return await self._receive()
        except TimeoutError as error:
            raise _too_slow() from error
        finally:
            self._waited += time.monotonic() - began

    async def _throw_away_the_rest(self) -> None:
        """Read on without keeping anything, for as long as that may still help."""
        # One that asks before it sends (Expect) would be told to send by reading on.
        while b"expect" not in self._headers and self._thrown_away < MAX_LINGER_BYTES:
            message = await self._receive()
            self._thrown_away += len(message.get("body", b""))
            if not message.get("more_body", False):  # the body's end, or the client has gone
                self._complete = True
                return


async def _gone() -> Message:
    return {"type": "http.disconnect"}


def _declared_length(headers: dict[bytes, bytes]) -> int:
    value = headers.get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0


def _broken_off() -> AppError:
    message = "The body of the request breaks off, or is not valid HTTP."
    return AppError("VALIDATION_ERROR", message, status=400)


def _too_slow() -> AppError:
    message = "The body of the request came too slowly. Try again over a faster connection."
    return AppError("REQUEST_TIMEOUT", message, status=408)
