"""Short words after something was done, with one thing to do about it: "Deleted. Undo"."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django_htmx.http import trigger_client_event


@dataclass(frozen=True)
class Toast:
    """A level of "error" or "success"; the action is a POST to the address, under its words; a link leads
    where more about it is."""

    text: str
    level: str = "success"
    action: str = ""
    url: str = ""
    link: str = ""
    link_url: str = ""


def say(request: HttpRequest, toast: Toast) -> None:
    """Show it on the next page of this browser."""
    level = messages.ERROR if toast.level == "error" else messages.SUCCESS
    tags = json.dumps(_ways(toast)) if toast.action or toast.link else ""
    messages.add_message(request, level, toast.text, extra_tags=tags)


def say_with(response: HttpResponse, toast: Toast) -> HttpResponse:
    """Show it with this answer to a script (htmx), on the page that is open."""
    detail = {"text": toast.text, "level": toast.level, **_ways(toast)}
    trigger_client_event(response, "packshot:toast", detail)
    return response


def toasts(request: HttpRequest) -> dict[str, object]:
    """What templates call ``toasts``; reading it takes the messages out."""
    return {"toasts": SimpleLazyObject(lambda: _waiting(request))}


def _ways(toast: Toast) -> dict[str, str]:
    """What can be done about it, and where more is."""
    return {name: getattr(toast, name) for name in ("action", "url", "link", "link_url")}


def _waiting(request: HttpRequest) -> list[Toast]:
    found = []
    for message in messages.get_messages(request):
        tags = message.extra_tags or ""
        told = json.loads(tags) if tags.startswith("{") else {}
        level = "error" if message.level >= messages.WARNING else "success"
        found.append(Toast(str(message.message), level=level, **told))
    return found
