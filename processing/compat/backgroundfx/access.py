"""Who calls: a JWT as bearer token, as signing in here answers it."""

from __future__ import annotations

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.http import Caller, remember_caller
from accounts.models import User
from accounts.signing import jwt


class JwtAuthentication(BaseAuthentication):
    """The bearer token alone: no cookie, no API key opens this door."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        found = jwt.caller_of(request._request, token.strip())
        if found is None or found.user is None:
            raise AuthenticationFailed("The token is not valid or has expired.")
        remember_caller(request._request, found)
        return found.user, found

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="packshot"'
