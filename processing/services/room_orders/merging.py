"""Brackets of an order become photos: in groups that somebody names, of so many each, or by their looks."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from accounts.http import Caller
from config.errors import AppError, invalid, not_found
from media_library.models import Image
from processing.commands import (
    MAX_BRACKETS,
    MIN_BRACKETS,
    Command,
    GroupBrackets,
    MergeHdr,
    PreviewRoom,
)
from processing.engine.plans.room import RoomPlan
from processing.models import Job, RoomBracket, RoomOrder
from processing.services import jobs
from processing.services.room_orders import brackets, photos
from processing.services.room_orders.photos import Asked

NUMBER, GROUPS = "number_of_brackets_per_image", "images"
# What a merge calls the pictures that it is made of.
IMAGES = "imageIds"
Group = list[RoomBracket]


def uploaded(order: RoomOrder) -> list[RoomBracket]:
    """The order's brackets in their order. Raises AppError VALIDATION_ERROR where there are none, and where
    one was never uploaded or its file was deleted since."""
    rows = list(brackets.of(order))
    if not rows:
        raise invalid(GROUPS, "The order has no brackets.")
    for row in rows:
        _check_file(row, GROUPS)
    return rows


def named(order: RoomOrder, groups: Sequence[Sequence[UUID]]) -> list[Group]:
    """The groups whose brackets somebody names. Raises AppError VALIDATION_ERROR naming the group."""
    known = {row.pk: row for row in brackets.of(order)}
    found, taken = [], dict[UUID, int]()
    for place, ids in enumerate(groups):
        field = f"{GROUPS}.{place}.bracket_ids"
        if not MIN_BRACKETS <= len(ids) <= MAX_BRACKETS:
            raise invalid(field, f"Must have {MIN_BRACKETS} to {MAX_BRACKETS} brackets.")
        if len(set(ids)) < len(ids):
            raise invalid(field, "Each bracket can be named only once.")
        for one in ids:
            if one not in known:
                raise invalid(field, f"{one} is no bracket of this order.")
            if taken.setdefault(one, place) != place:
                raise invalid(field, f"{one} is in {GROUPS}.{taken[one]} already.")
            _check_file(known[one], field)
        found.append([known[one] for one in ids])
    return found


def by_number(rows: Group, number: int) -> list[Group]:
    """One photo of every so many brackets, as they were registered. Raises AppError VALIDATION_ERROR."""
    if not MIN_BRACKETS <= number <= MAX_BRACKETS:
        raise invalid(NUMBER, f"Must be {MIN_BRACKETS} to {MAX_BRACKETS}, or 0.")
    if len(rows) % number:
        problem = f"The order has {len(rows)} brackets, which don't come to groups of {number}."
        raise invalid(NUMBER, problem)
    return [rows[start : start + number] for start in range(0, len(rows), number)]


def look(caller: Caller, rows: Group, *, seconds: float) -> Job:
    """Have a worker look which brackets show the same view, for nothing, and wait for it so long."""
    command = GroupBrackets(images=tuple(str(row.image_id) for row in rows))
    return jobs.submit_and_wait(caller, command, source=None, seconds=seconds)


def by_looks(rows: Group, job: Job) -> list[Group]:
    """What such a look came to. Raises AppError VALIDATION_ERROR for a group of too many."""
    of = {str(row.image_id): row for row in rows}
    found = [[of[one] for one in group] for group in job.report["groups"]]
    for group in found:
        if len(group) > MAX_BRACKETS:
            problem = (
                f"{len(group)} brackets look alike, more than {MAX_BRACKETS}: name the groups."
            )
            raise invalid(GROUPS, problem)
    return found


def merge(caller: Caller, order: RoomOrder, groups: Sequence[Group], asked: Asked) -> None:
    """Have each group made a photo of the order, all or none; the same group as before is the same photo.

    Raises AppError VALIDATION_ERROR for brackets of different sizes, NOT_FOUND for one that is deleted
    meanwhile, and as ``photos.register`` does.
    """
    with transaction.atomic():
        before = {tuple(one.merges): one for one in order.photos.exclude(merges=[])}
        for group in groups:
            ids = tuple(str(row.pk) for row in group)
            photo = before.get(ids)
            if photo is not None:
                photos.process(caller, photos.photo_for(caller.account, photo.pk), asked)
            else:
                _begin(caller, order, group, asked)


def _begin(caller: Caller, order: RoomOrder, group: Group, asked: Asked) -> None:
    images = [row.image for row in group if row.image is not None]
    if len(images) < len(group):
        raise not_found("Bracket")
    _check_sizes(group, images)
    photo = photos.create(
        caller,
        order,
        asked,
        _command(images, asked.plan),
        name=group[0].name,
        image=images[0],
        merges=[str(row.pk) for row in group],
    )
    try:
        photos.begin(caller, photo, images[0])
    except AppError as error:
        # What the work says of its images is about brackets here; what it says of the plan is not.
        raise invalid(GROUPS, error.message) if IMAGES in (error.fields or ()) else error from error


def _command(images: Sequence[Image], plan: RoomPlan) -> Command:
    if len(images) == 1:
        return PreviewRoom(plan=plan)
    others = tuple(str(image.pk) for image in images[1:])
    return MergeHdr(brackets=others, plan=plan, watermark=True)


def _check_sizes(group: Group, images: Sequence[Image]) -> None:
    first, *others = images
    for row, image in zip(group[1:], others, strict=True):
        if (image.width, image.height) != (first.width, first.height):
            problem = (
                f"The bracket {row.pk} ({row.name}) has {image.width} x {image.height} pixels, and {group[0].pk} "
                f"({group[0].name}) {first.width} x {first.height}: those of a group have one size."
            )
            raise invalid(GROUPS, problem)


def _check_file(row: RoomBracket, field: str) -> None:
    if row.image is None:
        raise invalid(field, f"The bracket {row.pk} ({row.name}) was never uploaded.")
    if row.image.deleted_at is not None:
        raise invalid(field, f"The file of the bracket {row.pk} ({row.name}) was deleted.")
