"""Allauth's addresses of signing in with Google: there where the site's owner has registered it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.providers.google import views
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from accounts.access.pages import page
from accounts.signing import google


def _where_it_is_on(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not google.is_on():
            raise Http404
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    return inner


login = _where_it_is_on(views.oauth2_login)
callback = _where_it_is_on(views.oauth2_callback)


@page
def again(request: HttpRequest) -> HttpResponse:
    """Lead to Google once more, before something that matters, who has no password to type again."""
    if not google.is_on():
        raise Http404
    context = {"next_url": get_next_redirect_url(request) or ""}
    return render(request, "socialaccount/again.html", context)


def nowhere(request: HttpRequest) -> HttpResponse:
    """Refuse signing in by a token that a browser brings: nothing of ours asks Google for one."""
    raise Http404
