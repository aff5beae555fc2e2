"""Who is at a batch's source or destination: one worker at a time, for as long as it gets on."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, TypeVar
from uuid import UUID, uuid4

from django.db.models import F
from django.utils import timezone

from config.errors import AppError
from processing.models import BatchDestination, BatchSource

Row = TypeVar("Row", BatchSource, BatchDestination)
# Longer than one portion takes: a worker that is silent for so long is dead.
LEASE: Final = timedelta(minutes=5)
# How long a worker goes on with one batch before it lets others' come first.
TURN_SECONDS: Final = 20.0
# How often one may die of a batch.
MAX_ATTEMPTS: Final = 5


class NoLongerOurs(AppError):
    """The batch was cancelled, or another worker has taken it over."""

    def __init__(self) -> None:
        super().__init__("CONFLICT", "The batch is somebody else's by now.", status=409)


def take(rows: type[Row], batch_id: UUID, **state: object) -> Row | None:
    """Claim a row whose work is due; None where there is nothing to do, or somebody is at it."""
    now, claim = timezone.now(), uuid4()
    due = rows._default_manager.filter(batch=batch_id, claimed_until__lte=now, **state)
    if not due.update(claim_id=claim, claimed_until=now + LEASE):
        return None
    found = rows._default_manager.select_related(
        "batch__account__plan", "batch__created_by", "bucket"
    )
    return found.filter(batch=batch_id, claim_id=claim).first()


def hold(row: Row) -> None:
    """Go on holding a row, in the transaction of what was done. Raises NoLongerOurs."""
    held = type(row)._default_manager.filter(pk=row.pk, claim_id=row.claim_id)
    if not held.update(claimed_until=timezone.now() + LEASE):
        raise NoLongerOurs


def let_go(row: Row, seconds: float = 0.0) -> None:
    """Leave a row to whoever comes next, from so many seconds on."""
    type(row)._default_manager.filter(pk=row.pk, claim_id=row.claim_id).update(
        claim_id=None, claimed_until=timezone.now() + timedelta(seconds=seconds)
    )


def begun(source: BatchSource) -> None:
    """Count one more beginning without a result."""
    BatchSource.objects.filter(pk=source.pk).update(attempts=F("attempts") + 1)
    source.attempts += 1
