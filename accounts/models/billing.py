"""Changes of an account's plan, and what its owner asked for."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from accounts.models.accounts import Account
from accounts.models.people import User
from accounts.models.plans import Plan
from config import public_ids


class ChangeState(models.TextChoices):
    PLANNED = "planned", "Planned"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


class ChangeReason(models.TextChoices):
    STAFF = "staff", "By staff"
    REQUEST = "request", "The owner asked for it"
    UNPAID = "unpaid", "Not paid"


class PlanChange(models.Model):
    """That an account goes, or went, from one plan to another; and its grace after a smaller one.

    Names are kept beside the plans: what happened can be told when a plan is gone.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="plan_changes")
    before = models.ForeignKey(Plan, null=True, on_delete=models.SET_NULL, related_name="+")
    before_name = models.CharField(max_length=60)
    after = models.ForeignKey(Plan, null=True, on_delete=models.SET_NULL, related_name="+")
    after_name = models.CharField(max_length=60)
    reason = models.CharField(max_length=10, choices=ChangeReason.choices)
    note = models.CharField(max_length=300, blank=True, default="", help_text="Only staff see it.")
    state = models.CharField(max_length=10, choices=ChangeState.choices)
    at = models.DateTimeField(help_text="When it takes effect.")
    grace_until = models.DateField(
        null=True, help_text="The last day on which what the earlier plan gave stays readable."
    )
    grace_told = models.BooleanField(default=False)  # that it is over
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(state="planned"),
                name="one_planned_change_of_plan",
            )
        ]
        indexes = [
            models.Index(
                fields=["at"], condition=models.Q(state="planned"), name="plan_changes_due"
            ),
            models.Index(
                fields=["grace_until"],
                condition=models.Q(grace_until__isnull=False, grace_told=False),
                name="plan_graces_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.before_name} to {self.after_name} ({self.get_state_display()})"


class RequestState(models.TextChoices):
    OPEN = "open", "Open"
    GRANTED = "granted", "Granted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class PlanRequest(models.Model):
    """That an owner asked for another plan, and what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="plan_requests")
    plan = models.ForeignKey(Plan, null=True, on_delete=models.SET_NULL, related_name="+")
    plan_name = models.CharField(max_length=60)
    words = models.CharField(max_length=500, blank=True, default="")
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.OPEN)
    answer = models.CharField(max_length=300, blank=True, default="")  # the owner reads it
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(state="open"), name="one_open_plan_request"
            )
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(state="open"),
                name="plan_requests_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan_name} ({self.get_state_display()})"

    @property
    def public_id(self) -> str:
        return public_ids.encode("preq", self.id)
