"""Notes where sessions are used from."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from accounts.http import client_ip
from accounts.signing.sessions import SessionStore

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
