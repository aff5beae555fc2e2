"""How people come into accounts, and what was done about who is in one."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.accounts import Account, Role
from accounts.models.people import User
from config import public_ids


class Invitation(models.Model):
    """An invitation to one e-mail address. Its link works once; only a hash of it is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField("e-mail address")
    role = models.CharField(max_length=10, choices=Role.choices)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField("expires")
    accepted_at = models.DateTimeField("accepted", null=True, blank=True)
    revoked_at = models.DateTimeField("revoked", null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.get_role_display()})"

    @property
    def public_id(self) -> str:
        return public_ids.encode("inv", self.id)

    def has_expired(self, now: datetime | None = None) -> bool:
        return self.expires_at <= (now or timezone.now())


class TeamAct(models.TextChoices):
    INVITED = "invited", _("invited")
    RESENT = "resent", _("invited again")
    REVOKED = "revoked", _("took the invitation back")
    JOINED = "joined", _("joined")
    ROLE = "role", _("changed the role")
    REMOVED = "removed", _("removed")
    LEFT = "left", _("left")
    KEYS_ENDED = "keys_ended", _("ended API keys")
    KEYS_REDUCED = "keys_fewer", _("left API keys only reading")
    KEYS_KEPT = "keys_kept", _("took over API keys")


class TeamEvent(models.Model):
    """One line of who did what about the people of an account. Nothing changes or deletes one, but
    that people who are deleted are no longer named, and the lines go with their account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="team_events")
    at = models.DateTimeField(default=timezone.now)
    act = models.CharField(max_length=10, choices=TeamAct.choices)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    email = models.EmailField(blank=True)  # of who was invited
    role = models.CharField(max_length=10, choices=Role.choices, blank=True)
    keys = models.PositiveIntegerField("API keys", null=True)  # how many

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = "change of members"
        verbose_name_plural = "changes of members"

    def __str__(self) -> str:
        return f"{self.account}: {self.get_act_display()}"
