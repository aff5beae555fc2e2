"""Many pictures at once: one request, one check, one reservation, a job for each picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts.http import Caller
from accounts.limits import quotas
from accounts.models import Account
from accounts.services import check_still_open
from config.errors import AppError, invalid, not_found
from media_library.intake import ingest
from media_library.models import Image
from processing import commands
from processing.commands import Command
from processing.models import OPEN_STATES, Batch, BatchItem, Job, JobEvent, JobState
from processing.services import jobs
from processing.services.batching import bucket_rows, naming
from processing.worker import batch_progress, kinds, mattes, renditions, tasks, transitions


@dataclass(frozen=True)
class Member:
    """One picture of a batch, or why a file could not become one.

    An image without a row (media_library.intake.ingest.stored) gets one together with the batch.
    """

    name: str
    image: Image | None
    error_code: str = ""
    error: str = ""


@dataclass(frozen=True)
class Look:
    """What is made of each picture of a batch, what people call it, and the market it is for, where it is for one."""

    name: str
    command: Command
    market: str = ""


@dataclass(frozen=True)
class Wanted:
    """What is made of each picture of a batch, the names of the packs that said so, how files are called, and
    whether they are written to a bucket."""

    looks: Sequence[Look]
    packs: Sequence[str] = ()
    name_pattern: str = ""
    is_written: bool = False

    @property
    def pattern(self) -> str:
        """What files are called by; "" for no pattern."""
        return self.name_pattern or (naming.DEFAULT if self.packs or self.is_written else "")


def batch_for(account: Account, batch_id: UUID) -> Batch:
    """The account's batch. Raises AppError NOT_FOUND, also for somebody else's."""
    rows = Batch.objects.select_related("source", "destination")
    batch = rows.filter(account=account, pk=batch_id).first()
    if batch is None:
        raise not_found("Batch")
    return batch


def check_size(account: Account, count: int, field: str = "imageIds", *, looks: int = 1) -> None:
    """Raises AppError VALIDATION_ERROR for no pictures, or for more results than the plan allows."""
    most = account.plan.batch_size
    if not 1 <= count <= most:
        raise invalid(field, f"A batch can have 1 to {most} images, not {count}.")
    if count * looks > most:
        made = f"{count} images in {looks} looks are {count * looks}"
        raise invalid(field, f"A batch can have at most {most} results: {made}.")


def members(account: Account, image_ids: Sequence[UUID]) -> list[Member]:
    """The account's pictures in the order given. Raises AppError NOT_FOUND, VALIDATION_ERROR."""
    if len(set(image_ids)) < len(image_ids):
        raise invalid("imageIds", "Each image can be listed only once.")
    found = Image.live.in_bulk(image_ids)
    mine = {pk: image for pk, image in found.items() if image.account_id == account.pk}
    if len(mine) < len(image_ids):
        raise not_found("Image")
    return [Member(mine[pk].name, mine[pk]) for pk in image_ids]


def submit(
    caller: Caller, command: Command, *, pictures: Sequence[Member], batch_id: UUID | None = None
) -> Batch:
    """Write a batch and its jobs, with quota for all of them or nothing at all.

    Results that the account has already are found again and cost nothing; files that could not be
    kept fail alone. Raises AppError QUOTA_EXCEEDED.
    """
    wanted = Wanted([Look("", command)])
    return submit_looks(caller, wanted, pictures=pictures, batch_id=batch_id)


def submit_looks(
    caller: Caller,
    wanted: Wanted,
    *,
    pictures: Sequence[Member],
    batch_id: UUID | None = None,
) -> Batch:
    """The same with one or several looks of each picture, as one batch.

    Raises AppError VALIDATION_ERROR for a pattern by which two results have one name, too.
    """
    looks = wanted.looks
    check_size(caller.account, len(pictures), looks=len(looks))
    _check_masks(looks, pictures)
    files = file_names(caller.account, wanted, [(one.image, one.name) for one in pictures])
    planned = _planned(caller, looks, pictures)
    if planned.new:
        tasks.require_queue()
    with transaction.atomic():
        check_still_open(caller.account)
        ingest.keep_all(
            [one.image for one in pictures if one.image is not None and one.image._state.adding]
        )
        batch = _written(caller, wanted, replace(planned, files=files), batch_id or uuid4())
        for job, done in planned.found:
            jobs.find_again(job, done)
        transaction.on_commit(lambda: tasks.send_batch(batch, len(planned.new)), robust=True)
    batch.refresh_from_db()
    return batch


def cancel(batch: Batch) -> Batch:
    """Cancel what has not ended. Raises AppError CONFLICT where everything has."""
    if not Batch.objects.filter(pk=batch.pk, ended_at=None).update(cancelled_at=timezone.now()):
        raise AppError("CONFLICT", "The batch has already ended.", status=409)
    bucket_rows.stop_reading(batch)
    for job in batch.jobs.filter(state__in=OPEN_STATES):
        transitions.cancel(job)
    batch.refresh_from_db()
    return batch


def retry(batch: Batch) -> int:
    """Run the failed jobs again, each at the price of a unit, read what could not be read from a bucket, and write
    what could not be written; how many. Raises AppError CONFLICT where nothing failed, QUOTA_EXCEEDED where not even
    one job can be paid."""
    rows = batch.jobs.filter(state=JobState.FAILED, source__deleted_at=None)
    failed = list(rows.select_related("account", "source"))
    moved = bucket_rows.read_again(batch) + bucket_rows.write_again(batch)
    if not failed and not moved:
        page_message = gettext("Nothing of this batch has failed.")
        raise AppError(
            "CONFLICT", "No job of the batch has failed.", status=409, page_message=page_message
        )
    done = 0
    for job in failed:
        try:
            jobs.retry(job)
        except AppError as error:
            if done + moved == 0 or error.code != "QUOTA_EXCEEDED":
                raise
            break
        done += 1
    batch.refresh_from_db()
    return done + moved


def file_names(
    account: Account, wanted: Wanted, pictures: Sequence[tuple[Image | None, str]]
) -> list[str]:
    """What the files of all results are called, in the batch's order; none where no pattern says so. Of each picture
    its name is told, and its row where it has one.

    Raises AppError VALIDATION_ERROR for two results of one name.
    """
    several = len(wanted.looks) > 1
    if not wanted.pattern:
        return []
    subjects = []
    for number, (image, photo_name) in enumerate(pictures, start=1):
        photo = image.pk if image is not None else None
        for look in wanted.looks:
            name = look.name or look.command.operation
            folder = look.market or (name if several else "")
            market = look.market or name
            subjects.append(naming.Subject(photo, photo_name, number, name, market, folder))
    return naming.names(account, wanted.pattern, subjects)


def _check_masks(looks: Sequence[Look], pictures: Sequence[Member]) -> None:
    """Refuse a mask for other pictures than its own: it would fail for each of them."""
    for look in looks:
        for member in pictures:
            if look.command.mask is not None and member.image is not None:
                kinds.of(look.command).check_source(look.command, member.image)


@dataclass(frozen=True)
class _Planned:
    """`items` in the order of the batch, each with its job but for files that could not be kept; `found`
    are the jobs with an earlier result; `files` what the items' files are called, where a pattern says so."""

    items: list[tuple[Member, Look, Job | None]]
    found: list[tuple[Job, Job]]
    files: Sequence[str] = ()

    @property
    def jobs(self) -> list[Job]:
        """Each once, also where it is the work of several items."""
        return list({job.pk: job for _, _, job in self.items if job is not None}.values())

    @property
    def new(self) -> list[Job]:
        found = {job.pk for job, _ in self.found}
        return [job for job in self.jobs if job.pk not in found]


def _planned(caller: Caller, looks: Sequence[Look], pictures: Sequence[Member]) -> _Planned:
    templates = [(look, jobs.Template.of(caller, look.command)) for look in looks]
    items = [item for member in pictures for item in _items_of(member, templates)]
    planned = _Planned(items, [])
    earlier = renditions.find_all(caller.account, {job.rendition_key for job in planned.jobs})
    found = [
        (job, earlier[job.rendition_key]) for job in planned.jobs if job.rendition_key in earlier
    ]
    return replace(planned, found=found)


def _items_of(
    member: Member, templates: Sequence[tuple[Look, jobs.Template]]
) -> Iterable[tuple[Member, Look, Job | None]]:
    """A picture in each look. What several markets want alike is made, and costs, once."""
    made = dict[tuple[str, str], Job]()
    for look, template in templates:
        if member.image is None:
            yield member, look, None
            continue
        work = template.operation, template.digest
        if work in made:
            made[work].batch_results += 1
        else:
            made[work] = template.job(member.image)
        yield member, look, made[work]


def _written(caller: Caller, wanted: Wanted, planned: _Planned, batch_id: UUID) -> Batch:
    looks, new, every = wanted.looks, planned.new, planned.jobs
    open_items = sum(job.batch_results for job in every)
    for operation in dict.fromkeys(job.operation for job in new):
        ids = mattes.costly([job for job in new if job.operation == operation])
        quotas.reserve_many(caller.account, operation, job_ids=ids)
    nothing_open = not (every or wanted.is_written)
    batch = Batch.objects.create(
        id=batch_id,
        account=caller.account,
        created_by=caller.user,
        operation=looks[0].command.operation,
        command=commands.to_row(looks[0].command),
        looks=[look.name for look in looks if look.name],
        packs=list(wanted.packs),
        name_pattern=wanted.pattern,
        total=len(planned.items),
        open_items=open_items + wanted.is_written,
        ended_at=timezone.now() if nothing_open else None,
    )
    for job in every:
        job.batch = batch
    Job.objects.bulk_create(every)
    BatchItem.objects.bulk_create(_items(batch, planned))
    JobEvent.objects.bulk_create(
        JobEvent(job=job, batch=batch, account=caller.account, name="job.queued") for job in new
    )
    if nothing_open:
        batch_progress.append_progress(batch)
    return batch


def _items(batch: Batch, planned: _Planned) -> Iterable[BatchItem]:
    files = planned.files or [""] * len(planned.items)
    for position, ((member, look, job), file) in enumerate(zip(planned.items, files, strict=True)):
        yield BatchItem(
            batch=batch,
            position=position,
            name=member.name,
            look=look.name,
            market=look.market,
            file=file,
            image=member.image,
            job=job,
            error_code=member.error_code,
            error=member.error,
        )
