"""The built-in writer: sentences chosen from a language's file, holding nothing but what is known."""

from __future__ import annotations

import functools
import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from config.errors import AppError
from listings.writers import titles, wording
from listings.writers.base import Brief, Draft, Facts
from listings.writers.languages import Noun, Words
from listings.writers.said import Said, said

_FIRST_PERSON: Final = re.compile(r"\b(?:I|I'm|me|my)\b")
_HERE = Path(__file__).parent


class RulesWriter:
    """Needs to know what the item is, by its category or by the seller's notes."""

    name = "rules"

    def write(self, brief: Brief) -> Draft:
        """Raises AppError NOT_RECOGNISED (422 at the door) where nobody knows what the item is."""
        if brief.facts.category is None and not brief.facts.notes:
            message = "The item was not recognized. Set hints.category or hints.notes."
            raise AppError("NOT_RECOGNISED", message, status=422)
        style, words = styles()[brief.platform], Words.of(brief)
        told = said(brief, words)
        title = titles.title(brief, style, words, told)
        tags = _tags(brief, words, told)
        text = _Text(brief, style, words, told)
        description, warnings = text.whole(title, tags)
        return Draft(
            title=title,
            description=description,
            tags=tags[: brief.limits.tags],
            facts=brief.facts,
            provider=self.name,
            warnings=tuple(warnings),
            fallbacks=tuple(words.missed),
        )

    def title(self, brief: Brief) -> str:
        words = Words.of(brief)
        return titles.title(brief, styles()[brief.platform], words, said(brief, words))


@functools.cache
def styles() -> Mapping[str, Mapping[str, Any]]:
    """Each platform's customs."""
    return tomllib.loads((_HERE / "platforms.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class _Text:
    """A description in the making."""

    brief: Brief
    style: Mapping[str, Any]
    words: Words
    told: Said

    def whole(self, title: str, tags: tuple[str, ...]) -> tuple[str, list[str]]:
        """Paragraphs in the platform's layout, and a warning where notes had to be shortened."""
        limits, facts = self.brief.limits, self.brief.facts
        blocks = {
            "first-line": lambda: [title, self._details()],
            "prose": lambda: [" ".join(filter(None, (self._opening(), self._details())))],
            "list": lambda: [self._opening(), self._list()],
        }[self.style["layout"]]()
        ending = [self.told.home, self._closing(), _hashtags(tags, limits.hashtags)]
        notes, warnings = _ended(facts.notes), []
        free = limits.description - len(_paragraphs([*blocks, *ending])) - 2
        if len(notes) > free:
            notes = wording.cut(notes, max(0, free - 1)) + "…"
            warnings.append("The notes were shortened to fit the platform's description limit.")
        # Notes about something nobody recognised are all there is to begin with.
        found = [*blocks, notes] if facts.category else [notes, *blocks]
        return _paragraphs([*found, *ending]), warnings

    def _details(self) -> str:
        """What the opening has not said yet, in sentences."""
        facts, found = self.brief.facts, []
        size_seen = bool(facts.size) and "size" not in facts.given
        made_of = bool(facts.materials) and not self._is_material_said
        if size_seen and made_of and "material" not in facts.given:
            found.append(self._say("label", "both"))
        else:
            if size_seen:
                found.append(self._say("size", "seen"))
            if made_of:
                which = "given" if "material" in facts.given else "seen"
                found.append(self._say("material", which))
        if facts.condition:
            found.append(self._say("condition", facts.condition))
        if self.told.age:
            found.append(self._say("age_sentence", "any"))
        if self.told.measurements:
            found.append(self._say("measured", "any"))
        if facts.flaws is not None:
            found.append(self._say("flaws", "some" if facts.flaws else "none"))
        return " ".join(filter(None, found))

    @property
    def _is_material_said(self) -> bool:
        """Whether the opening has it, before or after the noun."""
        if self.words.is_english:
            return bool(wording.adjective_material(self.brief.facts))
        return len(self.brief.facts.materials) == 1

    def _opening(self) -> str:
        if self.brief.facts.category is None:
            return ""
        return self._say("opening", "brand" if self.told.brand else "plain")

    def _list(self) -> str:
        """Facts line by line, without those that nobody gave."""
        facts, told, words = self.brief.facts, self.told, self.words
        colors = [words.word("colors", "color", one) for one in facts.colors[:3]]
        shown = {
            "brand": facts.brand or "",
            "model": told.model,
            "department": told.department_name,
            "size": facts.size or "",
            "colours": words.spelt(wording.sentence(words.listed(colors))),
            "materials": words.spelt(wording.sentence(told.materials)),
            "condition": told.condition_name,
            "age": wording.sentence(told.age),
            "measurements": wording.sentence(told.measurements),
            "flaws": self._flaws(),
        }
        lines = [
            f"{self.style['bullet']}{words.text('labels', name)}: {text}"
            for name, text in shown.items()
            if text
        ]
        return "\n".join(lines)

    def _flaws(self) -> str:
        facts = self.brief.facts
        if facts.flaws is None:
            return ""
        return wording.sentence(facts.flaws) or self.words.text("labels", "no_flaws")

    def _closing(self) -> str:
        return self._say("closing", "any") if self.style["closing"] else ""

    def _say(self, about: str, which: str) -> str:
        """One of the sentences that the tone has for this, chosen by the item."""
        tone = self.brief.tone or self.style["tone"]
        table = self.words.table[about]
        choice = table.get(tone, table["neutral"]).get(which, table["neutral"].get(which, []))
        fit = [one for one in choice if self.style["person"] or not _FIRST_PERSON.search(one)]
        if not fit:
            fit = table["neutral"].get(which, []) if choice else []
        if not fit:
            return ""
        facts, told = self.brief.facts, self.told
        phrase = fit[_number(facts, self.brief.platform, about) % len(fit)]
        grammar = wording.words_for(facts, self.brief.english) if self.words.is_english else {}
        is_listed = self.style["layout"] == "list"
        filled = self.words.spelt(phrase).format(
            **{"np": told.np, **grammar},
            brand=told.brand,
            size=facts.size,
            in_size=""
            if is_listed or "size" not in facts.given
            else self.words.text("labels", "in_size").format(size=told.size),
            materials=told.materials,
            age=told.age,
            measurements=told.measurements,
            flaws=(facts.flaws or "").rstrip("."),
        )
        return filled if phrase.startswith("{brand}") else wording.sentence(filled)


def _paragraphs(blocks: list[str]) -> str:
    return "\n\n".join(block for block in blocks if block)


def _hashtags(tags: tuple[str, ...], most: int) -> str:
    named = ("".join(c for c in tag.lower() if c.isalnum()) for tag in tags)
    return " ".join(f"#{name}" for name in list(dict.fromkeys(filter(None, named)))[:most])


def _number(facts: Facts, platform: str, about: str) -> int:
    """The same for the same item, platform and subject, and else as if by chance."""
    known = repr((facts.category, facts.brand, facts.size, facts.colors, platform, about))
    return int.from_bytes(hashlib.blake2b(known.encode(), digest_size=4).digest(), "big")


def _ended(notes: str) -> str:
    """The seller's notes, which begin and end like a sentence."""
    text = notes.strip()
    if not text:
        return ""
    whole = text if text[-1] in ".!?…:;)" or not text[-1].isalnum() else f"{text}."
    return wording.sentence(whole)


def _tags(brief: Brief, words: Words, told: Said) -> tuple[str, ...]:
    """What buyers search for: brand, noun, color and material, alone and beside the noun."""
    found = dict.fromkeys(
        words.spelt(tag.lower())
        for tag in _all_tags(brief, words, told)
        if tag and len(tag) <= brief.limits.tag_length
    )
    return tuple(found)


def _all_tags(brief: Brief, words: Words, told: Said) -> Iterator[str]:
    facts = brief.facts
    noun = words.noun(facts.category) if facts.category else Noun("")
    colors = [words.word("colors", "color", one, noun.form) for one in facts.colors[:2]]
    colors = colors if told.colours else []
    materials = [words.word("materials", "material", one) for one in facts.materials[:2]]
    yield told.brand
    if noun.text:
        yield noun.text
        if colors:
            yield _beside(noun.text, colors[0], words)
        if materials and (not words.is_english or wording.adjective_material(facts)):
            yield _beside(noun.text, materials[0], words)
        if told.brand:
            yield f"{told.brand} {noun.text}"
    if told.model:
        yield f"{told.brand} {told.model}".strip()
    yield from colors or [told.pattern]
    yield from materials
    if told.vintage:
        yield told.vintage


def _beside(noun: str, word: str, words: Words) -> str:
    """English has what kind of thing it is before the thing."""
    return f"{word} {noun}" if words.is_english else f"{noun} {word}"
