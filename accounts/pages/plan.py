"""Asking for another plan, on Plan & usage."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.access.pages import least, limit, page, signed_in
from accounts.billing import changes, providers, requests
from accounts.http import Caller
from accounts.limits import operations
from accounts.models import Plan, RequestState, Role
from accounts.team import roles


@page
@least(Role.OWNER)
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    caller, user = signed_in(request)
    limit(request, "general")
    plan = requests.wanted(caller.account, request.POST.get("plan", "").replace("\0", "")[:40])
    words = request.POST.get("note", "").replace("\0", "")[:500]
    providers.chosen().start_change(caller.account, plan, user=user, words=words)
    messages.success(request, gettext("Your request was sent."))
    return redirect("usage")


@page
@least(Role.OWNER)
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    caller, _ = signed_in(request)
    providers.chosen().cancel(requests.open_of(caller.account))
    messages.success(request, gettext("Your request was taken back."))
    return redirect("usage")


def shown(caller: Caller) -> dict[str, Any]:
    """What Plan & usage says of the plan, what comes next, and what can be asked for."""
    account, provider = caller.account, providers.chosen()
    last, standing = requests.last_of(account), changes.standing_of(account)
    others = Plan.objects.prefetch_related("limits").exclude(pk=account.plan_id)
    return {
        "price": provider.price(account.plan),
        "planned": standing.planned,
        "grace": standing.grace,
        "asked": last if last and last.state != RequestState.WITHDRAWN else None,
        "offers": [(plan, provider.price(plan), _limits(plan)) for plan in others],
        "how_to_change": provider.how_to_change(),
        "may_ask": roles.may(caller, Role.OWNER),
    }


def _limits(plan: Plan) -> list[tuple[str, int]]:
    return [(str(operations.named(one.operation).title), one.monthly) for one in plan.limits.all()]
