"""The photo that a worker has opened last, for the other looks that a batch makes of it.

Decoding a large photo and reading its matte takes as long as the rest of a look, and one after the other ask for the
same. One photo is held at most, and only as long as its batch waits for more of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from media_library.models import Image
from processing.commands import Edit
from processing.engine.photo_cache import PhotoCache
from processing.models import Job, JobState
from processing.worker import mattes

# Larger photos would take more beside their work than a batch's worker should: this is 240 MB.
_MOST_PIXELS: Final = 16_000_000


@dataclass(frozen=True, slots=True)
class _Held:
    key: tuple[UUID, str]
    photo: UUID
    cache: PhotoCache = field(default_factory=PhotoCache)


_held: _Held | None = None


def photo() -> UUID | None:
    """The photo that is held."""
    return _held.photo if _held is not None else None


@contextmanager
def cached_photo(job: Job, command: Edit) -> Iterator[PhotoCache | None]:
    """Answer the cache for a job's work; where that fails, nothing is held any more."""
    with ExitStack() as failing:
        failing.callback(let_go)
        yield _cache_for(job, command)
        failing.pop_all()


def let_go() -> None:
    """Hold nothing any more."""
    global _held
    _held = None


def _cache_for(job: Job, command: Edit) -> PhotoCache | None:
    """The cache for a job that was claimed: with its photo on it, where that is here and its matte kept, else an empty
    one. None where nobody else will ask for it."""
    global _held
    source = job.picture
    cut = mattes.wanted(command, source)
    if cut is None:
        let_go()
        return None
    key = job.account_id, cut.key
    if _held is not None and (_held.key != key or not _is_kept(job, cut.key)):
        let_go()
    held = _held
    if not _is_asked_again(job, source):
        let_go()
        return held.cache if held is not None else None
    if held is None:
        held = _held = _Held(key, source.pk)
    return held.cache


def _is_kept(job: Job, key: str) -> bool:
    """Whether the job that opened it was completed: then its account has paid for the matte, which is whole."""
    return mattes.find(job.account, key) is not None


def _is_asked_again(job: Job, source: Image) -> bool:
    if job.batch_id is None or source.width * source.height > _MOST_PIXELS:
        return False
    waiting = Job.objects.filter(batch=job.batch_id, source=source, state=JobState.PENDING)
    return waiting.exists()
