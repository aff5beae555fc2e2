"""What front doors ask for: submit, wait, cancel, retry."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from accounts.http import Caller
from accounts.limits import quotas
from accounts.models import Account
from accounts.services import check_still_open
from config.errors import AppError, not_found
from media_library.intake import ingest
from media_library.models import Image
from processing import commands
from processing.commands import Command
from processing.delivery import events
from processing.models import Job, JobState
from processing.worker import causes, kinds, mattes, renditions, tasks, transitions


def submit(caller: Caller, command: Command, *, source: Image | None) -> Job:
    """Reserve quota and write the job; its message goes out when the row is committed.

    Where the account has the same result already, the job answered has it, is complete, and cost
    nothing; where the same work is under way, that job is answered. Raises AppError QUOTA_EXCEEDED, NOT_FOUND for another picture that the command names,
    VALIDATION_ERROR for what can't be done to a picture of this size.
    """
    return _submit(_order(caller, command, source, job_id=uuid4()))


def submit_and_wait(
    caller: Caller,
    command: Command,
    *,
    source: Image | None,
    seconds: float | None = None,
    job_id: UUID | None = None,
    uploaded: Sequence[Image] = (),
    counts_anyway: bool = False,
) -> Job:
    """Submit, and wait for the end for at most ``seconds`` (``DOOR_WAIT_SECONDS``).

    Pictures that were ``uploaded`` for it, stored and without rows, get them in one transaction with
    the job. The job answered may still be open. With ``job_id`` it is one of its own, whatever else is under
    way. With ``counts_anyway`` it costs a unit though its photo was cut out before. Not to be called within a transaction: nobody else could see the row.
    """
    seconds = settings.DOOR_WAIT_SECONDS if seconds is None else seconds
    deadline = time.monotonic() + seconds
    order = _order(
        caller,
        command,
        source,
        job_id=job_id or uuid4(),
        uploaded=uploaded,
        counts_anyway=counts_anyway,
    )
    shared = _Sharing.SAME_PHOTO if seconds > 0 else _Sharing.SAME_PICTURE
    sharing = _Sharing.NOTHING if job_id else shared
    if seconds <= 0:
        return _submit(order, sharing)
    # The id is known before the job is: its end can't come before somebody listens.
    with events.listener(order.job_id) as listener:
        job = _submit(order, sharing)
        if job.pk == order.job_id and not job.ended:
            listener.wait(seconds)
    if job.pk != order.job_id:
        wait_for(job, deadline - time.monotonic())
    if job.source_id != order.job.source_id:
        # Of the same photo, uploaded twice: its result is found again, if it has come to one.
        left = max(0.0, deadline - time.monotonic())
        return submit_and_wait(
            caller,
            command,
            source=source,
            seconds=left,
            uploaded=uploaded,
            counts_anyway=counts_anyway,
        )
    return _fresh(job)


def wait_for(job: Job, seconds: float) -> Job:
    """The job as it is when it has ended, or after ``seconds``."""
    if not job.ended and seconds > 0:
        with events.listener(job.pk) as listener:
            if not _fresh(job).ended:
                listener.wait(seconds)
    return _fresh(job)


def check(command: Command) -> None:
    """Refuse what this site can't do, before anything is charged: a model or a provider that
    nobody knows or that is not installed."""
    kinds.of(command).check(command)


def job_for(account: Account, job_id: UUID) -> Job:
    """The account's job. Raises AppError NOT_FOUND, also for somebody else's."""
    job = (
        Job.objects.select_related("source", "result", "account")
        .filter(account=account, pk=job_id)
        .first()
    )
    if job is None:
        raise not_found("Job", on_pages="Work")
    return job


def cancel(job: Job) -> Job:
    """Raises AppError CONFLICT for a job that has ended."""
    if not transitions.cancel(job):
        raise _conflict(job, "cancelled")
    return _fresh(job)


def retry(job: Job) -> Job:
    """Run a failed or cancelled job again. It costs quota again, as its units had gone back.

    Raises AppError CONFLICT where that can't be, and COMMAND_OUTDATED for work that only another
    release could do.
    """
    if job.source is not None and job.source.deleted_at is not None:
        page_message = gettext("The photo was deleted.")
        raise AppError(
            "CONFLICT", "The job's image was deleted.", status=409, page_message=page_message
        )
    commands.from_row(job.command)  # what this release can't do would only fail again
    tasks.require_queue()
    with transaction.atomic():
        check_still_open(job.account)
        if not transitions.reopen(job):
            raise _conflict(job, "retried")
        transaction.on_commit(lambda: tasks.send(job), robust=True)
    return _fresh(job)


@dataclass(frozen=True)
class Template:
    """What the jobs of one command have in common, however many pictures it is for."""

    caller: Caller
    operation: str
    command: dict[str, Any]
    digest: str
    makers: list[str] | None
    asked: Command
    counts_anyway: bool

    @classmethod
    def of(
        cls,
        caller: Caller,
        command: Command,
        uploaded: Sequence[Image] = (),
        *,
        counts_anyway: bool = False,
    ) -> Self:
        """Raises AppError NOT_FOUND for another picture that the command names."""
        contents = _contents_of(caller.account, command, uploaded)
        digest = commands.command_hash(command, contents)
        makers = renditions.makers_for(command)
        kind = kinds.of(command)
        return cls(
            caller,
            kinds.operation_of(command).name,
            commands.to_row(command),
            digest,
            makers,
            asked=command,
            counts_anyway=counts_anyway or not kind.counts_cutouts,
        )

    def key(self, source: Image | None) -> str:
        """Return the key by which a result is found again (renditions)."""
        return renditions.key_of(self.digest, self.makers, source=source)

    def job(self, source: Image | None, *, job_id: UUID | None = None) -> Job:
        """Make a job that is not written yet."""
        return Job(
            id=job_id or uuid4(),
            account=self.caller.account,
            created_by=self.caller.user,
            request_id=causes.current_request(),
            operation=self.operation,
            command=self.command,
            command_hash=self.digest,
            rendition_key=self.key(source),
            cutting=mattes.cutting_of(self.asked, source),
            counts_anyway=self.counts_anyway,
            source=source,
        )


@dataclass(frozen=True)
class _Order:
    """A job about to be written; ``done`` is an earlier one with the same result."""

    job: Job
    done: Job | None
    uploaded: Sequence[Image] = ()

    @property
    def job_id(self) -> UUID:
        return self.job.pk


def _order(
    caller: Caller,
    command: Command,
    source: Image | None,
    *,
    job_id: UUID,
    uploaded: Sequence[Image] = (),
    counts_anyway: bool = False,
) -> _Order:
    template = Template.of(caller, command, uploaded, counts_anyway=counts_anyway)
    if source is not None:
        kinds.of(command).check_source(command, source)
    job = template.job(source, job_id=job_id)
    return _Order(job, renditions.find(caller.account, job.rendition_key), uploaded)


class _Sharing(Enum):
    """Which work that is under way may stand for new work."""

    NOTHING = auto()
    SAME_PICTURE = auto()
    SAME_PHOTO = auto()  # of whichever upload


def _submit(order: _Order, sharing: _Sharing = _Sharing.SAME_PICTURE) -> Job:
    """The job written, or one that is under way."""
    job = order.job
    if order.done is not None:
        return _found(order, order.done)
    tasks.require_queue()
    with transaction.atomic():
        # Of the same request twice at once, the second sees the first one's job.
        check_still_open(job.account, lock=True)
        if sharing is not _Sharing.NOTHING:
            twin = renditions.find_open(job, of_any_upload=sharing is _Sharing.SAME_PHOTO)
            if twin is not None:
                return twin
        # What was under way when this was ordered has perhaps come to its result: it isn't charged twice.
        done = renditions.find(job.account, job.rendition_key)
        if done is not None:
            return _found(order, done)
        if not job.command.get("watermark"):
            quotas.reserve_many(job.account, job.operation, job_ids=mattes.costly([job]))
        ingest.keep_all(order.uploaded)
        job.save(force_insert=True)
        events.append(job, "job.queued")
        # A worker that took the message before the commit would find no row, and drop it.
        transaction.on_commit(lambda: tasks.send(job), robust=True)
    return job


def _found(order: _Order, done: Job) -> Job:
    with transaction.atomic():
        ingest.keep_all(order.uploaded)
        find_again(order.job, done)
    return order.job


def find_again(job: Job, done: Job) -> bool:
    """Complete a job, written already or not, with an earlier one's result: the same row, or where
    the same photo was uploaded twice a copy, so that each upload owns what was made of it.

    False where somebody cancelled a written job meanwhile.
    """
    report = {**done.report, "foundAgain": True}
    if done.result is None or job.source is None:
        return transitions.complete_at_once(job, done.result, report)
    with ingest.result_again(done.result, parent=job.source, job_id=job.pk) as result:
        return transitions.complete_at_once(
            job, result, report, keep=ingest.keep if result != done.result else None
        )


def _contents_of(account: Account, command: Command, uploaded: Sequence[Image]) -> dict[str, str]:
    """The hashes of the other pictures that a command names, by the name it uses."""
    wanted = command.image_ids()
    if not wanted:
        return {}
    rows = Image.live.filter(account=account, pk__in=wanted).values_list("pk", "sha256")
    found = {str(pk): sha256 for pk, sha256 in rows}
    found |= {str(image.pk): image.sha256 for image in uploaded if str(image.pk) in wanted}
    if len(found) < len(set(wanted)):
        raise not_found("Image")
    return found


def check_pictures(account: Account, command: Command) -> None:
    """Raise AppError NOT_FOUND where another picture that the command names is not the account's."""
    _contents_of(account, command, ())


def _fresh(job: Job) -> Job:
    return Job.objects.select_related("source", "result", "account").get(pk=job.pk)


def _conflict(job: Job, verb: str) -> AppError:
    state = JobState(Job.objects.values_list("state", flat=True).get(pk=job.pk))
    if verb == "cancelled":
        told = gettext("This has ended already.")
    else:
        told = gettext("Only what failed or was cancelled can be tried again.")
    message = f"A job that is {state.value} can't be {verb}."
    return AppError("CONFLICT", message, status=409, page_message=told)
