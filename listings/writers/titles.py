"""Titles as each platform's buyers know them, within its limits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from listings.writers import wording
from listings.writers.base import Brief, Facts
from listings.writers.languages import Words
from listings.writers.said import Said

# Longer ones are read by nobody, whatever a platform would take.
_LONG_ENOUGH: Final = 80


def title(brief: Brief, style: Mapping[str, Any], words: Words, told: Said) -> str:
    """The platform's parts filled with what is known, and given up one by one until it fits."""
    limits = brief.limits
    if brief.facts.category is None:
        text = wording.sentence(_from_notes(brief.facts))
    else:
        parts, drop = _order(brief, style, words)
        text = _shortened(parts, drop, told, min(limits.title_advised, _LONG_ENOUGH))
        names = [told.brand, told.model, brief.facts.size or told.size]
        text = _cased(text, style["case"], words, [name for name in names if name])
    kept = "".join(c for c in text if c not in limits.title_characters_forbidden)
    return wording.cut(" ".join(kept.split()), limits.title)


def _order(
    brief: Brief, style: Mapping[str, Any], words: Words
) -> tuple[Sequence[str], Sequence[str]]:
    """The parts in order, as the language has them where it has an order of its own."""
    own = words.table.get("titles")
    parts = style["title"] if own is None else own.get(brief.platform, own["other"])
    wanted = {part.lstrip(", ") for part in style["title"]}
    return [part for part in parts if part.lstrip(", ") in wanted], style["drop"]


def _shortened(parts: Sequence[str], drop: Sequence[str], told: Said, most: int) -> str:
    left = {part.lstrip(", "): str(getattr(told, part.lstrip(", "))) for part in parts}
    for name in drop:
        if len(_joined(parts, left)) <= most:
            break
        left[name] = ""
    return _joined(parts, left)


def _joined(parts: Sequence[str], known: Mapping[str, str]) -> str:
    """A comma stands only where something stands before it."""
    text = ""
    for part in parts:
        found = known[part.lstrip(", ")]
        if found:
            text += f"{', ' if part.startswith(',') else ' '}{found}" if text else found
    return text


def _from_notes(facts: Facts) -> str:
    """What the seller calls an item that nobody recognised: the first sentence of the notes."""
    first = re.split(r"(?<=[.!?])\s|\n", facts.notes, maxsplit=1)[0].rstrip(".")
    brand = facts.brand or ""
    return first if brand.casefold() in first.casefold() else f"{brand}: {first}"


def _cased(text: str, case: str, words: Words, names: Sequence[str]) -> str:
    """`names` keep the spelling that their owners gave them, and sizes theirs."""
    if case == "lower":
        return text.lower()
    if case == "title" and words.table["headlines"]:
        return wording.headline(text, keep=names)
    return text if text.startswith(tuple(names)) else wording.sentence(text)
