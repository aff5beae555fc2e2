"""Notes where sessions are used from, and demands a second factor of staff."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from accounts.http import client_ip
from accounts.models import User
from accounts.signing import second_factor
from accounts.signing.sessions import SessionStore
from config.web import toasts
from config.web.toasts import Toast

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class SessionDetailsMiddleware:
    """Tells the session its address and browser, and notes that it was used."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        session = request.session
        if isinstance(session, SessionStore):
            session.ip = client_ip(request)
            session.user_agent = request.headers.get("User-Agent", "")[:300]
        response = self.get_response(request)
        # Read again: signing in may have put another session in its place.
        if isinstance(request.session, SessionStore):
            request.session.touch()
        return response


class StaffSecondFactorMiddleware:
    """Sends staff who have neither passkey nor authenticator app to set one up, before the administration shows them
    anything. Where they have one, signing in has asked for its code."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.STAFF_SECOND_FACTOR and _is_in_the_administration(request.path):
            user = request.user
            if isinstance(user, User) and user.is_staff and not second_factor.is_set_up(user):
                said = gettext(
                    "The administration asks for a second factor: set up a passkey or an authenticator app first."
                )
                toasts.say(request, Toast(said, level="error"))
                return redirect("mfa_index")
        return self.get_response(request)


def _is_in_the_administration(path: str) -> bool:
    return path.startswith(reverse("admin:index")) and path != reverse("admin:logout")
