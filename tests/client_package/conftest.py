"""A site that answers as a test says, asked by both kinds of clients."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

import packshot
from packshot.operations import jobs

KEY = "ps_a-key-for-tests"
Handler = Callable[[httpx.Request], httpx.Response]


class Site:
    """Answers of a site, one after the other, and what it was asked."""

    url = "https://packshot.example"

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.answers: Iterator[Any] = iter(())
        self.asked: list[httpx.Request] = []
        self.retries = packshot.Retries(attempts=3, first_pause=0.0)

    def answer(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        told = next(self.answers)
        if isinstance(told, Exception):
            raise told
        answered: httpx.Response = told(request) if callable(told) else told
        return answered

    def client(self) -> Any:
        def later(request: httpx.Request) -> Any:
            async def answer() -> httpx.Response:
                await request.aread()
                return self.answer(request)

            return answer()

        if self.kind == "sync":
            transport = httpx.MockTransport(self.answer)
            return packshot.Client(self.url, KEY, transport=transport, retries=self.retries)
        transport = httpx.MockTransport(later)
        return packshot.AsyncClient(self.url, KEY, transport=transport, retries=self.retries)

    def call(self, does: Callable[[Any], Any], *answers: Any) -> Any:
        """What a client's call returns, where the site answers so; every answer must be asked for."""
        self.answers, self.asked = iter(answers), []
        client = self.client()
        found = does(client)
        if self.kind == "async":
            found = asyncio.run(_awaited(found, client))
        elif inspect.isgenerator(found):
            found = list(found)
        assert next(self.answers, None) is None, "an answer was not asked for"
        return found


async def _awaited(found: Any, client: Any) -> Any:
    async with client:
        if inspect.isasyncgen(found):
            return [one async for one in found]
        return await found


@pytest.fixture(params=["sync", "async"])
def site(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(jobs, "FIRST_LOOK", 0.0)
    return Site(request.param)


def data(content: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"success": True, "data": content})


def refused(status: int, code: str, error: str = "No.", **more: Any) -> httpx.Response:
    headers = more.pop("headers", {})
    body = {"success": False, "error": error, "code": code, **more}
    return httpx.Response(status, json=body, headers=headers)
