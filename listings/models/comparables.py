"""What items sold for, as their sellers' tables tell it."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from accounts.models import Account, User
from config import public_ids
from listings.models.listings import SHORT_LENGTH, Condition

TITLE_LENGTH = 300
KEY_LENGTH = 60


class ComparableImport(models.Model):
    """A table of sold items as it came in; deleting it takes its rows along.

    Its id is that of the job that brought it in. Until it is `finished`, nobody is shown it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="comparable_imports"
    )
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(max_length=200)
    # How it was read, and what became of its rows: shown to the person who sent it.
    report = models.JSONField(default=dict)
    finished = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "table of sold items"
        verbose_name_plural = "tables of sold items"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="comparable_import_list")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return public_ids.encode("cimp", self.id)


class Comparable(models.Model):
    """A sold item. `price` is in the minor unit of `currency`.

    Brand and category stand there as their table spelt them, and by key as prices are looked up:
    the house's own key where it knows the category.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="comparables")
    imported = models.ForeignKey(
        ComparableImport, on_delete=models.CASCADE, related_name="comparables"
    )
    title = models.CharField(max_length=TITLE_LENGTH)
    brand = models.CharField(max_length=SHORT_LENGTH, blank=True, default="")
    brand_key = models.CharField(max_length=KEY_LENGTH, blank=True, default="")
    category = models.CharField(max_length=SHORT_LENGTH, blank=True, default="")
    category_key = models.CharField(max_length=KEY_LENGTH, blank=True, default="")
    condition = models.CharField(max_length=16, choices=Condition.choices, blank=True, default="")
    price = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    sold_on = models.DateField()
    # Of all the row says and how often the table had said it: a table sent twice counts once.
    fingerprint = models.CharField(max_length=32)

    class Meta:
        verbose_name = "sold item"
        ordering = ["-sold_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "fingerprint"], name="comparable_once"),
            models.CheckConstraint(condition=models.Q(price__gt=0), name="comparable_has_price"),
        ]
        # Each is read from its newest row on, up to a bound, however many rows there are.
        indexes = [
            models.Index(fields=["-sold_on", "-id"], name="comparable_all_newest"),
            models.Index(fields=["account", "-sold_on", "-id"], name="comparable_newest"),
            models.Index(
                fields=["account", "currency", "category_key", "brand_key", "-sold_on"],
                name="comparable_alike",
            ),
            models.Index(
                fields=["account", "currency", "category_key", "-sold_on"],
                name="comparable_by_category",
            ),
            models.Index(
                fields=["account", "currency", "brand_key", "-sold_on"],
                name="comparable_by_brand",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def public_id(self) -> str:
        return public_ids.encode("cmp", self.id)
