"""Reference images: what an account's pictures are made with again and again."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from accounts.models import Account
from config import public_ids
from media_library.models import NAME_LENGTH, Image


class ResourceRole(models.TextChoices):
    REFERENCE = "reference", "Reference"
    BACKGROUND = "background", "Background"
    PROP = "prop", "Prop"
    WATERMARK = "watermark", "Watermark"
    LOGO = "logo", "Logo"
    LOOK = "look", "Look"


class Resource(models.Model):
    """One reference image. It is material, no picture of the library, and goes with its image."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="resources")
    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="resource")
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    role = models.CharField(
        max_length=10, choices=ResourceRole.choices, default=ResourceRole.REFERENCE
    )
    tags = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "reference image"

    def __str__(self) -> str:
        return self.name or self.public_id

    @property
    def public_id(self) -> str:
        return public_ids.encode("res", self.id)
