"""Signing in and up, and the next pair of tokens."""

from __future__ import annotations

from django.http import HttpRequest
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.signing import jwt, sign_in
from accounts.signing.sign_up import sign_up
from config.api.bodies import read
from config.errors import AppError
from processing.compat.backgroundfx import bodies
from processing.compat.backgroundfx.answers import auth_response
from processing.compat.backgroundfx.dialect import RATE_GROUP
from processing.compat.backgroundfx.views import BackgroundfxView


class PublicView(BackgroundfxView):
    authentication_classes = []
    permission_classes = [AllowAny]
    # Guessing passwords is counted together with the other doors' attempts.
    rate_group = {"POST": "auth"}


class Login(PublicView):
    def post(self, request: Request) -> Response:
        body = read(bodies.Login, request.data)
        user = sign_in.check_credentials(
            request._request, email=body.email, password=body.password, code=body.code
        )
        return Response(_signed_in(request._request, user))


class Register(PublicView):
    def post(self, request: Request) -> Response:
        body = read(bodies.Registration, request.data)
        user = sign_up(request._request, email=body.email, password=body.password, name=body.name)
        if user is None:
            # The same for known addresses as for new ones, and as signing in says it until then.
            message = "Follow the link in the e-mail we sent you, then sign in."
            raise AppError("EMAIL_NOT_VERIFIED", message, status=403)
        return Response(_signed_in(request._request, user), status=201)


class Refresh(PublicView):
    """Not in the vendor's document, which has the token but no way to use it."""

    rate_group = {"POST": RATE_GROUP}

    def post(self, request: Request) -> Response:
        user, tokens = jwt.exchange(read(bodies.Refresh, request.data).refresh_token)
        return Response(auth_response(user, tokens))


def _signed_in(request: HttpRequest, user: User) -> dict[str, object]:
    return auth_response(user, jwt.sign_in(request, user))
