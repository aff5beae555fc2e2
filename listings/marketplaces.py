"""The marketplaces' rules as the day's code reads them: see marketplaces.toml."""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from listings import vocabulary
from listings.models import Platform
from listings.vocabulary import tree

Certainty = Literal["documented", "secondary", "uncertain"]
_FILE: Final = Path(__file__).parent / "marketplaces.toml"
_UNCHECKED: Final = "unchecked"
_MAX_SIDE: Final = 10_000
# Of the square pictures that we make: large enough to look closer, where nobody asks for more.
_SIDE: Final = 2000


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    url: str | None
    read: date | None  # None: nobody has opened it
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a marketplace asks for, as it holds on some day."""

    name: str
    value: Any
    source: Source
    since: date | None
    note: str | None


def rules(platform: str, day: date, category: str = "") -> Mapping[str, Rule]:
    """The platform's rules in force on that day, by name: for items of one of our categories, else those
    that are not for some categories alone."""
    return dict(_in_force(_whole()[platform], day, google_category(category)))


def is_within(path: str, beginnings: Sequence[str]) -> bool:
    """Whether a path of Google's taxonomy is one of these, or below one."""
    return any(f"{path} > ".startswith(f"{beginning} > ") for beginning in beginnings)


def unchecked(platform: str) -> list[Rule]:
    """What the platform asks for and nobody here can see: sentences for people."""
    return [_rule(_UNCHECKED, one) for one in _whole()[platform].get(_UNCHECKED, [])]


def nameless_sources() -> list[str]:
    """How sources are told that have no address of their own: in words, not by a name."""
    return sorted({source.name for source in _sources().values() if source.url is None})


def max_side(rules: Mapping[str, Rule]) -> int:
    """The longest side that a picture of any shape may have."""
    sides = [_MAX_SIDE]
    if longest := rules.get("picture_longest_max"):
        sides.append(longest.value)
    if area := rules.get("picture_pixels_max"):
        sides.append(math.isqrt(area.value))
    return min(sides)


def square_side(rules: Mapping[str, Rule]) -> int:
    """The side of the square picture that we make for these rules."""
    names = ("picture_longest_advised", "picture_shortest_advised")
    advised = [int(rules[name].value) for name in names if name in rules]
    return min(max([_SIDE, *advised]), max_side(rules))


def google_category(key: str) -> str:
    """The path in Google's taxonomy for one of our categories, as exact as is known, or ""."""
    found = vocabulary.categories().get(key)
    if found is None:
        return ""
    tables = _whole()["categories"]["google"]
    told = tables["keys"].get(key) or tree.taxonomy_name("google", found.google)
    return str(told or tables["groups"].get(found.group, ""))


def shopify_category(key: str) -> str:
    """The path in Shopify's own taxonomy for one of our categories; Google's where none is known."""
    found = vocabulary.categories().get(key)
    told = tree.taxonomy_name("shopify", found.shopify) if found else ""
    return told or google_category(key)


def ebay_category(key: str, department: str) -> str:
    """The leaf category of eBay US for one of our categories and a department, or ""."""
    found = _whole()["categories"]["ebay"]["keys"].get(key, {})
    return str(found.get("all") or found.get(department, ""))


def category_for(platform: str, key: str, department: str) -> str:
    """What a platform calls one of our categories: its own name for it where that is known."""
    if platform == Platform.EBAY:
        return ebay_category(key, department)
    if platform == Platform.SHOPIFY:
        return shopify_category(key)
    if platform in (Platform.GOOGLE, Platform.FACEBOOK):
        return google_category(key)
    return key


def _in_force(table: Mapping[str, Any], day: date, path: str) -> Iterator[tuple[str, Rule]]:
    for name, values in table.items():
        if name == _UNCHECKED:
            continue
        begun = [one for one in values if one.get("since", date.min) <= day and _is_for(one, path)]
        if begun:
            *_, latest = sorted(begun, key=lambda one: one.get("since", date.min))
            yield name, _rule(name, latest)


def _is_for(told: Mapping[str, Any], path: str) -> bool:
    """Whether a value is meant for items of this path."""
    return ("only" not in told or is_within(path, told["only"])) and not is_within(
        path, told.get("but", [])
    )


def _rule(name: str, told: Mapping[str, Any]) -> Rule:
    return Rule(
        name, told["value"], _sources()[told["source"]], told.get("since"), told.get("note")
    )


@functools.cache
def _sources() -> dict[str, Source]:
    return {
        key: Source(told["name"], told.get("url"), told.get("read"), told["certainty"])
        for key, told in _whole()["sources"].items()
    }


@functools.cache
def _whole() -> dict[str, Any]:
    with _FILE.open("rb") as file:
        return tomllib.load(file)
