"""What the endpoints of listings take in."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.currencies import CODES
from config.api.fields import PublicIdField, Text, filter_text
from config.api.serializers import PageQuery, StrictSerializer
from listings import selectors
from listings.api.fields import Attributes, CategoryField, Money, WholeNumberField, choices, texts
from listings.models import Condition, ListingState, Platform
from listings.models.listings import (
    DESCRIPTION_LENGTH,
    MAX_QUANTITY,
    SHORT_LENGTH,
    TITLE_LENGTH,
)
from listings.pictures import MAX_PICTURES as MAX_PICTURES
from listings.selectors import Filter
from listings.services import bulk
from listings.vocabulary.texts import is_address

# The states that a listing may begin in.
NEW_STATES = [ListingState.DRAFT.value, ListingState.READY.value]


class Wording(StrictSerializer):
    """Holds the fields that listings and bulk changes share."""

    title = Text(max_length=TITLE_LENGTH, required=False, allow_blank=True)
    description = Text(
        max_length=DESCRIPTION_LENGTH, required=False, allow_blank=True, trim_whitespace=False
    )
    category = CategoryField(required=False, help_text="A key from `/listings/categories`.")
    brand = Text(max_length=SHORT_LENGTH, required=False, allow_blank=True)
    size = Text(max_length=SHORT_LENGTH, required=False, allow_blank=True)
    condition = choices(Condition.choices, allow_blank=True)
    colors = texts(longest=40, most=10, help_text="Main color first.")
    materials = texts(longest=60, most=20)
    tags = texts(longest=60, most=50)
    attributes = Attributes(
        required=False, help_text='Texts by name, such as `{"Department": "Women"}`.'
    )
    currency = serializers.ChoiceField(
        choices=CODES, required=False, help_text="The account's currency if omitted."
    )
    price = Money(required=False, allow_null=True, help_text="In minor units: 4500 means 45.00.")
    priceMin = Money(source="price_min", required=False, allow_null=True)
    priceMax = Money(source="price_max", required=False, allow_null=True)
    purchasePrice = Money(
        source="purchase_price", required=False, allow_null=True, help_text="What you paid for it."
    )
    quantity = WholeNumberField(min_value=0, max_value=MAX_QUANTITY, required=False)


class ListingFields(Wording):
    sku = Text(max_length=SHORT_LENGTH, required=False, allow_blank=True)
    imageIds = serializers.ListField(
        child=PublicIdField("img"),
        source="image_ids",
        max_length=MAX_PICTURES,
        required=False,
        help_text="In display order, cover first.",
    )
    state = serializers.ChoiceField(choices=NEW_STATES, required=False)


class NewListing(ListingFields):
    jobId = PublicIdField(
        "job",
        source="job_id",
        required=False,
        help_text=(
            "The id of a `/listings/generate` job: its texts and pictures are used where this "
            "body has none."
        ),
    )


class ListingPatch(ListingFields):
    """Changes the fields sent; omitted fields stay unchanged."""

    coverImageId = PublicIdField("img", source="cover_id", required=False)
    version = WholeNumberField(
        min_value=1,
        max_value=2_000_000_000,
        required=False,
        help_text="The version that you have read. If it is another one by now, nothing is changed.",
    )
    state = choices(ListingState.choices)
    soldPrice = Money(
        source="sold_price",
        required=False,
        help_text="For a listing that is or becomes sold. The listing's price if omitted.",
    )
    soldAt = serializers.DateTimeField(source="sold_at", required=False)
    soldOn = choices(Platform.choices, source="sold_on", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not set(attrs) - {"version"}:
            raise serializers.ValidationError("Send at least one change.")
        return attrs


class VariantBody(StrictSerializer):
    """Changes the fields sent; blank or null ones fall back to the listing's."""

    title = Text(max_length=TITLE_LENGTH, required=False, allow_blank=True)
    description = Text(
        max_length=DESCRIPTION_LENGTH, required=False, allow_blank=True, trim_whitespace=False
    )
    price = Money(required=False, allow_null=True)
    tags = texts(longest=60, most=50, allow_null=True)
    category = Text(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="The platform's own category id or path.",
    )
    attributes = Attributes(required=False)
    externalId = Text(
        source="external_id", max_length=SHORT_LENGTH, required=False, allow_blank=True
    )
    url = Text(
        max_length=2000,
        required=False,
        allow_blank=True,
        help_text="The page where buyers find it; Google and Meta require it.",
    )

    def validate_url(self, url: str) -> str:
        if url and not is_address(url):
            raise serializers.ValidationError("Must be an http or https address.")
        return url


class BulkChanges(Wording):
    """Makes the same changes to all of them."""


class BulkBody(StrictSerializer):
    listingIds = serializers.ListField(
        child=PublicIdField("lst"), source="listing_ids", min_length=1, max_length=bulk.MAX_LISTINGS
    )
    changes = BulkChanges(required=False)
    state = choices(ListingState.choices)
    addTags = texts(longest=60, most=50, source="add_tags")
    removeTags = texts(longest=60, most=50, source="remove_tags")
    pricePercent = serializers.DecimalField(
        source="price_percent",
        max_digits=6,
        decimal_places=2,
        min_value=-95,
        max_value=1000,
        required=False,
        coerce_to_string=False,
        help_text="Added to each price: -10 turns 45.00 into 40.50.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not any(
            attrs.get(name) for name in ("changes", "state", "add_tags", "remove_tags")
        ) and ("price_percent" not in attrs):
            raise serializers.ValidationError("Send at least one change.")
        if "price_percent" in attrs and "price" in attrs.get("changes", {}):
            raise serializers.ValidationError({"pricePercent": ["Send it or a price, not both."]})
        return attrs


class ListingQuery(PageQuery):
    search = filter_text(
        TITLE_LENGTH,
        "Words in the title, description, brand or SKU; all of them must match.",
    )
    state = choices(ListingState.choices, help_text="Only listings in this state.")
    category = CategoryField(required=False, help_text="Only in this category.")
    condition = choices(Condition.choices, help_text="Only in this condition.")
    brand = Text(
        max_length=SHORT_LENGTH, required=False, help_text="Only of this brand, ignoring case."
    )
    platform = choices(
        Platform.choices, help_text="Only listings with a variant for this platform."
    )
    currency = serializers.ChoiceField(
        choices=CODES, required=False, help_text="Only those priced in this currency."
    )
    sort = serializers.ChoiceField(
        choices=list(selectors.SORTS),
        default=selectors.DEFAULT_SORT,
        help_text="The order; listings without a price come last.",
    )


def filter_of(asked: dict[str, Any]) -> Filter:
    names = ("state", "category", "condition", "brand", "platform", "currency")
    return Filter(**{name: asked[name] for name in names if name in asked})
