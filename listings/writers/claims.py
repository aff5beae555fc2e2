"""Sentences that say what nobody knows, or the opposite of what is known, are left out."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from listings import vocabulary
from listings.models import Condition
from listings.writers import languages, wording
from listings.writers.base import LANGUAGES, Facts

_NEW = (Condition.NEW, Condition.NEW_OTHER, Condition.NEW_WITH_DEFECTS)
_FLAWLESS = (Condition.NEW, Condition.NEW_OTHER, Condition.LIKE_NEW)
# What is claimed of a condition, as the languages' files have it ([claims]), and where it is true.
_TRUE_OF: Mapping[str, tuple[str, ...]] = {
    "tags": (Condition.NEW,),
    "new": _NEW,
    "like_new": _FLAWLESS,
    "flawless": _FLAWLESS,
    "good": (*_FLAWLESS, Condition.GOOD),
}
_UNPROVEN = re.compile(
    r"\b(?:authentic\w*|genuine|guaranteed?|100 ?% original|rare|one of a kind)\b", re.I
)
_CONTACT = re.compile(
    r"https?://|www\.|\b[\w.+-]+@[\w-]+\.\w{2,}|\b[\w-]+\.(?:com|net|org|shop|co\.uk|de)\b|"
    r"\+?\d[\d ()/-]{8,}\d",
    re.I,
)
_MONEY = re.compile(
    r"[$€£¥] ?\d|\d ?(?:[$€£¥]|usd|eur|gbp|dollars?|euros?|pounds?)\b|"
    r"\bfree (?:shipping|delivery|returns?)\b",
    re.I,
)
_SIZE = re.compile(
    r"\b(?:size|größe|gr\.|taille|talla|taglia):? +(?:us |uk |eu |it |fr )?(\d?x{0,3}[sml]|small|medium|large|x-?large|w?\d{1,3}(?:\.5)?)\b",
    re.I,
)
_LETTERS = {"small": "s", "medium": "m", "large": "l", "xlarge": "xl"}
_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_COLOR_WORDS = (
    "black white gray red blue green yellow orange purple pink brown beige navy cream turquoise teal "
    "burgundy olive khaki"
)
_COLORS = frozenset(_COLOR_WORDS.split())


@functools.cache
def _condition_patterns() -> Mapping[str, tuple[list[re.Pattern[str]], tuple[str, ...]]]:
    """For each kind of claim, its pattern in every language, as sellers write in any, and where it is true."""
    tables = [languages.table(one)["claims"] for one in LANGUAGES]
    return {
        kind: (
            [re.compile(rf"\b(?:{'|'.join(found[kind])})\b", re.I) for found in tables],
            true_of,
        )
        for kind, true_of in _TRUE_OF.items()
    }


@dataclass(frozen=True, slots=True)
class CheckedText:
    """A description without its false sentences, and each of those with what is wrong with it."""

    text: str
    dropped: tuple[tuple[str, str], ...]


def checked(description: str, facts: Facts) -> CheckedText:
    kept, dropped = [], []
    for line in description.split("\n"):
        sentences = []
        for sentence in _SENTENCES.split(line):
            fault = fault_of(sentence, facts)
            if fault is None:
                sentences.append(sentence)
            else:
                dropped.append((sentence, fault))
        if sentences or not line:
            kept.append(" ".join(sentences))
    return CheckedText(re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip(), tuple(dropped))


def fault_of(text: str, facts: Facts) -> str | None:
    """What a sentence or title says that is not known to be so; None where nothing."""
    return next(_faults(text, facts), None)


def _faults(text: str, facts: Facts) -> Iterator[str]:
    if _CONTACT.search(text):
        yield "it contains contact details or a link"
    if _MONEY.search(text):
        yield "it mentions money or shipping"
    if (claim := _UNPROVEN.search(text)) and not _noted(claim[0], facts):
        yield f"nothing says that it is {claim[0].lower()}"
    yield from _brands(text, facts)
    yield from _sizes(text, facts)
    yield from _conditions(text, facts)
    yield from _colors(text, facts)
    yield from _materials(text, facts)


def _brands(text: str, facts: Facts) -> Iterator[str]:
    for other in brands_against(text, facts):
        known = f"the brand is {facts.brand}" if facts.brand else "no brand is known"
        yield f"it names {other}, and {known}"


def brands_against(text: str, facts: Facts) -> Iterator[str]:
    """Every brand that a text names and that is not the item's."""
    for other in vocabulary.brands_within(text):
        if facts.brand and vocabulary.brand_key(other) == vocabulary.brand_key(facts.brand):
            continue
        if facts.brand and vocabulary.words(other) in vocabulary.words(facts.brand):
            continue
        if not _noted(other, facts):
            yield other


def _sizes(text: str, facts: Facts) -> Iterator[str]:
    for size in sizes_against(text, facts):
        yield f"it says size {size}, but the size is {facts.size}"


def sizes_against(text: str, facts: Facts) -> Iterator[str]:
    """Every size that a text names beside the known one."""
    if not facts.size:
        return
    known = _letters(facts.size)
    for found in _SIZE.finditer(text):
        if not set(_letters(found[1])) & set(known):
            yield found[1]


def _letters(size: str) -> list[str]:
    """The parts of a size in one spelling: ``UK 12 / Medium`` is ``uk``, ``12`` and ``m``."""
    return [_LETTERS.get(word, word) for word in vocabulary.words(size.replace("-", "")).split()]


def _conditions(text: str, facts: Facts) -> Iterator[str]:
    for _kind, claim in conditions_against(text, facts.condition):
        if not _noted(claim, facts):
            known = Condition(facts.condition).label if facts.condition else "not known"
            yield f"it says '{claim}', but the condition is {known}"


def conditions_against(text: str, condition: str) -> Iterator[tuple[str, str]]:
    """What a text claims of the condition that is not true of this one, and what kind of claim it is;
    nothing is true of an unknown condition, ""."""
    for kind, (patterns, true_of) in _condition_patterns().items():
        claims = [found[0] for pattern in patterns if (found := pattern.search(text))]
        if claims and condition not in true_of:
            yield kind, claims[0]


def _colors(text: str, facts: Facts) -> Iterator[str]:
    """Only a color that the seller gave is beyond doubt."""
    if "color" not in facts.given:
        return
    given = set(vocabulary.words(wording.spelt(" ".join(facts.colors), "us")).split())
    for word in vocabulary.words(wording.spelt(text, "us")).split():
        if word in _COLORS and word not in given and not _noted(word, facts):
            yield f"it says {word}, but the color is {', '.join(facts.colors)}"


def _materials(text: str, facts: Facts) -> Iterator[str]:
    called = f"{facts.category.name} {facts.category.key}" if facts.category else ""
    known = vocabulary.words(" ".join((*facts.materials, called)))
    for word in vocabulary.words(text).split():
        if word in wording.TEXTILES and word not in known and not _noted(word, facts):
            yield f"it says {word}, which neither the photos nor the hints say"


def _noted(words: str, facts: Facts) -> bool:
    """Whether the seller's own notes, or a line on the item, say so."""
    said = vocabulary.words(" ".join((facts.notes, *facts.texts)))
    return f" {vocabulary.words(words)} " in f" {said} "
