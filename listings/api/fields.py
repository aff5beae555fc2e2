"""Serializer fields of listings: whole numbers, money, named texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from rest_framework import serializers

from config.api.fields import Text
from listings import vocabulary
from listings.models.listings import MAX_MONEY

_MAX_ATTRIBUTES: Final = 50
_LONGEST_NAME: Final = 60


class WholeNumberField(serializers.IntegerField):
    """A JSON number without a fraction."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Money(WholeNumberField):
    """Minor units: 4500 is 45.00 dollars, or 4,500 yen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MAX_MONEY, **options})


class CategoryField(Text):
    """A key of the tree of categories, or blank."""

    default_error_messages = {
        "unknown": "'{category}' is not a category: see /listings/categories."
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": _LONGEST_NAME, "allow_blank": True, **options})

    def to_internal_value(self, data: Any) -> str:
        key = super().to_internal_value(data)
        if key and key not in vocabulary.categories():
            self.fail("unknown", category=key)
        return key


class Attributes(serializers.DictField):
    """Texts by name, such as ``{"Sleeve length": "Long"}``."""

    child = Text(max_length=500, allow_blank=True)

    def to_internal_value(self, data: Any) -> dict[Any, Any]:
        if isinstance(data, dict):
            if len(data) > _MAX_ATTRIBUTES:
                raise serializers.ValidationError(f"At most {_MAX_ATTRIBUTES} attributes.")
            names: list[str] = [str(name) for name in data]
            checked = Text(max_length=_LONGEST_NAME)
            for name in names:
                checked.run_validation(name)
        return dict(super().to_internal_value(data))


def texts(*, longest: int, most: int, **options: Any) -> serializers.ListField:
    """A list of short texts."""
    return serializers.ListField(
        child=Text(max_length=longest), max_length=most, required=False, **options
    )


def choices(values: Sequence[tuple[str, str]], **options: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=values, required=False, **options)
