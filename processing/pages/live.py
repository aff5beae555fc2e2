"""Parts of pages that ask for what has changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseStopPolling

from config import public_ids

MAX_WATCHED = 100


def live(
    request: HttpRequest, *, template: str, context: dict[str, Any], has_news: bool, is_open: bool
) -> HttpResponse:
    if is_open and not has_news:
        return HttpResponse(status=204)
    response = render(request, template, context) if has_news else HttpResponse()
    if not is_open:
        response.status_code = HttpResponseStopPolling.status_code
    return response


def watched(request: HttpRequest, prefix: str) -> dict[UUID, str]:
    """The marks of what the page shows, by id; what is no mark is left out."""
    found = {}
    for mark in request.GET.getlist("watch")[:MAX_WATCHED]:
        try:
            found[public_ids.decode(prefix, mark.partition(":")[0])] = mark
        except ValueError:
            continue
    return found
