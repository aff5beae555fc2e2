"""Accounts and their members, plans and their limits, keys, sessions and usage."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts import currencies
from config import public_ids


def normalised_email(email: str) -> str:
    """E-mail addresses are compared and kept in lower case."""
    return email.strip().lower()


class UserManager(BaseUserManager["User"]):
    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        user = self.model(email=normalised_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> User:
        return self.create_user(
            email, password, **{"is_staff": True, "is_superuser": True, **fields}
        )

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=normalised_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by e-mail."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=150, blank=True)
    language = models.CharField(max_length=10, blank=True, default="")  # "": as the browser asks
    is_staff = models.BooleanField(
        "staff", default=False, help_text="Whether this person can sign in to the administration."
    )
    is_active = models.BooleanField(
        "active",
        default=True,
        help_text=(
            "Turn this off to keep the person out for a while: sign-in and their API keys stop "
            "working immediately."
        ),
    )
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="user_email_lower",
                violation_error_message="The e-mail address must be lowercase.",
            )
        ]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        super().clean()
        self.email = normalised_email(self.email)

    @property
    def public_id(self) -> str:
        return public_ids.encode("usr", self.id)


class Plan(models.Model):
    slug = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0, help_text="Smaller numbers come first.")
    batch_size = models.PositiveIntegerField(
        default=100, help_text="Maximum number of images in a batch."
    )
    running_jobs = models.PositiveSmallIntegerField(
        default=8, help_text="Maximum number of jobs of one account that run at the same time."
    )

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.name


class PlanLimit(models.Model):
    """How often a month a plan allows an operation. No row: the plan does not include it."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="limits")
    operation = models.CharField(max_length=60)
    monthly = models.PositiveBigIntegerField("per month")

    class Meta:
        ordering = ["plan", "operation"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "operation"], name="one_limit_per_operation")
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.operation}, {self.monthly} per month"


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


class LimitException(models.Model):
    """Another limit than the plan's for one account, until a day and for a reason."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="exceptions")
    limit = models.CharField(max_length=80)  # accounts.limits.exceptions
    amount = models.PositiveIntegerField(
        help_text="Instead of what the plan allows; 0 allows nothing."
    )
    until = models.DateField(help_text="The last day on which it holds (UTC).")
    note = models.CharField(max_length=300, help_text="Why. Only staff see it.")
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


class WebOrigin(models.Model):
    """A web site whose pages may call this one from the browser, with a key of the account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="web_origins")
    origin = models.CharField(
        max_length=200, db_index=True, help_text="As browsers send it: https://shop.example"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["account", "origin"], name="one_web_origin")]

    def __str__(self) -> str:
        return self.origin


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


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    MEMBER = "member", "Member"


class Member(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.OWNER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "user"], name="one_membership"),
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(role="owner"), name="one_owner"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class ApiKey(models.Model):
    """A program's key. Only an HMAC of it is kept: see accounts.access.api_keys."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="api_keys")
    created_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    key_id = models.CharField("key", max_length=20, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    pepper = models.PositiveIntegerField(editable=False)
    scopes = models.JSONField(default=list)
    enabled = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.shown})"

    @property
    def public_id(self) -> str:
        return public_ids.encode("key", self.id)

    @property
    def shown(self) -> str:
        """The part of the key that is no secret."""
        return f"ps_{self.key_id}_…"

    def usable(self, now: datetime) -> bool:
        return self.enabled and (self.expires_at is None or self.expires_at > now)


class Session(models.Model):
    """A signed-in browser or program: one table for pages and API (see accounts.signing.sessions)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    session_data = models.TextField()
    expire_date = models.DateTimeField("expires", db_index=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField("last used", default=timezone.now)
    user_agent = models.CharField(max_length=300, blank=True)
    ip = models.GenericIPAddressField("IP address", null=True)

    class Meta:
        ordering = ["-last_used_at"]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        return public_ids.encode("sess", self.id)


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


class RefreshToken(models.Model):
    """The one refresh token of a program's session that still holds: see accounts.signing.jwt.

    Only a hash of it is kept. It goes with its session.
    """

    session = models.OneToOneField(
        Session, primary_key=True, on_delete=models.CASCADE, related_name="refresh_token"
    )
    digest = models.CharField(max_length=64)
    rotated_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return public_ids.encode("sess", self.session_id)
