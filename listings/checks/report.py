"""One platform's verdict on a listing: problems, and a score whose every point has a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from listings import marketplaces, vocabulary
from listings.checks import bans, photos, wording
from listings.checks.problems import Problem
from listings.marketplaces import Rule
from listings.models import Listing
from listings.offers import Offer, offer

_ERROR, _ADVICE = -20, -5
_GOOD_PHOTOS: Final = 4
_GOOD_TITLE: Final = 25
_GOOD_DESCRIPTION: Final = 150
_WITH_SIZES: Final = ("clothing", "shoes")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a score is not 100. `points` are below 0."""

    points: int
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """`unchecked` are rules that only a person can check."""

    platform: str
    score: int
    reasons: list[Reason]
    problems: list[Problem]
    unchecked: list[Rule]

    @property
    def ok(self) -> bool:
        """Whether nothing stands against listing it there."""
        return not any(problem.level == "error" for problem in self.problems)


def check(listing: Listing, platform: str, day: date) -> Report:
    """The rules in force on that day, and what buyers miss."""
    rules = marketplaces.rules(platform, day, listing.category)
    offered = offer(listing, platform)
    found = [
        *bans.problems_of(offered, rules),
        *wording.problems_of(offered, rules),
        *photos.problems_of(offered, rules),
    ]
    told = {problem.field for problem in found}
    reasons = [Reason(_ERROR if one.level == "error" else _ADVICE, one.message) for one in found]
    reasons += [reason for field, reason in _missed(offered) if field not in told]
    score = max(0, 100 + sum(reason.points for reason in reasons))
    return Report(platform, score, reasons, found, marketplaces.unchecked(platform))


def _missed(offered: Offer) -> Iterator[tuple[str, Reason]]:
    """What no rule asks for and buyers do, by the field that it concerns."""
    listing = offered.listing
    count = len(offered.pictures)
    if 0 < count < _GOOD_PHOTOS:
        said = f"Buyers prefer {_GOOD_PHOTOS} or more photos; this listing has {count}."
        yield "count", Reason(-5, said)
    if len(offered.title) < _GOOD_TITLE:
        message = (
            f"The title is short: use up to {_GOOD_TITLE} characters for brand, kind, size and "
            "color."
        )
        yield "title", Reason(-5, message)
    if len(offered.description) < _GOOD_DESCRIPTION:
        message = (
            f"The description is short: with {_GOOD_DESCRIPTION} characters, buyers have fewer "
            "questions."
        )
        yield "description", Reason(-5, message)
    if not listing.brand:
        yield "brand", Reason(-5, "No brand is given; if there is none, say so.")
    if not listing.condition:
        yield "condition", Reason(-5, "The condition is missing.")
    if not listing.colors:
        yield "colors", Reason(-3, "No color is given.")
    if not listing.size and _has_size(listing):
        yield "size", Reason(-5, "The size is missing.")


def _has_size(listing: Listing) -> bool:
    found = vocabulary.categories().get(listing.category)
    return found is not None and found.group in _WITH_SIZES
