"""Tells owners of changes of their plan, and staff of requests, by mail, where the site sends any.

A worker sends, so that nobody waits for a mail server.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

import dramatiq
import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.urls import reverse

from accounts.mails import writing
from accounts.models import PlanChange, PlanRequest, Role, User
from config.failures.outages import QUEUE_ERRORS

# By what is told; each is a pair of templates in accounts/email.
MAILS: Final = {
    "planned": "accounts/email/plan_planned",
    "changed": "accounts/email/plan_changed",
    "grace-over": "accounts/email/plan_grace_over",
    "asked": "accounts/email/plan_asked",
    "declined": "accounts/email/plan_declined",
}
log = structlog.get_logger(__name__)


def of_change(change: PlanChange, what: str) -> None:
    """Have the owners told of a change, once the transaction is committed."""
    _send(what, str(change.pk))


def of_request(request: PlanRequest, what: str) -> None:
    """Have staff told that it was made, or owners that it was declined."""
    if what != "asked" or settings.BILLING_MAIL:
        _send(what, str(request.pk))


@dramatiq.actor(queue_name="accounts", max_retries=5, min_backoff=1_000, max_backoff=60_000)
def tell_of_plan(what: str, row_id: str) -> None:
    """Send the mail about a change or a request, to all whom it concerns."""
    if what in ("asked", "declined"):
        request = PlanRequest.objects.select_related("account").get(pk=UUID(row_id))
        if what == "asked":
            message_to_staff(request).send()
            return
        account_id, context = request.account_id, about_request(request)
    else:
        change = PlanChange.objects.get(pk=int(row_id))
        account_id, context = change.account_id, about_change(change)
    owners = User.objects.filter(
        memberships__account=account_id,
        memberships__role=Role.OWNER,
        memberships__account__closed_at=None,
        is_active=True,
    )
    for owner in owners:
        writing.write(MAILS[what], context, user=owner).send()


def about_change(change: PlanChange) -> dict[str, object]:
    """What mails about a change tell."""
    return {
        "before": change.before_name,
        "after": change.after_name,
        "day": change.at,
        "is_unpaid": change.reason == "unpaid",
        "grace_until": change.grace_until,
        "url": f"{settings.SITE_URL}{reverse('usage')}",
        "contact": settings.SUPPORT_CONTACT,
    }


def about_request(request: PlanRequest) -> dict[str, object]:
    """What a mail about a request tells its owner."""
    return {
        "plan": request.plan_name,
        "answer": request.answer,
        "url": f"{settings.SITE_URL}{reverse('usage')}",
        "contact": settings.SUPPORT_CONTACT,
    }


def for_staff(request: PlanRequest) -> dict[str, object]:
    """What the mail to staff tells."""
    address = reverse("admin-customer", kwargs={"account_id": request.account_id})
    return {
        "account": request.account.name,
        "plan": request.plan_name,
        "words": request.words,
        "url": f"{settings.SITE_URL}{address}",
    }


def message_to_staff(request: PlanRequest) -> EmailMultiAlternatives:
    """Write that somebody asks for another plan, to the address of the setting BILLING_MAIL."""
    return writing.write(MAILS["asked"], for_staff(request), to=settings.BILLING_MAIL)


def _send(what: str, row_id: str) -> None:
    if settings.MAIL_IS_SENT:
        transaction.on_commit(lambda: _queue(what, row_id), robust=True)


def _queue(what: str, row_id: str) -> None:
    try:
        tell_of_plan.send(what, row_id)
    except QUEUE_ERRORS as error:
        log.warning("plan.nobody_told", about=what, error=str(error))
