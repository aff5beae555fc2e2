"""What a platform gets of a listing: its own words where it has some, else the listing's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts import currencies
from listings import marketplaces, pictures, vocabulary
from listings.models import Listing, ListingVariant
from listings.pictures import Picture

_DEPARTMENTS = {
    "men": ("men", "mens", "man", "male"),
    "women": ("women", "womens", "woman", "female", "ladies"),
    "unisex": ("unisex", "unisexadult", "unisexadults"),
    "boys": ("boys", "boy"),
    "girls": ("girls", "girl"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """`category` is the platform's own name for it, "" where none is known."""

    listing: Listing
    platform: str | None
    title: str
    description: str
    price: int | None
    tags: list[str]
    category: str
    attributes: dict[str, str]
    pictures: list[Picture]
    url: str  # where buyers find it, "" where nobody has said
    category_is_own: bool  # whether the variant names it

    @property
    def amount(self) -> str:
        """The price as a decimal number, "" without one."""
        if self.price is None:
            return ""
        return currencies.amount(self.price, self.listing.currency)

    @property
    def department(self) -> str:
        """men, women, unisex, boys or girls, as the attributes say; else ""."""
        return department(self.attributes)

    @property
    def category_name(self) -> str:
        """What people call our own category."""
        found = vocabulary.categories().get(self.listing.category)
        return found.name if found else self.listing.category


def offer(listing: Listing, platform: str | None) -> Offer:
    """None for the listing's own words and pictures."""
    found = next((one for one in listing.variants.all() if one.platform == platform), None)
    variant = found or ListingVariant(listing=listing, platform=platform or "")
    attributes: dict[str, Any] = {**listing.attributes, **variant.attributes}
    return Offer(
        listing=listing,
        platform=platform,
        title=variant.title or listing.title,
        description=variant.description or listing.description,
        price=listing.price if variant.price is None else variant.price,
        tags=listing.tags if variant.tags is None else variant.tags,
        category=variant.category or _category(listing, platform, department(attributes)),
        attributes=attributes,
        pictures=pictures.of(listing, platform),
        url=variant.url,
        category_is_own=bool(variant.category),
    )


def department(attributes: dict[str, str]) -> str:
    """Who an item is for, by the attribute Department or Gender."""
    said = {key.casefold(): text for key, text in attributes.items()}
    word = vocabulary.plain(said.get("department") or said.get("gender") or "")
    return next((name for name, words in _DEPARTMENTS.items() if word in words), "")


def _category(listing: Listing, platform: str | None, department: str) -> str:
    if platform is None:
        return listing.category
    return marketplaces.category_for(platform, listing.category, department)
