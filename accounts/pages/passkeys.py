"""Allauth's pages of one passkey, which is nobody else's."""

from __future__ import annotations

from typing import Any

from allauth.mfa.webauthn import views
from django.http import Http404, HttpRequest

from accounts.access.pages import least, page, signed_in
from accounts.models import Role
from accounts.signing import passkeys


@page
@least(Role.VIEWER)
def rename(request: HttpRequest, pk: int) -> Any:
    _check_own(request, pk)
    return views.edit_webauthn(request, pk=pk)


@page
@least(Role.VIEWER)
def remove(request: HttpRequest, pk: int) -> Any:
    _check_own(request, pk)
    return views.remove_webauthn(request, pk=pk)


def _check_own(request: HttpRequest, pk: int) -> None:
    """Raise Http404 before allauth asks who it is: a stranger is told nothing."""
    _, user = signed_in(request)
    if not passkeys.of_user(user).filter(pk=pk).exists():
        raise Http404
