"""Titles, descriptions, tags and what else must be said, against a platform's rules."""

from __future__ import annotations

import re
import unicodedata
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
    "color": lambda offer: offer.listing.colors,
    "department": lambda offer: offer.department,
}
# What the API calls the field that has it, where that is another name.
_FIELDS: Final = {"color": "colors", "department": "attributes"}
_ALLOWED_BESIDES: Final = "™©®"
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
    yield from _characters(offer, rules)


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
            if name == "department":
                message = (
                    "Who it is for is missing: set the attribute Department (Men, Women, Girls…)."
                )
            yield problems.of(rule, _FIELDS.get(name, name), message, found=None)


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


def _characters(offer: Offer, rules: Rules) -> Iterator[Problem]:
    """Characters of the title that are not allowed, or only once."""
    title = offer.title
    for name, is_wrong in _WRONG_CHARACTERS.items():
        rule = rules.get(name)
        if rule is None:
            continue
        wrong = "".join(dict.fromkeys(c for c in title if is_wrong(c, title, rule.value)))
        if not wrong:
            continue
        shown = " ".join(wrong)
        message = f"The title has characters that are not allowed: {shown}"
        if name == "title_characters_once":
            message = f"The title has characters more than once that may stand there once: {shown}"
        yield problems.of(rule, "title", message, found=wrong)


def _is_of_another_kind(character: str, _title: str, kinds: Sequence[str]) -> bool:
    """Whether Unicode counts it to none of these kinds; marks are taken with their letters."""
    if character in _ALLOWED_BESIDES or unicodedata.combining(character):
        return False
    return not unicodedata.category(character).startswith(tuple(kinds))


_WRONG_CHARACTERS: Final[Mapping[str, Callable[[str, str, Any], bool]]] = {
    "title_characters_forbidden": lambda c, _title, forbidden: c in forbidden,
    "title_kinds_allowed": _is_of_another_kind,
    "title_characters_once": lambda c, title, once: c in once and title.count(c) > 1,
}


def mentioned(text: str, phrases: Sequence[str]) -> list[str]:
    """The phrases that stand in the text as words of their own, whatever their case."""
    folded = text.casefold()
    return [
        phrase
        for phrase in phrases
        if re.search(rf"(?<!\w){re.escape(phrase.casefold())}(?!\w)", folded)
    ]
