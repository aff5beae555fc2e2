"""Who calls, with the token that signing in answers, and from which plans and places."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.access import origins
from accounts.access.permissions import HasRole
from accounts.billing import changes
from accounts.http import Caller, caller, remember_caller
from accounts.models import Account, User
from accounts.signing import lasting_jwt
from accounts.team.roles import SAFE_METHODS
from config.errors import AppError
from processing.compat.cropedly.dialect import DIALECT


class TokenAuthentication(BaseAuthentication):
    """The bearer token alone: no cookie, no API key opens this door."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            found = lasting_jwt.caller_of(request._request, token.strip())
        except lasting_jwt.Refused as error:
            raise AuthenticationFailed(str(error)) from error
        if found.user is None:
            raise AuthenticationFailed
        remember_caller(request._request, found)
        return found.user, found

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="packshot"'


class MayCall(HasRole):
    """Signed in, with a role that may, on a plan that may, from a place that may."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        try:
            check_may_call(request._request, caller(request).account)
        except AppError:
            view.check_throttles(request)  # 429 comes before 403
            raise
        return True


def check_may_call(request: HttpRequest, account: Account) -> None:
    """Raises AppError PLAN_REQUIRED, and FORBIDDEN for a web page's request."""
    plans: list[str] = DIALECT.setting("CROPEDLY_PLANS")
    if not _is_included(request, account, plans):
        raise plan_required(account, plans)
    origin = request.headers.get("Origin")
    if origin is None:
        return
    plans = DIALECT.setting("CROPEDLY_BROWSER_PLANS")
    if not _is_included(request, account, plans):
        raise plan_required(account, plans, "calls from web pages")
    if not origins.is_proven(account, origin):
        message = "The Origin of this request is not a verified web site of your account."
        raise AppError("FORBIDDEN", message, status=403)


def _is_included(request: HttpRequest, account: Account, plans: list[str]) -> bool:
    """Whether the account's plan is one of these; to read, the one before it does in its grace, too."""
    if account.plan_id in plans:
        return True
    return request.method in SAFE_METHODS and not changes.readable_plans(account).isdisjoint(plans)


def plan_required(account: Account, plans: list[str], what: str = "this API") -> AppError:
    takes = f"It takes one of: {', '.join(plans)}."
    message = f"Your plan, {account.plan.name}, does not include {what}. {takes}"
    return AppError("PLAN_REQUIRED", message, status=403)
