"""One edit that mends what is wrong with a picture on a platform, and stands in its place there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.http import Caller
from config.errors import AppError, not_found
from listings import marketplaces, pictures
from listings.checks import photos
from listings.checks.problems import Problem
from listings.market_looks import PADDING, QUALITY
from listings.marketplaces import Rule
from listings.models import Listing, ListingRepair
from listings.pictures import Picture
from listings.services import history, listings
from processing.commands import Edit, words_of
from processing.engine.plans.edit import Background, EditPlan, Export, Layout, Sides, Upscale
from processing.models import OPEN_STATES, Job
from processing.services import jobs

_QUALITY_OF_SMALL_FILES: Final = 80
# A file that is too large in bytes is made anew with this on its longest side.
_SIDE_OF_SMALL_FILES: Final = 3000


def request(
    caller: Caller,
    listing: Listing,
    image_id: UUID,
    platform: str,
    *,
    day: date,
    seconds: float | None = None,
) -> Job:
    """Submit the edit, and wait for it for at most ``seconds`` (``DOOR_WAIT_SECONDS``).

    The job and its place in the listing are written together, so whatever dies when, its result
    stands there from when it is made. Asked again, it answers with the job there is, unless that
    failed. Raises AppError NOT_FOUND, CONFLICT where there is nothing that an edit could mend, and what
    submitting raises.
    """
    picture = _picture(listing, image_id, platform)
    command = Edit(plan=_wanted(listing, picture, platform, day))
    jobs.check(command)
    with transaction.atomic():
        listings.lock(listing)
        job = _there(picture, platform, command)
        if job is None:
            job = jobs.submit(caller, command, source=picture.original)
            _put(caller, listing, picture, platform, job)
    return jobs.wait_for(job, settings.DOOR_WAIT_SECONDS if seconds is None else seconds)


def undo(caller: Caller, listing: Listing, image_id: UUID, platform: str) -> None:
    """The platform gets the picture itself again. Raises AppError NOT_FOUND."""
    row = pictures.row_for(listing, image_id)
    with transaction.atomic():
        locked = listings.lock(listing)
        repair = ListingRepair.objects.filter(picture=row, platform=platform).first()
        if repair is None:
            raise not_found("Repair")
        changes = {f"{platform}.repair": [repair.job.public_id, None]}
        repair.delete()
        history.append(locked, "repair", made_by=caller.user, changes=changes)


def plan_for(problems: Sequence[Problem], picture: Picture, rules: Mapping[str, Rule]) -> EditPlan:
    """The one edit that mends all of these problems of a picture."""
    names = {problem.rule.name for problem in problems}
    small = bool(names & {"picture_longest_min", "picture_shortest_min"})
    upscale = Upscale(mode="fast", downscale="skip") if small else None
    export = Export(
        format="jpg",
        quality=_QUALITY_OF_SMALL_FILES if "picture_bytes_max" in names else QUALITY,
    )
    background = Background(color="#ffffff")
    side = marketplaces.square_side(rules)
    if names & {"cover_white", "cover_fill_min"}:
        # Not snapped to the side where the photo's frame cut the product: white all around it.
        layout = Layout(size=f"{side}x{side}", padding=Sides.all(PADDING), snap=False)
        return EditPlan(layout=layout, background=background, upscale=upscale, export=export)
    if "cover_square" in names:
        layout = Layout(size=f"{side}x{side}")
    else:
        most = marketplaces.max_side(rules)
        if "picture_bytes_max" in names:
            most = min(most, _SIDE_OF_SMALL_FILES)
        layout = Layout(size="originalImage", max_width=most, max_height=most)
    return EditPlan(
        cutting=None, layout=layout, background=background, upscale=upscale, export=export
    )


def _picture(listing: Listing, image_id: UUID, platform: str) -> Picture:
    row = pictures.row_for(listing, image_id)
    return next(one for one in pictures.of(listing, platform) if one.row.pk == row.pk)


def _wanted(listing: Listing, picture: Picture, platform: str, day: date) -> EditPlan:
    rules = marketplaces.rules(platform, day, listing.category)
    cover = pictures.of(listing, platform)[0].row.pk == picture.row.pk
    problems = photos.mendable(picture, rules, cover=cover)
    if not problems:
        message = "This picture has no problem that an edit could fix."
        raise AppError("CONFLICT", message, status=409)
    return plan_for(problems, picture, rules)


def _there(picture: Picture, platform: str, command: Edit) -> Job | None:
    """The job of a repair that is under way, or that has done this very work already."""
    found = ListingRepair.objects.select_related("job__result")
    repair = found.filter(picture=picture.row, platform=platform).first()
    if repair is None:
        return None
    done = (
        pictures.replacement(repair) is not None
        and words_of(repair.job.command) == command.stored()
    )
    return repair.job if done or repair.job.state in OPEN_STATES else None


def _put(caller: Caller, listing: Listing, picture: Picture, platform: str, job: Job) -> None:
    ListingRepair.objects.update_or_create(
        picture=picture.row, platform=platform, defaults={"job": job}
    )
    changes = {f"{platform}.repair": [None, job.public_id]}
    history.append(listing, "repair", made_by=caller.user, changes=changes)
