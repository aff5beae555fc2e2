"""What a seller's own words hold that a marketplace would object to, or that is against the hints.

They stand in the description as they were written: whoever wrote them is told, and decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from listings.models import Condition, Platform
from listings.writers import claims
from listings.writers.base import Brief, Facts

_LINK: Final = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|net|org|shop|store|de|fr|es|it|co\.uk)\b(?:/\S*)?",
    re.I,
)
_MAIL: Final = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.\w{2,}", re.I)
# At least nine digits, as few amounts and sizes have, and no EAN or ISBN behind its name.
_PHONE: Final = re.compile(
    r"(?<![\w-])(?<!isbn )(?<!ean )(?<!upc )(?:\+|00)?\(?\d(?:[ ()/.-]{0,2}\d){8,14}(?![\w-])", re.I
)
_ELSEWHERE: Final = re.compile(
    r"\b(?:whats ?app|telegram|snapchat|instagram|dm me|text me|call me|venmo|zelle|cash ?app|"
    r"paypal (?:friends|freunde|amis|amigos|amici)|bank transfer|überweisung|virement|"
    r"transferencia|bonifico)\b",
    re.I,
)


CODES: Final = ("condition", "size", "brand", "word", "mail", "link", "phone", "contact")


@dataclass(frozen=True, slots=True)
class NoteProblem:
    """`hint` is where it stands, `found` are the words."""

    hint: str
    code: str
    message: str
    found: str


def problems_of(brief: Brief) -> list[NoteProblem]:
    facts = brief.facts
    found = []
    for hint, text in (("notes", facts.notes), ("flaws", facts.flaws or "")):
        found += [NoteProblem(hint, *one) for one in _within(text, brief)]
    if facts.flaws == "" and facts.condition in (Condition.NEW_WITH_DEFECTS, Condition.FOR_PARTS):
        known = Condition(facts.condition).label
        message = f"You say that nothing is wrong with it, but the condition is {known}."
        found.append(NoteProblem("flaws", "condition", message, "none"))
    return found


def _within(text: str, brief: Brief) -> Iterator[tuple[str, str, str]]:
    """The code of each problem, what to tell of it, and the words."""
    facts = brief.facts
    yield from _ways_out(text, brief)
    for kind, claim in claims.conditions_against(text, facts.condition):
        # "No stains" may well be true of what is good.
        if facts.condition and (kind, facts.condition) != ("flawless", Condition.GOOD):
            known = Condition(facts.condition).label
            yield "condition", f"You write '{claim}', but the condition is {known}.", claim
    for size in claims.sizes_against(text, facts):
        yield "size", f"You write size {size}, but the size is {facts.size}.", size
    for brand in claims.brands_against(text, _without_notes(facts)):
        if facts.brand:
            yield "brand", f"You write '{brand}', but the brand is {facts.brand}.", brand
    for word in brief.limits.words_forbidden:
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.I):
            platform = Platform(brief.platform).label
            yield "word", f"You write '{word}', which {platform} does not allow.", word


def _ways_out(text: str, brief: Brief) -> Iterator[tuple[str, str, str]]:
    """What leads buyers away from a marketplace; a shop of one's own may do so."""
    if brief.platform == Platform.SHOPIFY:
        return
    mails = [one[0] for one in _MAIL.finditer(text)]
    links = [one[0].rstrip(".,;)") for one in _LINK.finditer(_MAIL.sub(" ", text))]
    kinds = (
        ("mail", "an e-mail address", mails),
        ("link", "a link", links),
        ("phone", "a phone number", [one[0] for one in _PHONE.finditer(_LINK.sub(" ", text))]),
        ("contact", "a way around the platform", [one[0] for one in _ELSEWHERE.finditer(text)]),
    )
    platform = Platform(brief.platform).label
    for code, what, found in kinds:
        for words in found:
            message = f"You write {what} ('{words}'). {platform} may take such a listing down."
            yield code, message, words


def _without_notes(facts: Facts) -> Facts:
    """Notes prove what a text says of them, but not what they say themselves."""
    return replace(facts, notes="", flaws=None)
