"""What an account's pictures have in common, and which backgrounds it likes."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import Account
from media_library.models import Image
from processing.models.presets import Preset


class BrandKit(models.Model):
    """An account's logo, its colors, and the look that is chosen where nobody chooses another."""

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, primary_key=True, related_name="brand_kit"
    )
    logo = models.ForeignKey(
        Image, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    colors = models.JSONField(default=list)  # as canonical_color spells them
    default_look = models.ForeignKey(
        Preset, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"Brand kit of {self.account_id}"


class FavoriteBackground(models.Model):
    """A background that an account wants at hand: built in, or its own.

    Named by its public id, as the built-in ones are no rows.
    """

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="favorite_backgrounds"
    )
    background = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "background"], name="favorite_background_once"
            )
        ]

    def __str__(self) -> str:
        return self.background
