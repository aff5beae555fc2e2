"""What the pages show of a room's options: each with its choices, and which of them is chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from processing.pages.room import options
from processing.pages.room.options import Group, Option

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several. ``about`` says what it is good for."""

    value: str
    words: str | _StrPromise
    is_chosen: bool
    about: str | _StrPromise = ""


@dataclass(frozen=True, slots=True)
class Line:
    """An option as a page shows it; ``name`` is the form's name for it."""

    option: Option
    name: str
    value: str

    @property
    def choices(self) -> Sequence[Choice]:
        about = options.ABOUT_LOOKS if self.option.name == "look" else {}
        return [
            Choice(value, words, value == self.value, about.get(value, ""))
            for value, words in self.option.choices
        ]

    @property
    def is_card(self) -> bool:
        """Whether its choices say more than a word."""
        return self.option.name == "look"


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of a group under a heading of their own; the first has none. ``is_open``: whether one is chosen."""

    title: str | _StrPromise
    lines: Sequence[Line]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A group as a page shows it."""

    group: Group
    parts: Sequence[Part]

    @property
    def is_levels(self) -> bool:
        """Whether all of it changes what the look does."""
        return all(line.option.is_of_look for part in self.parts for line in part.lines)

    @property
    def is_changed(self) -> bool:
        """Whether some of it is not as the look has it."""
        return any(part.is_open for part in self.parts)


def without(names: Collection[str], groups: Sequence[Group]) -> list[Group]:
    """The groups less some of their options."""
    return [
        replace(group, options=[one for one in group.options if one.name not in names])
        for group in groups
    ]


def shown(values: Mapping[str, str], *, groups: Sequence[Group], prefix: str = "") -> list[Shown]:
    """The groups with what is chosen in each; ``prefix`` is the form's."""
    return [Shown(group, _parts(group, values, prefix)) for group in groups]


def _parts(group: Group, values: Mapping[str, str], prefix: str) -> list[Part]:
    lines: dict[str | _StrPromise, list[Line]] = {}
    for option in group.options:
        name = f"{prefix}-{option.name}" if prefix else option.name
        line = Line(option, name, values.get(option.name, ""))
        lines.setdefault(option.part, []).append(line)
    return [Part(title, some, any(one.value for one in some)) for title, some in lines.items()]
