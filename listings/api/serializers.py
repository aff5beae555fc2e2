"""Listings as the API shows them. None of these writes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config import public_ids
from config.api.fields import PublicIdField
from listings import pictures
from listings.models import (
    Condition,
    Listing,
    ListingChange,
    ListingImage,
    ListingRepair,
    ListingState,
    ListingVariant,
    Platform,
)
from listings.services import states
from media_library.files.links import content_url
from processing.models import JobState


class RepairSerializer(serializers.Serializer[ListingRepair]):
    platform = serializers.ChoiceField(choices=Platform.choices)
    jobId = PublicIdField("job", source="job_id")
    state = serializers.ChoiceField(choices=JobState.choices, source="job.state")
    imageId = serializers.SerializerMethodField(
        help_text="What the platform gets instead of the picture, once it is ready."
    )
    url = serializers.SerializerMethodField()

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_imageId(self, repair: ListingRepair) -> str | None:
        made = pictures.replacement(repair)
        return made.public_id if made else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_url(self, repair: ListingRepair) -> str | None:
        made = pictures.replacement(repair)
        return content_url(made, base=self.context["base"]) if made else None


class ListingImageSerializer(serializers.Serializer[ListingImage]):
    """Describes a listing's picture."""  # needs `base` in its context, see ImageSerializer

    id = PublicIdField("img", source="image_id")
    name = serializers.CharField(source="image.name")
    width = serializers.IntegerField(source="image.width")
    height = serializers.IntegerField(source="image.height")
    url = serializers.SerializerMethodField()
    thumbnailUrl = serializers.SerializerMethodField()
    repairs = RepairSerializer(many=True)

    def get_url(self, row: ListingImage) -> str:
        return content_url(row.image, base=self.context["base"])

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_thumbnailUrl(self, row: ListingImage) -> str | None:
        if not row.image.thumbnail_key:
            return None
        return content_url(row.image, "thumbnail", base=self.context["base"])


class VariantSerializer(serializers.ModelSerializer[ListingVariant]):
    platform = serializers.ChoiceField(choices=Platform.choices)
    tags = serializers.ListField(child=serializers.CharField(), allow_null=True)
    attributes = serializers.DictField(child=serializers.CharField())
    generatedBy = serializers.JSONField(source="generated_by")
    externalId = serializers.CharField(source="external_id")
    updatedAt = serializers.DateTimeField(source="updated_at")

    class Meta:
        model = ListingVariant
        fields = [
            *("platform", "title", "description", "price", "tags", "category", "attributes"),
            *("generatedBy", "externalId", "url", "updatedAt"),
        ]
        read_only_fields = fields


class ListingSerializer(serializers.ModelSerializer[Listing]):
    """Describes a listing with its pictures and variants."""  # of a row of listings.selectors

    id = PublicIdField("lst", read_only=True)
    state = serializers.ChoiceField(choices=ListingState.choices, read_only=True)
    nextStates = serializers.SerializerMethodField()
    condition = serializers.ChoiceField(
        choices=Condition.choices, allow_blank=True, read_only=True, help_text="Empty if unknown."
    )
    colors = serializers.ListField(child=serializers.CharField(), read_only=True)
    materials = serializers.ListField(child=serializers.CharField(), read_only=True)
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)
    attributes = serializers.DictField(child=serializers.CharField(), read_only=True)
    priceMin = serializers.IntegerField(source="price_min", read_only=True, allow_null=True)
    priceMax = serializers.IntegerField(source="price_max", read_only=True, allow_null=True)
    purchasePrice = serializers.IntegerField(
        source="purchase_price", read_only=True, allow_null=True
    )
    generatedBy = serializers.JSONField(source="generated_by", read_only=True)
    soldPrice = serializers.IntegerField(source="sold_price", read_only=True, allow_null=True)
    soldAt = serializers.DateTimeField(source="sold_at", read_only=True, allow_null=True)
    soldOn = serializers.CharField(source="sold_on", read_only=True)
    coverImageId = serializers.SerializerMethodField()
    images = ListingImageSerializer(many=True, read_only=True)
    variants = VariantSerializer(many=True, read_only=True)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    updatedAt = serializers.DateTimeField(source="updated_at", read_only=True)

    class Meta:
        model = Listing
        fields = [
            *("id", "state", "nextStates", "title", "description", "category", "brand", "size"),
            *("condition", "colors", "materials", "tags", "attributes", "currency", "price"),
            *("priceMin", "priceMax", "purchasePrice", "sku", "quantity", "generatedBy"),
            *("soldPrice", "soldAt", "soldOn", "coverImageId", "images", "variants"),
            *("version", "createdAt", "updatedAt"),
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_nextStates(self, listing: Listing) -> list[str]:
        return [state.value for state in states.NEXT[ListingState(listing.state)]]

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_coverImageId(self, listing: Listing) -> str | None:
        shown = pictures.of(listing)
        return shown[0].image.public_id if shown else None


class ChangeSerializer(serializers.Serializer[ListingChange]):
    action = serializers.CharField()
    changes = serializers.DictField(
        child=serializers.ListField(child=serializers.JSONField()),
        help_text="Changed fields, each with its value before and after.",
    )
    madeBy = serializers.SerializerMethodField(help_text="Null if an API key did it.")
    createdAt = serializers.DateTimeField(source="created_at")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_madeBy(self, change: ListingChange) -> str | None:
        return public_ids.encode("usr", change.made_by_id) if change.made_by_id else None


def shown(listing: Listing, base: str) -> dict[str, Any]:
    return dict(ListingSerializer(listing, context={"base": base}).data)
