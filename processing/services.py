"""What front doors ask for: submit, wait, cancel, retry."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from accounts import quotas
from accounts.http import Caller
from accounts.models import Account
from config.errors import AppError, invalid, not_found
from media_library.models import Image
from processing import commands, tasks, transitions
from processing.delivery import events
from processing.engine.errors import ModelNotInstalled, UnknownModel
from processing.models import Job, JobState
from processing.runtime import registry


def submit(caller: Caller, command: commands.RemoveBackground, *, source: Image) -> Job:
    """Reserve quota and write the job; its message goes out when the row is committed.

    Raises AppError QUOTA_EXCEEDED.
    """
    return _submit(caller, command, source=source, job_id=uuid4())


def submit_and_wait(
    caller: Caller,
    command: commands.RemoveBackground,
    *,
    source: Image,
    seconds: float | None = None,
) -> Job:
    """Submit, and wait for the end for at most ``seconds`` (``DOOR_WAIT_SECONDS``).

    The job answered may still be open. Not to be called within a transaction: nobody else could
    see the row.
    """
    seconds = settings.DOOR_WAIT_SECONDS if seconds is None else seconds
    job_id = uuid4()
    if seconds <= 0:
        return _submit(caller, command, source=source, job_id=job_id)
    with events.listener(job_id) as listener:
        job = _submit(caller, command, source=source, job_id=job_id)
        listener.wait(seconds)
    return Job.objects.select_related("source", "result").get(pk=job.pk)


def check_model(name: str) -> None:
    """Refuse a model that nobody knows or that is not installed, before anything is charged."""
    try:
        registry().check(name)
    except (UnknownModel, ModelNotInstalled) as error:
        raise invalid("model", str(error)) from error


def job_for(account: Account, job_id: UUID) -> Job:
    """The account's job. Raises AppError NOT_FOUND, also for somebody else's."""
    job = (
        Job.objects.select_related("source", "result", "account")
        .filter(account=account, pk=job_id)
        .first()
    )
    if job is None:
        raise not_found("Job")
    return job


def cancel(job: Job) -> Job:
    """Raises AppError CONFLICT for a job that has ended."""
    if not transitions.cancel(job):
        raise _conflict(job, "cancelled")
    return _fresh(job)


def retry(job: Job) -> Job:
    """Run a failed or cancelled job again. It costs quota again, as its units had gone back."""
    if job.source.deleted_at is not None:
        raise AppError("CONFLICT", "The job's picture was deleted.", status=409)
    with transaction.atomic():
        if not transitions.reopen(job):
            raise _conflict(job, "retried")
        transaction.on_commit(lambda: tasks.send(job), robust=True)
    return _fresh(job)


def _submit(
    caller: Caller, command: commands.RemoveBackground, *, source: Image, job_id: UUID
) -> Job:
    with transaction.atomic():
        quotas.reserve(caller.account, command.operation, job_id=job_id)
        job = Job.objects.create(
            id=job_id,
            account=caller.account,
            created_by=caller.user,
            operation=command.operation,
            command=command.model_dump(mode="json"),
            command_hash=commands.command_hash(command),
            source=source,
        )
        events.append(job, "job.queued")
        transaction.on_commit(lambda: tasks.send(job), robust=True)
    return job


def _fresh(job: Job) -> Job:
    return Job.objects.select_related("source", "result", "account").get(pk=job.pk)


def _conflict(job: Job, verb: str) -> AppError:
    state = JobState(Job.objects.values_list("state", flat=True).get(pk=job.pk))
    return AppError("CONFLICT", f"A job that is {state.value} can't be {verb}.", status=409)
