"""The actor that looks again whether web sites are still their accounts', and how it is asked to."""

from __future__ import annotations

from datetime import timedelta

import dramatiq
import structlog
from django.utils import timezone

from accounts.access import origin_proofs
from accounts.models import WebOrigin
from config.failures.outages import QUEUE_ERRORS

# A message that was lost is sent again after this long.
_RESEND_AFTER = timedelta(minutes=30)
_AT_ONCE = 100

log = structlog.get_logger(__name__)


@dramatiq.actor(queue_name="accounts", max_retries=0)
def recheck_origin(pk: int) -> None:
    row = WebOrigin.objects.filter(pk=pk, verified_at__isnull=False).first()
    if row is not None:
        origin_proofs.look(row)


def send_due() -> int:
    """Ask a worker to look at what is due; how many."""
    now = timezone.now()
    rows = WebOrigin.objects.filter(check_due_at__lt=now).order_by("check_due_at")
    due = list(rows.values_list("pk", flat=True)[:_AT_ONCE])
    if due:
        WebOrigin.objects.filter(pk__in=due).update(check_due_at=now + _RESEND_AFTER)
    for pk in due:
        try:
            recheck_origin.send(pk)
        except QUEUE_ERRORS as error:
            log.warning("web_origin.not_queued", web_origin=pk, error=str(error))
            break
    return len(due)
