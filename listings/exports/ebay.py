"""What eBay's files have in common: its sites, and numbers for categories and conditions."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from config.errors import invalid
from listings import marketplaces
from listings.offers import Offer

# Country: eBay's name of the site, and its currency.
SITES: Final = {
    "US": ("US", "USD"),
    "GB": ("UK", "GBP"),
    "DE": ("Germany", "EUR"),
    "FR": ("France", "EUR"),
    "IT": ("Italy", "EUR"),
    "ES": ("Spain", "EUR"),
    "CA": ("Canada", "CAD"),
    "AU": ("Australia", "AUD"),
}
MAX_PICTURES: Final = 24
_HOME: Final = "US"  # the site whose numbers of categories marketplaces.toml has
_CONDITIONS: Final = Path(__file__).parent / "templates/ebay_conditions.toml"
_NO_BRAND: Final = frozenset({"unbranded", "no brand", "no-brand", "none", "without brand"})


def country_for(currencies: Iterable[str], country: str | None, field: str) -> str:
    """Choose the site that the file is for: one file, one site, one currency. ``field`` is the API's
    name of what ``country`` was chosen by. Raises AppError VALIDATION_ERROR."""
    found = sorted(set(currencies))
    if len(found) > 1:
        raise invalid(
            "listingIds", f"An eBay file can have only one currency, not {' and '.join(found)}."
        )
    currency = found[0] if found else None
    if country is not None:
        if currency not in (None, SITES[country][1]):
            message = f"eBay {country} sells in {SITES[country][1]}, not {currency}."
            raise invalid(field, message)
        return country
    for site, (_, paid_in) in SITES.items():
        if currency in (None, paid_in):
            return site
    raise invalid("listingIds", f"No supported eBay site sells in {currency}.")


def action(country: str) -> str:
    """What stands in brackets behind the column of actions."""
    site, currency = SITES[country]
    return f"SiteID={site}|Country={country}|Currency={currency}|Version=1193|CC=UTF-8"


def category(offer: Offer, country: str, usual: str) -> str:
    """The number of its category: the variant's own, else what we know of eBay US, else ``usual``."""
    known = offer.category if offer.category_is_own or country == _HOME else ""
    return known or usual


def condition(offer: Offer) -> str:
    """The number of its condition in the family of its category; "" where eBay has none there."""
    return str(_family(offer.listing.category).get(offer.listing.condition, ""))


def brand(text: str) -> str:
    """The brand; "Unbranded" only for what its seller says has none."""
    return "Unbranded" if text.strip().casefold() in _NO_BRAND else text


def _family(category: str) -> dict[str, str]:
    path = f"{marketplaces.google_category(category)} > "
    fitting = [
        (len(beginning), family["conditions"])
        for family in _families().values()
        for beginning in family.get("categories", [])
        if path.startswith(f"{beginning} > ")
    ]
    found: dict[str, str] = (
        max(fitting, key=lambda one: one[0])[1] if fitting else _families()["general"]["conditions"]
    )
    return found


@functools.cache
def _families() -> dict[str, Any]:
    with _CONDITIONS.open("rb") as file:
        told = tomllib.load(file)
    return {name: one for name, one in told.items() if isinstance(one, dict)}
