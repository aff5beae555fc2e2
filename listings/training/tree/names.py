"""What a kind is called, by the name that its node has in a taxonomy: "Espresso Machines", "Brooches & Lapel Pins"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Shape = Literal["", "plural", "pair", "mass"]
_SPLIT = re.compile(r" (?:&|and) ")


@dataclass(frozen=True, slots=True)
class Name:
    """A kind's name in mid-sentence, its heading, and how sentences go with it."""

    name: str
    plural: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Rules:
    """What rules.toml says of names."""

    proper: Sequence[str]
    pair: frozenset[str]
    plural: frozenset[str]
    mass: frozenset[str]
    singular: Mapping[str, str]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Rules:
        sets = {name: frozenset(told[name]) for name in ("pair", "plural", "mass")}
        return cls(proper=told["proper"], singular=told["singular"], **sets)


def split(title: str) -> list[str]:
    """The things that a title names, where each of them is one: "Dog Collars & Harnesses" are dog collars
    and dog harnesses; none where the title is no plain list of plurals."""
    parts = _SPLIT.split(title)
    if len(parts) == 1:
        return [title]
    if not all(part.endswith("s") and not part.endswith("ss") for part in parts):
        return []
    first = parts[0].split()
    shared = " ".join(first[:-1])
    rest = [f"{shared} {part}".strip() if " " not in part else part for part in parts[1:]]
    return [parts[0], *rest]


def named(title: str, rules: Rules) -> Name:
    """The name of one thing, by a title in capitals and in its plural."""
    words = [_small(word, rules) for word in title.split()]
    whole = " ".join(words)
    heading = whole[:1].upper() + whole[1:]
    for shape in ("pair", "plural", "mass"):
        known: frozenset[str] = getattr(rules, shape)
        if whole in known or words[-1] in known:
            return Name(whole, heading, shape)
    single = _singular(words[-1], rules.singular)
    if single == words[-1]:
        # Taxonomies name what can be counted in its plural.
        return Name(whole, heading, "mass")
    return Name(" ".join([*words[:-1], single]), heading, "")


def key_of(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold().replace("'", "")).strip("-")


def _small(word: str, rules: Rules) -> str:
    bare = word.strip("(),")
    if bare in rules.proper or sum(letter.isupper() or letter.isdigit() for letter in bare) > 1:
        hyphened = "-" in bare and not any(letter.isdigit() for letter in bare)
        return word.lower() if hyphened and bare not in rules.proper else word
    return word.lower()


def _singular(word: str, known: Mapping[str, str]) -> str:
    for end, single in known.items():
        if word.casefold() == end:
            return single
        if word.casefold().endswith(f"-{end}"):
            return word[: -len(end)] + single
    if re.search(r"(?:ss|us|[st]is|(?:on|pt|et|am|ph|ust)ics)$", word) or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if re.search(r"(?:ches|shes|xes|sses|zzes)$", word):
        return word[:-2]
    return word[:-1]
