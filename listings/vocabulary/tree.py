"""The kinds of things that people sell, as a tree: categories.tsv, groups.toml, and what they are called.

`listings/training/tree/` makes the tables, and says of what.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from listings.vocabulary.spelling import plain, words

_HERE: Final = Path(__file__).parent
_PATHS: Final = re.compile(r"\s*(?:>|/|\||»|:| - )\s*")
# What stands behind these says what comes with an item, or what it is for: "jeans with belt".
_BESIDES: Final = frozenset(
    ("with", "w", "for", "in", "by", "from", "and", "plus", "incl", "on", "to")
)
_WITH_KEY: Final = re.compile(r"\(([a-z0-9-]+)\)$")


@dataclass(slots=True, unsafe_hash=True)
class Category:
    """One kind: its key, what a person calls one of it, the heading of many, and its group."""

    key: str
    name: str
    plural: str
    group: str
    shape: str = field(default="", repr=False)
    """plural ("boots"), pair (also "a pair of boots"), mass ("yarn"); "" for what can be counted."""
    parent: str = field(default="", repr=False)
    """The key of the kind above it; "" where that is its group alone."""
    google: str = field(default="", repr=False)
    shopify: str = field(default="", repr=False)
    label: str = field(default="", repr=False)
    """The class of our own clothing head that means it."""
    imagenet: tuple[int, ...] = field(default=(), repr=False)
    """ImageNet's classes that show it."""
    synonyms: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_group(self) -> bool:
        """Whether it stands for a thing of which the group is all that is known, or not even that."""
        return not self.key


@dataclass(frozen=True, slots=True)
class Traits:
    """What is true of a kind by the nearest ancestor, else by the group, that says it. See groups.toml."""

    measurements: tuple[str, ...]
    sizes: str
    conditions: tuple[str, ...]
    specifics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TaxonomySource:
    """Whose ids a column of the tree holds, and when they were read."""

    name: str
    url: str
    licence: str
    read: date


@functools.cache
def categories() -> Mapping[str, Category]:
    """Every kind by its key."""
    found = {}
    for row in _rows("categories.tsv"):
        key, name, plural, shape, group, parent, google, shopify, label, shown, said = row
        found[key] = Category(
            key,
            name,
            plural,
            group,
            shape,
            parent,
            google,
            shopify,
            label,
            tuple(int(one.split(" ", 1)[0]) for one in shown.split("|")) if shown else (),
            tuple(said.split("|")) if said else (),
        )
    return found


def lineage(key: str) -> list[str]:
    """A kind and those above it, the nearest first."""
    found = []
    while key:
        found.append(key)
        key = categories()[key].parent
    return found


def relatives(key: str) -> set[str]:
    """The kinds above and below one: what says something about it where nothing is known of itself."""
    return {*lineage(key), *_below().get(key, ())} - {key}


@functools.cache
def _below() -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key in categories():
        for above in lineage(key)[1:]:
            found.setdefault(above, set()).add(key)
    return found


@functools.lru_cache(4096)
def traits(key: str) -> Traits:
    """By the key of a kind, or by the name of a group."""
    told = _groups()
    kind = categories().get(key)
    places = [told["below"].get(one, {}) for one in lineage(key)] if kind else []
    places.append(told["groups"][kind.group if kind else key])

    def nearest(name: str) -> Any:
        return next(place[name] for place in places if name in place)

    return Traits(
        measurements=tuple(nearest("measurements")),
        sizes=nearest("sizes"),
        conditions=tuple(nearest("conditions")),
        specifics=tuple(nearest("specifics")),
    )


@functools.cache
def groups() -> tuple[str, ...]:
    """The groups of kinds, in the order of groups.toml."""
    return tuple(_groups()["groups"])


def kind_of_group(group: str | None) -> Category:
    """What to call a thing of which the group alone is known, or not even that: a kind without a key."""
    if group is None:
        return Category("", "item", "Items", "")
    name = _groups()["groups"][group]["name"]
    return Category("", name, group.capitalize(), group)


@functools.cache
def sources() -> Mapping[str, TaxonomySource]:
    """Where the ids and names of the tree come from."""
    return {key: TaxonomySource(**told) for key, told in _groups()["sources"].items()}


@functools.cache
def names_in(language: str) -> Mapping[str, str]:
    """What every kind is called in another language, by key; empty for one that there is no table of."""
    path = _HERE / f"names.{language}.tsv"
    return {row[0]: row[1] for row in _rows(path.name)} if path.is_file() else {}


def taxonomy_name(taxonomy: str, number: str) -> str:
    """The full name of a category of ``google`` or ``shopify``, by its id; "" for one that we don't know."""
    return _taxonomies()[0].get((taxonomy, number), "")


def find(text: str, language: str = "en") -> list[str]:
    """The kinds that a person or a program means by a key, a name, a synonym, or a marketplace's id or
    full name: the first of these that fits decides, and where several kinds fit, all of them."""
    said = text.strip()
    if said in categories():
        return [said]
    if (told := _WITH_KEY.search(said)) and told[1] in categories():
        return [told[1]]
    key = plain(said)
    if not key:
        return []
    names, synonyms = _names()
    for table in (names, _local_names(language), synonyms):
        # A plural of what we call one of, or one of what we call by its plural.
        for form in (key, f"{key}s", key.removesuffix("s")):
            if found := table.get(form):
                return list(found)
    return _in_taxonomy(said)


def starting(text: str, language: str = "en", *, most: int = 20) -> list[str]:
    """The kinds that a person may be about to type, the ones whose name begins so first."""
    key = plain(text)
    if not key:
        return []
    names, synonyms = _names()
    tables = (_local_names(language), names, synonyms)
    ranked: dict[str, tuple[int, int]] = {}
    for rank, table in enumerate(tables):
        for name, keys in table.items():
            at = name.find(key)
            if at < 0:
                continue
            for one in keys:
                ranked[one] = min(ranked.get(one, (9, 99)), (min(at, 1) * 4 + rank, len(name)))
    return sorted(ranked, key=lambda one: (*ranked[one], one))[:most]


@functools.lru_cache(4096)
def category_in(text: str) -> str | None:
    """The kind that a text or path names (``Women > Clothing > Jeans``), by its last word."""
    for part in reversed(_PATHS.split(text)):
        if key := _one(plain(part)):
            return key
    return category_within(text)


def category_within(text: str) -> str | None:
    """The kind that a title mentions; the last one before what comes with the item, as what an item is
    stands behind what kind."""
    found: str | None = None
    said, most = words(text).split(), _longest_name()
    at = 0
    while at < len(said):
        if found and said[at] in _BESIDES:
            break
        for length in range(min(most, len(said) - at), 0, -1):
            if key := _one("".join(said[at : at + length])):
                found, at = key, at + length
                break
        else:
            at += 1
    return found


def names_of(key: str) -> list[str]:
    """All that a kind is called, in its singular and plural and by other words."""
    found = categories()[key]
    return list(dict.fromkeys([found.name, found.plural, *found.synonyms]))


def _one(name: str) -> str | None:
    names, synonyms = _names()
    found = names.get(name) or synonyms.get(name)
    return found[0] if found else None


@functools.cache
def _names() -> tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]]:
    """The kinds by key, name and plural, and by synonym, all of them plain."""
    names: dict[str, list[str]] = {}
    synonyms: dict[str, list[str]] = {}
    for key, found in categories().items():
        for name in {plain(key), plain(found.name), plain(found.plural)}:
            names.setdefault(name, []).append(key)
        for name in {plain(one) for one in found.synonyms}:
            synonyms.setdefault(name, []).append(key)
    return names, synonyms


@functools.cache
def _local_names(language: str) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for key, name in names_in(language).items():
        found.setdefault(plain(name), []).append(key)
    return found


@functools.cache
def _longest_name() -> int:
    """The most words that a name has."""
    return max(len(words(one).split()) for key in categories() for one in names_of(key))


def _in_taxonomy(said: str) -> list[str]:
    """Of the kinds that share a marketplace's category the one that is called like it, else the broadest."""
    number = said.removeprefix("gid://shopify/TaxonomyCategory/")
    names, by_id = _taxonomies()
    keys = list(dict.fromkeys(by_id.get(number) or by_id.get(said.casefold(), ())))
    title = next(
        (name for one in ("google", "shopify") if (name := names.get((one, number)))), said
    )
    last = plain(_PATHS.split(title)[-1])
    same = [key for key in keys if last in (plain(categories()[key].plural), plain(key))]
    broad = [key for key in keys if not set(lineage(key)[1:]) & set(keys)]
    return same if len(same) == 1 else broad


@functools.cache
def _taxonomies() -> tuple[Mapping[tuple[str, str], str], Mapping[str, Sequence[str]]]:
    """Full names by taxonomy and id, and our kinds by either."""
    names = {(taxonomy, one): name for taxonomy, one, name in _rows("taxonomies.tsv")}
    ours: dict[str, list[str]] = {}
    for key, found in categories().items():
        for taxonomy, one in (("google", found.google), ("shopify", found.shopify)):
            if one:
                ours.setdefault(one, []).append(key)
                ours.setdefault(names[taxonomy, one].casefold(), []).append(key)
    return names, ours


def _rows(name: str) -> Iterator[list[str]]:
    lines = (_HERE / name).read_text(encoding="utf-8").split("\n")
    return (line.split("\t") for line in lines[1:] if line)


@functools.cache
def _groups() -> Mapping[str, Any]:
    return tomllib.loads((_HERE / "groups.toml").read_text(encoding="utf-8"))
