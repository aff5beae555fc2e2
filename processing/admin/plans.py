"""Changing a customer's plan at the desk: the numbers first, then the change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.billing import changes, proration, requests
from accounts.billing.changes import When
from accounts.models import Account, ChangeState, Plan, PlanRequest, RequestState, User
from config.api.ids import decoded
from config.errors import AppError, invalid, not_found

MOMENTS: Final = {
    When.NOW: _("At once"),
    When.MONTH_END: _("At the month’s end"),
    When.UNPAID: _("It isn’t paid: when the grace for paying is over"),
}


def waiting() -> QuerySet[PlanRequest]:
    """What owners asked for and nobody decided yet, the oldest first."""
    rows = PlanRequest.objects.filter(state=RequestState.OPEN, account__closed_at=None)
    return rows.select_related("account__plan", "user").order_by("created_at")


def seen_of(account: Account) -> dict[str, Any]:
    """What the customer's page says of the plan."""
    standing = changes.standing_of(account)
    return {
        "plans": Plan.objects.exclude(pk=account.plan_id),
        "moments": MOMENTS.items(),
        "planned": standing.planned,
        "plan_history": account.plan_changes.exclude(state=ChangeState.PLANNED)[:10],
        "grace": standing.grace,
        "plan_requests": account.plan_requests.select_related("user", "decided_by")[:10],
    }


@require_safe
def preview(request: HttpRequest, account_id: Any) -> HttpResponse:
    """The numbers of a change, and the button that makes it."""
    if not request.user.has_perms(["accounts.view_account", "accounts.change_account"]):
        raise PermissionDenied
    account = get_object_or_404(Account.objects.select_related("plan"), pk=account_id)
    try:
        plan, when = _plan(request.GET), _when(request.GET)
        changes.check(account, plan, when)
    except AppError as error:
        context: dict[str, Any] = {"title": account.name, "problem": error.message}
    else:
        now = timezone.now()
        context = {
            "title": gettext("Change of plan"),
            "plan": plan,
            "when": when.value,
            "moment": changes.moment_of(when, now),
            "moment_name": MOMENTS[when],
            "lines": proration.lines(account, plan, now.date(), at_once=when is When.NOW),
            "grace_days": changes.grace_days(account.plan, plan),
            "note": request.GET.get("note", "")[:300],
        }
    whole = {**admin.site.each_context(request), "account": account, **context}
    return render(request, "admin/customer_plan.html", whole)


def change(account: Account, form: Mapping[str, str], by: User) -> tuple[Any, str]:
    """Change the plan, or plan to."""
    plan, when = _plan(form), _when(form)
    asked = account.plan_requests.filter(plan=plan, state=RequestState.OPEN).first()
    made = changes.change(
        account, plan, when=when, by=by, note=form.get("note", "").strip()[:300], request=asked
    )
    said = f"Plan {made.before_name} to {made.after_name}, {_moment(when, made.at)}"
    return made, f"{said}: {made.note}" if made.note else f"{said}."


def keep(account: Account, form: Mapping[str, str], by: User) -> tuple[Any, str]:
    """Not do what was planned."""
    planned = account.plan_changes.filter(state=ChangeState.PLANNED).first()
    if planned is None or not changes.cancel_planned(account):
        raise AppError("CONFLICT", "No change of plan is planned.", status=409)
    return planned, f"Keeps {planned.before_name}: the change to {planned.after_name} is off."


def decline(account: Account, form: Mapping[str, str], by: User) -> tuple[Any, str]:
    """Say no to what the owner asked for."""
    asked = requests.request_for(account, decoded("preq", form.get("request", ""), "Request"))
    requests.decline(asked, by=by, answer=form.get("answer", ""))
    return asked, f"Declined {asked.plan_name}: {asked.answer}"


def _plan(form: Mapping[str, str]) -> Plan:
    plan = Plan.objects.filter(slug=form.get("plan", "").replace("\0", "")).first()
    if plan is None:
        raise not_found("Plan")
    return plan


def _when(form: Mapping[str, str]) -> When:
    try:
        return When(form.get("when", ""))
    except ValueError as error:
        raise invalid("when", "Say when: now, month-end or unpaid.") from error


def _moment(when: When, at: Any) -> str:
    if when is When.NOW:
        return "at once"
    return f"on {at:%Y-%m-%d}" + (", as it isn't paid" if when is When.UNPAID else "")
