"""Who is behind a request."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from rest_framework.request import Request

from accounts.models import Account, ApiKey, Member, Role, User
from accounts.services import check_open, memberships_of
from config.errors import AppError

# In which account a session works, as its data has it.
ACCOUNT_KEY = "account"


@dataclass(frozen=True)
class Caller:
    """The account that is charged, and the person or key that speaks for it.

    ``role`` is the person's in the account: a key acts with its scopes alone (accounts.team.roles).
    """

    account: Account
    user: User | None
    api_key: ApiKey | None = None
    session_id: UUID | None = None
    role: Role = Role.VIEWER
    memberships: Sequence[Member] = field(default=(), repr=False, compare=False)


def person(request: HttpRequest, user: User) -> Caller:
    """A person by their session, in the account that it works in.

    Where they are not in that one any more, it is the first that they are in.
    """
    found = memberships_of(user)
    session = getattr(request, "session", None)  # none where a view is called by itself
    works_in = working_in(found, session) or found[0]
    return _speaking(works_in, user, found, getattr(session, "row_id", None))


def program(user: User, session: SessionBase, session_id: UUID | None) -> Caller | None:
    """The same for a program, whose work must never land in another account: None where the person
    is not in its session's account any more."""
    found = memberships_of(user)
    works_in = working_in(found, session)
    return _speaking(works_in, user, found, session_id) if works_in is not None else None


def working_in(memberships: Sequence[Member], session: SessionBase | None) -> Member | None:
    """Find the membership a session works by; sessions that say nothing work by the oldest."""
    chosen = session.get(ACCOUNT_KEY) if session is not None else None
    if chosen is None:
        return memberships[0]
    return next((one for one in memberships if str(one.account_id) == chosen), None)


def _speaking(
    member: Member, user: User, memberships: Sequence[Member], session_id: UUID | None
) -> Caller:
    return Caller(
        member.account,
        user,
        session_id=session_id,
        role=Role(member.role),
        memberships=memberships,
    )


def caller(request: Request) -> Caller:
    """Return who makes an API request. Raises AppError where nobody signed in."""
    if isinstance(request.auth, Caller):
        return request.auth
    if isinstance(request.user, User):
        return person(request._request, request.user)
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
    return person(request, user) if isinstance(user, User) else None


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
