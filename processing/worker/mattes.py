"""Cutting out once: mattes are kept, and whatever else is made of the same photo starts from them.

A matte is found by a key that has all that decides about it: the photo's bytes, the options, the code
and the networks. So a result from a kept matte has the bytes that cutting out anew would give it, and a
better network cuts anew. What a quota counts has no versions in it: of a photo that was cut out once,
nobody pays for that again.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.limits import quotas
from accounts.models import Account
from config.errors import AppError
from media_library.files import mattes, storage
from media_library.models import Image, Matte
from processing import commands
from processing.commands import Command
from processing.engine import versions
from processing.engine.cutout import kept_matte
from processing.engine.plans.cutout import Cutting, edge_strength
from processing.engine.rendered import Rendered
from processing.models import OPEN_STATES, Job, JobState
from processing.worker import claims, kinds, runtime

log = structlog.get_logger(__name__)
# Other options (a mask, a point) choose among or mend what is cut out: they cost nothing more.
_COUNTED = ("model", "edge", "clean_up", "keep_existing_alpha", "despill")
# How soon to look whether others are done, at first and later on.
_FIRST_LOOK_SECONDS, _LOOK_SECONDS = 0.05, 0.2


@dataclass(frozen=True, slots=True)
class Wanted:
    """A cutting-out of one photo; see media_library.models.Matte."""

    cutting: str
    at: str
    key: str


def wanted(command: Command, source: Image) -> Wanted | None:
    """What work cuts out of a picture, so that it is kept and found again; None for nothing.

    What is tried out, with a watermark, is not kept: nobody has paid for it.
    """
    cut = command.cutting_out((source.width, source.height))
    if cut is None or command.watermark:
        return None
    options = _spelled(cut.options)
    counted = {name: options[name] for name in _COUNTED}
    cutting = _hash({"photo": source.sha256, "options": counted})
    made_by = [versions.of_matte(), runtime.model_version(cut.options.model)]
    all_of_it = {"cutting": cutting, "options": options, "at": cut.at, "made by": made_by}
    return Wanted(cutting, f"{cut.at}{_part(cut.options)}", _hash(all_of_it))


def _part(options: Cutting) -> str:
    """What keeps the matte of a mask or of one of several products beside that of the whole photo."""
    if options.mask is not None:
        return " mask"
    return " part" if options.box is not None or options.point is not None else ""


def cutting_of(command: Command, source: Image | None) -> str:
    """The column ``Job.cutting``."""
    found = wanted(command, source) if source is not None else None
    return found.cutting if found else ""


def find(account: Account, key: str) -> Matte | None:
    """The account's matte with that key, of whichever upload of the photo."""
    return _of(account).filter(key=key).order_by("-created_at").first()


def read(matte: Matte) -> bytes | None:
    """Its file; None where that is lost or damaged, and the row with it."""
    try:
        data = storage.read(matte.file_key)
    except FileNotFoundError:
        data = b""
    if kept_matte.is_whole(data):
        return data
    log.warning("matte.file_lost", key=matte.file_key)
    storage.delete([matte.file_key])
    matte.delete()
    return None


def is_paid(account: Account, cutting: str) -> bool:
    """Whether the account has a matte of that photo and cut in that way, by whichever release."""
    return bool(cutting) and _of(account).filter(cutting=cutting).exists()


def costly(jobs: Sequence[Job]) -> list[UUID]:
    """Which of several new jobs of one account take a unit: all but those whose photo is cut out already,
    or is about to be by an open job, or by one before them."""
    sharing = [job for job in jobs if job.cutting and not job.counts_anyway]
    free: set[str] = set()
    if sharing:
        account, cuttings = sharing[0].account, {job.cutting for job in sharing}
        free |= set(_of(account).filter(cutting__in=cuttings).values_list("cutting", flat=True))
        own = [job.pk for job in jobs]
        for state in OPEN_STATES:  # there is an index for each
            others = Job.objects.filter(account=account, cutting__in=cuttings, state=state)
            free |= set(others.exclude(pk__in=own).values_list("cutting", flat=True))
    found = []
    for job in jobs:
        if not job.counts_anyway and job.cutting in free:
            continue
        found.append(job.pk)
        if job.cutting:
            free.add(job.cutting)
    return found


def for_work(job: Job, command: Command) -> bytes | None:
    """The kept matte that a claimed job starts from; None where it has to cut out itself.

    Then, where nobody has paid for that yet, this job does. Raises AppError QUOTA_EXCEEDED, and CONFLICT where it
    was cancelled meanwhile.
    """
    cut = wanted(command, job.picture)
    if cut is None:
        return None
    _await_others(job, cut)
    row = find(job.account, cut.key)
    kept = read(row) if row is not None else None
    if kept is not None or job.counts_anyway:
        return kept
    # It holds its unit already, unless it relied on another job that came to nothing.
    if not quotas.is_held(job.pk) and not is_paid(job.account, cut.cutting):
        with transaction.atomic():
            if not claims.hold(job):
                # Cancelled since it was claimed: its units went back, and nobody would give back these.
                raise AppError("CONFLICT", "The job was cancelled.", status=409)
            quotas.reserve(job.account, kinds.operation_of(command).name, job_id=job.pk)
    return kept


@contextmanager
def stored(job: Job, command: Command, rendered: Rendered) -> Iterator[Matte | None]:
    """The matte that a job's work has made, stored for the block to ``mattes.keep``; None for none."""
    # Not one for which a network lacked memory for a moment.
    is_whole = all(look.outcome != "out-of-memory" for look in rendered.looks)
    cut = wanted(command, job.picture) if rendered.matte is not None and is_whole else None
    if cut is None or rendered.matte is None:
        yield None
        return
    with mattes.stored(
        job.picture, rendered.matte, cutting=cut.cutting, at=cut.at, key=cut.key
    ) as matte:
        yield matte


def is_charged(job: Job, rendered: Rendered, *, is_first: bool) -> bool:
    """Whether a job's unit is used: it is given back where others have cut the photo out before."""
    return job.counts_anyway or not job.cutting or (is_first and not rendered.from_kept)


def _of(account: Account) -> QuerySet[Matte]:
    return Matte.objects.filter(image__account=account, image__deleted_at=None)


def _await_others(job: Job, cut: Wanted) -> None:
    """Wait while a job that began before, here or elsewhere, makes the same matte; or another matte of a photo
    that nobody has paid for yet, as that decides who pays.

    Those of workers that died are taken from them by the sweep, so nobody waits for ever.
    """
    before = Q(started_at__lt=job.started_at) | Q(started_at=job.started_at, pk__lt=job.pk)
    others = Job.objects.filter(
        before, account=job.account, cutting=cut.cutting, state=JobState.PROCESSING
    ).exclude(pk=job.pk)
    open_ = {one.pk: _key_of(one) for one in others.select_related("source", "account")}
    pause = _FIRST_LOOK_SECONDS
    while open_ and find(job.account, cut.key) is None:
        left = set(others.filter(pk__in=open_).values_list("pk", flat=True))
        open_ = {pk: key for pk, key in open_.items() if pk in left}
        if cut.key not in open_.values() and (not open_ or is_paid(job.account, cut.cutting)):
            return
        time.sleep(pause)
        pause = min(2 * pause, _LOOK_SECONDS)


def _key_of(job: Job) -> str:
    """The key of the matte that another job makes; "" for a row that this release can't read."""
    try:
        found = wanted(commands.from_row(job.command), job.picture)
    except AppError:
        return ""
    return found.key if found else ""


def _spelled(cutting: Cutting) -> dict[str, Any]:
    """The options of cutting out in one spelling: `fast` and its network's own name, `standard` and 50
    are the same."""
    spelled = asdict(cutting)
    options = {field.name: spelled[field.name] for field in fields(Cutting)}
    return options | {
        "model": runtime.own_name(cutting.model),
        "edge": edge_strength(cutting.edge),
    }


def _hash(parts: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
