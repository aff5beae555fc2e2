"""Who calls: an API key in ``x-api-key``; for some reading nobody, where the site allows it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from accounts.access import api_keys
from accounts.access.permissions import HasScope
from accounts.http import Caller, remember_caller
from accounts.limits import allowances
from accounts.models import User
from config.errors import not_found
from processing.compat.autoenhance.dialect import DIALECT, TRIAL_RATE_GROUP


class KeyAuthentication(BaseAuthentication):
    """``x-api-key`` alone: no session, no cookie, no bearer token opens this door."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        given = request.headers.get("x-api-key", "").strip()
        if not given:
            return None
        key = api_keys.find_used(given)
        if key is None:
            raise AuthenticationFailed("The API key is not valid.")
        found = Caller(key.account, key.created_by, api_key=key)
        remember_caller(request._request, found)
        return key.created_by, found

    def authenticate_header(self, request: Request) -> str:
        return 'ApiKey realm="packshot"'


class HasScopeOrReads(HasScope):
    """A key; or none at all for a GET, where the site lets everybody read who knows an id."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.method == "GET" and request.auth is None and _is_open():
            return True
        return super().has_permission(request, view)


def is_trial(request: Request) -> bool:
    """Whether a client only tries out: its results are marked, and cost nothing."""
    return request.headers.get("x-dev-mode", "").strip().lower() == "true"


def count_trial(request: Request) -> None:
    """Whole results that cost nothing are so many a day. Raises Throttled for one more."""
    taken = allowances.take(request._request, TRIAL_RATE_GROUP)
    if not taken.allowed:
        raise Throttled(wait=max(1, taken.reset))


def row_id(text: str, what: str) -> UUID:
    """Raises AppError NOT_FOUND for what is no id of ours."""
    try:
        return UUID(text)
    except ValueError as error:
        raise not_found(what) from error


def _is_open() -> bool:
    return bool(DIALECT.setting("AUTOENHANCE_OPEN_READS"))
