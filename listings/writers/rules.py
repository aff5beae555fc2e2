"""The built-in writer: sentences chosen from phrases.toml, holding nothing but what is known."""

from __future__ import annotations

import functools
import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from config.errors import AppError
from listings.models import Condition
from listings.writers import titles, wording
from listings.writers.base import Brief, Draft, Facts

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
        style = styles()[brief.platform]
        title = titles.title(brief, style)
        tags = _tags(brief)
        description, warnings = _description(brief, style, title, tags)
        return Draft(
            title=title,
            description=description,
            tags=tags[: brief.limits.tags],
            facts=brief.facts,
            provider=self.name,
            warnings=tuple(warnings),
        )


@functools.cache
def styles() -> Mapping[str, Mapping[str, Any]]:
    """Each platform's customs."""
    return tomllib.loads((_HERE / "platforms.toml").read_text(encoding="utf-8"))


@functools.cache
def _phrases() -> Mapping[str, Any]:
    return tomllib.loads((_HERE / "phrases.toml").read_text(encoding="utf-8"))


def _description(
    brief: Brief, style: Mapping[str, Any], title: str, tags: tuple[str, ...]
) -> tuple[str, list[str]]:
    """Paragraphs in the platform's layout, and a warning where notes had to be shortened."""
    blocks = {
        "first-line": [title, _details(brief, style)],
        "prose": [" ".join(filter(None, (_opening(brief, style), _details(brief, style))))],
        "list": [_opening(brief, style), _list(brief, style)],
    }[style["layout"]]
    ending = [_closing(brief, style), _hashtags(tags, brief.limits.hashtags)]
    notes, warnings = _ended(brief.facts.notes), []
    free = brief.limits.description - len(_paragraphs([*blocks, *ending])) - 2
    if len(notes) > free:
        notes = wording.cut(notes, max(0, free - 1)) + "…"
        warnings.append("The notes were shortened to fit the platform's description limit.")
    # Notes about something nobody recognised are all there is to begin with.
    told = [*blocks, notes] if brief.facts.category else [notes, *blocks]
    return _paragraphs([*told, *ending]), warnings


def _paragraphs(blocks: list[str]) -> str:
    return "\n\n".join(block for block in blocks if block)


def _details(brief: Brief, style: Mapping[str, Any]) -> str:
    """What the opening has not said yet, in sentences."""
    facts, said = brief.facts, []
    size_seen = bool(facts.size) and "size" not in facts.given
    made_of = bool(facts.materials) and not wording.adjective_material(facts)
    if size_seen and made_of and "material" not in facts.given:
        said.append(_say(brief, style, "label", "both"))
    else:
        if size_seen:
            said.append(_say(brief, style, "size", "seen"))
        if made_of:
            which = "given" if "material" in facts.given else "seen"
            said.append(_say(brief, style, "material", which))
    if facts.condition:
        said.append(_say(brief, style, "condition", facts.condition))
    return " ".join(filter(None, said))


def _opening(brief: Brief, style: Mapping[str, Any]) -> str:
    if brief.facts.category is None:
        return ""
    return _say(brief, style, "opening", "brand" if brief.facts.brand else "plain")


def _list(brief: Brief, style: Mapping[str, Any]) -> str:
    """Facts line by line, without those that nobody gave."""
    facts, labels = brief.facts, _phrases()["labels"]
    shown = {
        "brand": facts.brand or "",
        "size": facts.size or "",
        "colours": _shown(wording.listed(facts.colors[:3]), brief),
        "materials": _shown(wording.listed(facts.materials), brief),
        "condition": _condition_name(facts),
    }
    lines = [
        f"{style['bullet']}{wording.spelt(labels[name], brief.english)}: {text}"
        for name, text in shown.items()
        if text
    ]
    return "\n".join(lines).strip("\n")


def _shown(text: str, brief: Brief) -> str:
    return wording.spelt(wording.sentence(text), brief.english)


def _condition_name(facts: Facts) -> str:
    return str(Condition(facts.condition).label) if facts.condition else ""


def _closing(brief: Brief, style: Mapping[str, Any]) -> str:
    return _say(brief, style, "closing", "any") if style["closing"] else ""


def _hashtags(tags: tuple[str, ...], most: int) -> str:
    named = ("".join(c for c in tag.lower() if c.isalnum()) for tag in tags)
    return " ".join(f"#{name}" for name in list(dict.fromkeys(filter(None, named)))[:most])


def _say(brief: Brief, style: Mapping[str, Any], about: str, which: str) -> str:
    """One of the sentences that the tone has for this, chosen by the item."""
    tone = brief.tone or style["tone"]
    table = _phrases()[about]
    choice = table.get(tone, table["neutral"]).get(which, table["neutral"].get(which, []))
    fit = [text for text in choice if style["person"] or not _FIRST_PERSON.search(text)]
    if not fit:
        fit = table["neutral"].get(which, []) if choice else []
    if not fit:
        return ""
    facts = brief.facts
    words = wording.words_for(facts, brief.english)
    listed = style["layout"] == "list"
    phrase = fit[_number(facts, brief.platform, about) % len(fit)]
    filled = wording.spelt(phrase, brief.english).format(
        **words,
        brand=facts.brand,
        size=facts.size,
        in_size=""
        if listed or "size" not in facts.given
        else f" in {titles.size(facts.size or '')}",
        materials=wording.listed(facts.materials),
    )
    return filled if phrase.startswith("{brand}") else wording.sentence(filled)


def _number(facts: Facts, platform: str, about: str) -> int:
    """The same for the same item, platform and subject, and else as if by chance."""
    said = repr((facts.category, facts.brand, facts.size, facts.colors, platform, about))
    return int.from_bytes(hashlib.blake2b(said.encode(), digest_size=4).digest(), "big")


def _ended(notes: str) -> str:
    """The seller's notes, which begin and end like a sentence."""
    text = notes.strip()
    if not text:
        return ""
    whole = text if text[-1] in ".!?…:;)" or not text[-1].isalnum() else f"{text}."
    return wording.sentence(whole)


def _tags(brief: Brief) -> tuple[str, ...]:
    """What buyers search for: brand, noun, color and material, alone and before the noun."""
    found = dict.fromkeys(
        wording.spelt(tag.lower(), brief.english)
        for tag in _all_tags(brief)
        if tag and len(tag) <= brief.limits.tag_length
    )
    return tuple(found)


def _all_tags(brief: Brief) -> Iterator[str]:
    facts = brief.facts
    noun = wording.noun(facts, brief.english)
    if facts.brand:
        yield facts.brand
    if noun:
        yield noun
        if wording.colors(facts):
            yield f"{facts.colors[0]} {noun}"
        if wording.adjective_material(facts):
            yield f"{facts.materials[0]} {noun}"
        if facts.brand:
            yield f"{facts.brand} {noun}"
    yield from facts.colors[:2] if wording.colors(facts) else [wording.pattern(facts)]
    yield from facts.materials[:2]
