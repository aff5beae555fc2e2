"""Schemas as strict as the checks behind them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension

from config import public_ids


class ClosedBody(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Says of a request what StrictSerializer does: unknown fields are refused."""

    target_class = "config.api.serializers.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(
            self.target, direction, bypass_extensions=True
        )
        if direction == "request":
            schema["additionalProperties"] = False
            if (
                type(self.target).__doc__ is None
            ):  # what it inherits tells how StrictSerializer works
                schema.pop("description", None)
        return schema


class PublicId(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Says how an id is spelled, where one is sent."""

    target_class = "config.api.fields.PublicIdField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        if direction != "request":
            return {"type": "string"}
        return {"type": "string", "pattern": public_ids.pattern(self.target.prefix)}
