"""eBay's File Exchange sheet, which Seller Hub takes as "create by category"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from config.errors import invalid
from listings.exports.cells import rows_of
from listings.exports.common import attribute, html, links, prose
from listings.exports.format import CSV, Contents, Format
from listings.exports.options import Choice, Flag, Text, WholeNumber, option
from listings.models import Condition, Platform
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
CONDITIONS: Final = {
    Condition.NEW: "1000",
    Condition.NEW_OTHER: "1500",
    Condition.NEW_WITH_DEFECTS: "1750",
    Condition.LIKE_NEW: "3000",
    Condition.GOOD: "3000",
    Condition.FAIR: "3000",
    Condition.FOR_PARTS: "7000",
}
_MAX_PICTURES: Final = 24
_BEFORE: Final = (
    *("CustomLabel", "*Category", "StoreCategory", "*Title", "Subtitle", "*ConditionID"),
)
_AFTER: Final = (
    *("PicURL", "*Description", "*Format", "*Duration", "*StartPrice", "BuyItNowPrice"),
    *("BestOfferEnabled", "*Quantity", "ImmediatePayRequired", "*Location", "ShippingType"),
    *("ShippingService-1:Option", "ShippingService-1:Cost", "*DispatchTimeMax"),
    *("*ReturnsAcceptedOption", "ShippingProfileName", "ReturnProfileName", "PaymentProfileName"),
)
_OWN_ASPECTS: Final = ("Brand", "Size", "Color", "Material", "Department")
# Columns of their own, or nobody's business at eBay.
_NO_ASPECTS: Final = frozenset({"gender", *(name.casefold() for name in _OWN_ASPECTS)})


@dataclass(frozen=True, slots=True)
class Options:
    """Adds what eBay requires beyond the listing; drafts need none of it."""

    action: str = option("Draft", Choice(("Draft", "Add", "VerifyAdd")))
    country: str | None = option(None, Choice(tuple(SITES)))
    location: str = option("", Text(100))
    dispatch_days: int = option(3, WholeNumber(0, 30))
    returns_accepted: bool = option(False, Flag())
    shipping_profile: str = option("", Text(100))
    return_profile: str = option("", Text(100))
    payment_profile: str = option("", Text(100))


def pieces(contents: Contents) -> Iterator[bytes]:
    """Make the sheet. Raises AppError VALIDATION_ERROR where it can't have one site and currency."""
    country, aspects = _columns(contents)

    def rows() -> Iterator[list[str]]:
        yield header(country, aspects)
        for offered in contents.offers():
            yield row(offered, contents, aspects)

    return rows_of(rows())


def country_for(currencies: Iterable[str], options: Options) -> str:
    """Choose the site that the file is for: one file, one site, one currency.

    Raises AppError VALIDATION_ERROR.
    """
    found = sorted(set(currencies))
    if len(found) > 1:
        raise invalid(
            "listingIds", f"An eBay file can have only one currency, not {' and '.join(found)}."
        )
    currency = found[0] if found else None
    if options.country is not None:
        if currency not in (None, SITES[options.country][1]):
            message = (
                f"eBay {options.country} sells in {SITES[options.country][1]}, not {currency}."
            )
            raise invalid("ebay.country", message)
        return options.country
    for country, (_, paid_in) in SITES.items():
        if currency in (None, paid_in):
            return country
    raise invalid("listingIds", f"No supported eBay site sells in {currency}.")


def aspects_of(names: Iterable[str]) -> list[str]:
    """Name the columns for these aspects, each once, in whatever case it is written."""
    found = {name.casefold(): name for name in names}
    further = sorted(name for key, name in found.items() if key not in _NO_ASPECTS)
    return [*_OWN_ASPECTS, *further]


def header(country: str, aspects: Sequence[str]) -> list[str]:
    site, currency = SITES[country]
    action = f"SiteID={site}|Country={country}|Currency={currency}|Version=1193|CC=UTF-8"
    return [f"*Action({action})", *_BEFORE, *(f"C:{name}" for name in aspects), *_AFTER]


def row(offer: Offer, contents: Contents, aspects: Sequence[str]) -> list[str]:
    listing, options = offer.listing, contents.options
    condition = Condition(listing.condition) if listing.condition else None
    return [
        *(options.action, listing.sku, offer.category, "", prose(offer.title), ""),
        CONDITIONS[condition] if condition else "",
        *(_aspect(offer, name) for name in aspects),
        "|".join(links(offer, contents.site, _MAX_PICTURES)),
        *(html(offer.description), "FixedPrice", "GTC", offer.amount, ""),
        *("", str(listing.quantity), "", options.location, ""),
        *("", "", str(options.dispatch_days)),
        "ReturnsAccepted" if options.returns_accepted else "ReturnsNotAccepted",
        *(options.shipping_profile, options.return_profile, options.payment_profile),
    ]


def _columns(contents: Contents) -> tuple[str, list[str]]:
    country = country_for(contents.currencies(), contents.options)
    names = {name for offered in contents.offers() for name in offered.attributes}
    return country, aspects_of(sorted(names))


def _aspect(offer: Offer, name: str) -> str:
    listing = offer.listing
    own = {
        "Brand": listing.brand or "Unbranded",
        "Size": listing.size,
        "Color": ", ".join(listing.colors),
        "Material": ", ".join(listing.materials),
        "Department": offer.department.capitalize(),
    }
    return attribute(offer, name.casefold()) or own.get(name, "")


FORMAT = Format(
    name="ebay",
    position=10,
    about="File Exchange, CSV",
    extension="csv",
    media_type=CSV,
    platform=Platform.EBAY,
    requires=("title", "price"),
    https=True,
    options=Options,
    pieces=pieces,
)
