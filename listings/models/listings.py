"""Listings, their pictures, their wording for single platforms, and their history."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Account, User
from config import public_ids
from media_library.models import Image
from processing.models import Job

TITLE_LENGTH = 500
SHORT_LENGTH = 100
DESCRIPTION_LENGTH = 50_000
MAX_QUANTITY = 1_000_000
MAX_MONEY = 100_000_000_00

# What a change did: the value before and the value after, by the API's names of the fields.
Changes = dict[str, list[Any]]


class ListingState(models.TextChoices):
    DRAFT = "draft", "Draft"
    READY = "ready", "Ready"
    LISTED = "listed", "Listed"
    SOLD = "sold", "Sold"
    ARCHIVED = "archived", "Archived"


class Platform(models.TextChoices):
    EBAY = "ebay", "eBay"
    POSHMARK = "poshmark", "Poshmark"
    MERCARI = "mercari", "Mercari"
    DEPOP = "depop", "Depop"
    VINTED = "vinted", "Vinted"
    ETSY = "etsy", "Etsy"
    SHOPIFY = "shopify", "Shopify"
    AMAZON = "amazon", "Amazon"
    FACEBOOK = "facebook", "Facebook"
    GOOGLE = "google", "Google"


class Condition(models.TextChoices):
    NEW = "new", "New"
    NEW_OTHER = "new-other", "New without tags or box"
    NEW_WITH_DEFECTS = "new-with-defects", "New with defects"
    LIKE_NEW = "like-new", "Used, like new"
    GOOD = "good", "Used, good"
    FAIR = "fair", "Used, fair"
    FOR_PARTS = "for-parts", "For parts or repair"


class Listing(models.Model):
    """Something for sale. Prices are in the minor unit of `currency` (cents; yen for JPY).

    `category` is a key of listings/vocabulary/categories.tsv, the same for all platforms. What a platform
    wants otherwise stands in its ListingVariant.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="listings")
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(max_length=8, choices=ListingState.choices, default=ListingState.DRAFT)
    title = models.CharField(max_length=TITLE_LENGTH, blank=True, default="")
    description = models.TextField(blank=True, default="")
    category = models.CharField(max_length=60, blank=True, default="")
    brand = models.CharField(max_length=SHORT_LENGTH, blank=True, default="")
    size = models.CharField(max_length=SHORT_LENGTH, blank=True, default="")
    condition = models.CharField(max_length=16, choices=Condition.choices, blank=True, default="")
    colors = models.JSONField(default=list, blank=True)  # names, the main one first
    materials = models.JSONField(default=list, blank=True)
    tags = models.JSONField(default=list, blank=True)
    attributes = models.JSONField(default=dict, blank=True)  # name: text, such as "Sleeve": "Long"
    currency = models.CharField(max_length=3)
    price = models.PositiveBigIntegerField(null=True, blank=True)
    price_min = models.PositiveBigIntegerField(null=True, blank=True)
    price_max = models.PositiveBigIntegerField(null=True, blank=True)
    purchase_price = models.PositiveBigIntegerField(null=True, blank=True)
    sku = models.CharField("SKU", max_length=SHORT_LENGTH, blank=True, default="")
    quantity = models.PositiveIntegerField(default=1)
    # Who wrote it, where nobody typed it: provider, model, when, for which platform.
    generated_by = models.JSONField(default=dict, blank=True)
    # Counts its changes: who saves what they saw some time ago learns that it is no longer so.
    version = models.PositiveIntegerField(default=1)
    sold_price = models.PositiveBigIntegerField(null=True, blank=True)
    sold_at = models.DateTimeField(null=True, blank=True)
    sold_on = models.CharField(
        "sold on", max_length=10, choices=Platform.choices, blank=True, default=""
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "sku"], condition=~Q(sku=""), name="listing_sku_once"
            ),
            models.CheckConstraint(
                condition=Q(sold_at__isnull=True, sold_price__isnull=True)
                | Q(
                    sold_at__isnull=False,
                    sold_price__isnull=False,
                    state__in=(ListingState.SOLD, ListingState.ARCHIVED),
                ),
                name="listing_sale_whole_and_of_what_is_sold",
            ),
            models.CheckConstraint(
                condition=~Q(state=ListingState.SOLD) | Q(sold_at__isnull=False),
                name="listing_sold_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(price_min__isnull=True)
                | Q(price_max__isnull=True)
                | Q(price_min__lte=F("price_max")),
                name="listing_price_range_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="listing_newest"),
            models.Index(fields=["account", "-created_at", "-id"], name="listing_of_account"),
            models.Index(fields=["account", "state"], name="listing_by_state"),
            models.Index(fields=["account", "category"], name="listing_by_category"),
        ]

    def __str__(self) -> str:
        return self.title or self.public_id

    @property
    def public_id(self) -> str:
        return public_ids.encode("lst", self.id)


class ListingImage(models.Model):
    """A picture of a listing. The first that is not deleted is its cover."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="images")
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["listing", "position"]
        constraints = [
            models.UniqueConstraint(fields=["listing", "image"], name="listing_image_once"),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.position}"


class ListingRepair(models.Model):
    """A job whose result stands in a picture's place on one platform, from when it is completed.

    Nothing has to be done at that moment: who reads the pictures looks at the job. Where it failed,
    or its result was deleted, the picture itself is shown.
    """

    picture = models.ForeignKey(ListingImage, on_delete=models.CASCADE, related_name="repairs")
    platform = models.CharField(max_length=10, choices=Platform.choices)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["picture", "platform"], name="listing_repair_once"),
        ]

    def __str__(self) -> str:
        return f"{self.picture_id} {self.platform}"


class ListingVariant(models.Model):
    """What one platform gets instead of the listing's own words. Blank or null: the listing's."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="variants")
    platform = models.CharField(max_length=10, choices=Platform.choices)
    title = models.CharField(max_length=TITLE_LENGTH, blank=True, default="")
    description = models.TextField(blank=True, default="")
    price = models.PositiveBigIntegerField(null=True, blank=True)
    tags = models.JSONField(null=True, blank=True)
    # The platform's own category id or path, where the built-in mapping is not what is wanted.
    category = models.CharField(max_length=200, blank=True, default="")
    attributes = models.JSONField(default=dict, blank=True)  # laid over the listing's
    generated_by = models.JSONField(default=dict, blank=True)
    external_id = models.CharField(max_length=SHORT_LENGTH, blank=True, default="")
    url = models.CharField(max_length=2000, blank=True, default="")
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["listing", "platform"]
        constraints = [
            models.UniqueConstraint(fields=["listing", "platform"], name="listing_variant_once"),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.platform}"


class ListingChange(models.Model):
    """Append-only history: who did what when, and what the fields held before and after."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="changes")
    made_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # created, changed, state, pictures, variant, repair, duplicated, generated
    action = models.CharField(max_length=20)
    changes = models.JSONField(default=dict)  # Changes
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["listing", "-id"], name="listing_history")]

    def __str__(self) -> str:
        return f"{self.action} {self.listing_id}"
