"""Exports that an account keeps: what was exported for whom, to be fetched again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.http import Caller
from accounts.models import Account
from config.errors import AppError, invalid, not_found
from listings import selectors
from listings.exports.common import Site
from listings.exports.files import File, export
from listings.exports.format import ExportRequest
from listings.exports.formats import all_formats
from listings.exports.packing import MAX_IN_ARCHIVE, Pack, pack
from listings.models import Listing, ListingExport

MAX_LISTINGS: Final = 500
MAX_KEPT: Final = 100
_SITE: Final = Site("")


def keep(
    caller: Caller,
    listing_ids: Sequence[UUID],
    *,
    request: ExportRequest | None,
    options: Mapping[str, Any],
    zip_for: str,
    day: date,
) -> list[ListingExport]:
    """Write down an export: a file, a ZIP for ``zip_for``, or both. The oldest beyond MAX_KEPT go.

    What can be refused is refused here, and not only when it is fetched. Raises AppError NOT_FOUND for
    other people's listings, CONFLICT for none, VALIDATION_ERROR for too many and for listings that lack
    what the format requires.
    """
    if request is None and not zip_for:
        raise invalid("format", "Choose a file, the ZIP, or both.")
    rows = _checked(caller.account, listing_ids, zip_for)
    if request is not None:
        export(rows, request, _SITE, day)
    ids = [str(pk) for pk in rows.values_list("pk", flat=True)]
    made = []
    with transaction.atomic():
        if request is not None:
            made.append(
                _row(
                    caller,
                    ids,
                    format=request.format.name,
                    platform=request.platform or "",
                    link=request.link,
                    options=dict(options),
                )
            )
        if zip_for:
            made.append(_row(caller, ids, platform=zip_for))
        kept = exports_of(caller.account).values_list("pk", flat=True)
        ListingExport.objects.filter(pk__in=list(kept[MAX_KEPT:])).delete()
    return made


def exports_of(account: Account) -> QuerySet[ListingExport]:
    """The newest first."""
    return ListingExport.objects.filter(account=account).order_by("-created_at", "-pk")


def export_for(account: Account, export_id: UUID) -> ListingExport:
    """Raises AppError NOT_FOUND, also for other people's."""
    found = exports_of(account).filter(pk=export_id).first()
    if found is None:
        raise not_found("Export")
    return found


def file_of(kept: ListingExport, base: str, day: date) -> File:
    """Make the file of the listings as they are now. Raises AppError as ``export`` does."""
    format = all_formats().get(kept.format)
    if format is None:
        message = "This kind of file is no longer made here. Make a new export."
        raise AppError("CONFLICT", message, status=409)
    request = ExportRequest(
        format,
        options=format.options(**kept.options),
        platform=kept.platform or None,
        link=kept.link,
    )
    return export(_rows(kept.account, _ids(kept)), request, Site(base), day)


def pack_of(caller: Caller, kept: ListingExport, day: date) -> Pack:
    """Make the ZIP, or start what it lacks. Raises AppError as ``pack`` does."""
    return pack(caller, _rows(kept.account, _ids(kept)), kept.platform, day)


def _row(caller: Caller, ids: list[str], **told: Any) -> ListingExport:
    return ListingExport.objects.create(
        account=caller.account, created_by=caller.user, listing_ids=ids, **told
    )


def _checked(account: Account, listing_ids: Sequence[UUID], zip_for: str) -> QuerySet[Listing]:
    if not listing_ids:
        raise AppError("CONFLICT", "There are no listings to export.", status=409)
    most = MAX_IN_ARCHIVE if zip_for else MAX_LISTINGS
    if len(listing_ids) > most:
        what = "A ZIP" if zip_for else "A file"
        message = f"{what} can contain at most {most} listings, not {len(listing_ids)}."
        raise invalid("listingIds", message)
    selectors.check_chosen(account, list(listing_ids))
    return _rows(account, listing_ids)


def _ids(kept: ListingExport) -> list[UUID]:
    return [UUID(one) for one in kept.listing_ids]


def _rows(account: Account, listing_ids: Sequence[UUID]) -> QuerySet[Listing]:
    """Those that are still there, in the order of their making."""
    rows = selectors.whole(Listing.objects.filter(account=account, pk__in=listing_ids))
    return rows.order_by("created_at", "pk")
