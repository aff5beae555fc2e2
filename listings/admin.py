"""Staff may look at listings; changing them is their owners' business."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from accounts.currencies import amount
from config.admin import ReadOnly, ReadOnlyAdmin
from listings.models import (
    Comparable,
    ComparableImport,
    Listing,
    ListingChange,
    ListingImage,
    ListingVariant,
)


class Pictures(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = ListingImage
    extra = 0
    fields = ["position", "image"]
    ordering = ["position"]


class Variants(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = ListingVariant
    extra = 0
    fields = ["platform", "title", "price", "category", "url", "updated_at"]
    readonly_fields = ["updated_at"]


class History(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = ListingChange
    extra = 0
    fields = ["created_at", "action", "made_by", "changes"]
    readonly_fields = ["created_at"]
    ordering = ["-id"]


@admin.register(Listing)
class ListingAdmin(ReadOnlyAdmin):
    list_display = [
        *("__str__", "account", "state", "category", "price_shown", "pictures"),
        *("created_at", "updated_at"),
    ]
    list_filter = ["state", "condition", "currency", "created_at"]
    list_select_related = ["account"]
    search_fields = ["title", "sku", "brand", "account__name"]
    ids = {"lst": ["pk"], "acct": ["account"]}
    ordering = ["-created_at", "-id"]
    readonly_fields = ["public_id", "created_at", "updated_at"]
    inlines = [Pictures, Variants, History]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Listing]:
        live = ListingImage.objects.filter(listing=OuterRef("pk"), image__deleted_at__isnull=True)
        counted = live.order_by().values("listing").annotate(n=Count("pk")).values("n")
        listings: QuerySet[Listing] = super().get_queryset(request)
        return listings.annotate(picture_total=Coalesce(Subquery(counted), 0))

    @admin.display(description="price", ordering="price")
    def price_shown(self, listing: Listing) -> str:
        if listing.price is None:
            return "-"
        return f"{amount(listing.price, listing.currency)} {listing.currency}"

    @admin.display(ordering="picture_total")
    def pictures(self, listing: Any) -> int:
        return int(listing.picture_total)


@admin.register(Comparable)
class ComparableAdmin(ReadOnlyAdmin):
    """Sold items, which prices are suggested from."""

    list_display = ["title", "account", "brand", "category", "price_shown", "sold_on"]
    list_filter = ["condition", "sold_on"]
    list_select_related = ["account"]
    search_fields = ["title", "account__name"]
    ids = {"cmp": ["pk"], "cimp": ["imported"], "acct": ["account"]}
    ordering = ["-sold_on", "-id"]

    @admin.display(description="price", ordering="price")
    def price_shown(self, item: Comparable) -> str:
        return f"{amount(item.price, item.currency)} {item.currency}"


@admin.register(ComparableImport)
class ComparableImportAdmin(ReadOnlyAdmin):
    list_display = ["name", "account", "finished", "created_at"]
    list_filter = ["finished", "created_at"]
    list_select_related = ["account"]
    search_fields = ["name", "account__name"]
    ids = {"cimp": ["pk"], "acct": ["account"]}
    ordering = ["-created_at", "-id"]
