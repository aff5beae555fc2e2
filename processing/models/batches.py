"""Many pictures, one kind of work."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Account, User
from config import public_ids
from media_library.models import Image
from processing.models.jobs import Job, JobState

CANCELLED = "CANCELLED"  # the code of an item that was cancelled before it had a job


class Batch(models.Model):
    """One request for the same work on up to a plan's number of pictures, or for each of several looks,
    those of packs among them.

    `command` is the work, that of the first look where there are several: each job keeps its own.
    `open_items` counts the items that have not ended; it is lowered in the transaction that ends
    one, so exactly one of them sees it become 0 and ends the batch. Listing a bucket, and writing to one,
    count as an item each.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="batches")
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    operation = models.CharField(max_length=40)
    command = models.JSONField()
    # The names of the looks it makes of each picture; empty where it was asked for by its work alone.
    looks = models.JSONField(default=list)
    packs = models.JSONField(default=list)  # the names of the packs that it was asked for by
    name_pattern = models.CharField(max_length=100, blank=True, default="")
    total = models.PositiveIntegerField()
    open_items = models.PositiveIntegerField()
    # Items whose objects have still to be read from a bucket, and those that were cancelled before.
    waiting = models.PositiveIntegerField(default=0)
    dropped = models.PositiveIntegerField(default=0)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "batches"
        constraints = [
            models.CheckConstraint(
                condition=Q(open_items=0, ended_at__isnull=False)
                | Q(open_items__gt=0, ended_at__isnull=True),
                name="batch_ended_if_and_only_if_nothing_is_open",
            )
        ]
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="batch_of_account"),
            models.Index(fields=["-created_at", "-id"], name="batch_newest"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        return public_ids.encode("batch", self.id)

    @property
    def ended_items(self) -> int:
        # What a bucket is open for beside the items is not among them.
        return max(0, self.total - self.open_items)


class BatchItem(models.Model):
    """One picture of a batch, in one of its looks. Without a job where the file could not even be kept, or its object
    has still to be read from a bucket."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=200, blank=True)
    look = models.CharField(max_length=100, blank=True, default="")
    market = models.CharField(max_length=100, blank=True, default="")
    # The path of its result in archives, without an ending; empty where that follows from the result's name.
    file = models.CharField(max_length=300, blank=True, default="")
    key = models.CharField(max_length=1024, blank=True, default="")  # of its object in a bucket
    image = models.ForeignKey(
        Image, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    # Of several items where looks come to the same work.
    job = models.ForeignKey(
        Job, null=True, blank=True, on_delete=models.CASCADE, related_name="batch_items"
    )
    error_code = models.CharField(max_length=40, blank=True, default="")
    error = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["batch", "position"]
        indexes = [
            models.Index(
                fields=["batch", "position"],
                condition=Q(job__isnull=True, error_code=""),
                name="batch_item_waiting",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="batch_item_position"),
            models.CheckConstraint(
                condition=Q(job__isnull=False) | ~Q(error_code="") | ~Q(key=""),
                name="batch_item_job_or_error_or_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.position}"

    @property
    def state(self) -> str:
        """Its job's; of one that has none, whether it waits for its object, was cancelled before, or failed."""
        if self.job is not None:
            return str(self.job.state)
        if not self.error_code:
            return JobState.PENDING.value
        return JobState.CANCELLED.value if self.error_code == CANCELLED else JobState.FAILED.value
