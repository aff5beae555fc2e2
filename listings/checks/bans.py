"""What a platform does not let people sell, by the item's place in Google's taxonomy."""

from __future__ import annotations

from collections.abc import Iterator

from listings import marketplaces
from listings.checks import problems
from listings.checks.problems import Problem
from listings.checks.wording import Rules
from listings.models import Condition
from listings.offers import Offer

_UNUSED = (Condition.NEW, Condition.NEW_OTHER, Condition.NEW_WITH_DEFECTS)


def problems_of(offer: Offer, rules: Rules) -> Iterator[Problem]:
    path = marketplaces.google_category(offer.listing.category)
    rule = rules.get("categories_forbidden")
    if rule and marketplaces.is_within(path, rule.value):
        message = f"The platform does not allow '{offer.category_name}' to be sold."
        yield problems.of(rule, "category", message, found=offer.listing.category)
    rule = rules.get("categories_forbidden_used")
    is_used = offer.listing.condition and offer.listing.condition not in _UNUSED
    if rule and is_used and marketplaces.is_within(path, rule.value):
        message = f"The platform does not allow used '{offer.category_name}' to be sold."
        yield problems.of(rule, "condition", message, found=offer.listing.condition)
