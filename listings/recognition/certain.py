"""Which facts are sure enough to be written, and which are only suggested to the seller.

A fact is written where 95 of 100 like it were right (`python -m benchmarks facts`), and where it is no
guess by its kind: a letter outside of labels, an everyday word that is a brand, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from listings import vocabulary
from listings.recognition import brands, labels
from listings.recognition.colors import Colors
from listings.recognition.reading import Line
from listings.recognition.result import Evidence

# Their colors are those of the picture that they show, and say nothing of them.
_COVERS = frozenset({"books", "media"})
_SCREENS = frozenset(
    {"phone", "tablet", "handheld", "laptop", "computer", "monitor", "television", "projector"}
)
_PICTURES = frozenset({"cassette", "puzzle", "painting"}) | _SCREENS
_CLOTH_GROUPS = frozenset({"clothing", "accessories", "bags"})
_CLOTH = frozenset({"bib", "cushion", "quilt", "rug", "sleeping-bag", "tent", "towel"})
# The largest lines of a cover, at least so much of the largest one's height.
_LARGE, _MAX_LINES = 0.6, 3


@dataclass(slots=True)
class Told:
    """What photos tell: facts, and what is only suggested."""

    facts: list[Evidence] = field(default_factory=list)
    suggested: list[Evidence] = field(default_factory=list)

    def say(self, one: Evidence, *, is_sure: bool) -> None:
        (self.facts if is_sure else self.suggested).append(one)


def about_colors(told: Told, image: int, found: Colors, category: str | None) -> None:
    """Colors and pattern, but for what shows a picture of something else."""
    if category in _PICTURES or _group(category) in _COVERS:
        return
    for place, (name, share) in enumerate(zip(found.names, found.shares, strict=True)):
        is_sure = found.is_sure and place == 0
        told.say(Evidence("colour", name, "pixels", image, share), is_sure=is_sure)
    cloth = category is None or category in _CLOTH or _group(category) in _CLOTH_GROUPS
    if found.pattern != "patterned" or cloth:
        pattern = Evidence("pattern", found.pattern, "pixels", image, found.confidence)
        told.say(pattern, is_sure=found.is_plain)


def about_print(told: Told, lines: Sequence[Sequence[Line]], category: str | None) -> None:
    """Brand, size, materials and title; of several photos the one that is read most surely."""
    every = [line for photo in lines for line in photo]
    found = [brand for photo in lines if (brand := brands.find(photo))]
    if found:
        best = max(found, key=lambda brand: (not brand.is_word, brand.confidence))
        told.say(_read("brand", best.name, best.line, best.confidence), is_sure=not best.is_word)
    values = [("size", size)] if (size := labels.size(every)) else []
    values += [("material", material) for material in labels.materials(every)]
    for name, read in values:
        told.say(_read(name, read.value, read.line, read.confidence), is_sure=read.is_sure)
    titled = category == "cassette" or _group(category) in _COVERS
    if titled and lines and (title := _title(lines[0])):
        told.say(title, is_sure=False)


def _title(lines: Sequence[Line]) -> Evidence | None:
    """What stands largest on the first photo of a book or a record, from top to bottom."""
    tallest = max((line.height for line in lines), default=0.0)
    large = [line for line in lines if line.height >= _LARGE * tallest][:_MAX_LINES]
    if not large or not tallest:
        return None
    weakest = min(large, key=lambda line: line.score)
    return _read("title", " ".join(line.words for line in large), weakest, weakest.score)


def _read(name: str, value: str, line: Line, confidence: float) -> Evidence:
    return Evidence(name, value, "ocr", line.image, confidence)


def _group(category: str | None) -> str | None:
    found = vocabulary.categories().get(category) if category else None
    return found.group if found else None
