"""Who sends which delivery when: claims, the ladder of attempts, and when an endpoint is given up.

The rows are the truth. A message only says that an account has something due; whoever takes it
claims the delivery that has waited longest, hands it to a lane (see lanes), and says so again if
there is more. A claim moves `due_at` to the end of its lease: of a worker that dies nothing remains
but a delivery that comes due again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import dramatiq
import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from config import metrics
from config.failures.outages import QUEUE_ERRORS
from config.observability import queued_arguments
from processing.delivery import lanes, sending
from processing.delivery.sending import Outcome
from processing.models import DeliveryState, WebhookAttempt, WebhookDelivery, WebhookEndpoint

log = structlog.get_logger(__name__)
QUEUE = "webhooks"
TEST = "webhook.test"
# Seconds before each attempt: ten of them over almost three days, then it is over.
LADDER = (0, 5, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400, 86_400)
JITTER = 0.1  # of a wait, at most, so that what failed together doesn't come back together
GIVE_UP_AFTER = timedelta(days=5)
AT_ONCE_PER_ENDPOINT = 2
# Whoever took longer goes in the slow lane for a while, where an account has few places.
SLOW_SECONDS = 2.0
SLOW_FOR = timedelta(hours=1)
SLOW_AT_ONCE_PER_ACCOUNT = 4
_GRACE_SECONDS = 20  # beyond its time-out, until the worker of an attempt is believed dead
_CANDIDATES = 10
_IN_A_ROW = 10
_BATCH = 500


# No retries by Dramatiq: when an attempt is made again stands in its row, and the sweep sees to it.
@dramatiq.actor(queue_name=QUEUE, max_retries=0)
def deliver(account_id: str) -> None:
    """Begin to send what has been due longest among an account's deliveries, slow ones in their lane.

    What finds no place in its lane stays due: the end of an attempt makes room, and the sweep looks
    again. After some it is another account's turn.
    """
    account = UUID(account_id)
    begun = 0
    for lane in (lanes.QUICK, lanes.SLOW):
        while begun < _IN_A_ROW and lane.enter():
            delivery = None
            try:
                delivery = claim_next(account, slow=lane is lanes.SLOW)
            finally:
                if delivery is None:
                    lane.leave()
            if delivery is None:
                break
            begun += 1
            lane.run(partial(attempt, delivery), then=partial(_go_on, account))
    if begun == _IN_A_ROW:
        _go_on(account)


def notify(account_id: UUID) -> bool:
    """Say that an account has something due. Where that fails the sweep says it again."""
    try:
        deliver.send(str(account_id))
    except QUEUE_ERRORS as error:
        log.warning("webhook.not_queued", account_id=str(account_id), error=str(error))
        return False
    return True


def send_due() -> int:
    """Notify every account that has something due and no message on the queue. Answers how many."""
    _end_switched_off()
    due = WebhookDelivery.objects.filter(state=DeliveryState.PENDING, due_at__lte=timezone.now())
    waiting = due.order_by().values("endpoint__account_id").annotate(first=Min("due_at"))
    accounts = [row["endpoint__account_id"] for row in waiting.order_by("first")[:_BATCH]]
    if not accounts:
        return 0
    try:
        queued = queued_arguments(QUEUE)
    except QUEUE_ERRORS:
        return 0  # no queue, no messages: the next round looks again
    return sum(notify(account) for account in accounts if str(account) not in queued)


def is_any_near(seconds: float) -> bool:
    """Whether a delivery is being attempted, or comes due within so many seconds."""
    soon = timezone.now() + timedelta(seconds=seconds)
    near = Q(due_at__lte=soon) | Q(claimed_at__isnull=False)
    return WebhookDelivery.objects.filter(near, state=DeliveryState.PENDING).exists()


def delete_old() -> int:
    """Forget deliveries that ended long ago, some at a time. How many were forgotten."""
    limit = timezone.now() - timedelta(days=settings.WEBHOOK_KEEP_DAYS)
    old = WebhookDelivery.objects.filter(ended_at__lt=limit).values_list("pk", flat=True)[:_BATCH]
    forgotten = list(old)
    WebhookDelivery.objects.filter(pk__in=forgotten).delete()
    return len(forgotten)


def claim_next(account_id: UUID, *, slow: bool = False) -> WebhookDelivery | None:
    """Take the delivery that has been due longest among those for quick or for slow endpoints, if
    others leave room for one more."""
    for candidate in _claimable(account_id, slow=slow):
        if claim(candidate):
            return candidate
    return None


def claim(delivery: WebhookDelivery) -> bool:
    """Take a due delivery as it was read; end it where its last worker died in the last attempt."""
    now = timezone.now()
    last_was_lost = used_up(delivery)
    with transaction.atomic():
        changed = _as_read(delivery).update(
            **(_ended(DeliveryState.FAILED, now) if last_was_lost else lease(delivery))
        )
        if changed and delivery.claimed_at is not None:
            # Due again and still claimed: its worker died.
            error = "Interrupted on our side; the request may have been delivered."
            WebhookAttempt.objects.create(delivery=delivery, number=delivery.attempts, error=error)
    if not changed or last_was_lost:
        return False
    delivery.attempts += 1
    return True


def lease(delivery: WebhookDelivery) -> dict[str, Any]:
    """Return the row's values while somebody makes the delivery's next attempt."""
    now = timezone.now()
    until = now + timedelta(seconds=settings.WEBHOOK_SECONDS + _GRACE_SECONDS)
    return {"attempts": delivery.attempts + 1, "claimed_at": now, "due_at": until}


def attempt(delivery: WebhookDelivery) -> Outcome:
    """Send a claimed delivery and write down what became of it."""
    outcome = sending.send(delivery)
    log.info(
        "webhook.attempted",
        delivery_id=str(delivery.pk),
        number=delivery.attempts,
        status=outcome.status,
        seconds=round(outcome.seconds, 3),
        error=outcome.error,
    )
    now = timezone.now()
    with transaction.atomic():
        if not _as_read(delivery).update(**_next_state(delivery, outcome, now)):
            return outcome  # deleted meanwhile, or its lease ran out and somebody else has it
        WebhookAttempt.objects.create(
            delivery=delivery,
            number=delivery.attempts,
            status=outcome.status,
            seconds=outcome.seconds,
            error=outcome.error,
            answer=outcome.answer,
        )
        if delivery.event != TEST:
            _note_health(delivery.endpoint, outcome, now)
    metrics.WEBHOOKS.count("delivered" if outcome.delivered else "failed")
    metrics.flush()
    return outcome


def used_up(delivery: WebhookDelivery) -> bool:
    """Whether the delivery has had every attempt that it may have. A test has one."""
    allowed = 1 if delivery.event == TEST else len(LADDER)
    return delivery.attempts - delivery.replayed_after >= allowed


def wait_after(delivery: WebhookDelivery) -> timedelta:
    """Return the wait after a failed attempt: the same for the same delivery and attempt."""
    seconds = LADDER[delivery.attempts - delivery.replayed_after]
    seed = hashlib.sha256(f"{delivery.pk} {delivery.attempts}".encode()).digest()
    return timedelta(seconds=seconds * (1 + JITTER * int.from_bytes(seed[:4]) / (1 << 32)))


def _claimable(account_id: UUID, *, slow: bool) -> QuerySet[WebhookDelivery]:
    now = timezone.now()
    is_slow = Q(endpoint__slow_until__gt=now)
    rows = WebhookDelivery.objects.filter(
        is_slow if slow else ~is_slow,
        endpoint__account_id=account_id,
        state=DeliveryState.PENDING,
    )
    under_way = rows.filter(claimed_at__isnull=False, due_at__gt=now)
    busy = Counter(under_way.values_list("endpoint_id", flat=True))
    if slow and busy.total() >= SLOW_AT_ONCE_PER_ACCOUNT:
        return rows.none()
    full = [endpoint for endpoint, count in busy.items() if count >= AT_ONCE_PER_ENDPOINT]
    due = rows.filter(due_at__lte=now, endpoint__enabled=True).exclude(endpoint_id__in=full)
    return due.select_related("endpoint").order_by("due_at", "pk")[:_CANDIDATES]


def _go_on(account_id: UUID) -> None:
    if any(_claimable(account_id, slow=slow).exists() for slow in (False, True)):
        notify(account_id)


def _end_switched_off() -> None:
    """End what comes due while its endpoint is switched off: it is not sent any more."""
    now = timezone.now()
    WebhookDelivery.objects.filter(
        state=DeliveryState.PENDING, due_at__lte=now, endpoint__enabled=False
    ).update(**_ended(DeliveryState.FAILED, now))


def _as_read(delivery: WebhookDelivery) -> QuerySet[WebhookDelivery]:
    """The row, as long as nobody has claimed it since (a claim counts an attempt) or replayed it."""
    return WebhookDelivery.objects.filter(
        pk=delivery.pk,
        state=DeliveryState.PENDING,
        attempts=delivery.attempts,
        replayed_after=delivery.replayed_after,
    )


def _next_state(delivery: WebhookDelivery, outcome: Outcome, now: datetime) -> dict[str, Any]:
    if outcome.delivered:
        return _ended(DeliveryState.DELIVERED, now)
    if outcome.gone or used_up(delivery):
        return _ended(DeliveryState.FAILED, now)
    return {"claimed_at": None, "due_at": now + wait_after(delivery)}


def _ended(state: DeliveryState, now: datetime) -> dict[str, Any]:
    return {"state": state, "claimed_at": None, "due_at": None, "ended_at": now}


def _note_health(endpoint: WebhookEndpoint, outcome: Outcome, now: datetime) -> None:
    row = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    if outcome.seconds > SLOW_SECONDS:
        row.update(slow_until=now + SLOW_FOR)
    if outcome.delivered:
        row.filter(failing_since__isnull=False).update(failing_since=None)
        return
    row.filter(failing_since=None).update(failing_since=now)
    if outcome.gone:
        _switch_off(row, "The server answered 410 Gone, so no more webhooks are sent to it.", now)
    else:
        failing = row.filter(failing_since__lte=now - GIVE_UP_AFTER)
        _switch_off(failing, f"All deliveries have failed for {GIVE_UP_AFTER.days} days.", now)


def _switch_off(rows: QuerySet[WebhookEndpoint], notice: str, now: datetime) -> None:
    if rows.filter(enabled=True).update(enabled=False, notice=notice, updated_at=now):
        log.warning("webhook.switched_off", notice=notice)
