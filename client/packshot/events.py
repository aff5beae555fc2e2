"""Following a batch or a job by server-sent events: what is read, and when to connect again."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from httpx_sse import ServerSentEvent, SSEError

from packshot.endpoints import Endpoint
from packshot.errors import ApiError, UnexpectedAnswer, refusal
from packshot.steps import Retries, may_repeat, path_of, unreachable

# Comments keep a quiet stream open every 15 seconds.
TIMEOUT = httpx.Timeout(60.0)
_SHORT = 10.0  # seconds: a stream that ends sooner, and without events, is not in order
_LAST = {"batch.completed", "job.completed", "job.failed", "job.cancelled"}


@dataclass(frozen=True)
class Event:
    """Something that happened to a job or a batch; ``data`` is as the API's document lists it."""

    id: str
    name: str
    data: Mapping[str, Any]


class Feed:
    """One stream, over as many connections as it takes. No event is lost or told twice."""

    def __init__(
        self, retries: Retries, endpoint: Endpoint[Any], owner_id: str, after: str | None
    ) -> None:
        self.address = path_of(endpoint, owner_id)
        self.over = False
        self._last_name = "job." if "job_id" in endpoint.path else "batch."
        self._after = after
        self._retries = retries
        self._tried = 0
        self._opened = 0.0

    @property
    def headers(self) -> dict[str, str]:
        return {} if self._after is None else {"Last-Event-ID": self._after}

    def opened(self, response: httpx.Response) -> bool:
        """Say whether events follow. Raises ApiError for a refusal that stays one."""
        if response.status_code == httpx.codes.NO_CONTENT:
            self.over = True
            return False
        if response.status_code != httpx.codes.OK:
            raise refusal(response)
        self._opened = time.monotonic()
        return True

    def take(self, sent: ServerSentEvent) -> Event | None:
        """Read one event; None for what only keeps the stream going."""
        if not sent.data:
            return None
        try:
            data = json.loads(sent.data)
        except ValueError as error:
            raise UnexpectedAnswer(f"An event holds no JSON: {sent.data[:80]!r}") from error
        self._after, self._tried = sent.id, 0
        self.over = sent.event in _LAST and sent.event.startswith(self._last_name)
        return Event(sent.id, sent.event, data)

    def pause_after(self, problem: Exception | None) -> float:
        """Return how long to wait before connecting again. Raises the problem where that is no use.

        ``problem`` is None where the stream ended in good order, as it does every few minutes.
        """
        if isinstance(problem, SSEError):
            raise UnexpectedAnswer(f"The site sends no event stream: {problem}") from problem
        if isinstance(problem, ApiError) and not may_repeat(problem):
            raise problem
        if problem is None and time.monotonic() - self._opened > _SHORT:
            self._tried = 0
        self._tried += 1
        wait = self._retries.pause(self._tried, getattr(problem, "retry_after", None))
        if wait is None:
            if isinstance(problem, httpx.RequestError):
                raise unreachable(problem) from problem
            raise problem or UnexpectedAnswer(f"{self.address} ends without any event.")
        return wait
