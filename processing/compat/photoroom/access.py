"""Who calls: an API key in ``x-api-key``, or the same key marked as one for trying out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from accounts.access import api_keys
from accounts.http import Caller, remember_caller
from accounts.limits import allowances
from accounts.limits.throttles import RateThrottle
from accounts.models import User
from config.errors import AppError
from processing.compat.photoroom.dialect import DIALECT, SANDBOX_RATE_GROUP

SANDBOX_PREFIX = "sandbox_"


@dataclass(frozen=True)
class PhotoroomCaller(Caller):
    """``sandbox``: results carry a watermark and cost nothing, but there are only so many a day."""

    sandbox: bool = False


class KeyAuthentication(BaseAuthentication):
    """``x-api-key`` alone: no session, no cookie, no bearer token opens this door."""

    def authenticate(self, request: Request) -> tuple[User, PhotoroomCaller] | None:
        given = self.given(request).strip()
        if not given:
            return None
        key = api_keys.find_used(given.removeprefix(SANDBOX_PREFIX))
        if key is None:
            raise PermissionDenied("The API key is not valid.")
        found = PhotoroomCaller(
            key.account,
            key.created_by,
            api_key=key,
            sandbox=given.startswith(SANDBOX_PREFIX),
        )
        remember_caller(request._request, found)
        return key.created_by, found

    def given(self, request: Request) -> str:
        return request.headers.get("x-api-key", "")

    def authenticate_header(self, request: Request) -> str:
        return 'ApiKey realm="packshot"'


class KeyOrQueryAuthentication(KeyAuthentication):
    """The legacy GET also takes ``apiKey`` from the address."""

    def given(self, request: Request) -> str:
        header = super().given(request)
        return header or (request.query_params.get("apiKey", "") if request.method == "GET" else "")


class SandboxThrottle(RateThrottle):
    """Counts sandbox calls a second time, against an allowance of their own."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if not sandbox(request):
            return True
        self.result = allowances.take(request._request, SANDBOX_RATE_GROUP)
        return self.result.allowed


def sandbox(request: Request) -> bool:
    return isinstance(request.auth, PhotoroomCaller) and request.auth.sandbox


def _plans_that_edit() -> list[str]:
    plans: list[str] = DIALECT.setting("PHOTOROOM_EDIT_PLANS")
    return plans


def may_edit(who: Caller) -> bool:
    return who.account.plan_id in _plans_that_edit() or (
        isinstance(who, PhotoroomCaller) and who.sandbox
    )


def check_may_edit(who: Caller) -> None:
    """Raises AppError QUOTA_EXCEEDED, which these clients know as 402."""
    if not may_edit(who):
        message = (
            f"Your plan does not include image editing. It takes one of: "
            f"{', '.join(_plans_that_edit())}."
        )
        raise AppError("QUOTA_EXCEEDED", message, status=403)
