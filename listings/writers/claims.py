"""Sentences that say what nobody knows, or the opposite of what is known, are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from listings import vocabulary
from listings.models import Condition
from listings.writers import wording
from listings.writers.base import Facts

_NEW = (Condition.NEW, Condition.NEW_OTHER, Condition.NEW_WITH_DEFECTS)
_FLAWLESS = (Condition.NEW, Condition.NEW_OTHER, Condition.LIKE_NEW)
# What is claimed of a condition, and the conditions in which it is true.
_CONDITIONS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"\b(?:with (?:the )?(?:original )?tags|nwt|bnwt)\b", re.I), (Condition.NEW,)),
    (
        re.compile(
            r"\b(?:brand[ -]?new|nwot|never (?:been )?(?:worn|used)|unworn|unused|"
            r"condition:? new|new condition|factory sealed)\b",
            re.I,
        ),
        _NEW,
    ),
    (
        re.compile(
            r"\b(?:like[ -]new|as new|mint(?! green)|pristine|immaculate|flawless|euc|"
            r"(?:excellent|great|perfect|fantastic) (?:\w+ ){0,2}(?:condition|shape|state)|"
            r"no (?:visible )?(?:flaws|signs of wear|stains|defects|damage|holes))\b",
            re.I,
        ),
        _FLAWLESS,
    ),
    (
        re.compile(
            r"\b(?:good (?:\w+ )?(?:condition|shape)|well[ -]kept|gently (?:worn|used))\b", re.I
        ),
        (*_FLAWLESS, Condition.GOOD),
    ),
)
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
    r"\bsize:? +(?:us |uk |eu )?(\d?x{0,3}[sml]|small|medium|large|x-?large|w?\d{1,3}(?:\.5)?)\b",
    re.I,
)
_LETTERS = {"small": "s", "medium": "m", "large": "l", "xlarge": "xl"}
_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_COLOR_WORDS = (
    "black white gray red blue green yellow orange purple pink brown beige navy cream turquoise teal "
    "burgundy olive khaki"
)
_COLORS = frozenset(_COLOR_WORDS.split())


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
    for other in vocabulary.brands_within(text):
        if facts.brand and vocabulary.brand_key(other) == vocabulary.brand_key(facts.brand):
            continue
        if facts.brand and vocabulary.words(other) in vocabulary.words(facts.brand):
            continue
        if not _noted(other, facts):
            known = f"the brand is {facts.brand}" if facts.brand else "no brand is known"
            yield f"it names {other}, and {known}"


def _sizes(text: str, facts: Facts) -> Iterator[str]:
    if not facts.size:
        return
    known = _letters(facts.size)
    for found in _SIZE.finditer(text):
        if not set(_letters(found[1])) & set(known):
            yield f"it says size {found[1]}, but the size is {facts.size}"


def _letters(size: str) -> list[str]:
    """The parts of a size in one spelling: ``UK 12 / Medium`` is ``uk``, ``12`` and ``m``."""
    return [_LETTERS.get(word, word) for word in vocabulary.words(size.replace("-", "")).split()]


def _conditions(text: str, facts: Facts) -> Iterator[str]:
    for pattern, true_of in _CONDITIONS:
        claim = pattern.search(text)
        if claim is None or facts.condition in true_of or _noted(claim[0], facts):
            continue
        known = Condition(facts.condition).label if facts.condition else "not known"
        yield f"it says '{claim[0]}', but the condition is {known}"


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
