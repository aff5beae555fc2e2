"""Buckets of accounts."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from accounts.models import Account
from config import encryption, public_ids


class Bucket(models.Model):
    """A bucket of a customer's own, and the key by which it is reached."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="buckets")
    name = models.CharField(max_length=100)  # what people call it
    endpoint_url = models.CharField(max_length=500)
    region = models.CharField(max_length=60)
    bucket = models.CharField(max_length=255)  # what its server calls it
    access_key_id = models.CharField(max_length=200)
    encrypted_secret = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="bucket_name_of_account")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return public_ids.encode("bucket", self.id)

    def is_same_as(self, other: Bucket) -> bool:
        """Whether both are ways to one bucket."""
        return (self.endpoint_url, self.bucket) == (other.endpoint_url, other.bucket)

    @property
    def secret(self) -> str:
        """Raises DecryptionError."""
        return encryption.decrypt(self.encrypted_secret)
