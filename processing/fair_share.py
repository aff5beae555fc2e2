"""Whose turn it is: accounts' batches advance side by side, and nobody runs more than their plan's
number of jobs at once."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, F, Max, Min, Q

from processing import transitions
from processing.models import Job, JobState

_PENDING = Q(state=JobState.PENDING, batch__isnull=False)
_RUNNING = Q(state=JobState.PROCESSING)


def claim_next() -> Job | None:
    """Claim the next job of any batch for this worker; None where none may run now.

    The account whose batches were attended to longest ago comes first, and its oldest picture.
    """
    for account_id in _accounts_in_turn():
        oldest = Job.objects.filter(_PENDING, account=account_id).order_by("created_at", "pk")
        for job_id in oldest.values_list("pk", flat=True)[:3]:
            if job := transitions.claim(job_id):
                return job
    return None


def is_work_left() -> bool:
    return Job.objects.filter(_PENDING).exists()


def is_single_running() -> bool:
    """Whether some worker is busy with a picture that somebody waits for."""
    return Job.objects.filter(_RUNNING, batch__isnull=True).exclude(transitions.stale()).exists()


def at_cap(job_id: UUID) -> bool:
    """Whether the job's account has as many running as its plan allows."""
    cap = (
        Job.objects.filter(pk=job_id, state=JobState.PENDING)
        .values_list("account_id", "account__plan__running_jobs")
        .first()
    )
    if cap is None:
        return False
    account_id, most = cap
    return Job.objects.filter(_RUNNING, account=account_id).count() >= most


def _accounts_in_turn() -> list[UUID]:
    waiting = set(Job.objects.filter(_PENDING).values_list("account_id", flat=True).distinct())
    if not waiting:
        return []
    rows = (
        Job.objects.filter(account__in=waiting)
        .values("account_id", most=F("account__plan__running_jobs"))
        .annotate(
            running=Count("pk", filter=_RUNNING),
            last=Max("started_at", filter=Q(batch__isnull=False)),
            oldest=Min("created_at", filter=_PENDING),
        )
    )
    free = [row for row in rows if row["running"] < row["most"]]
    # Never attended to comes before attended to long ago.
    free.sort(key=lambda row: (row["last"] is not None, row["last"] or row["oldest"]))
    return [row["account_id"] for row in free]
