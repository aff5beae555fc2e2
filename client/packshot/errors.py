"""What goes wrong, as exceptions: refusals of the site by their status and code, and a site out of reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx


class PackshotError(Exception):
    """Any failure that this package reports."""


class SiteUnreachable(PackshotError):
    """No answer came: no connection, a timeout, or a connection that broke."""


class UnexpectedAnswer(PackshotError):
    """The answer is not what the API's document says, for instance because no Packshot answers there."""


class ApiError(PackshotError):
    """The site refused a request.

    ``code`` is for programs and never changes, ``message`` is for people, ``fields`` names what was wrong
    with which field, and ``request_id`` finds the request in the site's log. ``job_id`` is set where work was
    accepted first and failed later.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str,
        fields: Mapping[str, list[str]] | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        job_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.fields = dict(fields or {})
        self.request_id = request_id
        self.retry_after = retry_after
        self.job_id = job_id


class InvalidRequest(ApiError):
    """400, 413, 415: the request itself is wrong; ``fields`` says where."""


class NotSignedIn(ApiError):
    """401: the API key is missing, wrong, revoked or expired."""


class NotAllowed(ApiError):
    """403: the key lacks a scope, the person a role, or the plan the feature."""


class QuotaExceeded(NotAllowed):
    """403: this month's quota is used up."""


class NotFound(ApiError):
    """404: there is no such thing in the account."""


class Conflict(ApiError):
    """409: not in the state that things are in now."""


class WorkFailed(ApiError):
    """422: the work itself failed, for instance as NOTHING_FOUND. Nothing was charged."""


class RateLimited(ApiError):
    """429: too many requests; ``retry_after`` says how many seconds to wait."""


class Unavailable(ApiError):
    """502, 503, 504: something that the site needs is out of order for now."""


class InvalidSignature(PackshotError):
    """A webhook was not sent by the site that knows the secret, or is too old."""


_BY_STATUS: dict[int, type[ApiError]] = {
    **dict.fromkeys((400, 413, 415), InvalidRequest),
    401: NotSignedIn,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    422: WorkFailed,
    429: RateLimited,
    **dict.fromkeys((502, 503, 504), Unavailable),
}


def refusal(response: httpx.Response) -> ApiError:
    """Make the exception for an answer that is no success; its content has been read."""
    told = _told(response)
    code = str(told.get("code") or f"HTTP_{response.status_code}")
    known = _BY_STATUS.get(response.status_code, ApiError)
    return (QuotaExceeded if code == "QUOTA_EXCEEDED" else known)(
        str(told.get("error") or f"The site answered {response.status_code}."),
        status=response.status_code,
        code=code,
        fields=_fields(told.get("fields")),
        request_id=response.headers.get("x-request-id"),
        retry_after=retry_after(response),
    )


def retry_after(response: httpx.Response) -> float | None:
    """Read how many seconds an answer asks to wait. Packshot sends numbers; dates are not read."""
    text = response.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() else None


def _told(response: httpx.Response) -> Mapping[str, Any]:
    try:
        content = response.json()
    except ValueError:  # a proxy's page
        return {}
    return content if isinstance(content, dict) else {}


def _fields(told: object) -> dict[str, list[str]]:
    if not isinstance(told, dict):
        return {}
    return {
        str(name): [str(one) for one in wrong] if isinstance(wrong, list) else [str(wrong)]
        for name, wrong in told.items()
    }
