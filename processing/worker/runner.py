"""Runs one claimed job: its work, result picture, and the row that says so."""

from __future__ import annotations

import threading
import time
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from config.errors import AppError
from media_library.files import mattes as library_mattes
from media_library.files import storage, thumbnails
from media_library.intake import ingest
from media_library.models import Image, ImageKind
from media_library.projects import default_project
from processing import commands
from processing.commands import Command
from processing.engine import ENGINE_VERSION, memory
from processing.engine.errors import EngineError
from processing.engine.plans.cutout import camel
from processing.engine.rendered import Look, Rendered
from processing.models import Job
from processing.worker import causes, claims, kinds, mattes, transitions
from processing.worker.kinds import ReportOnly

log = structlog.get_logger(__name__)


def run(job: Job) -> None:
    """Do the work of a job claimed by this worker.

    What is wrong with the picture or the command fails the job for good. Any other exception is
    the caller's to handle.
    """
    try:
        # Until the result is kept, too: storing it may take longer than a worker may be silent.
        with claims.held(job), Heartbeat(job):
            command = commands.from_row(job.command)
            with memory.shortage_told():
                outcome = kinds.of(command).work(job, command)
            if isinstance(outcome, ReportOnly):
                _end(job, command, outcome)
            else:
                _keep(job, command, outcome)
    except (EngineError, AppError) as error:
        # What raised it, where it is told in other words: a server of others, or too little memory.
        cause = causes.cause_of(error) if error.__cause__ is not None else None
        transitions.fail(job, code=error.code, message=str(error), cause=cause)


def picture(job: Job, image_id: str) -> bytes:
    """Another picture that the job's command names. Raises AppError where it is gone."""
    image = Image.live.filter(account=job.account, pk=image_id).first()
    if image is None:
        raise AppError("SOURCE_DELETED", "A picture that this needs was deleted.")
    return storage.read(image.file_key)


def source_of(job: Job) -> tuple[Image, bytes]:
    """The job's own picture and its file. Raises AppError where it is gone."""
    source = job.source
    if source is None or source.deleted_at is not None:
        raise AppError("SOURCE_DELETED", "The source image was deleted before processing started.")
    return source, storage.read(source.file_key)


def preview_side(job: Job) -> int | None:
    """How large a thumbnail to make with the job's result, from pixels that are at hand: a quarter
    of the work that its file would be afterwards. None where somebody waits for the result itself."""
    return None if job.batch_id is None else thumbnails.MAX_SIDE


def _keep(job: Job, command: Command, rendered: Rendered) -> None:
    """Store the result and complete the job, or neither."""
    if job.source and rendered.corrected is not None and rendered.corrected_media_type is not None:
        ingest.store_corrected(job.source, rendered.corrected, rendered.corrected_media_type)
    owner = job.source or default_project(job.account)
    new = ingest.new_result(
        owner,
        job_id=job.pk,
        data=rendered.data,
        facts=_facts(command, rendered),
        preview=rendered.preview,
    )
    try:
        # The file's block is the outer one: where the commit fails, the file goes.
        with (
            new as result,
            mattes.stored(job, command, rendered) as matte,
            transaction.atomic(),
        ):
            if not claims.hold(job):
                # Raised, not returned: it undoes the transaction and removes the file.
                raise _NoLongerOurs
            # In this order, so that who waits is told before a thumbnail is asked for.
            # The job may name a picture that has no row yet: foreign keys are checked at the
            # commit.
            is_first = library_mattes.keep(matte) if matte is not None else True
            _complete(
                job,
                command,
                result,
                _report(rendered),
                is_found_again=_is_found_again(rendered),
                is_charged=mattes.is_charged(job, rendered, is_first=is_first),
            )
            ingest.keep(result)
    except _NoLongerOurs:
        log.info("job.result_dropped", job_id=str(job.pk))


def _end(job: Job, command: Command, told: ReportOnly) -> None:
    with transaction.atomic():
        if claims.hold(job):
            _complete(job, command, None, told.report)
        else:
            log.info("job.result_dropped", job_id=str(job.pk))


def _complete(
    job: Job,
    command: Command,
    result: Image | None,
    report: dict[str, Any],
    *,
    is_found_again: bool = True,
    is_charged: bool = True,
) -> None:
    job.report = report
    kinds.of(command).completing(job, command, result)
    transitions.complete(
        job, result, job.report, is_found_again=is_found_again, is_charged=is_charged
    )


def _is_found_again(rendered: Rendered) -> bool:
    """Whether the same work would come to the same: not where it lacked memory for a moment."""
    return all(look.outcome != "out-of-memory" for look in rendered.looks)


class _NoLongerOurs(Exception):
    """The job was cancelled, or given to another worker, while this one worked on it."""


def _facts(command: Command, rendered: Rendered) -> ingest.ResultFacts:
    return ingest.ResultFacts(
        format=rendered.format,
        media_type=rendered.media_type,
        width=rendered.width,
        height=rendered.height,
        has_alpha=rendered.has_alpha,
        uncertainty=rendered.uncertainty,
        label=command.label,
        kind=ImageKind(command.makes),
    )


def _report(rendered: Rendered) -> dict[str, Any]:
    return {
        "provider": rendered.provider,
        "model": rendered.model,
        "engineVersion": ENGINE_VERSION,
        "uncertainty": round(rendered.uncertainty, 4),
        "isClipped": rendered.is_clipped,
        "subjectBox": list(rendered.subject_box) if rendered.subject_box else None,
        "seconds": {stage: round(spent, 4) for stage, spent in rendered.timings.items()},
        **_report_of_some(rendered),
    }


def _report_of_some(rendered: Rendered) -> dict[str, Any]:
    """Report what only some edits and sources have to tell."""
    simple = {
        "pose": rendered.pose,
        "textsRemoved": rendered.texts,
        "hookRemoved": rendered.hook,
        "toneCurve": rendered.tone_curve,
    }
    told: dict[str, Any] = {name: value for name, value in simple.items() if value is not None}
    if rendered.looks:
        told["looks"] = [_told(look) for look in rendered.looks]
    if rendered.backdrop is not None:
        told["background"] = _background(rendered)
    if rendered.room is not None:
        told["room"] = _as_json(asdict(rendered.room))
    if rendered.hdr is not None:
        told["hdr"] = _as_json(asdict(rendered.hdr))
    if rendered.placed is not None:
        told["placed"] = _as_json(asdict(rendered.placed))
    if rendered.from_kept:
        told["matteReused"] = True
    return told


def _background(rendered: Rendered) -> dict[str, Any]:
    told: dict[str, Any] = {
        "provider": rendered.backdrop,
        "seed": rendered.seed,
        "notUnderstood": list(rendered.not_understood),
    }
    # What is painted for no product in particular has no view that anybody chose.
    return told if rendered.pose is None else told | {"view": rendered.view}


def _as_json(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        camel(name): _as_json(value) if isinstance(value, dict) else value
        for name, value in facts.items()
    }


def _told(look: Look) -> dict[str, Any]:
    return asdict(look) | {"region": list(look.region) if look.region else None}


class Heartbeat:
    """While the block runs, another thread tells the job's row that its worker is alive.

    While a library holds Python's lock it can't: then the machine's clock does (worker.claims). It falls
    silent after ``JOB_MAX_SECONDS``, so that work that hangs is given to somebody else.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True, name="heartbeat")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Not joined: a beat that is late finds the job ended, and changes nothing.
        self._done.set()

    def _beat(self) -> None:
        # Four beats in that time: a busy database may swallow one or two without losing the job.
        pause = settings.JOB_STALE_SECONDS / 4
        last = time.monotonic() + settings.JOB_MAX_SECONDS
        while not self._done.wait(pause) and time.monotonic() < last:
            try:
                if not transitions.beat(self._job):
                    return
            except DatabaseError:
                log.warning("job.heartbeat_missed", job_id=str(self._job.pk))
            finally:
                # This thread's own connection, which it would otherwise hold while it sleeps.
                connection.close()
