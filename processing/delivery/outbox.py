"""Turns an event into deliveries, in the transaction that makes the event true.

Either all is written or nothing: no event is lost, whatever dies when, and none is told that did
not happen. (A cursor over the events' ids could not promise that: ids become visible out of order.)
"""

from __future__ import annotations

from functools import partial

import structlog
from django.db import transaction

from processing.delivery import attempts, payloads
from processing.models import Job, JobEvent, WebhookDelivery, WebhookEndpoint

log = structlog.get_logger(__name__)


def put(event: JobEvent, job: Job | None = None) -> None:
    """Write what the account's endpoints shall be told of ``event``; send it after the commit.

    Twice for one event is once: a unique constraint on endpoint and event says so.
    """
    if event.name not in payloads.EVENTS:
        return
    endpoints = WebhookEndpoint.objects.filter(account_id=event.account_id, enabled=True)
    notice = payloads.notice_of(event, job)
    deliveries = [found for one in endpoints if (found := _delivery(one, event, notice))]
    if deliveries:
        WebhookDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)
        transaction.on_commit(partial(attempts.notify, event.account_id), robust=True)


def _delivery(
    endpoint: WebhookEndpoint, event: JobEvent, notice: payloads.Notice
) -> WebhookDelivery | None:
    translate = payloads.DIALECTS.get(endpoint.dialect)
    if translate is None:
        # No dialect of a receiver's may keep a job from ending.
        log.error("webhook.unknown_dialect", dialect=endpoint.dialect, endpoint=str(endpoint.pk))
        return None
    told = translate(notice)
    if told is None or told[0] not in endpoint.events:
        return None
    return WebhookDelivery(endpoint=endpoint, event=told[0], payload=told[1], source=event)
