"""What categories and brands are called, and which of them a text names."""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

UNKNOWN: Final = "unknown"
_PATHS = re.compile(r"\s*(?:>|/|\||»|:| - )\s*")
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Category:
    """One of categories.toml: its key, what a person calls it, and the group it belongs to."""

    key: str
    name: str
    plural: str
    group: str


@functools.cache
def categories() -> Mapping[str, Category]:
    return {
        key: Category(key, found["name"], found["plural"], found["group"])
        for key, found in _file("categories.toml").items()
    }


@functools.lru_cache(4096)
def category_in(text: str) -> str | None:
    """The category that a text or path names (``Women > Clothing > Jeans``), by its last word."""
    for part in reversed(_PATHS.split(text)):
        if key := _category_names().get(plain(part)):
            return key
    return category_within(text)


def category_within(text: str) -> str | None:
    """The category that a title mentions; the last one, as what an item is stands behind what kind."""
    found = _category_pattern().findall(f" {words(text)} ")
    return _category_names()[plain(found[-1])] if found else None


def names_of(key: str) -> list[str]:
    """All that a category is called, in its singular and plural and by other words."""
    found, synonyms = categories()[key], _file("words.toml")["synonyms"].get(key, [])
    return list(
        dict.fromkeys([found.name, found.plural, american().get(key, found.name), *synonyms])
    )


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
def grammar() -> Mapping[str, list[str]]:
    """The categories whose names are `plural`, `mass` nouns, or come as a `pair`."""
    return dict(_file("words.toml")["grammar"])


def plain(text: str) -> str:
    """Letters and digits alone, without case and accents."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in flat if letter.isalnum())


def words(text: str) -> str:
    """The words of a text, without case, accents and punctuation, one space between them."""
    flat = unicodedata.normalize("NFKD", text.casefold().replace("'", "").replace("\u2019", ""))
    spaced = (c if c.isalnum() else " " for c in flat if not unicodedata.combining(c))
    return " ".join("".join(spaced).split())


@functools.cache
def _category_names() -> dict[str, str]:
    """Category by each of its names, and by what else people call it."""
    names = {}
    for key, found in categories().items():
        for name in (key, found.name, found.plural):
            names[plain(name)] = key
    for key, synonyms in _file("words.toml")["synonyms"].items():
        for name in synonyms:
            names.setdefault(plain(name), key)
    return names


@functools.cache
def _category_pattern() -> re.Pattern[str]:
    called = [name for found in categories().values() for name in (found.name, found.plural)]
    called += [name for names in _file("words.toml")["synonyms"].values() for name in names]
    return _pattern(called)


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
