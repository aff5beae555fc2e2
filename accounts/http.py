"""Who is behind a request."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from accounts.models import Account, ApiKey, User
from accounts.services import account_of, check_open
from config.errors import AppError


@dataclass(frozen=True)
class Caller:
    """The account that is charged, and the person or key that speaks for it."""

    account: Account
    user: User | None
    api_key: ApiKey | None = None
    session_id: UUID | None = None


def caller(request: Request) -> Caller:
    """Return who makes an API request. Raises AppError where nobody signed in."""
    if isinstance(request.auth, Caller):
        return request.auth
    if isinstance(request.user, User):
        return Caller(account_of(request.user), request.user)
    raise AppError("AUTHENTICATION_REQUIRED", "Sign in first.", status=401)


def remember_caller(request: HttpRequest, found: Caller) -> None:
    """Keep the caller for what runs outside Django REST framework: rate limits and middleware.

    Every way in comes through here. Raises AppError ACCOUNT_BLOCKED.
    """
    check_open(found.account)
    request.caller = found  # type: ignore[attr-defined]
    structlog.contextvars.bind_contextvars(account_id=str(found.account.pk))


def known_caller(request: HttpRequest) -> Caller | None:
    """Find who makes any request: as the API found out, or by the page's own session."""
    found = getattr(request, "caller", None)
    if isinstance(found, Caller):
        return found
    user = getattr(request, "user", None)
    return Caller(account_of(user), user) if isinstance(user, User) else None


def client_ip(request: HttpRequest) -> str:
    """The caller's address.

    Each trusted proxy appends the address it was called from to X-Forwarded-For, so with n of
    them the n-th entry from the right is the last one that a stranger could not have made up.
    """
    address: str = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(hops) >= settings.TRUSTED_PROXIES:
            address = hops[-settings.TRUSTED_PROXIES]
    try:
        found = ipaddress.ip_address(_without_port(address))
    except ValueError:  # a server on a Unix socket names no address
        return "0.0.0.0"  # noqa: S104
    # To who listens on IPv6 as well, callers by IPv4 look like ::ffff:203.0.113.9, all in one network.
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def _without_port(address: str) -> str:
    """Some proxies write down the port as well: 203.0.113.9:4711 or [2001:db8::1]:4711."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
