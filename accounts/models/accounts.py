"""Accounts, who belongs to them, and what is agreed with one alone."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import currencies
from accounts.models.people import User
from accounts.models.plans import Plan
from config import public_ids


class Account(models.Model):
    """What owns pictures, keys, quotas and usage."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=150)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="accounts")
    currency = models.CharField(
        max_length=3, default=currencies.DEFAULT, help_text="ISO code of the currency for prices."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # By staff: nobody gets in, nothing runs.
    blocked_at = models.DateTimeField(null=True, blank=True, editable=False)
    blocked_reason = models.CharField(
        max_length=300,
        blank=True,
        default="",
        help_text="Shown to the account's people. Empty: they are only told that it is blocked.",
    )
    # Deleted by its owner or by staff. The row goes when a worker has removed all that it has.
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When the clock should ask a worker (again); null where nothing is to be done.
    work_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Of one who tries the site without an account: closed then (processing.services.tryouts).
    tryout_until = models.DateTimeField(null=True, blank=True, editable=False)
    members = models.ManyToManyField(User, through="Member", related_name="accounts")

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["work_due_at"],
                condition=models.Q(work_due_at__isnull=False),
                name="account_work_due",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return public_ids.encode("acct", self.id)


class Role(models.TextChoices):
    """What a person may in an account, the most first (accounts.team.roles says what that is)."""

    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")
    VIEWER = "viewer", _("Viewer")


class Member(models.Model):
    """A person in an account. An account that people work in keeps an owner (accounts.team.members)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.EDITOR)
    # When the person last chose to work in this account: signing in leads there.
    chosen_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="one_membership")]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class LimitException(models.Model):
    """Another limit than the plan's for one account, until a day and for a reason."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="exceptions")
    limit = models.CharField(max_length=80)  # accounts.limits.exceptions
    amount = models.PositiveIntegerField(
        help_text="Instead of what the plan allows; 0 allows nothing."
    )
    until = models.DateField(help_text="The last day on which it holds (UTC).")
    note = models.CharField(max_length=300, help_text="Why. Only staff see it.")
    # Made by a change of plan, for the rest of its month.
    change = models.ForeignKey(
        "accounts.PlanChange", null=True, editable=False, on_delete=models.CASCADE, related_name="+"
    )
    created_by = models.ForeignKey(
        User, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-until", "-id"]
        verbose_name = "exception to a limit"
        verbose_name_plural = "exceptions to limits"

    def __str__(self) -> str:
        return f"{self.amount:,} until {self.until}"


class FormerAccount(models.Model):
    """What an account that was deleted had used: numbers alone, which lead back to nobody."""

    plan = models.CharField(max_length=40)
    opened = models.CharField(max_length=7, help_text="The month, such as 2027-03.")
    closed = models.CharField(max_length=7, help_text="The month, such as 2027-03.")
    usage = models.JSONField(default=dict)  # how often in all, by operation

    class Meta:
        ordering = ["-closed", "-id"]

    def __str__(self) -> str:
        return f"{self.plan}, {self.opened} to {self.closed}"
