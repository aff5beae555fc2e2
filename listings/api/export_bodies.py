"""What the endpoints of exports take in. What an export takes follows from its formats."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework import serializers

from config.api.fields import Flag, PublicIdField, Text
from config.api.serializers import StrictSerializer
from listings.api.fields import WholeNumberField, choices
from listings.exports import ExportRequest, Format, all_formats, options
from listings.models import ListingState, Platform
from listings.vocabulary.texts import is_address
from processing.engine.plans.cutout import camel

MAX_LISTINGS = 500
_MAX_LINK_DAYS = 3650
_PLACEHOLDERS = ("{id}", "{sku}", "{handle}")


class ListingSelection(StrictSerializer):
    """Selects listings by their ids, or all listings in a state."""

    listingIds = serializers.ListField(
        child=PublicIdField("lst"),
        source="listing_ids",
        min_length=1,
        max_length=MAX_LISTINGS,
        required=False,
        help_text="If omitted, all listings in `state`, or else those `ready` or `listed`.",
    )
    state = choices(ListingState.choices)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "listing_ids" in attrs and "state" in attrs:
            raise serializers.ValidationError({"state": ["Send it or listingIds, not both."]})
        return attrs


class ExportBody(ListingSelection):
    def get_fields(self) -> dict[str, Any]:
        goes_with = formats_by_field()
        return {
            **super().get_fields(),
            "format": serializers.ChoiceField(choices=list(all_formats())),
            "platform": serializers.ChoiceField(
                choices=Platform.choices,
                required=False,
                help_text=f"With {_quoted(goes_with['platform'])}: the platform whose texts and "
                "pictures are exported.",
            ),
            "link": Text(
                max_length=500,
                required=False,
                help_text=f"With {_quoted(goes_with['link'])}: the page of a listing whose variant has "
                "no `url`: an address that contains `{id}`, `{sku}` or `{handle}` (Shopify's).",
            ),
            "pictureLinks": Flag(
                default=True,
                source="picture_links",
                help_text="If `false`, the columns of pictures stay empty: for a site that can't be "
                "reached from outside.",
            ),
            "linkDays": WholeNumberField(
                min_value=1,
                max_value=_MAX_LINK_DAYS,
                required=False,
                source="link_days",
                help_text="How long links to pictures hold, at most EXPORT_LINK_DAYS (30 by "
                f"default). If omitted, {_usual_days()}",
            ),
            **{
                format.name: options_serializer(format)(required=False)
                for format in _with_options()
            },
        }

    def validate_link(self, link: str) -> str:
        if not is_address(link) or not any(name in link for name in _PLACEHOLDERS):
            raise serializers.ValidationError(
                "Must be an http or https address with {id}, {sku} or {handle} in it."
            )
        return link

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for field, formats in formats_by_field().items():
            names = [format.name for format in formats]
            if field in attrs and attrs["format"] not in names:
                raise serializers.ValidationError({field: [f"Goes with {' and '.join(names)}."]})
        return super().validate(attrs)


class ArchiveBody(ListingSelection):
    platform = serializers.ChoiceField(choices=Platform.choices)


def request_of(body: Mapping[str, Any]) -> ExportRequest:
    """Read a checked ExportBody."""
    format = all_formats()[body["format"]]
    return ExportRequest(
        format,
        options=format.options(**body.get(format.name, {})),
        platform=body.get("platform"),
        link=body.get("link", ""),
        picture_links=body["picture_links"],
        link_days=body.get("link_days"),
    )


def formats_by_field() -> dict[str, list[Format]]:
    """Tell which formats each field goes with that does not go with all."""
    formats = list(all_formats().values())
    return {
        "platform": [format for format in formats if format.platform is None],
        "link": [format for format in formats if "link" in format.requires],
        **{format.name: [format] for format in _with_options()},
    }


@functools.cache
def options_serializer(format: Format) -> type[StrictSerializer]:
    """Make the serializer of the object under the format's name: what the format alone asks for."""
    fields = {
        camel(name): _field(kind, source=None if camel(name) == name else name)
        for name, kind in options.kinds_of(format.options).items()
    }
    body = {"__doc__": format.options.__doc__, "__module__": __name__, **fields}
    return type(f"{format.name.capitalize()}Options", (StrictSerializer,), body)


def _field(kind: options.Kind, source: str | None) -> serializers.Field[Any, Any, Any, Any]:
    match kind:
        case options.Text(max_length):
            return Text(max_length=max_length, required=False, source=source)
        case options.WholeNumber(low, high):
            return WholeNumberField(min_value=low, max_value=high, required=False, source=source)
        case options.Flag():
            return Flag(required=False, source=source)
        case options.Choice(values):
            return serializers.ChoiceField(choices=values, required=False, source=source)


def _with_options() -> list[Format]:
    return [one for one in all_formats().values() if options.kinds_of(one.options)]


def _usual_days() -> str:
    own = [one for one in all_formats().values() if one.link_days]
    told = [f"{one.link_days} for `{one.name}`" for one in own]
    return f"{', '.join(told)} and EXPORT_LINK_DAYS for all others."


def _quoted(formats: Iterable[Format]) -> str:
    return " and ".join(f"`{format.name}`" for format in formats)
