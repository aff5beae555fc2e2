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
    """One piece of work, on one picture as a rule.

    The row is the truth, the queue's message only a notification: every change of state is one conditional
    UPDATE (processing.worker.transitions), so that of two workers, or a worker and a cancel, one wins.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="jobs")
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    operation = models.CharField(max_length=40)
    command = models.JSONField()
    command_hash = models.CharField(max_length=64)
    # All that decides about the result's bytes (processing.worker.renditions).
    rendition_key = models.CharField(max_length=64, blank=True, default="")
    # Of which photo it cuts the subject out, and how (processing.worker.mattes); empty where it cuts
    # nothing out that is kept.
    cutting = models.CharField(max_length=64, blank=True, default="")
    # Whether it costs its unit even if the photo was cut out before.
    counts_anyway = models.BooleanField(default=True)
    batch = models.ForeignKey(
        "processing.Batch", null=True, blank=True, on_delete=models.CASCADE, related_name="jobs"
    )
    # How many items of its batch it is the work of: several where looks come to the same.
    batch_results = models.PositiveSmallIntegerField(default=1)
    # None for work that begins without a picture, such as painting a background.
    source = models.ForeignKey(
        Image, null=True, blank=True, on_delete=models.CASCADE, related_name="jobs"
    )
    # Made by this job, or by an earlier one that did the same work on the same picture. None where
    # all that the work has to tell stands in the report.
    result = models.ForeignKey(
        Image, null=True, blank=True, on_delete=models.CASCADE, related_name="jobs_with_it"
    )
    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim_id = models.UUIDField(null=True, blank=True)  # made anew by each worker that takes it
    queued_at = models.DateTimeField(default=timezone.now)  # when its message was last sent
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True, default="")
    error = models.TextField(blank=True, default="")
    # Of the last failure that was no fault of the caller's: type, message, and where in our code.
    # For staff; callers read ``error``.
    cause = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=64, blank=True, default="")  # of who asked for it
    # What the engine said of its work: provider, model, engine version, seconds by stage, ...
    report = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=JobState.COMPLETED) | Q(result__isnull=True),
                name="job_result_only_if_completed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED_STATES, ended_at__isnull=False)
                | Q(state__in=OPEN_STATES, ended_at__isnull=True),
                name="job_ended_at_if_and_only_if_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="job_newest"),
            models.Index(fields=["account", "-created_at", "-id"], name="job_of_account"),
            models.Index(
                fields=["error_code", "-created_at"],
                condition=Q(state=JobState.FAILED),
                name="job_failed",
            ),
            # By which support finds what a letter quotes.
            models.Index(fields=["request_id"], name="job_of_request"),
            # One state each: SQLite never uses an index whose condition is a list of them.
            models.Index(
                fields=["account"], condition=Q(state=JobState.PROCESSING), name="job_running"
            ),
            models.Index(
                fields=["batch", "queued_at"],
                condition=Q(state=JobState.PENDING),
                name="job_pending",
            ),
            models.Index(
                fields=["account", "-started_at"],
                condition=Q(batch__isnull=False),
                name="job_of_batch_started",
            ),
            models.Index(
                fields=["account", "created_at"],
                condition=Q(state=JobState.PENDING, batch__isnull=False),
                name="job_of_batch_pending",
            ),
            models.Index(
                fields=["account", "rendition_key"],
                condition=Q(state=JobState.COMPLETED),
                name="job_rendition",
            ),
            models.Index(
                fields=["account", "rendition_key"],
                condition=Q(state=JobState.PENDING),
                name="job_rendition_pending",
            ),
            # One state each, as above.
            models.Index(
                fields=["account", "cutting"],
                condition=Q(state=JobState.PENDING) & ~Q(cutting=""),
                name="job_cutting_pending",
            ),
            models.Index(
                fields=["account", "cutting"],
                condition=Q(state=JobState.PROCESSING) & ~Q(cutting=""),
                name="job_cutting_running",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        return public_ids.encode("job", self.id)

    @property
    def picture(self) -> Image:
        """The source, of work that has one. Raises ValueError."""
        if self.source is None:
            raise ValueError(f"{self.operation} {self} has no source.")
        return self.source

    @property
    def ended(self) -> bool:
        return self.state in ENDED_STATES
