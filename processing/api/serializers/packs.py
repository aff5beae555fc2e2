"""Packs as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from pydantic import Field
from rest_framework import serializers

from config.api.fields import PublicIdField
from processing.api.serializers.edits import Body
from processing.api.serializers.jobs import ReadyPresetSerializer
from processing.models import Pack
from processing.services.appearance.packs import (
    MARKET_LENGTH,
    MAX_LOOKS,
    NAME_LENGTH,
    Entry,
    Wanted,
)

_MARKET = (
    "What it is for, by which the results are put into folders. Without one it is the marketplace that a ready "
    "preset is for, else the name of the pack."
)


class PackLookBody(Body):
    """A preset of a pack, and what it is for."""

    preset_id: str = Field(max_length=80, description="`preset_…`, or `look_…` for a ready one.")
    market: str = Field("", max_length=MARKET_LENGTH, description=_MARKET)


class PackBody(Body):
    """Names presets that are made together of each image."""

    name: str = Field(min_length=1, max_length=NAME_LENGTH)
    looks: list[PackLookBody] = Field(min_length=1, max_length=MAX_LOOKS)

    @property
    def wanted(self) -> list[Wanted]:
        return _wanted(self.looks)


class PackChange(Body):
    """Changes the fields sent; omitted fields stay unchanged."""

    name: str | None = Field(None, min_length=1, max_length=NAME_LENGTH)
    looks: list[PackLookBody] | None = Field(None, min_length=1, max_length=MAX_LOOKS)

    @property
    def wanted(self) -> list[Wanted] | None:
        return None if self.looks is None else _wanted(self.looks)


def _wanted(looks: list[PackLookBody]) -> list[Wanted]:
    return [Wanted(one.preset_id, one.market) for one in looks]


class PackLookSerializer(serializers.Serializer[Any]):
    presetId = serializers.CharField(source="look_id")
    name = serializers.CharField(
        allow_null=True, help_text="Null where the preset was deleted: take it out of the pack."
    )
    market = serializers.CharField()


class PackSerializer(serializers.ModelSerializer[Pack]):
    id = PublicIdField("pack", read_only=True)
    looks = serializers.SerializerMethodField()
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    updatedAt = serializers.DateTimeField(source="updated_at", read_only=True)

    class Meta:
        model = Pack
        fields = ["id", "name", "looks", "createdAt", "updatedAt"]

    @extend_schema_field(PackLookSerializer(many=True))
    def get_looks(self, pack: Pack) -> list[dict[str, Any]]:
        entries: list[Entry] = self.context["entries"][pack.pk]
        return [dict(PackLookSerializer(one).data) for one in entries]


class ReadyPackSerializer(serializers.Serializer[Any]):
    """Describes a pack that is there from the start, with why each of its presets is as it is."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    market = serializers.CharField(source="key")
    looks = ReadyPresetSerializer(many=True)
