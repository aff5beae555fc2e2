"""Whose turn it is: accounts' batches advance side by side, and nobody runs more than their plan's
number of jobs at once."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Account
from processing.models import Job, JobState
from processing.worker import opened, transitions

_PENDING = Q(state=JobState.PENDING, batch__isnull=False)
_RUNNING = Q(state=JobState.PROCESSING)


def claim_next() -> Job | None:
    """Claim the next job of any batch for this worker; None where none may run now.

    The account whose batches were attended to longest ago comes first, and its oldest picture. Of several looks of
    one photo, those of the photo that this worker holds go first, and last those whose photo another worker is cutting
    out now: whoever took one would only wait for that.
    """
    for account_id in _accounts_in_turn():
        for jobs in _in_order(account_id):
            # Three, because another worker may claim the first between this look and the claim.
            for job_id in jobs.values_list("pk", flat=True)[:3]:
                if job := transitions.claim(job_id):
                    return job
    return None


def _in_order(account_id: UUID) -> Iterator[QuerySet[Job]]:
    """An account's jobs of batches, those that this worker is to look at first."""
    pending = Job.objects.filter(_PENDING, account=account_id).order_by("created_at")
    if (held := opened.photo()) is not None:
        yield pending.filter(source=held)
    running = Job.objects.filter(_RUNNING, account=account_id).exclude(cutting="")
    cut = list(running.values_list("cutting", flat=True))
    yield pending.exclude(cutting__in=cut)
    if cut:
        yield pending


def is_work_left() -> bool:
    return Job.objects.filter(_PENDING).exists()


def is_single_running() -> bool:
    """Whether some worker is busy with a picture that somebody waits for."""
    # A single picture whose worker died must not hold batches up: only fresh heartbeats count.
    since = transitions.stale_since()
    # There are few that run, so they are read: looking for one of no batch would read its index.
    running = Job.objects.filter(_RUNNING).values_list("batch_id", "heartbeat_at")
    return any(batch is None and heartbeat >= since for batch, heartbeat in running)


def at_cap(job_id: UUID) -> bool:
    """Whether the job's account has as many running as its plan allows."""
    if not Job.objects.filter(_RUNNING).exists():
        return False  # as a rule: the rest takes longer to ask
    # Looked at before the claim, not with it: of two workers that look at once both may pass.
    waiting = Job.objects.filter(pk=job_id, state=JobState.PENDING)
    return (
        waiting.annotate(running=_running_of("account"))
        .filter(running__gte=F("account__plan__running_jobs"))
        .exists()
    )


def _accounts_in_turn() -> list[UUID]:
    """Accounts with a picture to do that may have one more running, attended to longest ago first.

    Each is looked up by an index: what it did in the past does not slow its batches down.
    """
    jobs = Job.objects.filter(account=OuterRef("pk"))
    attended_to = jobs.filter(batch__isnull=False, started_at__isnull=False)
    rows = (
        Account.objects.filter(pk__in=Job.objects.filter(_PENDING).values("account"))
        .annotate(
            running=_running_of("pk"),
            last=Subquery(attended_to.order_by("-started_at").values("started_at")[:1]),
            oldest=Subquery(jobs.filter(_PENDING).order_by("created_at").values("created_at")[:1]),
        )
        .filter(running__lt=F("plan__running_jobs"), oldest__isnull=False)
        .values_list("pk", "last", "oldest")
    )
    # Never attended to comes before attended to long ago.
    # Among those never attended to, whoever has waited longest.
    turns = sorted(rows, key=lambda row: (row[1] is not None, row[1] or row[2]))
    return [account_id for account_id, _, _ in turns]


def _running_of(account: str) -> Coalesce:
    """Count the jobs of the outer query's account that run."""
    running = Job.objects.filter(_RUNNING, account=OuterRef(account)).order_by().values("account")
    return Coalesce(Subquery(running.annotate(n=Count("pk")).values("n")), 0)
