"""What listings have of an account that ends."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import ngettext_lazy

from accounts.lifecycle.parts import Held, Part, delete_some
from listings.models import (
    Comparable,
    ComparableImport,
    Listing,
    ListingChange,
    ListingExport,
    Suggestion,
)


def remove(account_id: UUID) -> bool:
    """Delete a portion of an account's listings and sold items; whether there may be more."""
    rows = (
        Suggestion.objects.filter(account=account_id),
        ListingExport.objects.filter(account=account_id),
        ListingChange.objects.filter(listing__account=account_id),
        Listing.objects.filter(account=account_id),
        Comparable.objects.filter(account=account_id),
        ComparableImport.objects.filter(account=account_id),
    )
    return any(delete_some(one) for one in rows)


def holdings(account_id: UUID) -> list[Held]:
    listings = ngettext_lazy("%(number)s listing", "%(number)s listings", "count")
    sold = ngettext_lazy("%(number)s sold item", "%(number)s sold items", "count")
    return [
        Held(Listing.objects.filter(account=account_id).count(), listings),
        Held(Comparable.objects.filter(account=account_id).count(), sold),
    ]


PART = Part("listings", remove=remove, holdings=holdings)
