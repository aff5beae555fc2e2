"""Many pictures at once: one request, one check, one reservation, a job for each picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

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
from processing.worker import batch_progress, kinds, renditions, tasks, transitions


@dataclass(frozen=True)
class Member:
    """One picture of a batch, or why a file could not become one.

    An image without a row (media_library.intake.ingest.stored) gets one together with the batch.
    """

    name: str
    image: Image | None
    error_code: str = ""
    error: str = ""


def batch_for(account: Account, batch_id: UUID) -> Batch:
    """The account's batch. Raises AppError NOT_FOUND, also for somebody else's."""
    batch = Batch.objects.filter(account=account, pk=batch_id).first()
    if batch is None:
        raise not_found("Batch")
    return batch


def check_size(account: Account, count: int, field: str = "imageIds") -> None:
    """Raises AppError VALIDATION_ERROR for no pictures, or more than the plan allows."""
    most = account.plan.batch_size
    if not 1 <= count <= most:
        raise invalid(field, f"A batch can have 1 to {most} images, not {count}.")


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
    check_size(caller.account, len(pictures))
    planned = _planned(caller, command, pictures)
    if planned.new:
        tasks.require_queue()
    with transaction.atomic():
        check_still_open(caller.account)
        ingest.keep_all(
            [one.image for one in pictures if one.image is not None and one.image._state.adding]
        )
        batch = _written(caller, command, pictures, planned, batch_id or uuid4())
        for job, done in planned.found:
            jobs.find_again(job, done)
        transaction.on_commit(lambda: tasks.send_batch(batch, len(planned.new)), robust=True)
    batch.refresh_from_db()
    return batch


def cancel(batch: Batch) -> Batch:
    """Cancel what has not ended. Raises AppError CONFLICT where everything has."""
    if not Batch.objects.filter(pk=batch.pk, ended_at=None).update(cancelled_at=timezone.now()):
        raise AppError("CONFLICT", "The batch has already ended.", status=409)
    for job in batch.jobs.filter(state__in=OPEN_STATES):
        transitions.cancel(job)
    batch.refresh_from_db()
    return batch


def retry(batch: Batch) -> int:
    """Run the failed jobs again, each at the price of a unit; how many. Raises AppError CONFLICT
    where there are none, QUOTA_EXCEEDED where not even one can be paid."""
    rows = batch.jobs.filter(state=JobState.FAILED, source__deleted_at=None)
    failed = list(rows.select_related("account", "source"))
    if not failed:
        raise AppError("CONFLICT", "No job of the batch has failed.", status=409)
    done = 0
    for job in failed:
        try:
            jobs.retry(job)
        except AppError as error:
            if done == 0 or error.code != "QUOTA_EXCEEDED":
                raise
            break
        done += 1
    batch.refresh_from_db()
    return done


@dataclass(frozen=True)
class _Planned:
    """`jobs` by position in the batch; `found` are those with an earlier result."""

    jobs: dict[int, Job]
    found: list[tuple[Job, Job]]

    @property
    def new(self) -> list[Job]:
        found = {job.pk for job, _ in self.found}
        return [job for job in self.jobs.values() if job.pk not in found]


def _planned(caller: Caller, command: Command, pictures: Sequence[Member]) -> _Planned:
    template = jobs.Template.of(caller, command)
    by_position = {
        position: template.job(member.image)
        for position, member in enumerate(pictures)
        if member.image is not None
    }
    earlier = renditions.find_all(
        caller.account, {job.rendition_key for job in by_position.values()}
    )
    found = [
        (job, done)
        for job in by_position.values()
        if (done := earlier.get(job.rendition_key)) is not None
    ]
    return _Planned(by_position, found)


def _written(
    caller: Caller,
    command: Command,
    pictures: Sequence[Member],
    planned: _Planned,
    batch_id: UUID,
) -> Batch:
    new = planned.new
    operation = kinds.operation_of(command).name
    quotas.reserve_many(caller.account, operation, job_ids=[job.pk for job in new])
    nothing_open = not planned.jobs
    batch = Batch.objects.create(
        id=batch_id,
        account=caller.account,
        created_by=caller.user,
        operation=command.operation,
        command=commands.to_row(command),
        total=len(pictures),
        open_items=len(planned.jobs),
        ended_at=timezone.now() if nothing_open else None,
    )
    for job in planned.jobs.values():
        job.batch = batch
    Job.objects.bulk_create(planned.jobs.values())
    BatchItem.objects.bulk_create(_items(batch, pictures, planned.jobs))
    JobEvent.objects.bulk_create(
        JobEvent(job=job, batch=batch, account=caller.account, name="job.queued") for job in new
    )
    if nothing_open:
        batch_progress.append_progress(batch)
    return batch


def _items(
    batch: Batch, pictures: Sequence[Member], by_position: dict[int, Job]
) -> Iterable[BatchItem]:
    for position, member in enumerate(pictures):
        yield BatchItem(
            batch=batch,
            position=position,
            name=member.name,
            image=member.image,
            job=by_position.get(position),
            error_code=member.error_code,
            error=member.error,
        )
