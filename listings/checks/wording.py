"""Titles, descriptions, tags and what else must be said, against a platform's rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from listings.checks import problems
from listings.checks.problems import Level, Problem
from listings.marketplaces import Rule
from listings.offers import Offer

Rules = Mapping[str, Rule]
_HASHTAG: Final = re.compile(r"(?<![\w#])#\w+")
_REQUIRED: Final[dict[str, Callable[[Offer], Any]]] = {
    "category": lambda offer: offer.category,
    "condition": lambda offer: offer.listing.condition,
    "price": lambda offer: offer.price is not None,
    "brand": lambda offer: offer.listing.brand,
    "size": lambda offer: offer.listing.size,
    "description": lambda offer: offer.description,
}
# Rules that list words: where those are looked for, and how bad it is to find one.
_WORD_RULES: Final[tuple[tuple[str, tuple[str, ...], Level], ...]] = (
    ("title_words_forbidden", ("title",), "error"),
    ("words_forbidden", ("title", "description"), "error"),
    ("title_words_advised_against", ("title",), "advice"),
)
_VERDICTS: Final[Mapping[Level, str]] = {
    "error": "is not allowed",
    "advice": "tells buyers nothing",
}


def problems_of(offer: Offer, rules: Rules) -> Iterator[Problem]:
    yield from _required(offer, rules)
    yield from _lengths(offer, rules)
    yield from _tags(offer, rules)
    yield from _words(offer, rules)


def _required(offer: Offer, rules: Rules) -> Iterator[Problem]:
    if not offer.title:
        rule = rules.get("title_max") or rules.get("required")
        if rule is not None:
            yield Problem(rule, "error", "title", "The title is missing.", 0)
    rule = rules.get("required")
    if rule is None:
        return
    for name in rule.value:
        if not _REQUIRED[name](offer):
            message = f"The {name} is missing."
            if name == "category" and offer.listing.category:
                message = (
                    "No category of this platform is known for "
                    f"'{offer.category_name}'{' without a Department attribute' if not offer.department else ''}: "
                    "set it in the variant."
                )
            yield problems.of(rule, name, message, found=None)


def _lengths(offer: Offer, rules: Rules) -> Iterator[Problem]:
    texts = {"title": offer.title, "description": offer.description}
    for field, text in texts.items():
        rule = rules.get(f"{field}_max")
        if rule and len(text) > rule.value:
            message = f"The {field} has {len(text)} characters; {rule.value} are allowed."
            yield problems.of(rule, field, message, found=len(text))
        rule = rules.get(f"{field}_advised")
        if rule and len(text) > rule.value:
            message = f"The {field} has {len(text)} characters; it may be cut after {rule.value}."
            yield problems.of(rule, field, message, found=len(text), level="advice")


def _tags(offer: Offer, rules: Rules) -> Iterator[Problem]:
    rule = rules.get("tags_max")
    if rule and len(offer.tags) > rule.value:
        message = f"There are {len(offer.tags)} tags; {rule.value} are allowed."
        yield problems.of(rule, "tags", message, found=len(offer.tags))
    rule = rules.get("tag_length_max")
    if rule:
        for tag in offer.tags:
            if len(tag) > rule.value:
                message = f"The tag '{tag}' has {len(tag)} characters; {rule.value} are allowed."
                yield problems.of(rule, "tags", message, found=len(tag))
    rule = rules.get("hashtags_max")
    hashtags = len(_HASHTAG.findall(offer.description))
    if rule and hashtags > rule.value:
        message = f"The description has {hashtags} hashtags; {rule.value} are allowed."
        yield problems.of(rule, "description", message, found=hashtags)


def _words(offer: Offer, rules: Rules) -> Iterator[Problem]:
    texts = {"title": offer.title, "description": offer.description}
    for name, fields, level in _WORD_RULES:
        rule = rules.get(name)
        if rule is None:
            continue
        for field in fields:
            for word in mentioned(texts[field], rule.value):
                message = f"'{word}' {_VERDICTS[level]} in the {field}."
                yield problems.of(rule, field, message, found=word, level=level)
    rule = rules.get("title_characters_forbidden")
    if rule is None:
        return
    wrong = "".join(dict.fromkeys(c for c in offer.title if c in rule.value))
    if wrong:
        message = f"The title has characters that are not allowed: {' '.join(wrong)}"
        yield problems.of(rule, "title", message, found=wrong)


def mentioned(text: str, phrases: Sequence[str]) -> list[str]:
    """The phrases that stand in the text as words of their own, whatever their case."""
    folded = text.casefold()
    return [
        phrase
        for phrase in phrases
        if re.search(rf"(?<!\w){re.escape(phrase.casefold())}(?!\w)", folded)
    ]
