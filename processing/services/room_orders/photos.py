"""Photos of orders: registered, uploaded, previewed for nothing, paid for when they are fetched in full."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.http import Caller
from accounts.models import Account
from config.errors import AppError, not_found
from media_library.intake.ingest import Incoming, keep_all, stored
from media_library.models import Image
from media_library.projects import default_project
from processing import commands
from processing.commands import Command, PreviewRoom
from processing.engine.errors import BracketsDiffer
from processing.engine.plans.room import RoomPlan
from processing.models import Job, JobState, RoomBracket, RoomOrder, RoomPhoto
from processing.services import deleting, jobs, reprocessing
from processing.services.room_orders import orders

# What a photo without a picture to show waits for.
_NOT_YET: Final = {"waiting": "Its file has not come yet.", "processing": "It is being processed."}
Ordered = TypeVar("Ordered", bound=RoomPhoto | RoomBracket)


@dataclass(frozen=True)
class Asked:
    """What a client says of a photo: ``plan`` is what its own words, ``asked``, come to. What is in
    ``columns`` is written as it is."""

    plan: RoomPlan
    asked: Mapping[str, Any]
    columns: Mapping[str, Any] = field(default_factory=dict)


def register(caller: Caller, order: RoomOrder, asked: Asked) -> RoomPhoto:
    """A photo whose file is yet to come. Raises AppError for work that this site can't do."""
    return create(caller, order, asked, PreviewRoom(plan=asked.plan))


def create(
    caller: Caller, order: RoomOrder, asked: Asked, command: Command, **columns: Any
) -> RoomPhoto:
    """A photo by its command. Raises AppError as ``register`` does."""
    jobs.check(command)
    photo = RoomPhoto.objects.create(
        account=caller.account,
        created_by=caller.user,
        order=order,
        asked=dict(asked.asked),
        command=commands.to_row(command),
        **asked.columns,
        **columns,
    )
    orders.touch(order)
    return photo


def photo_for(account: Account, photo_id: UUID) -> RoomPhoto:
    """The account's photo. Raises AppError NOT_FOUND, also for somebody else's."""
    found = _rows().filter(account=account, pk=photo_id).first()
    if found is None:
        raise not_found("Image")
    return found


def known_to_all(photo_id: UUID) -> RoomPhoto:
    """Whosever photo it is: nobody guesses its id. Raises AppError NOT_FOUND."""
    found = _rows().filter(account__closed_at=None, pk=photo_id).first()
    if found is None:
        raise not_found("Image")
    return found


def held(photo: RoomPhoto) -> RoomPhoto:
    """The photo as it is now, which stays so until the transaction ends: for changes of what it has. Raises
    AppError NOT_FOUND."""
    return _locked(photo)


def take_in(row: Ordered, content: bytes) -> None:
    """Keep the file that a row waits for; a photo is begun with at once.

    Raises AppError GONE for a second file, NOT_FOUND for a row that was deleted meanwhile, and as the
    intake does for what is no picture; then the row waits on.
    """
    caller = Caller(row.account, row.created_by)
    incoming = Incoming(row.name, lambda: content)
    project = row.order.project
    with stored(row.account, [incoming], project=project) as images, transaction.atomic():
        locked = _locked(row)
        if locked.image is not None:
            raise used_up()
        keep_all(images)
        type(row).objects.filter(pk=row.pk).update(image=images[0])
        if isinstance(locked, RoomPhoto):
            begin(caller, locked, images[0])
        orders.touch(row.order)


def used_up() -> AppError:
    return AppError("GONE", "This upload address was used already.", status=410)


def process(caller: Caller, photo: RoomPhoto, asked: Asked) -> RoomPhoto:
    """Have a photo done otherwise; what is under way goes on, and the newest counts. One whose file is yet to
    come is done so when it comes. Raises AppError NOT_FOUND for a picture that was deleted meanwhile, and as
    ``register`` does."""
    command = commands.from_row(photo.command).model_copy(update={"plan": asked.plan})
    jobs.check(command)
    with transaction.atomic():
        locked = _locked(photo)
        image = locked.image
        if image is not None and image.deleted_at is not None:
            raise not_found("Image")
        locked.command = commands.to_row(command)
        columns = {**asked.columns, "asked": dict(asked.asked), "command": locked.command}
        RoomPhoto.objects.filter(pk=photo.pk).update(**columns)
        if image is not None:
            begin(caller, locked, image)
        orders.touch(photo.order)
    return photo_for(caller.account, photo.pk)


def move(photo: RoomPhoto, order: RoomOrder) -> None:
    """Lay a photo into another order of the same account, with its pictures."""
    with transaction.atomic():
        RoomPhoto.objects.filter(pk=photo.pk).update(order=order)
        if photo.image is not None and not photo.merges:
            place = order.project or default_project(photo.account)
            together = Q(pk=photo.image.pk) | Q(parent=photo.image.pk)
            Image.live.filter(together).update(project=place)
        orders.touch(photo.order)
    photo.order = order


def remove(photo: RoomPhoto) -> None:
    """Delete a photo, with the work on it that hasn't ended; its pictures lie in the trash. Of one that was merged
    these are its results alone. Raises AppError NOT_FOUND where somebody else has."""
    with transaction.atomic():
        locked = _locked(photo)
        wanted = [locked.image_id]
        if locked.merges:
            made = Job.objects.filter(pk__in=[locked.job_id, *locked.paid.values()])
            wanted = list(made.values_list("result", flat=True))
            deleting.cancel([locked.job_id] if locked.job_id else [])
        live = Image.live.filter(pk__in=[pk for pk in wanted if pk is not None])
        deleting.delete_pictures(photo.account, set(live.values_list("pk", flat=True)))
        photo.delete()
        orders.touch(photo.order)


def preview_of(photo: RoomPhoto) -> Image:
    """The small marked picture. Raises AppError NOT_READY, NOT_FOUND where it was deleted."""
    state, reason = status_of(photo)
    if photo.image is not None and photo.image.deleted_at is not None:
        raise not_found("Image")
    if state != "processed" or photo.job is None:
        told = reason or _NOT_YET[state]
        raise AppError("NOT_READY", f"The image is not processed yet. {told}", status=409)
    result = photo.job.result
    if result is None or result.deleted_at is not None:
        raise not_found("Image")
    return result


def in_full(photo: RoomPhoto, *, is_trial: bool) -> Command:
    """The work that makes the photo in full; a trial's result is marked, and costs nothing."""
    return reprocessing.in_full(commands.from_row(photo.command), is_trial=is_trial)


def paid_result(photo: RoomPhoto) -> Image | None:
    """What was paid for as the photo is asked for now, however the code has changed since."""
    job_id = photo.paid.get(commands.command_hash(in_full(photo, is_trial=False)))
    job = Job.objects.select_related("result").filter(pk=job_id).first() if job_id else None
    result = job.result if job else None
    return result if result is not None and result.deleted_at is None else None


def note_paid(photo: RoomPhoto, job: Job) -> None:
    """Remember that the photo was made in full by this job, for which it was charged once."""
    with transaction.atomic():
        locked = _locked(photo)
        paid = {**locked.paid, commands.command_hash(in_full(photo, is_trial=False)): str(job.pk)}
        RoomPhoto.objects.filter(pk=photo.pk).update(paid=paid)


def status_of(photo: RoomPhoto) -> tuple[str, str | None]:
    """Where a photo stands, and why: ``waiting`` for its file, ``processing``, ``processed``, ``error``."""
    if photo.image is None:
        return "waiting", None
    if photo.image.deleted_at is not None:
        return "error", "The image was deleted."
    if photo.job is None:
        return "error", "The work on the image was removed."
    if photo.job.state == JobState.COMPLETED:
        return "processed", None
    if photo.job.state == JobState.FAILED:
        return "error", _why(photo, photo.job)
    if photo.job.state == JobState.CANCELLED:
        return "error", "The job was cancelled."
    return "processing", None


def _why(photo: RoomPhoto, job: Job) -> str:
    """Why the work failed; a client knows its brackets by the ids that it has of them."""
    if job.error_code != BracketsDiffer.code:
        return job.error
    told = job.error
    for row in RoomBracket.objects.select_related("image").filter(pk__in=photo.merges):
        if row.image is not None:
            told = told.replace(row.image.public_id, f"{row.pk} ({row.name})")
    return told


def note_rating(photo: RoomPhoto, score: int) -> None:
    """Remember what was said of a photo, 0 to 5."""
    RoomPhoto.objects.filter(pk=photo.pk).update(rating=score)


def _rows() -> QuerySet[RoomPhoto]:
    return RoomPhoto.objects.select_related("order__project", "image", "job__result", "account")


def _locked(row: Ordered) -> Ordered:
    """The row as it is until the transaction ends. Raises AppError NOT_FOUND where it was deleted."""
    rows: Any = type(row).objects.select_for_update(of=("self",)).select_related("image")
    found: Ordered | None = rows.filter(pk=row.pk).first()
    if found is None:
        raise not_found("Image")
    return found


def begin(caller: Caller, photo: RoomPhoto, image: Image) -> None:
    """Have a photo's preview made. Call it in the transaction that writes the photo."""
    job = jobs.submit(caller, commands.from_row(photo.command), source=image)
    RoomPhoto.objects.filter(pk=photo.pk).update(job=job)
