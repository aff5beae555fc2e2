"""What all pages share: a person who signed in, refusals that people can read, rate limits."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import gettext, ngettext
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget
from redis.exceptions import RedisError

from accounts.http import Caller, known_caller, person, remember_caller
from accounts.limits.rate_limits import RateLimitResult, hit
from accounts.models import Role, User
from accounts.team import roles
from config.errors import AppError
from config.failures import outages

View = Callable[Concatenate[HttpRequest, ...], HttpResponseBase]


def is_htmx(request: HttpRequest) -> bool:
    """Whether a fragment is wanted instead of a page; going back in the browser wants the page."""
    asked = getattr(request, "htmx", None)
    return bool(asked and not asked.history_restore_request)


def page(view: View) -> View:
    """A view for somebody who signed in; what it refuses (AppError) is answered for people.

    Viewers may ask for it and post nothing, unless it says otherwise by ``least``.

    Pages show signed links and private pictures, so no cache keeps them.
    """

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return _sign_in_first(request)
        try:
            found = person(request, request.user)
            remember_caller(request, found)
            roles.check(found, roles.needed(inner, request.method))
            response = view(request, *args, **kwargs)
        except (AppError, DatabaseError, OSError, RedisError) as error:
            known = error if isinstance(error, AppError) else outages.told(error)
            if known is None:
                raise
            response = refusal(request, known, framed=known is error)
        patch_vary_headers(response, ["HX-Request"])
        add_never_cache_headers(response)
        return response

    return inner


def team(request: HttpRequest) -> dict[str, object]:
    """What templates call ``team``: who looks at a ``page``, with their role and the accounts they are in."""
    found = getattr(request, "caller", None)
    return {"team": found if isinstance(found, Caller) and found.memberships else None}


def least(role: Role) -> Callable[[View], View]:
    """Say below ``page`` which role a page takes, for all its methods."""

    def decorate(view: View) -> View:
        view.role = role  # type: ignore[attr-defined]
        return view

    return decorate


def signed_in(request: HttpRequest) -> tuple[Caller, User]:
    """Return who asks, inside a ``page``."""
    found = known_caller(request)
    if found is None or found.user is None:
        raise AppError("AUTHENTICATION_REQUIRED", gettext("Sign in first."), status=401)
    return found, found.user


def need(request: HttpRequest, role: Role) -> None:
    """For a page that some may use in part. Raises AppError FORBIDDEN."""
    roles.check(signed_in(request)[0], role)


def limit(request: HttpRequest, group: str, *, about: str = "") -> None:
    """Count against the same limits as the API. Raises AppError RATE_LIMITED."""
    check_limit(hit(request, group, about=about))


def check_limit(result: RateLimitResult) -> None:
    """Raises AppError RATE_LIMITED, for people."""
    if not result.allowed:
        minutes = max(1, round(result.reset / 60))
        message = ngettext(
            "Too many requests. Try again in a minute.",
            "Too many requests. Try again in %(minutes)d minutes.",
            minutes,
        ) % {"minutes": minutes}
        raise AppError("RATE_LIMITED", message, status=429, retry_after=max(1, result.reset))


def refusal(request: HttpRequest, error: AppError, *, framed: bool = False) -> HttpResponse:
    """The refusal as a page, or as a toast on the page that is open; ``framed`` with the way round."""
    context = {"status": error.status, "message": error.page_message, "framed": framed}
    template = "components/notice.html" if is_htmx(request) else "error.html"
    response = render(request, template, context, status=error.status)
    for name, value in error.headers.items():
        response[name] = value
    return reswap(retarget(response, "#notices"), "innerHTML") if is_htmx(request) else response


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    # Only what can be asked for again: a form's address answers nothing but a POST.
    is_shown = request.method in ("GET", "HEAD") and not is_htmx(request)
    to_login = redirect_to_login(request.get_full_path() if is_shown else "/library/")
    if not is_htmx(request):
        return to_login
    response = HttpResponseClientRedirect(to_login["Location"])
    response.status_code = 401  # a script that reads the answer must not take it for success
    return response
