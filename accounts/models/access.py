"""What opens an account to people and programs."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.utils import timezone

from accounts.models.accounts import Account
from accounts.models.people import User
from config import public_ids


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
