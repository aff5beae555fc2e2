"""Sizes and materials as labels print them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from listings import vocabulary
from listings.recognition.reading import Line

MATERIALS = Path(__file__).with_name("materials.toml")

_SURE = 0.6
_LONGEST_LINE, _SHORT = 40, 4
# A single letter is easily a fold or a part of a logo.
_SURE_OF_LETTER = 0.9
_LETTERS = r"(?:[2-6]?X{0,3}[SL]|M|XXL|XXXL|[2-6]XL)"
_JEANS = re.compile(r"\bW\s?(2[2-9]|3\d|4[0-8])\s?[/x ]?\s?L\s?(2[6-9]|3[0-8])\b", re.IGNORECASE)
_WAIST = re.compile(r"^W\s?(2[2-9]|3\d|4[0-8])$", re.IGNORECASE)
_SYSTEM = re.compile(r"\b(EU|EUR|UK|US|USA|FR|DE|IT|ES|GB|AUS)\s?[:.]?\s?(\d{1,2}(?:[.,]5)?)\b")
_SAID = re.compile(
    rf"\b(?:SIZE|SZ|GR(?:Ö|O)(?:SS|ß)E|GR\.|サイズ|TAILLE|TALLA|TAGLIA|MAAT)\s?[:.]?\s*({_LETTERS}|\d{{1,3}}(?:/\d{{1,3}})?)\b",
    re.IGNORECASE,
)
_ALONE = re.compile(rf"^({_LETTERS})(?:\s?/\s?({_LETTERS}))?$")
# What else stands on a label.
_LABEL = re.compile(
    r"\b(?:made in|fabriqué en|hergestellt in|hecho en|fabricado en|machine wash|wash cold|dry clean|RN ?\d{4,6}|"
    r"CA ?\d{4,6})\b|°C",
    re.IGNORECASE,
)
_HEIGHT = re.compile(r"\b(\d{2,3})(?:\s?[/-]\s?(\d{2,3}))?\s?cm\b", re.IGNORECASE)
_MONTHS = re.compile(
    r"\b(\d{1,2})\s?[-/]\s?(\d{1,2})\s?(M|Y|MONTHS|YEARS|MOIS|ANS)\b", re.IGNORECASE
)
_PERCENT = re.compile(r"\d{1,3}\s?%")
_SHARE = re.compile(r"(?P<share>\d{1,3})\s?%\s*(?P<name>[^\W\d_][^\d%]*)")
_SHARE_BEHIND = re.compile(r"(?P<name>[^\W\d_][^\d%]*?)\s*(?P<share>\d{1,3})\s?%")
_SYSTEMS = {"EUR": "EU", "USA": "US", "GB": "UK"}


@dataclass(frozen=True, slots=True)
class LabelValue:
    """A value, the line it was read from, and how sure that is, 0 to 1; `is_sure` unless something else
    may be meant, such as by a letter in a logo."""

    value: str
    line: Line
    confidence: float
    is_sure: bool = True


def size(lines: Sequence[Line]) -> LabelValue | None:
    """The size that the lines give most surely: "W32 L34", "EU 38", "M", "98/104 cm", "6-9 months"."""
    labels = {line.image for line in lines if _LABEL.search(line.words) or any(_named(line.words))}
    found = [
        # On its own, a letter is a size on a label alone: a logo has an S, too.
        LabelValue(
            value,
            line,
            round(line.score * trust, 3),
            is_sure=line.image in labels or not _ALONE.match(line.words.strip()),
        )
        for line in lines
        if line.score >= _SURE
        for value, trust in _sizes(line)
    ]
    return max(found, key=lambda read: (read.is_sure, read.confidence), default=None)


def materials(lines: Sequence[Line]) -> list[LabelValue]:
    """The materials that are named, those with the greatest share first."""
    found: dict[str, tuple[int, LabelValue]] = {}
    for line in lines:
        if line.score < _SURE:
            continue
        for name, share in _named(line.words):
            # Without a share it may be a motto on a shirt.
            sure = round(line.score * (1.0 if share else 0.6), 3)
            read = LabelValue(name, line, sure, is_sure=share > 0)
            if name not in found or share > found[name][0]:
                found[name] = (share, read)
    # One share makes it a label, and then names without one are from elsewhere.
    certain = {name: entry for name, entry in found.items() if entry[0]} or found
    return [read for _, read in sorted(certain.values(), key=lambda entry: -entry[0])]


def _sizes(line: Line) -> Iterator[tuple[str, float]]:
    words = line.words.strip()
    if match := _JEANS.search(words):
        yield f"W{match[1]} L{match[2]}", 1.0
    if match := _WAIST.match(words):
        yield f"W{match[1]}", 0.8
    if match := _SAID.search(words):
        yield match[1].upper(), 1.0
    for match in _SYSTEM.finditer(words):
        system = match[1]
        yield f"{_SYSTEMS.get(system, system)} {match[2].replace(',', '.')}", 0.95
    if match := _MONTHS.search(words):
        unit = "months" if match[3].upper() in ("M", "MONTHS", "MOIS") else "years"
        if int(match[1]) < int(match[2]):
            yield f"{match[1]}-{match[2]} {unit}", 0.9
    if (match := _HEIGHT.search(words)) and 44 <= int(match[1]) <= 200:
        yield f"{match[1]}{f'/{match[2]}' if match[2] else ''} cm", 0.85
    if (match := _ALONE.match(words)) and (len(words) > 1 or line.score >= _SURE_OF_LETTER):
        yield "/".join(filter(None, match.groups())), 0.9


def _named(words: str) -> Iterator[tuple[str, int]]:
    """Materials with their shares in percent; 0 where none is given."""
    first = _PERCENT.search(words)
    if first is not None:
        # "Cotton 60% wool 40%" or "60% cotton 40% wool": a label writes all its shares one way.
        behind = _material(words[: first.start()]) is not None
        for match in (_SHARE_BEHIND if behind else _SHARE).finditer(words):
            material, share = _material(match["name"]), int(match["share"])
            if material and 1 <= share <= 100:
                yield material, share
        return
    # A short word without a share is more often something else ("button down").
    material = _material(words)
    if material and len(words) <= _LONGEST_LINE and len(material) > _SHORT:
        yield material, 0


def _material(text: str) -> str | None:
    """The first material that the words name, alone or with words of the same meaning beside it."""
    said = f" {vocabulary.words(text)} "
    places = [(said.find(f" {word} "), name) for word, name in _words().items()]
    found = min((place for place in places if place[0] >= 0), default=None)
    return found[1] if found else None


@cache
def _words() -> dict[str, str]:
    with MATERIALS.open("rb") as file:
        table: dict[str, list[str]] = tomllib.load(file)
    return {vocabulary.words(word): name for name, words in table.items() for word in words}
