"""How long a request's body may be: by its endpoint and its caller, before it is read.

An endpoint that takes files says so by ``max_body`` (media_library.intake.uploads). All others, and
everybody who is not signed in, may send what Django holds in memory, but for the one page that says
by ``takes_from_strangers`` that it takes a photo from anybody.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError, InterfaceError, connection
from django.urls import Resolver404, resolve
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.access.authentication import CookieAuthentication
from accounts.http import client_ip
from accounts.limits.rate_limits import network_of
from accounts.signing.sessions import SessionStore
from accounts.signing.sign_in import user_of
from config.errors import AppError
from config.failures import outages


def small_body() -> int:
    """Return the number of bytes that anybody may send to anything."""
    limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return limit


def max_body(scope: Mapping[str, Any]) -> int:
    """Return the number of bytes that this caller may send to this endpoint.

    Asks the database: raises AppError SERVICE_UNAVAILABLE where that can't answer.
    """
    request = _without_body(scope)
    view = _view_of(request) if request is not None else None
    limit_of: Callable[[str], int] | None = getattr(view, "max_body", None)
    if request is None or limit_of is None:
        return small_body()
    limit = limit_of(request.content_type or "")
    if getattr(view, "takes_from_strangers", False):
        return limit
    try:
        return limit if limit <= small_body() or _is_known(request, view) else small_body()
    except (DatabaseError, InterfaceError) as error:
        outage = outages.told(error)
        if outage is None:
            raise
        raise outage from error
    finally:
        # Read before Django begins with the request, and it may never do so.
        if not connection.in_atomic_block:
            connection.close()


def address_of(scope: Mapping[str, Any]) -> str:
    """Return what the caller's address counts as."""
    request = _without_body(scope)
    return network_of(client_ip(request)) if request is not None else ""


def _without_body(scope: Mapping[str, Any]) -> ASGIRequest | None:
    """Make a request of its headers alone; None for one that Django refuses."""
    try:
        return ASGIRequest(dict(scope), io.BytesIO())
    except UnicodeDecodeError:
        return None


def _view_of(request: ASGIRequest) -> Any:
    """Find the class of an endpoint, or the function of a page."""
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return None
    return getattr(view, "cls", view)


def _is_known(request: ASGIRequest, view: Any) -> bool:
    """Whether the request's credentials are valid ones, whatever they may do.

    Those that are refused count as none: their endpoint says why, before it looks at the body.
    """
    authenticators = getattr(view, "authentication_classes", [CookieAuthentication])
    return any(_authenticates(one, request) for one in authenticators)


def _authenticates(authenticator: Any, request: ASGIRequest) -> bool:
    if issubclass(authenticator, CookieAuthentication):
        # Not by the class itself: it looks for a CSRF token, which may stand in the body.
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        return key is not None and user_of(SessionStore(key)) is not None
    try:
        return authenticator().authenticate(Request(request)) is not None
    except (APIException, AppError):
        return False
