"""eBay's File Exchange sheet, which Seller Hub takes as "create by category"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from listings.exports import ebay
from listings.exports.common import html, links, prose
from listings.exports.format import CSV, Contents, Format, described
from listings.exports.options import Choice, Flag, Text, WholeNumber, option
from listings.exports.template import load
from listings.models import Platform
from listings.offers import Offer

_TEMPLATE: Final = load("ebay")
_COLUMNS: Final = tuple(enumerate(_TEMPLATE.header))
_FURTHER: Final = "C:*"  # behind C:Brand, which every file has
_OWN_ASPECTS: Final = ("Brand", "Size", "Color", "Material", "Department")
# Columns of their own, or nobody's business at eBay.
_NO_ASPECTS: Final = frozenset({"gender", *(name.casefold() for name in _OWN_ASPECTS)})


@dataclass(frozen=True, slots=True)
class Options:
    """Adds what eBay requires beyond the listing; drafts need a category alone."""

    action: str = option("Draft", Choice(("Draft", "Add", "VerifyAdd")))
    country: str | None = option(None, Choice(tuple(ebay.SITES)))
    category: str = option("", Text(10))
    location: str = option("", Text(100))
    dispatch_days: int = option(3, WholeNumber(0, 30))
    returns_accepted: bool = option(False, Flag())
    shipping_profile: str = option("", Text(100))
    return_profile: str = option("", Text(100))
    payment_profile: str = option("", Text(100))


def header(contents: Contents) -> list[str]:
    """Name the columns, with one for each aspect of the listings. Raises AppError VALIDATION_ERROR where
    the file can't have one site and currency."""
    country = ebay.country_for(contents.currencies(), contents.options.country, "ebay.country")
    names = {name for offered in contents.offers() for name in offered.attributes}
    aspects = [f"C:{name}" for name in aspects_of(sorted(names))]
    told = [f"{name}({ebay.action(country)})" if not at else name for at, name in _COLUMNS]
    at = told.index(_FURTHER)
    return [*told[: at - 1], *aspects, *told[at + 1 :]]


def aspects_of(names: Iterable[str]) -> list[str]:
    """Name the columns for these aspects, each once, in whatever case it is written."""
    found = {name.casefold(): name for name in names}
    further = sorted(name for key, name in found.items() if key not in _NO_ASPECTS)
    return [*_OWN_ASPECTS, *further]


def cells(offer: Offer, contents: Contents) -> Iterator[dict[str, str]]:
    """Make a listing's row."""
    listing, options = offer.listing, contents.options
    country = ebay.country_for([listing.currency], options.country, "ebay.country")
    returns = "ReturnsAccepted" if options.returns_accepted else "ReturnsNotAccepted"
    yield {
        "*Action": options.action,
        "CustomLabel": listing.sku,
        "*Category": ebay.category(offer, country, options.category),
        "*Title": prose(offer.title),
        "*ConditionID": ebay.condition(offer),
        **_aspects(offer),
        "PicURL": "|".join(links(offer, contents.site, ebay.MAX_PICTURES)),
        "*Description": html(offer.description),
        "*Format": "FixedPrice",
        "*Duration": "GTC",
        "*StartPrice": offer.amount,
        "*Quantity": str(listing.quantity),
        "*Location": options.location,
        "*DispatchTimeMax": str(options.dispatch_days),
        "*ReturnsAcceptedOption": returns,
        "ShippingProfileName": options.shipping_profile,
        "ReturnProfileName": options.return_profile,
        "PaymentProfileName": options.payment_profile,
    }


def _aspects(offer: Offer) -> dict[str, str]:
    """What its columns of aspects say: the brand's, and others by their names in lower case."""
    listing = offer.listing
    own = {
        "brand": listing.brand,
        "size": listing.size,
        "color": ", ".join(listing.colors),
        "material": ", ".join(listing.materials),
        "department": offer.department.capitalize(),
    }
    told = {name.casefold(): text for name, text in offer.attributes.items()}
    told = {**own, **{name: text for name, text in told.items() if text}}
    return {"C:Brand": ebay.brand(told.pop("brand"))} | {
        f"c:{name}": text for name, text in told.items()
    }


FORMAT = Format(
    name="ebay",
    position=10,
    about="File Exchange, CSV",
    extension="csv",
    media_type=CSV,
    platform=Platform.EBAY,
    requires=("title", "price"),
    options=Options,
    template=_TEMPLATE,
    pieces=described(_TEMPLATE, cells, header=header),
)
