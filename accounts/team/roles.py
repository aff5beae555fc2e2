"""What each role may, decided in one place for pages, the API and every dialect.

Owners do everything. Editors do all the work, but have no say about the account itself: its people,
its deletion, its data as a whole, keys of others. Viewers see everything and change nothing but what
is their own: their name, language and sessions, and that they are in the account.

What an endpoint or page needs is its ``role`` (one, or by HTTP method). One that says nothing needs an
editor for everything that isn't reading, so that a forgotten word closes a door.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NoReturn

from django.utils.translation import gettext

from accounts.http import Caller
from accounts.models import Role
from config.api.methods import by_method
from config.errors import AppError

SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS")
_ORDER: Final = (Role.VIEWER, Role.EDITOR, Role.OWNER)


def needed(view: Any, method: str | None) -> Role:
    """The least role that may do this: the view's own word, else by its scope, else by the method."""
    own = by_method(getattr(view, "role", None), method, None)
    if own is not None:
        return Role(own)
    scope = by_method(getattr(view, "scope", None), method, None)
    if scope is not None:  # a POST may read, such as an export's
        return Role.VIEWER if scope.endswith(":read") else Role.EDITOR
    return Role.VIEWER if method in SAFE_METHODS else Role.EDITOR


def may(found: Caller, role: Role) -> bool:
    """Whether somebody may do what takes this role. What a key may is a matter of its scopes."""
    return found.api_key is not None or _ORDER.index(found.role) >= _ORDER.index(role)


def scopes_for(role: Role, scopes: Sequence[str]) -> list[str]:
    """Of an API key's scopes those that somebody with this role may give away."""
    return [one for one in scopes if role != Role.VIEWER or one.endswith(":read")]


def check(found: Caller, role: Role) -> None:
    """Raises AppError FORBIDDEN."""
    if not may(found, role):
        refuse(role)


def refuse(role: Role) -> NoReturn:
    """Say what it would take. Raises AppError FORBIDDEN."""
    if role == Role.OWNER:
        message = gettext("Only owners of the account may do that.")
    else:
        message = gettext(
            "You are a viewer in this account: viewers see everything and change nothing. "
            "Ask an owner for another role."
        )
    raise AppError("FORBIDDEN", message, status=403)
