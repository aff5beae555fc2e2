"""The two clients. Both carry out the same steps, one by blocking and one by awaiting."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import ExitStack
from functools import wraps
from typing import Any, Concatenate, Final, Generic, ParamSpec, Protocol, Self, TypeVar, overload

import httpx
from httpx_sse import EventSource, SSEError

from packshot import endpoints
from packshot.errors import ApiError, PackshotError
from packshot.events import TIMEOUT, Event, Feed
from packshot.files import Written
from packshot.models import BatchStatus
from packshot.operations import batches, jobs, library, selling, tools
from packshot.steps import Pause, Request, Retries, Step, Steps

P = ParamSpec("P")
T = TypeVar("T")
OnBatch = Callable[[Event], None]
VERSION: Final = "0.1.0"


class _Runs(Protocol):
    def _run(self, steps: Callable[[Retries], Steps[T]]) -> T: ...


class _RunsLater(Protocol):
    async def _run_later(self, steps: Callable[[Retries], Steps[T]]) -> T: ...


class _Call(Generic[P, T]):
    """A method of both clients, made of one of `packshot.operations`."""

    def __init__(self, operation: Callable[Concatenate[Retries, P], Steps[T]]) -> None:
        self._operation = operation
        self.__doc__ = operation.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...
    @overload
    def __get__(self, client: _Runs, owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, client: _RunsLater, owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...

    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self
        run = client._run_later if isinstance(client, AsyncClient) else client._run

        @wraps(self._operation)
        def call(*args: P.args, **kwargs: P.kwargs) -> Any:
            return run(lambda retries: self._operation(retries, *args, **kwargs))

        return call


class _Calls:
    """What can be asked of a site. Each method's arguments and result stand in `packshot.operations`."""

    me = _Call(library.me)
    usage = _Call(library.usage)
    upload = _Call(library.upload)
    fetch = _Call(library.fetch)
    images = _Call(library.images)
    image = _Call(library.image)
    delete_image = _Call(library.delete_image)
    download = _Call(library.download)
    job = _Call(jobs.job)
    cancel_job = _Call(jobs.cancel_job)
    wait_for_job = _Call(jobs.wait_for_job)
    remove_background = _Call(tools.remove_background)
    edit = _Call(tools.edit)
    replace_background = _Call(tools.replace_background)
    generate_background = _Call(tools.generate_background)
    upscale = _Call(tools.upscale)
    remove_text = _Call(tools.remove_text)
    enhance = _Call(tools.enhance)
    merge_hdr = _Call(tools.merge_hdr)
    presets = _Call(library.presets)
    ready_presets = _Call(library.ready_presets)
    packs = _Call(library.packs)
    ready_packs = _Call(library.ready_packs)
    start_batch = _Call(batches.start_batch)
    batch = _Call(batches.batch)
    cancel_batch = _Call(batches.cancel_batch)
    retry_batch = _Call(batches.retry_batch)
    batch_manifest = _Call(batches.batch_manifest)
    download_batch = _Call(batches.download_batch)
    draft_listing = _Call(selling.draft_listing)
    create_listing = _Call(selling.create_listing)
    listings = _Call(selling.listings)
    listing = _Call(selling.listing)
    export_listings = _Call(selling.export_listings)
    archive_listings = _Call(selling.archive_listings)
    create_webhook = _Call(selling.create_webhook)

    def __init__(
        self,
        url: str | None = None,
        api_key: str | None = None,
        *,
        timeout: float,
        retries: Retries | None,
    ) -> None:
        """Speak to the site at ``url`` with an API key; by default PACKSHOT_URL and PACKSHOT_API_KEY.

        ``timeout`` is how many seconds the site may be silent; uploads and work may take longer.
        """
        self.url = address(url or os.environ.get("PACKSHOT_URL", ""))
        self.retries = retries or Retries()
        self._timeout = timeout
        self._key = api_key or os.environ.get("PACKSHOT_API_KEY", "")
        if not self._key.isascii() or not self._key.isprintable() or not self._key:
            raise PackshotError("There is no API key: pass api_key, or set PACKSHOT_API_KEY.")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.url}>"

    def _options(self) -> dict[str, Any]:
        headers = {"User-Agent": f"packshot-python/{VERSION}"}
        return {"base_url": self.url, "headers": headers, "timeout": self._timeout}

    def _arguments(self, request: Request, opened: ExitStack) -> dict[str, Any]:
        # The key goes to the site alone: signed addresses may be another host's.
        key = {} if request.signed else {"Authorization": f"Bearer {self._key}"}
        return {
            "method": request.method,
            "url": request.address,
            "params": dict(request.query) or None,
            "headers": {**key, **request.headers},
            **request.content(opened),
        }

    def _events(self, feed: Feed) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._key}", **feed.headers}
        return {"method": "GET", "url": feed.address, "headers": headers, "timeout": TIMEOUT}


class Client(_Calls):
    """A client that blocks. It may be used by several threads at once, and is to be closed."""

    def __init__(
        self,
        url: str | None = None,
        api_key: str | None = None,
        *,
        timeout: float = 60.0,
        retries: Retries | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(url, api_key, timeout=timeout, retries=retries)
        self._http = httpx.Client(transport=transport, **self._options())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def batch_events(self, batch_id: str, *, after: str | None = None) -> Iterator[Event]:
        """Yield all events of a batch so far, or those since one, and each new one, until its end."""
        return self._follow(Feed(self.retries, endpoints.BATCH_EVENTS, batch_id, after))

    def job_events(self, job_id: str, *, after: str | None = None) -> Iterator[Event]:
        """Yield all events of a job so far, or those since one, and each new one, until its end."""
        return self._follow(Feed(self.retries, endpoints.JOB_EVENTS, job_id, after))

    def wait_for_batch(self, batch_id: str, *, on_event: OnBatch | None = None) -> BatchStatus:
        """Follow a batch to its end, and return how it ended. Single pictures may have failed."""
        for event in self.batch_events(batch_id):
            if on_event is not None:
                on_event(event)
        return self.batch(batch_id)

    def _follow(self, feed: Feed) -> Iterator[Event]:
        while not feed.over:
            problem: Exception | None = None
            try:
                with self._http.stream(**self._events(feed)) as response:
                    if response.is_error:
                        response.read()
                    if feed.opened(response):
                        for sent in EventSource(response).iter_sse():
                            if event := feed.take(sent):
                                yield event
            except (httpx.RequestError, SSEError, ApiError) as error:
                problem = error
            if not feed.over:
                time.sleep(feed.pause_after(problem))

    def _run(self, steps: Callable[[Retries], Steps[T]]) -> T:
        running = steps(self.retries)
        try:
            step = next(running)
            while True:
                try:
                    answer = self._done(step)
                except httpx.RequestError as error:
                    step = running.throw(error)
                else:
                    step = running.send(answer)
        except StopIteration as end:
            result: T = end.value
            return result

    def _done(self, step: Step) -> httpx.Response:
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            return httpx.Response(httpx.codes.NO_CONTENT)
        with ExitStack() as opened:
            request = self._http.build_request(**self._arguments(step, opened))
            response = self._http.send(request, stream=True, follow_redirects=step.signed)
            opened.callback(response.close)
            if step.save_to is None or response.status_code != httpx.codes.OK:
                response.read()
            else:
                with Written(step.save_to, response, step.progress) as file:
                    for part in response.iter_bytes():
                        file.write(part)
        return response


class AsyncClient(_Calls):
    """A client for asyncio. It is to be closed."""

    def __init__(
        self,
        url: str | None = None,
        api_key: str | None = None,
        *,
        timeout: float = 60.0,
        retries: Retries | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        super().__init__(url, api_key, timeout=timeout, retries=retries)
        self._http = httpx.AsyncClient(transport=transport, **self._options())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    def batch_events(self, batch_id: str, *, after: str | None = None) -> AsyncIterator[Event]:
        """Yield all events of a batch so far, or those since one, and each new one, until its end."""
        return self._follow(Feed(self.retries, endpoints.BATCH_EVENTS, batch_id, after))

    def job_events(self, job_id: str, *, after: str | None = None) -> AsyncIterator[Event]:
        """Yield all events of a job so far, or those since one, and each new one, until its end."""
        return self._follow(Feed(self.retries, endpoints.JOB_EVENTS, job_id, after))

    async def wait_for_batch(
        self, batch_id: str, *, on_event: OnBatch | None = None
    ) -> BatchStatus:
        """Follow a batch to its end, and return how it ended. Single pictures may have failed."""
        async for event in self.batch_events(batch_id):
            if on_event is not None:
                on_event(event)
        return await self.batch(batch_id)

    async def _follow(self, feed: Feed) -> AsyncIterator[Event]:
        while not feed.over:
            problem: Exception | None = None
            try:
                async with self._http.stream(**self._events(feed)) as response:
                    if response.is_error:
                        await response.aread()
                    if feed.opened(response):
                        async for sent in EventSource(response).aiter_sse():
                            if event := feed.take(sent):
                                yield event
            except (httpx.RequestError, SSEError, ApiError) as error:
                problem = error
            if not feed.over:
                await asyncio.sleep(feed.pause_after(problem))

    async def _run_later(self, steps: Callable[[Retries], Steps[T]]) -> T:
        running = steps(self.retries)
        try:
            step = next(running)
            while True:
                try:
                    answer = await self._done(step)
                except httpx.RequestError as error:
                    step = running.throw(error)
                else:
                    step = running.send(answer)
        except StopIteration as end:
            result: T = end.value
            return result

    async def _done(self, step: Step) -> httpx.Response:
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
            return httpx.Response(httpx.codes.NO_CONTENT)
        with ExitStack() as opened:
            request = self._http.build_request(**self._arguments(step, opened))
            response = await self._http.send(request, stream=True, follow_redirects=step.signed)
            try:
                if step.save_to is None or response.status_code != httpx.codes.OK:
                    await response.aread()
                else:
                    with Written(step.save_to, response, step.progress) as file:
                        async for part in response.aiter_bytes():
                            file.write(part)
            finally:
                await response.aclose()
        return response


def address(url: str) -> str:
    """Check a site's address. A path before the API's is kept."""
    parsed = httpx.URL(url.strip())
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise PackshotError(f"{url!r} is no site's address: write https://… or set PACKSHOT_URL.")
    return str(parsed.copy_with(query=None, fragment=None)).rstrip("/")
