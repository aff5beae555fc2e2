"""Input that says no to what it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """Rejects unknown fields, so that a misspelled option is never silently ignored."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(data) - {n for n, f in self.fields.items() if not f.read_only})
            if unknown:
                raise serializers.ValidationError({name: ["Unknown field."] for name in unknown})
        return super().to_internal_value(data)


class PageQuery(StrictSerializer):
    """What every list understands."""

    page = serializers.IntegerField(
        min_value=1, max_value=1_000_000, default=1, help_text="The page number, starting at 1."
    )
    pageSize = serializers.IntegerField(
        min_value=1, max_value=100, default=20, source="page_size", help_text="Rows per page."
    )
