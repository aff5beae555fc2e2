"""Exports that an account keeps: what was exported for whom, to be fetched again or taken back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.http import Caller
from accounts.models import Account
from config import public_ids
from config.errors import AppError, invalid, not_found
from listings import selectors
from listings.exports import options, reach
from listings.exports.common import Site
from listings.exports.files import File, export
from listings.exports.format import ExportRequest, Format
from listings.exports.formats import all_formats
from listings.exports.packing import MAX_IN_ARCHIVE, Pack, pack
from listings.models import Listing, ListingExport

MAX_LISTINGS: Final = 500
MAX_KEPT: Final = 100
# Beside them, as long as links to pictures are out that can be taken back.
_MAX_WITH_LINKS: Final = 2_000


def send(
    caller: Caller, rows: QuerySet[Listing], request: ExportRequest, *, base: str, day: date
) -> tuple[File, ListingExport]:
    """Make a file at once, and write down that it was made. ``base`` is where the site was asked.

    Callers who may only read do this, too: only what they made themselves makes room for it. Raises
    AppError as ``keep`` does.
    """
    made = _new(caller, request, list(rows.values_list("pk", flat=True)))
    file = export(rows, request, _site(made, request, base), day)
    _note_links(made, request)
    with transaction.atomic():
        made.save(force_insert=True)
        _forget_old(exports_of(caller.account).filter(created_by=caller.user))
    return file, made


def keep(
    caller: Caller,
    listing_ids: Sequence[UUID],
    *,
    request: ExportRequest | None,
    zip_for: str,
    base: str,
    day: date,
) -> list[ListingExport]:
    """Write down an export: a file, a ZIP for ``zip_for``, or both. The oldest beyond MAX_KEPT go.

    What can be refused is refused here, and not only when it is fetched. Raises AppError NOT_FOUND for
    other people's listings, CONFLICT for none and where nobody could fetch their pictures,
    VALIDATION_ERROR for too many and for listings that lack what the format requires.
    """
    if request is None and not zip_for:
        raise invalid("format", "Choose a file, the ZIP, or both.")
    rows = _checked(caller.account, listing_ids, zip_for)
    ids = list(rows.values_list("pk", flat=True))
    made = []
    if request is not None:
        made.append(_new(caller, request, ids))
        export(rows, request, _site(made[0], request, base), day)
    if zip_for:
        made.append(_row(caller, ids, platform=zip_for, picture_links=False))
    with transaction.atomic():
        for row in made:
            row.save(force_insert=True)
        _forget_old(exports_of(caller.account))
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
    """Make the file of the listings as they are now. Raises AppError as ``send`` does."""
    format = all_formats().get(kept.format)
    if format is None:
        message = "This kind of file is no longer made here. Make a new export."
        raise AppError("CONFLICT", message, status=409)
    if not kept.listing_ids and kept.count:
        message = f"Which {kept.count} listings it had was not kept. Make a new export."
        raise AppError("CONFLICT", message, status=409)
    request = ExportRequest(
        format,
        options=format.options(**_known(format, kept.options)),
        platform=kept.platform or None,
        link=kept.link,
        picture_links=kept.picture_links,
        link_days=kept.link_days,
    )
    file = export(_rows(kept.account, _ids(kept)), request, _site(kept, request, base), day)
    _note_links(kept, request)
    kept.save(update_fields=["links_until"])
    return file


def pack_of(caller: Caller, kept: ListingExport, day: date) -> Pack:
    """Make the ZIP, or start what it lacks. Raises AppError as ``pack`` does."""
    return pack(caller, _rows(kept.account, _ids(kept)), kept.platform, day)


def revoke_links(account: Account, export_id: UUID) -> ListingExport:
    """End all links to pictures in the export's files, also of files that were fetched before. Those of
    a file that is fetched afterwards hold. Raises AppError NOT_FOUND, also for other people's."""
    rows = exports_of(account).filter(pk=export_id)
    rows.update(links_version=F("links_version") + 1, links_until=None)
    return export_for(account, export_id)


def links_hold(grant: str) -> bool:
    """Tell whether links of this grant (ListingExport.grant) hold still."""
    name, _, version = grant.rpartition(".")  # signed, so it is as ListingExport.grant wrote it
    key = public_ids.decode("lexp", name)
    return ListingExport.objects.filter(pk=key, links_version=int(version)).exists()


def _new(caller: Caller, request: ExportRequest, ids: list[UUID]) -> ListingExport:
    """Raises AppError VALIDATION_ERROR for links that would hold longer than the site lets any."""
    most: int = settings.EXPORT_LINK_DAYS
    if request.link_days is not None and request.link_days > most:
        raise invalid("linkDays", f"Links hold for at most {most} days here (EXPORT_LINK_DAYS).")
    return _row(
        caller,
        ids,
        format=request.format.name,
        platform=request.platform or "",
        link=request.link,
        options=dataclasses.asdict(request.options),
        picture_links=request.picture_links,
        link_days=request.link_days,
    )


def _row(caller: Caller, ids: list[UUID], **told: Any) -> ListingExport:
    return ListingExport(
        id=uuid4(),
        account=caller.account,
        created_by=caller.user,
        listing_ids=[str(pk) for pk in ids] if len(ids) <= MAX_LISTINGS else [],
        count=len(ids),
        **told,
    )


def _site(kept: ListingExport, request: ExportRequest, base: str) -> Site:
    return Site(reach.public_base(base), kept.grant, request.days, request.picture_links)


def _note_links(kept: ListingExport, request: ExportRequest) -> None:
    if request.picture_links:
        until = timezone.now() + timedelta(days=request.days)
        kept.links_until = max(until, kept.links_until or until)


def _forget_old(exports: QuerySet[ListingExport]) -> None:
    """Delete the oldest beyond MAX_KEPT, but not while their links to pictures hold."""
    kept = exports.values_list("pk", flat=True)
    over = ListingExport.objects.filter(pk__in=list(kept[MAX_KEPT:]))
    over.filter(Q(links_until=None) | Q(links_until__lt=timezone.now())).delete()
    ListingExport.objects.filter(pk__in=list(kept[MAX_KEPT + _MAX_WITH_LINKS :])).delete()


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


def _known(format: Format, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Of the options that were kept, those that the format still has."""
    return {name: kept[name] for name in options.kinds_of(format.options) if name in kept}


def _ids(kept: ListingExport) -> list[UUID]:
    return [UUID(one) for one in kept.listing_ids]


def _rows(account: Account, listing_ids: Sequence[UUID]) -> QuerySet[Listing]:
    """Those that are still there, in the order of their making."""
    rows = selectors.whole(Listing.objects.filter(account=account, pk__in=listing_ids))
    return rows.order_by("created_at", "pk")
