"""Webhooks: who is told of what, what became of it, and telling it again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access.pages import limit, page, signed_in
from config.api.ids import decoded
from config.errors import AppError
from config.web.toasts import Toast, say
from processing.delivery.payloads import EVENTS
from processing.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from processing.services import webhooks
from processing.services.webhooks import Subscription

TEMPLATE = "processing/webhooks.html"
PAGE_SIZE = 25
EVENT_WORDS = {
    "job.completed": _("A picture is done"),
    "job.failed": _("A picture failed"),
    "project.created": _("A project was made"),
    "batch.completed": _("A batch is done"),
}


class WebhookForm(forms.Form):
    url = forms.CharField(
        max_length=2000,
        label=_("Address"),
        widget=forms.URLInput(attrs={"placeholder": "https://shop.example/hooks/packshot"}),
    )
    description = forms.CharField(max_length=200, required=False, label=_("Note"))
    events = forms.MultipleChoiceField(
        choices=[(name, EVENT_WORDS.get(name, name)) for name in EVENTS],
        initial=["job.completed", "job.failed", "batch.completed"],
        widget=forms.CheckboxSelectMultiple,
        label=_("Tell of"),
        error_messages={"required": _("Choose at least one event.")},
    )


@dataclass(frozen=True)
class WebhookRow:
    webhook: WebhookEndpoint
    events: list[str]


@dataclass(frozen=True)
class DeliveryRow:
    """One delivery, with its last attempt and what was sent, as text."""

    delivery: WebhookDelivery
    words: str
    payload: str
    tries: list[Any]


@page
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _register(request)
    return render(request, TEMPLATE, _context(request, form=WebhookForm()))


@sensitive_variables()
def _register(request: HttpRequest) -> HttpResponse:
    """Answers with the page itself: the secret lies nowhere to be fetched later."""
    caller, _user = signed_in(request)
    form, made = WebhookForm(request.POST), None
    if form.is_valid():
        try:
            made = webhooks.register(caller.account, Subscription(**form.cleaned_data))
        except AppError as error:
            _blame(form, error)
    context = _context(request, form=form if made is None else WebhookForm())
    if made is not None:
        context |= {"secret": made.secret, "made": made}
    return render(request, TEMPLATE, context, status=422 if made is None else 201)


@page
@require_safe
def webhook(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """One webhook with its deliveries, newest first."""
    return render(request, "processing/webhook.html", _one(request, webhook_id))


@page
@require_POST
def rotate(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """A new secret, shown on the page that answers; the one before signs beside it for a day."""
    context = _one(request, webhook_id)
    rotated = webhooks.rotate_secret(context["webhook"])
    context |= {"webhook": rotated, "secret": rotated.secret}
    return render(request, "processing/webhook.html", context)


@page
@require_POST
def test(request: HttpRequest, webhook_id: str) -> HttpResponse:
    limit(request, "general")
    found = _webhook(request, webhook_id)
    delivered = webhooks.test(found).state == DeliveryState.DELIVERED
    words = gettext("The test arrived.") if delivered else gettext("The test did not arrive.")
    say(request, Toast(words, level="success" if delivered else "error"))
    return redirect("webhook", webhook_id)


@page
@require_POST
def switch(request: HttpRequest, webhook_id: str) -> HttpResponse:
    found = _webhook(request, webhook_id)
    webhooks.change(found, {"enabled": "on" in request.POST})
    return redirect("webhook", webhook_id)


@page
@require_POST
def delete(request: HttpRequest, webhook_id: str) -> HttpResponse:
    _webhook(request, webhook_id).delete()
    say(request, Toast(gettext("The webhook was deleted.")))
    return redirect("webhooks")


@page
@require_POST
def replay(request: HttpRequest, webhook_id: str, delivery_id: str) -> HttpResponse:
    found = _webhook(request, webhook_id)
    delivery = webhooks.delivery_for(found, decoded("whd", delivery_id, "Delivery"))
    webhooks.replay(delivery)
    say(request, Toast(gettext("It is being sent again.")))
    return redirect("webhook", webhook_id)


def _webhook(request: HttpRequest, webhook_id: str) -> WebhookEndpoint:
    """Raises AppError NOT_FOUND for other people's as for none."""
    caller, _user = signed_in(request)
    return webhooks.endpoint_for(caller.account, decoded("wh", webhook_id, "Webhook"))


def _blame(form: WebhookForm, error: AppError) -> None:
    for name, found in error.page_fields.items():
        form.add_error(name if name in form.fields else None, found[0])
    if not error.fields:
        form.add_error(None, error.page_message)


def _context(request: HttpRequest, *, form: WebhookForm) -> dict[str, Any]:
    caller, _user = signed_in(request)
    rows = WebhookEndpoint.objects.filter(account=caller.account)
    return {"form": form, "webhooks": [_row(found) for found in rows]}


def _row(found: WebhookEndpoint) -> WebhookRow:
    return WebhookRow(found, [str(EVENT_WORDS.get(name, name)) for name in found.events])


def _one(request: HttpRequest, webhook_id: str) -> dict[str, Any]:
    found = _webhook(request, webhook_id)
    only_failed = "failed" in request.GET
    rows = WebhookDelivery.objects.filter(endpoint=found).prefetch_related("tries")
    if only_failed:
        rows = rows.filter(state=DeliveryState.FAILED)
    shown = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return {
        "webhook": found,
        "row": _row(found),
        "only_failed": only_failed,
        "shown": shown,
        "deliveries": [
            DeliveryRow(
                delivery,
                str(EVENT_WORDS.get(delivery.event, _("A test"))),
                json.dumps(delivery.payload, indent=2, ensure_ascii=False),
                list(delivery.tries.all()),
            )
            for delivery in shown
        ],
    }
