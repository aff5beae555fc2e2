"""Tells owners by mail that a month's limit is nearly, or wholly, used up: once a month each.

Where no mail is sent nothing is looked at. A worker sends, so that no request waits for a mail server.
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
from django.utils import translation

from accounts.limits import operations
from accounts.mails import writing
from accounts.models import Account, Member, QuotaNotice, Role, UsageEntry, UsageMonth, User
from config.failures.outages import QUEUE_ERRORS

NEARLY: Final = 80
ALL: Final = 100
log = structlog.get_logger(__name__)


def note(taken: UsageEntry, limit: int) -> None:
    """Have the owner told, if what was just taken of a limit came to 80 % of it, or to all."""
    if not settings.MAIL_IS_SENT or not limit:
        return
    row = UsageMonth.objects.get(
        account=taken.account, operation=taken.operation, month=taken.month
    )
    used = row.reserved + row.settled
    percents = [p for p in (ALL, NEARLY) if (used - taken.amount) * 100 < p * limit <= used * 100]
    if percents:  # of both at once only the higher is told
        values = (str(taken.account_id), taken.operation, taken.month, percents[0], limit)
        transaction.on_commit(lambda: _send(*values), robust=True)


@dramatiq.actor(queue_name="accounts", max_retries=5, min_backoff=1_000, max_backoff=60_000)
def tell_of_quota(account_id: str, operation: str, month: str, percent: int, limit: int) -> None:
    """Send the mail, unless it was sent already this month or there is nobody to tell."""
    members = Member.objects.select_related("user", "account")
    owners = members.filter(
        account=UUID(account_id), role=Role.OWNER, account__closed_at=None, user__is_active=True
    )
    if not owners:
        return
    with transaction.atomic():  # if it can't be sent, it is not noted, and tried again
        _, is_new = QuotaNotice.objects.get_or_create(
            account=owners[0].account, operation=operation, month=month, percent=percent
        )
        for owner in owners if is_new else ():
            with translation.override(writing.language_for(owner.user)):
                message(owner.account, owner.user, operation, percent, limit).send()


def message(
    account: Account, user: User, operation: str, percent: int, limit: int
) -> EmailMultiAlternatives:
    """Write the mail, in plain text and HTML, in the language that is active."""
    context = {
        "what": operations.named(operation).in_sentence,
        "is_used_up": percent == ALL,
        "percent": percent,
        "limit": limit,
        "plan": account.plan.name,
        "url": f"{settings.SITE_URL}{reverse('usage')}",
        "contact": settings.SUPPORT_CONTACT,
    }
    return writing.write("accounts/email/quota", context, user=user)


def _send(account_id: str, operation: str, month: str, percent: int, limit: int) -> None:
    try:
        tell_of_quota.send(account_id, operation, month, percent, limit)
    except QUEUE_ERRORS as error:
        log.warning("quota.owner_not_told", account_id=account_id, error=str(error))
