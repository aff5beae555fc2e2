"""Batches that read from buckets and write to them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from processing.models.batches import Batch, BatchItem
from processing.models.buckets import Bucket


class ReadingState(models.TextChoices):
    LISTING = "listing", "Listing"
    READING = "reading", "Reading"
    ENDED = "ended", "Ended"
    FAILED = "failed", "Failed"


UNREAD = (ReadingState.LISTING, ReadingState.READING)


class BatchSource(models.Model):
    """Where the pictures of a batch come from: the objects below a prefix. A worker lists them first, which gives
    the batch its items, and then brings one after the other in.

    While it is listing it counts as one open item of its batch, which so can't end.
    """

    batch = models.OneToOneField(Batch, on_delete=models.CASCADE, related_name="source")
    # None once it was deleted: what was not read by then can't be.
    bucket = models.ForeignKey(
        Bucket, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    bucket_name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=500, blank=True, default="")
    # Below which nothing is read: the batch's results are written there, in the same bucket.
    without = models.CharField(max_length=500, blank=True, default="")
    looks = models.JSONField()  # what is made of each: name, market, command
    request_id = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(
        max_length=10, choices=ReadingState.choices, default=ReadingState.LISTING
    )
    after = models.CharField(max_length=1024, blank=True, default="")  # the last key listed
    error_code = models.CharField(max_length=40, blank=True, default="")
    error = models.TextField(blank=True, default="")
    # How often a worker began without getting anything done: one that dies of it must not do so for ever.
    attempts = models.PositiveSmallIntegerField(default=0)
    # Whose worker is at it, and until when nobody else may be.
    claim_id = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                fields=["claimed_until"],
                condition=Q(state="listing"),
                name="batch_source_listing",
            ),
            models.Index(
                fields=["claimed_until"],
                condition=Q(state="reading"),
                name="batch_source_reading",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.prefix}"


class BatchDestination(models.Model):
    """Where the results of a batch are written, and at the end the list of them.

    While it is open it counts as one open item of its batch, which so ends when all is written.
    """

    batch = models.OneToOneField(Batch, on_delete=models.CASCADE, related_name="destination")
    bucket = models.ForeignKey(
        Bucket, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    bucket_name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=500, blank=True, default="")
    is_open = models.BooleanField(default=True)
    attempts = models.PositiveSmallIntegerField(default=0)  # to write the list
    error_code = models.CharField(max_length=40, blank=True, default="")
    error = models.TextField(blank=True, default="")
    claim_id = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                fields=["claimed_until"], condition=Q(is_open=True), name="batch_destination_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.prefix}"


class WritingState(models.TextChoices):
    PENDING = "pending", "Pending"
    WRITTEN = "written", "Written"
    FAILED = "failed", "Failed"


class ItemWriting(models.Model):
    """What became of writing one result of a batch to its destination."""

    item = models.OneToOneField(BatchItem, on_delete=models.CASCADE, related_name="writing")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="writings")
    key = models.CharField(max_length=1024)
    state = models.CharField(
        max_length=10, choices=WritingState.choices, default=WritingState.PENDING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    error_code = models.CharField(max_length=40, blank=True, default="")
    error = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["batch", "state", "due_at"], name="item_writing_due")]

    def __str__(self) -> str:
        return self.key
