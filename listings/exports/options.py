"""How a format says which options it takes, and of what kind each is."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

Value = TypeVar("Value")
_KIND: Final = "kind"


@dataclass(frozen=True, slots=True)
class Text:
    max_length: int


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """A whole number, the ends included."""

    min_value: int
    max_value: int


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Choice:
    values: tuple[str, ...]


Kind = Text | WholeNumber | Flag | Choice


@dataclass(frozen=True, slots=True)
class NoOptions:
    """For formats that ask for nothing of their own."""


def option(default: Value, kind: Kind) -> Value:
    """Declare a field of a format's dataclass of options."""
    return dataclasses.field(default=default, metadata={_KIND: kind})


def kinds_of(options: type[Any]) -> Mapping[str, Kind]:
    """Look up what each field takes, by its name."""
    return {field.name: field.metadata[_KIND] for field in dataclasses.fields(options)}
