"""What remove-background takes: bodies made from CutoutPlan, the one definition of its options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Any, ClassVar, get_args

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.api.fields import Flag, Number, PublicIdField, Text
from config.api.serializers import StrictSerializer
from processing.engine.errors import InvalidPlan
from processing.engine.plans.cutout import (
    Area,
    CleanUp,
    CutoutPlan,
    Edge,
    EdgeName,
    Spot,
    camel,
    choices_of,
    edge_strength,
    types_of,
    words_of,
)

DISPLAYS = ("data", "url")


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "enum": list(get_args(EdgeName))},
            {"type": "number", "minimum": 0, "maximum": 100},
        ]
    }
)
class EdgeField(serializers.Field[str | float, Any, Any, Any]):
    """``none``, ``standard``, ``fine``, or a number on the same scale: 0, 50, 100."""

    default_error_messages = {"invalid": "Must be none, standard, fine, or a number from 0 to 100."}

    def to_internal_value(self, data: Any) -> str | float:
        try:
            edge_strength(data)
        except (InvalidPlan, TypeError):
            self.fail("invalid")
        return str(data) if isinstance(data, str) else float(data)

    def to_representation(self, value: Any) -> Any:
        return value


class OptionText(Text):
    """A text that the definition has a word on, once it is a text and no longer than allowed."""

    def __init__(self, check: Callable[[str], object], **options: Any) -> None:
        super().__init__(**options)
        self._check = check

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        try:
            self._check(value)
        except InvalidPlan as error:
            raise serializers.ValidationError(error.message) from error


# A comment, as the documentation of the API would show a docstring for each body: takes the options
# of `definition`, a frozen dataclass, and what a subclass declares beside them.
class OptionsBody(StrictSerializer):
    definition: ClassVar[type]

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**_fields_of(self.definition), **super().get_fields()}

    def validate(self, attrs: Any) -> Any:
        """Make the definition's object of the options."""
        try:
            return self.definition(**attrs)
        except InvalidPlan as error:
            found = error.message if error.field is None else {error.field: [error.message]}
            raise serializers.ValidationError(found) from error


class CleanUpBody(OptionsBody):
    definition = CleanUp


class AreaBody(OptionsBody):
    definition = Area


class SpotBody(OptionsBody):
    definition = Spot


class ImageIdField(PublicIdField):
    """A picture that an option names: ``img_…`` outside, the row's id as text in plans."""

    def __init__(self, **options: Any) -> None:
        super().__init__("img", **options)

    def to_internal_value(self, data: Any) -> Any:
        return str(super().to_internal_value(data))


class RemoveBackgroundOptions(OptionsBody):
    definition = CutoutPlan

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Keep the options as `plan`, beside what else the body says."""
        names = types_of(self.definition)
        plan = super().validate({name: attrs[name] for name in names if name in attrs})
        return {"plan": plan} | {name: attrs[name] for name in attrs if name not in names}


class RemoveBackgroundBody(RemoveBackgroundOptions):
    imageId = PublicIdField("img", source="image_id")
    display = serializers.ChoiceField(
        choices=DISPLAYS,
        default="data",
        help_text="Whether `displayUrl` is a data URL or a signed link that expires.",
    )


_PARTS: dict[Any, type[OptionsBody]] = {
    CleanUp: CleanUpBody,
    Area | None: AreaBody,
    Spot | None: SpotBody,
}

_SIMPLE: dict[Any, Callable[..., serializers.Field[Any, Any, Any, Any]]] = {
    bool: Flag,
    float: Number,
    Edge: EdgeField,
}


def _fields_of(definition: Any) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    return {camel(part.name): _field_of(definition, part) for part in fields(definition)}


def _field_of(definition: type, part: Field[Any]) -> serializers.Field[Any, Any, Any, Any]:
    """The field that takes one option, by what it may be. Raises TypeError where none could."""
    name, kind = part.name, types_of(definition)[part.name]
    words, choices = words_of(definition, name), choices_of(definition, name)
    given: dict[str, Any] = {"help_text": words.help if words else None}
    if camel(name) != name:
        given["source"] = name
    if part.default is None:
        given["allow_null"] = True
    if kind in _PARTS:
        return _PARTS[kind](required=False, **given)
    if part.default is None:
        given["required"] = False
    elif part.default is not MISSING:
        given["default"] = part.default
    if kind in _SIMPLE:
        return _SIMPLE[kind](**given)
    if words is not None and words.names_image:
        return ImageIdField(**given)
    if kind in (str, str | None):
        longest = words.longest if words else None
        return OptionText(lambda text: definition(**{name: text}), max_length=longest, **given)
    if choices:
        return serializers.ChoiceField(choices=choices, **given)
    raise TypeError(f"No field takes {definition.__name__}.{name}.")
