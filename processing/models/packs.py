"""Packs: looks that are made together of each photo."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from accounts.models import Account
from config import public_ids


class Pack(models.Model):
    """A named list of looks of an account: one photo becomes a picture in each of them.

    `looks` are objects of an id, `look`, as presets and ready looks have them, and a `market`, which is "" where
    that is left to the look or the pack. A look may have been deleted since.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="packs")
    name = models.CharField(max_length=100)
    looks = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="pack_name_is_unique")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return public_ids.encode("pack", self.id)
