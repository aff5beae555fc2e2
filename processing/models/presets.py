"""Saved edits, and saved ways to enhance rooms."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from accounts.limits.operations import EDIT, ENHANCE
from accounts.models import Account
from config import public_ids


class Preset(models.Model):
    """A named edit: an owner's brand look, for the API, for batches and for dialects' templates. Or, of the
    operation `enhance`, a named way to enhance rooms."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="presets")
    name = models.CharField(max_length=100)
    operation = models.CharField(max_length=40, default=EDIT)
    plan = models.JSONField()  # an EditPlan, of `enhance` a RoomPlan, as commands keep it
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "look"
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="preset_name_is_unique")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_of_rooms(self) -> bool:
        return self.operation == ENHANCE

    @property
    def public_id(self) -> str:
        return public_ids.encode("preset", self.id)
