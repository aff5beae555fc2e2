"""What categories and brands are called, and which of them a text names."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from listings.vocabulary import tree
from listings.vocabulary.spelling import plain as plain
from listings.vocabulary.spelling import words as words
from listings.vocabulary.tree import Category as Category
from listings.vocabulary.tree import categories as categories
from listings.vocabulary.tree import category_in as category_in
from listings.vocabulary.tree import category_within as category_within

UNKNOWN: Final = "unknown"
_HERE = Path(__file__).parent


@functools.lru_cache(4096)
def brand_key(text: str) -> str:
    """One spelling of a brand: Levi's, LEVIS and Lévi's are the same, and so is a known alias."""
    key = plain(text)
    return plain(_brands().get(key, key))


def brand_within(text: str) -> str | None:
    """The brand that a title begins with or mentions, as brands.toml spells it."""
    said, (any_brand, no_word) = f" {words(text)} ", _brand_patterns()
    found = any_brand.match(said, 1) or no_word.search(said)
    return _brands()[plain(found[1])] if found else None


def brands_within(text: str) -> list[str]:
    """Every brand that a text names, but for those that are everyday words."""
    _, no_word = _brand_patterns()
    found = no_word.findall(f" {words(text)} ")
    return list(dict.fromkeys(_brands()[plain(name)] for name in found))


def tier(brand: str | None) -> str:
    """value, mid, premium or luxury; unknown for no brand. One that nobody here knows counts as mid."""
    if not brand:
        return UNKNOWN
    return _tiers().get(brand_key(brand), "mid")


@functools.cache
def american() -> Mapping[str, str]:
    """What an American calls a category, where that is not its name."""
    return dict(_file("words.toml")["american"])


@functools.cache
def grammar() -> Mapping[str, frozenset[str]]:
    """The categories whose names are `plural`, `mass` nouns, or come as a `pair`."""
    found = {key: one.shape for key, one in categories().items()}
    return {
        "plural": frozenset(key for key, shape in found.items() if shape in ("plural", "pair")),
        "mass": frozenset(key for key, shape in found.items() if shape == "mass"),
        "pair": frozenset(key for key, shape in found.items() if shape == "pair"),
    }


def names_of(key: str) -> list[str]:
    """All that a category is called, in its singular and plural, by Americans and by other words."""
    name, *others = tree.names_of(key)
    return list(dict.fromkeys([name, american().get(key, name), *others]))


@functools.cache
def _brand_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Any brand, for where a title begins, and those that are no everyday words, for all of it."""
    found = _file("brands.toml")
    ordinary = {plain(word) for word in found["ordinary"]["words"]}
    names = [*(name for names in found["tiers"].values() for name in names), *found["aliases"]]
    return _pattern(names), _pattern([name for name in names if plain(name) not in ordinary])


def _pattern(names: list[str]) -> re.Pattern[str]:
    ordered = sorted({words(name) for name in names} - {""}, key=len, reverse=True)
    return re.compile(f"(?<= )({'|'.join(map(re.escape, ordered))})(?= )")


@functools.cache
def _brands() -> dict[str, str]:
    """A brand's proper name by each of its spellings."""
    found = _file("brands.toml")
    names = {plain(name): name for names in found["tiers"].values() for name in names}
    return names | {plain(alias): name for alias, name in found["aliases"].items()}


@functools.cache
def _tiers() -> dict[str, str]:
    tiers = _file("brands.toml")["tiers"]
    return {plain(name): tier for tier, names in tiers.items() for name in names}


@functools.cache
def _file(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))
