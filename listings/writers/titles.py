"""Titles as each platform's buyers know them, within its limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from listings.models import Condition
from listings.writers import wording
from listings.writers.base import Brief, Facts

# Sizes that say themselves that they are sizes: W32 L34, EU 42, 30 x 40 cm, One Size.
_SAYS_SIZE = re.compile(r"(?i)\b(?:w\d|l\d|eu|uk|us|it|fr|size|one)|\d\s*(?:cm|mm|in|inch|ml|l)\b")


def title(brief: Brief, style: Mapping[str, Any]) -> str:
    """The platform's pattern filled with what is known, and shortened part by part until it fits."""
    limits = brief.limits
    if brief.facts.category is None:
        text = wording.sentence(_from_notes(brief.facts))
    else:
        text = _shortened(_parts(brief, style["title"]), style["drop"], limits.title_advised)
        text = _cased(text, style["case"], brief.facts)
    kept = "".join(c for c in text if c not in limits.title_characters_forbidden)
    return wording.cut(kept, limits.title)


def _parts(brief: Brief, patterns: list[str]) -> list[str]:
    """Each pattern filled; empty where its fact is not known."""
    facts, english = brief.facts, brief.english
    material = facts.materials[0] if len(facts.materials) == 1 else ""
    noun = wording.noun(facts, english)
    known = {
        "brand": facts.brand or "",
        "noun": noun,
        "colours": wording.colors(facts),
        "pattern": wording.pattern(facts),
        "material": material if material.casefold() not in noun.casefold() else "",
        "size": size(facts.size) if facts.size else "",
        "new": "new" if facts.condition == Condition.NEW else "",
    }
    filled = []
    for pattern in patterns:
        text = pattern.format(**known)
        filled.append(wording.spelt(text, english) if text.strip(", ") else "")
    return filled


def _shortened(parts: list[str], drop: list[int], most: int) -> str:
    left = list(parts)
    for place in drop:
        if len(_joined(left)) <= most:
            break
        left[place] = ""
    return _joined(left)


def _joined(parts: list[str]) -> str:
    return " ".join(part for part in parts if part).replace(" ,", ",").lstrip(", ")


def size(name: str) -> str:
    """With the word "size" before it, unless it says itself what it is."""
    return name if _SAYS_SIZE.search(name) else f"size {name}"


def _from_notes(facts: Facts) -> str:
    """What the seller calls an item that nobody recognised: the first sentence of the notes."""
    first = re.split(r"(?<=[.!?])\s|\n", facts.notes, maxsplit=1)[0].rstrip(".")
    brand = facts.brand or ""
    return first if brand.casefold() in first.casefold() else f"{brand}: {first}"


def _cased(text: str, case: str, facts: Facts) -> str:
    if case == "lower":
        return text.lower()
    if case == "title":
        keep = [name for name in (facts.brand, facts.size) if name]
        return wording.headline(text, keep=keep)
    # A name keeps the spelling that its owner gave it.
    return text if facts.brand and text.startswith(facts.brand) else wording.sentence(text)
