"""What each language's file has, and looking it up: what a file lacks stands as it came, and is told."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from listings import vocabulary
from listings.vocabulary import Category, tree
from listings.writers.base import Brief, English, Fallback, Language

_HERE = Path(__file__).parent
_AMERICAN = {"grey": "gray", "colour": "color", "labelled": "labeled"}
_FORMS = ("m", "f", "mp", "fp")


@dataclass(frozen=True, slots=True)
class Noun:
    """What an item is called, and the form of words that belong to it: m, f, mp, fp, or "" for any."""

    text: str
    form: str = ""


@dataclass(slots=True)
class Words:
    """One language while one text is written in it; `missed` gathers what its file doesn't have."""

    language: Language
    english: English
    missed: dict[Fallback, None] = field(default_factory=dict)

    @classmethod
    def of(cls, brief: Brief) -> Words:
        return cls(brief.language, brief.english)

    @property
    def table(self) -> Mapping[str, Any]:
        return table(self.language)

    @property
    def is_english(self) -> bool:
        return self.language == "en"

    @property
    def is_imperial(self) -> bool:
        return self.is_english and self.english == "us"

    def text(self, section: str, name: str) -> str:
        """One of the words that every file has."""
        return self.spelt(str(self.table[section][name]))

    def noun(self, category: Category) -> Noun:
        if self.is_english:
            american = vocabulary.american() if self.english == "us" else {}
            return Noun(american.get(category.key, category.name))
        found = self.table["nouns"].get(category.key) or tree.names_in(self.language).get(
            category.key
        )
        if found is None:
            self.missed[Fallback("category", category.name)] = None
            return self._above(category)
        return Noun(*found) if isinstance(found, list) else Noun(str(found))

    def _above(self, category: Category) -> Noun:
        """What the nearest kind above it is called, else its English name."""
        nouns = self.table["nouns"]
        found = next((nouns[key] for key in tree.lineage(category.key) if key in nouns), None)
        if found is None:
            return Noun(category.name)
        return Noun(*found) if isinstance(found, list) else Noun(str(found))

    def word(self, section: str, fact: str, name: str, form: str = "") -> str:
        """A color, material or pattern in this language, in the form of a noun."""
        if self.is_english:
            return self.spelt(name)
        known = self._known(section)
        found = known.get(vocabulary.plain(british(name)))
        if found is None:
            if vocabulary.plain(name) not in _own_words(self.language, section):
                self.missed[Fallback(fact, name)] = None
            return name
        return in_form(found, form)

    def spelt(self, text: str) -> str:
        """As the buyers' English spells it; other languages have one spelling."""
        return american(text) if self.is_imperial else text

    def listed(self, names: list[str]) -> str:
        if len(names) < 2:
            return "".join(names)
        return f"{', '.join(names[:-1])} {self.table['and']} {names[-1]}"

    def _known(self, section: str) -> Mapping[str, Any]:
        return _by_plain_name(self.language, section)


def in_form(found: str | list[str], form: str) -> str:
    """A word that agrees with a noun of that form; the first where nothing is to agree with."""
    return found if isinstance(found, str) else found[_FORMS.index(form) if form else 0]


def american(text: str) -> str:
    for one, other in _AMERICAN.items():
        text = text.replace(one, other).replace(one.capitalize(), other.capitalize())
    return text


def british(text: str) -> str:
    for one, other in _AMERICAN.items():
        text = text.replace(other, one).replace(other.capitalize(), one.capitalize())
    return text


@functools.cache
def table(language: Language) -> Mapping[str, Any]:
    return tomllib.loads((_HERE / f"{language}.toml").read_text(encoding="utf-8"))


@functools.cache
def _by_plain_name(language: Language, section: str) -> Mapping[str, Any]:
    return {vocabulary.plain(name): said for name, said in table(language)[section].items()}


@functools.cache
def _own_words(language: Language, section: str) -> frozenset[str]:
    """What sellers who write in this language say by themselves."""
    found = table(language)[section].values()
    return frozenset(
        vocabulary.plain(word)
        for said in found
        for word in ([said] if isinstance(said, str) else said)
    )
