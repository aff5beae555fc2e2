"""What sellers sell, and what they know of its market."""

from listings.models.comparables import Comparable, ComparableImport
from listings.models.desk import ListingExport, Suggestion
from listings.models.listings import (
    Changes,
    Condition,
    Listing,
    ListingChange,
    ListingImage,
    ListingRepair,
    ListingState,
    ListingVariant,
    Platform,
)

__all__ = [
    "Changes",
    "Comparable",
    "ComparableImport",
    "Condition",
    "Listing",
    "ListingChange",
    "ListingExport",
    "ListingImage",
    "ListingRepair",
    "ListingState",
    "ListingVariant",
    "Platform",
    "Suggestion",
]
