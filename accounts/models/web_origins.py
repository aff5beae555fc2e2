"""Web sites whose pages may call this one."""

from __future__ import annotations

import uuid

from django.db import models

from accounts.models.accounts import Account
from config import public_ids


class ProofMethod(models.TextChoices):
    DNS = "dns", "DNS"
    FILE = "file", "File"


class WebOrigin(models.Model):
    """A web site whose pages may call this one from the browser, for an account.

    Where it was proven that the site is the account's (accounts.access.origin_proofs), ``verified_at`` says
    since when; a worker looks again when ``check_due_at`` is over.
    """

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="web_origins")
    origin = models.CharField(
        max_length=200, db_index=True, help_text="As browsers send it: https://shop.example"
    )
    verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    method = models.CharField(
        max_length=4, choices=ProofMethod.choices, blank=True, default="", editable=False
    )
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    check_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Since when the proof of a verified one was not found any more.
    missing_since = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["account", "origin"], name="one_web_origin")]
        indexes = [
            models.Index(
                fields=["check_due_at"],
                condition=models.Q(check_due_at__isnull=False),
                name="web_origin_check_due",
            )
        ]

    def __str__(self) -> str:
        return self.origin

    @property
    def public_id(self) -> str:
        return public_ids.encode("origin", self.uid)
