"""Jobs and what happened to them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Account, User
from config import public_ids
from media_library.models import Image


class JobState(models.TextChoices):
    PENDING = "pending", "Pending"
    PROCESSING = "processing", "Processing"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


OPEN_STATES = (JobState.PENDING, JobState.PROCESSING)
ENDED_STATES = (JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED)


class Job(models.Model):
    """One piece of work on one picture.

    The row is the truth, the queue's message only a nudge: every change of state is one conditional
    UPDATE (processing.transitions), so that of two workers, or a worker and a cancel, one wins.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="jobs")
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    operation = models.CharField(max_length=40)
    command = models.JSONField()
    command_hash = models.CharField(max_length=64)
    source = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="jobs")
    result = models.OneToOneField(
        Image, null=True, blank=True, on_delete=models.CASCADE, related_name="made_by"
    )
    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim_id = models.UUIDField(null=True, blank=True)  # made anew by each worker that takes it
    queued_at = models.DateTimeField(default=timezone.now)  # when its message was last sent
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True, default="")
    error = models.TextField(blank=True, default="")
    # What the engine said of its work: provider, model, engine version, seconds by stage, ...
    report = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=JobState.COMPLETED, result__isnull=False)
                | (~Q(state=JobState.COMPLETED) & Q(result__isnull=True)),
                name="job_result_if_and_only_if_completed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED_STATES, ended_at__isnull=False)
                | Q(state__in=OPEN_STATES, ended_at__isnull=True),
                name="job_ended_at_if_and_only_if_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="job_of_account"),
            models.Index(
                fields=["state", "queued_at"],
                condition=Q(state__in=OPEN_STATES),
                name="job_open",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        return public_ids.encode("job", self.id)

    @property
    def ended(self) -> bool:
        return self.state in ENDED_STATES


class JobEvent(models.Model):
    """Append-only: the one source for webhooks, event streams and pages. Ids only rise."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="events")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name} {self.job_id}"
