"""The actors that take closed accounts apart and stop blocked ones, and how they are asked to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import dramatiq
import structlog
from django.utils import timezone

from accounts.lifecycle import erasing
from accounts.models import Account
from config.failures.outages import QUEUE_ERRORS

# After this long the message goes to the end of the queue, so that others get their turn.
_SECONDS = 10.0
_RESEND_AFTER = timedelta(minutes=2)
_AT_ONCE = 100

log = structlog.get_logger(__name__)


@dramatiq.actor(queue_name="accounts", max_retries=5, min_backoff=1_000, max_backoff=60_000)
def erase_account(account_id: str) -> None:
    if not erasing.erase(UUID(account_id), seconds=_SECONDS):
        erase_account.send(account_id)


@dramatiq.actor(queue_name="accounts", max_retries=5, min_backoff=1_000, max_backoff=60_000)
def stop_account(account_id: str) -> None:
    erasing.stop(UUID(account_id))


def send(account_ids: Iterable[UUID]) -> None:
    """Ask a worker. Where the queue is down, the clock asks again."""
    rows = Account.objects.filter(pk__in=list(account_ids))
    for account_id, closed_at in rows.values_list("pk", "closed_at"):
        actor = stop_account if closed_at is None else erase_account
        try:
            actor.send(str(account_id))
        except QUEUE_ERRORS as error:
            log.warning("account.not_queued", account=str(account_id), error=str(error))
            return


def send_due() -> int:
    """Ask again for accounts whose message was lost; how many."""
    now = timezone.now()
    rows = Account.objects.filter(work_due_at__lt=now - _RESEND_AFTER)
    due = list(rows.order_by("work_due_at").values_list("pk", flat=True)[:_AT_ONCE])
    if due:
        Account.objects.filter(pk__in=due).update(work_due_at=now)
        send(due)
    return len(due)
