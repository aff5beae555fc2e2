"""A listing's pictures: which, in what order, and what stands in their place on a platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from config.errors import invalid, not_found
from listings.models import Changes, Listing, ListingImage, ListingRepair
from media_library.models import Image
from processing.models import Job, JobState

MAX_PICTURES: Final = 50


@dataclass(frozen=True, slots=True)
class Picture:
    """One place in a listing's row of pictures. ``image`` is what is shown in it."""

    row: ListingImage
    image: Image
    repair: ListingRepair | None

    @property
    def original(self) -> Image:
        return self.row.image


def with_pictures(listings: QuerySet[Listing]) -> QuerySet[Listing]:
    """The listings with all that ``of`` looks at, in as many queries for many as for one."""
    rows = ListingImage.objects.filter(image__deleted_at=None).select_related("image")
    repairs = ListingRepair.objects.select_related("job__result").order_by("platform")
    return listings.prefetch_related(
        Prefetch(
            "images", rows.prefetch_related(Prefetch("repairs", repairs)).order_by("position", "pk")
        )
    )


def of(listing: Listing, platform: str | None = None) -> list[Picture]:
    """The pictures that are there, the cover first, as the platform gets them.

    None for the listing's own, without anybody's repairs.
    """
    return [_picture(row, platform) for row in _rows(listing)]


def replacement(repair: ListingRepair) -> Image | None:
    """What the repair's job has made, once it has and while it is there.

    Not the empty pictures that 0.1 made where it found no product to cut out.
    """
    job = repair.job
    if job.state != JobState.COMPLETED or _is_empty(job):
        return None
    result = job.result
    return result if result is not None and result.deleted_at is None else None


def put(listing: Listing, image_ids: Sequence[UUID], *, field: str = "imageIds") -> Changes:
    """Make these the listing's pictures, in this order; what changed.

    A picture that was there already keeps its repairs; naming what a repair has made means the
    picture that it stands for. Raises AppError VALIDATION_ERROR, NOT_FOUND for other people's.
    """
    if len(image_ids) > MAX_PICTURES:
        raise invalid(
            field, f"A listing can have at most {MAX_PICTURES} pictures, not {len(image_ids)}."
        )
    rows = _rows(listing)
    known = _by_every_name(rows)
    wanted = [known[one].image_id if one in known else one for one in image_ids]
    if len(set(wanted)) < len(wanted):
        raise invalid(field, "Each picture can be listed only once.")
    before = [row.image.public_id for row in rows]
    _check_owner(listing, set(wanted) - {row.image_id for row in rows})
    # What lies in the trash keeps its place, in case it comes back.
    listing.images.filter(image__deleted_at=None).exclude(image_id__in=wanted).delete()
    there = {row.image_id: row for row in rows}
    for position, image_id in enumerate(wanted):
        row = there.get(image_id)
        if row is None:
            ListingImage.objects.create(listing=listing, image_id=image_id, position=position)
        elif row.position != position:
            ListingImage.objects.filter(pk=row.pk).update(position=position)
    after = [row.image.public_id for row in _rows(listing)]
    return {field: [before, after]} if after != before else {}


def put_first(listing: Listing, image_id: UUID) -> Changes:
    """Make one of the listing's pictures its cover. Raises AppError VALIDATION_ERROR."""
    rows = _rows(listing)
    cover = _by_every_name(rows).get(image_id)
    if cover is None:
        raise invalid("coverImageId", "The cover must be one of the listing's pictures.")
    return put(listing, [cover.image_id, *(r.image_id for r in rows if r.pk != cover.pk)])


def row_for(listing: Listing, image_id: UUID) -> ListingImage:
    """The place of a picture, named by its own id or by that of a repair's result.

    Raises AppError NOT_FOUND.
    """
    found = _by_every_name(_rows(listing)).get(image_id)
    if found is None:
        raise not_found("Image")
    return found


def copy(source: Listing, target: Listing) -> None:
    """The same pictures and repairs for another listing of the account."""
    for position, row in enumerate(_rows(source)):
        copied = ListingImage.objects.create(listing=target, image=row.image, position=position)
        ListingRepair.objects.bulk_create(
            ListingRepair(picture=copied, platform=one.platform, job=one.job)
            for one in row.repairs.all()
        )


def _picture(row: ListingImage, platform: str | None) -> Picture:
    for repair in row.repairs.all():
        if repair.platform == platform:
            return Picture(row, replacement(repair) or row.image, repair)
    return Picture(row, row.image, None)


def _rows(listing: Listing) -> list[ListingImage]:
    """From what ``with_pictures`` fetched, or from the database."""
    if "images" not in getattr(listing, "_prefetched_objects_cache", {}):
        whole = with_pictures(Listing.objects.filter(pk=listing.pk)).first()
        return list(whole.images.all()) if whole else []
    return list(listing.images.all())


def _by_every_name(rows: Sequence[ListingImage]) -> dict[UUID, ListingImage]:
    found = {row.image_id: row for row in rows}
    for row in rows:
        for repair in row.repairs.all():
            made = replacement(repair)
            if made is not None:
                found.setdefault(made.pk, row)
    return found


def _is_empty(job: Job) -> bool:
    cuts_out = job.command.get("plan", {}).get("cutting") is not None
    return cuts_out and job.report.get("subjectBox", ()) is None


def _check_owner(listing: Listing, image_ids: set[UUID]) -> None:
    mine = Image.live.filter(account=listing.account_id, pk__in=image_ids).count()
    if mine < len(image_ids):
        raise not_found("Image")
