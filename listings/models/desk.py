"""What lies on a seller's desk: suggestions nobody has decided on, and exports that were made."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from accounts.models import Account, User
from config import public_ids
from listings.models.listings import Listing, Platform
from processing.models import Job


class Suggestion(models.Model):
    """A generated listing that waits for its seller, who takes over what is right of it.

    `listing` is the one that it was written for anew; None for photos that have none yet. The row
    goes when it has been decided on.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="listing_suggestions"
    )
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+")
    listing = models.ForeignKey(
        Listing, null=True, blank=True, on_delete=models.CASCADE, related_name="suggestions"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            # Equal requests share a job while it runs; one of them is enough to decide on, of those for
            # no listing and of those for the same one.
            models.UniqueConstraint(
                fields=["job"],
                condition=models.Q(listing=None),
                name="listing_suggestion_once",
            ),
            models.UniqueConstraint(
                fields=["job", "listing"], name="listing_suggestion_once_a_listing"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "created_at", "id"], name="listing_suggestion_list")
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        return public_ids.encode("lsug", self.id)


class ListingExport(models.Model):
    """What was exported for whom: the file is made of the listings as they are when it is fetched.

    `format` is one of listings.exports.formats, or "" for the ZIP of words and pictures that
    `platform` gets. `listing_ids` are UUIDs as text, in order; none where there were more of them
    (`count`) than are kept. Links to pictures in its files hold until `links_until` at the latest,
    and only as long as they have its `links_version`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="listing_exports")
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    format = models.CharField(max_length=20, blank=True, default="")
    platform = models.CharField(max_length=10, choices=Platform.choices, blank=True, default="")
    link = models.CharField(max_length=500, blank=True, default="")
    options = models.JSONField(default=dict)
    listing_ids = models.JSONField(default=list)
    count = models.PositiveIntegerField(default=0)
    picture_links = models.BooleanField(default=True)
    # None: as long as is usual for the format.
    link_days = models.PositiveSmallIntegerField(null=True, blank=True)
    links_until = models.DateTimeField(null=True, blank=True)
    links_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="listing_export_list")
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        return public_ids.encode("lexp", self.id)

    @property
    def grant(self) -> str:
        """What its links to pictures name as the reason why they hold."""
        return f"{self.public_id}.{self.links_version}"

    @property
    def has_links(self) -> bool:
        """Whether links to pictures are out that may hold still."""
        return self.links_until is not None and self.links_until > timezone.now()
