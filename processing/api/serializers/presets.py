"""Presets as the API takes and shows them: edits, and ways to enhance rooms."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from pydantic import Field, model_validator
from rest_framework import serializers

from config.api.fields import PublicIdField
from processing.api.serializers import rooms
from processing.api.serializers.edits import Body
from processing.api.serializers.rooms import EnhanceOptions
from processing.models import Preset
from processing.services import edit_json
from processing.services.appearance import presets


class PresetBody(Body):
    """Names an edit, or a way to enhance rooms."""

    name: str = Field(min_length=1, max_length=100)
    edit: dict[str, Any] | None = None
    enhance: EnhanceOptions | None = None

    @model_validator(mode="after")
    def _one(self) -> PresetBody:
        if (self.edit is None) is (self.enhance is None):
            raise ValueError("Send either edit or enhance.")
        return self


class PresetChange(Body):
    """Changes the fields sent; omitted fields stay unchanged."""

    name: str | None = Field(None, min_length=1, max_length=100)
    edit: dict[str, Any] | None = None
    enhance: EnhanceOptions | None = None

    @model_validator(mode="after")
    def _at_most_one(self) -> PresetChange:
        if self.edit is not None and self.enhance is not None:
            raise ValueError("Send either edit or enhance.")
        return self


def _or_null(schema: str) -> dict[str, Any]:
    return {"anyOf": [{"$ref": f"#/components/schemas/{schema}"}, {"type": "null"}]}


class PresetSerializer(serializers.ModelSerializer[Preset]):
    id = PublicIdField("preset", read_only=True)
    uuid = serializers.UUIDField(
        source="pk", read_only=True, help_text="The id of a template in compatible APIs."
    )
    operation = serializers.CharField(read_only=True, help_text="`edit` or `enhance`.")
    edit = serializers.SerializerMethodField(help_text="Null for one that is for rooms.")
    enhance = serializers.SerializerMethodField(help_text="Null for an edit.")
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    updatedAt = serializers.DateTimeField(source="updated_at", read_only=True)

    class Meta:
        model = Preset
        fields = [
            *("id", "uuid", "name", "operation", "edit", "enhance"),
            *("createdAt", "updatedAt"),
        ]

    @extend_schema_field(_or_null("EditPlan"))
    def get_edit(self, preset: Preset) -> dict[str, Any] | None:
        return None if preset.is_of_rooms else edit_json.shown(preset.plan)

    @extend_schema_field(_or_null("EnhanceOptions"))
    def get_enhance(self, preset: Preset) -> dict[str, Any] | None:
        return rooms.shown(presets.room_plan_of(preset)) if preset.is_of_rooms else None
