"""Which API keys and roles may do what."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.http import caller
from accounts.team import roles
from config.api.methods import by_method


class HasRole(BasePermission):
    """Signed in, with the role in the account that the view needs (accounts.team.roles)."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False  # answered as 401
        role, found = roles.needed(view, request.method), caller(request)
        if request.method not in view.allowed_methods:
            return True  # a wrong method is answered as 405, whoever calls
        if not roles.may(found, role):
            view.check_throttles(request)  # 429 comes before 403
            roles.check(found, role)
        return True


class HasScope(HasRole):
    """The same; and an API key must hold the view's ``scope``.

    A view without a scope is for people only: no key reaches it, so that a forgotten scope
    closes a door instead of opening one.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        key = caller(request).api_key
        if key is None or request.method not in view.allowed_methods:
            return True
        scope = by_method(getattr(view, "scope", None), request.method, None)
        if scope in key.scopes:
            return True
        view.check_throttles(request)  # 429 comes before 403
        needed = f"it needs the scope {scope}" if scope else "sign in instead"
        raise PermissionDenied(f"This API key may not do that: {needed}.")
