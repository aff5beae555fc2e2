"""Saved edits."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from accounts.models import Account
from config import public_ids


class Preset(models.Model):
    """A named edit: an owner's brand look, for the API, for batches and for dialects' templates."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="presets")
    name = models.CharField(max_length=100)
    plan = models.JSONField()  # an EditPlan as commands keep it
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
    def public_id(self) -> str:
        return public_ids.encode("preset", self.id)
