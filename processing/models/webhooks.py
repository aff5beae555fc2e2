"""Who is told of events, and what became of telling them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Account
from config import encryption, public_ids
from processing.models.events import JobEvent


class WebhookEndpoint(models.Model):
    """An address that wants to hear of an account's events, signed with a secret.

    After a rotation the old secret signs beside the new one until `previous_until`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=2000)
    description = models.CharField(max_length=200, blank=True, default="")
    events = models.JSONField(default=list)
    encrypted_secret = models.TextField()
    encrypted_previous_secret = models.TextField(blank=True, default="")
    # What is sent as the Authorization header, where its dialect has that; encrypted as secrets are.
    encrypted_authorization = models.TextField(blank=True, default="")
    previous_until = models.DateTimeField(null=True, blank=True)
    enabled = models.BooleanField(default=True)
    # Why it was switched off by us: shown to its owner.
    notice = models.CharField(max_length=300, blank=True, default="")
    failing_since = models.DateTimeField(null=True, blank=True)
    # Until then its deliveries go in the lane of slow ones.
    slow_until = models.DateTimeField(null=True, blank=True)
    # The dialect it was registered at, whose payload it gets; "" is the native one.
    dialect = models.CharField(max_length=20, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.url

    @property
    def public_id(self) -> str:
        return public_ids.encode("wh", self.id)

    @property
    def secret(self) -> str:
        """Raises DecryptionError."""
        return encryption.decrypt(self.encrypted_secret)

    @property
    def authorization(self) -> str:
        """Empty where none is sent. Raises DecryptionError."""
        kept = self.encrypted_authorization
        return encryption.decrypt(kept) if kept else ""

    @property
    def previous_secret(self) -> str:
        """Raises DecryptionError."""
        return encryption.decrypt(self.encrypted_previous_secret)


class DeliveryState(models.TextChoices):
    PENDING = "pending", "Pending"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"


class WebhookDelivery(models.Model):
    """One event for one endpoint. Its id is the `webhook-id`, so a receiver can tell repeats."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries"
    )
    event = models.CharField(max_length=40)
    # What it tells of; null for a test.
    source = models.ForeignKey(
        JobEvent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    payload = models.JSONField()
    state = models.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    replayed_after = models.PositiveSmallIntegerField(default=0)  # attempts before the last replay
    # Set while somebody sends it. Then `due_at` is when they will have been given up.
    claimed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "source"], name="webhook_delivery_once"),
            models.CheckConstraint(
                condition=Q(
                    state=DeliveryState.PENDING, due_at__isnull=False, ended_at__isnull=True
                )
                | (
                    ~Q(state=DeliveryState.PENDING) & Q(due_at__isnull=True, ended_at__isnull=False)
                ),
                name="webhook_delivery_due_if_and_only_if_pending",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="webhook_delivery_due"
            ),
            models.Index(fields=["endpoint", "-created_at"], name="webhook_delivery_of"),
            models.Index(fields=["-created_at", "-id"], name="webhook_delivery_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.id}"

    @property
    def public_id(self) -> str:
        return public_ids.encode("whd", self.id)


class WebhookAttempt(models.Model):
    """One try: what was answered, how long it took, or why there was no answer."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    seconds = models.FloatField(default=0.0)
    error = models.CharField(max_length=300, blank=True, default="")
    answer = models.CharField(max_length=500, blank=True, default="")  # clipped
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["delivery", "number"]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.number}"
