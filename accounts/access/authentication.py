"""How an API request says who it comes from: a session token, an API key, or the site's cookie.

Named in REST_FRAMEWORK, so it must not import rest_framework.views or drf_spectacular
(see config.api); how the schema describes it is in accounts.api.openapi.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.access import api_keys
from accounts.http import Caller, client_ip, person, program, remember_caller
from accounts.models import User
from accounts.signing.sessions import SessionStore
from accounts.signing.sign_in import user_of
from config.errors import AppError

_WRONG = "The session token or API key is not valid."


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <session token or API key>``, or ``x-api-key: <API key>``."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            token = token.strip()
        elif "x-api-key" in request.headers:
            token = request.headers["x-api-key"].strip()
            if not token.startswith(api_keys.PREFIX):
                raise AuthenticationFailed(_WRONG)
        else:
            return None
        found = _by_key(token) if token.startswith(api_keys.PREFIX) else _by_session(request, token)
        if found is None or found.user is None:
            raise AuthenticationFailed(_WRONG)
        remember_caller(request._request, found)
        return found.user, found

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="packshot"'


class CookieAuthentication(BaseAuthentication):
    """The site's own session cookie. Unsafe requests must carry the CSRF token."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        page = request._request
        user = getattr(page, "user", None)
        if not isinstance(user, User):
            return None
        _enforce_csrf(page)
        found = person(page, user)
        remember_caller(page, found)
        return user, found


def _by_key(plain: str) -> Caller | None:
    key = api_keys.find_used(plain)
    return None if key is None else Caller(key.account, key.created_by, api_key=key)


def _by_session(request: Request, token: str) -> Caller | None:
    store = SessionStore(token)
    user = user_of(store)
    if user is None:
        return None
    store.ip = client_ip(request._request)
    store.user_agent = request.headers.get("User-Agent", "")[:300]
    store.touch()
    return program(user, store, store.row_id)


def _enforce_csrf(request: HttpRequest) -> None:
    check = CSRFCheck(lambda _: HttpResponse())
    check.process_request(request)
    if check.process_view(request, lambda _: HttpResponse(), (), {}) is not None:
        raise AppError(
            "CSRF_FAILED",
            "The CSRF token is missing or wrong: send it as X-CSRFToken.",
            status=403,
        )
