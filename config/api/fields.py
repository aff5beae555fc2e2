"""Serializer fields that take a JSON value for what it is: ``"5"`` is no number, 5 no text."""

from __future__ import annotations

from math import isfinite
from typing import Any
from uuid import UUID

from rest_framework import serializers

from config import public_ids


class Text(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


def filter_text(longest: int, help_text: str) -> Text:
    """A text in a query that narrows a list; an empty one doesn't."""
    return Text(max_length=longest, default="", allow_blank=True, help_text=help_text)


class Flag(serializers.BooleanField):
    """A JSON boolean, or ``true`` / ``false`` in a form or query."""

    _WORDS = {"true": True, "false": False}

    def to_internal_value(self, data: Any) -> bool:
        if isinstance(data, str):
            data = self._WORDS.get(data.lower())
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Number(serializers.FloatField):
    """A finite JSON number."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        try:
            number = float(data)
        except OverflowError:
            self.fail("invalid")
        if not isfinite(number):
            self.fail("invalid")
        return number


class Whole(serializers.IntegerField):
    """A whole JSON number."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class PublicIdField(serializers.Field[UUID, str, str, UUID]):
    """A row's UUID inside, ``img_…`` outside."""

    default_error_messages = {"invalid": "Not a valid {prefix}_ id."}

    def __init__(self, prefix: str, **options: Any) -> None:
        super().__init__(**options)
        self.prefix = prefix

    def to_internal_value(self, data: Any) -> UUID:
        try:
            return public_ids.decode(self.prefix, data if isinstance(data, str) else "")
        except ValueError:
            self.fail("invalid", prefix=self.prefix)

    def to_representation(self, value: UUID) -> str:
        return public_ids.encode(self.prefix, value)
