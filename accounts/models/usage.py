"""What accounts use, and which requests have been answered."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from accounts.models.accounts import Account


class UsageMonth(models.Model):
    """One account's use of one operation in one month (UTC): the row that quotas count on."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="usage")
    operation = models.CharField(max_length=60)
    month = models.CharField(max_length=7, help_text="Such as 2027-03.")
    reserved = models.PositiveBigIntegerField(default=0, help_text="For jobs in progress.")
    settled = models.PositiveBigIntegerField(default=0, help_text="For completed jobs.")

    class Meta:
        ordering = ["-month", "operation"]
        verbose_name = "usage by month"
        verbose_name_plural = "usage by month"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "operation", "month"], name="one_usage_row_a_month"
            )
        ]

    def __str__(self) -> str:
        return f"{self.operation}, {self.month}"


class QuotaNotice(models.Model):
    """That an account's owner was told of a month's limit: once at 80 % of it, once when it was used up."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    operation = models.CharField(max_length=60)
    month = models.CharField(max_length=7)
    percent = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "operation", "month", "percent"], name="one_quota_notice"
            )
        ]

    def __str__(self) -> str:
        return f"{self.operation}, {self.month}: {self.percent} %"


class UsageState(models.TextChoices):
    RESERVED = "reserved", "Reserved"
    SETTLED = "settled", "Settled"
    RELEASED = "released", "Released"


class UsageEntry(models.Model):
    """What one job took from the quota. One row a job, so running it twice can't charge twice."""

    job_id = models.UUIDField(unique=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="usage_entries")
    operation = models.CharField(max_length=60)
    month = models.CharField(max_length=7)
    amount = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=UsageState.choices, default=UsageState.RESERVED)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "usage entries"
        indexes = [
            models.Index(fields=["account", "-created_at"], name="usage_by_account"),
            models.Index(fields=["-created_at", "-id"], name="usage_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} x {self.amount} ({self.state})"


class IdempotencyRecord(models.Model):
    """What an account's request with an Idempotency-Key makes: its kind and id, never the answer,
    so that a secret shown once is not shown again.

    The id is chosen before anything is made, and what is made gets it: whatever dies when, what
    there is can be found (accounts.api.idempotency).
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)  # of method, path, query and content
    kind = models.CharField(max_length=40)
    object_id = models.UUIDField(default=uuid.uuid4)
    status = models.PositiveSmallIntegerField(default=0)  # of the answer; 0 until there is one
    # When the request that works on it began; null where it broke off.
    claimed_at = models.DateTimeField(null=True, default=timezone.now)
    claimed_by = models.CharField(max_length=64, blank=True, default="")  # its process's mark
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="idempotency_key_once")
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return f"{self.key} {self.kind} {self.object_id}"
