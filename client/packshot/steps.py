"""What a call comes to, step by step, for synchronous and asynchronous clients alike.

A call is a generator: it yields requests and pauses, is sent the answers, and returns its result. So what is
retried, waited for and read is written once; a client only carries out the steps (`packshot.client`).
"""

from __future__ import annotations

import io
import os
import random
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx
from pydantic import TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from packshot.endpoints import Endpoint
from packshot.errors import (
    ApiError,
    Conflict,
    RateLimited,
    SiteUnreachable,
    Unavailable,
    UnexpectedAnswer,
    refusal,
)

T = TypeVar("T")
Progress = Callable[[int, int | None], None]  # bytes done, and how many there are, if that is known
File = str | os.PathLike[str] | bytes


@dataclass(frozen=True)
class Retries:
    """How often and how patiently a request is repeated that may be repeated.

    Pauses double from ``first_pause`` on, unless the answer says how long to wait. Where it says more than
    ``longest_pause`` seconds, the request is not repeated.
    """

    attempts: int = 5
    first_pause: float = 0.5
    longest_pause: float = 70.0

    def pause(self, tried: int, asked: float | None) -> float | None:
        """Return the seconds to wait after ``tried`` attempts; None to give up."""
        if tried >= self.attempts or (asked or 0.0) > self.longest_pause:
            return None
        if asked is not None:
            return asked
        wait = self.first_pause * 2.0 ** (tried - 1)
        return float(min(wait, self.longest_pause) * random.uniform(0.75, 1.25))  # noqa: S311


@dataclass(frozen=True)
class Pause:
    """A step: wait for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Request:
    """A step: one request, which a client may send several times.

    ``upload`` is the file of a form, by its name; ``save_to`` is where the answer's content is written.
    ``signed``: the address itself permits, so the key is left out.
    """

    method: str
    address: str
    json: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    upload: tuple[str, File] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    save_to: Path | None = None
    progress: Progress | None = None
    signed: bool = False
    repeatable: bool = False

    def content(self, opened: ExitStack) -> dict[str, Any]:
        """Make httpx's arguments. Opens the upload anew, for each attempt reads it from its start."""
        if self.upload is None:
            return {} if self.json is None else {"json": self.json}
        name, file = self.upload
        source: Any = file
        if not isinstance(file, bytes):
            source = opened.enter_context(_Watched(file, self.progress))
        return {"files": {"file": (name, source)}, "data": dict(self.form)}


class _Watched(io.FileIO):
    """A file that tells how much of it was read."""

    def __init__(self, path: str | os.PathLike[str], progress: Progress | None) -> None:
        super().__init__(path, "rb")
        self._progress = progress
        self._total = os.fstat(self.fileno()).st_size

    def read(self, size: int | None = -1, /) -> bytes:
        part = super().read(-1 if size is None else size) or b""
        if self._progress is not None:
            self._progress(self.tell(), self._total)
        return part


Step = Request | Pause
Steps = Generator[Step, httpx.Response, T]


def camel(options: Mapping[str, Any]) -> dict[str, Any]:
    """Spell arguments as the API does. What lies inside of them is spelled so already."""
    return {to_camel(name): value for name, value in options.items()}


def request(
    endpoint: Endpoint[Any],
    *ids: str,
    body: Mapping[str, Any] | None = None,
    query: Mapping[str, Any] | None = None,
    key: str | None = None,
    **others: Any,
) -> Request:
    """Make the request for an endpoint; ``ids`` take the places in its path, in order."""
    headers = {"Idempotency-Key": key or uuid4().hex} if endpoint.keyed else {}
    return Request(
        endpoint.method,
        path_of(endpoint, *ids),
        json=None if body is None else camel(body),
        query=_spelled(camel(query or {})),
        headers=headers,
        repeatable=endpoint.keyed or endpoint.method in ("GET", "DELETE"),
        **others,
    )


def path_of(endpoint: Endpoint[Any], *ids: str) -> str:
    """Fill the places of an endpoint's path, in order."""
    parts = endpoint.path.split("/")
    left = iter(ids)
    return "/".join(quote(next(left), safe="") if part[:1] == "{" else part for part in parts)


def _spelled(query: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in query.items()
    }


def sent(retries: Retries, step: Request) -> Steps[httpx.Response]:
    """Send a request until it is answered. Raises ApiError for a refusal, SiteUnreachable for none."""
    tried = 0
    while True:
        tried += 1
        try:
            response = yield step
        except httpx.RequestError as error:
            failure = unreachable(error)
            never_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            wait = retries.pause(tried, None) if step.repeatable or never_sent else None
            if wait is None:
                raise failure from error
        else:
            if response.status_code < 400:
                return response
            refused = refusal(response)
            wait = retries.pause(tried, refused.retry_after) if may_repeat(refused) else None
            if wait is None:
                raise refused
        yield Pause(wait)


def may_repeat(refused: ApiError) -> bool:
    """Whether nothing was done and the same request may succeed later."""
    if isinstance(refused, Conflict):
        return refused.code == "IDEMPOTENCY_KEY_IN_USE"
    if isinstance(refused, Unavailable):
        return refused.code == "SERVICE_UNAVAILABLE" or refused.code.startswith("HTTP_")
    return isinstance(refused, RateLimited)


def unreachable(error: httpx.RequestError) -> SiteUnreachable:
    """Say that no answer came, and from where."""
    where = error.request.url.copy_with(path="/", query=None)
    reason = str(error) or type(error).__name__
    return SiteUnreachable(f"No answer from {where}: {reason}")


def read(response: httpx.Response, answer: type[T]) -> T:
    """Read an answer's ``data``. Raises UnexpectedAnswer for anything else than the API would say."""
    if response.is_redirect:
        raise UnexpectedAnswer(
            f"The site sends requests on to {response.headers.get('location')}: use that address."
        )
    try:
        envelope = response.json()
        return TypeAdapter(answer).validate_python(envelope["data"])
    except (ValueError, KeyError, TypeError) as error:
        said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "no such JSON"
        raise UnexpectedAnswer(
            f"What {response.request.url} answered is not Packshot's: {said}."
        ) from error


def asked(retries: Retries, endpoint: Endpoint[T], step: Request) -> Steps[T]:
    """Send a request to an endpoint and read its answer."""
    response = yield from sent(retries, step)
    return read(response, endpoint.answer)
