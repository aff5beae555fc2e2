"""What pages show: pictures together with their newest result and the state of their work.

A page that stays open names what it shows by a ``watch`` mark, ``img_…:processing-1``; when the
mark that belongs to the picture now is another one, that part of the page is made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.limits import operations
from accounts.limits.operations import Operation
from accounts.models import Account
from config.errors import AppError
from media_library.files.links import content_url
from media_library.models import Image, ImageKind, Project
from media_library.selectors import images_of
from processing import commands
from processing.commands import Command
from processing.engine.errors import NothingFound
from processing.engine.networks import auto
from processing.engine.networks.registry import ModelInfo
from processing.models import OPEN_STATES, Job, JobState
from processing.worker import kinds, runtime

HISTORY_LENGTH = 50
# What browsers show by themselves, turned the right way up; other originals need a rendition.
SHOWN_BY_BROWSERS = frozenset({"jpeg", "jpg", "png", "webp", "gif", "bmp", "avif"})


@dataclass(frozen=True)
class Card:
    """One picture in the library."""

    image: Image
    job: Job | None
    result: Image | None

    @property
    def shown(self) -> Image:
        return self.result or self.image

    @property
    def thumbnail_url(self) -> str:
        return content_url(self.shown, "thumbnail") if self.shown.thumbnail_key else ""

    @property
    def photo_url(self) -> str:
        """The photo's own thumbnail, whatever was made of it; "" for none yet."""
        return content_url(self.image, "thumbnail") if self.image.thumbnail_key else ""

    @property
    def state(self) -> str:
        """The newest job's; "completed" where results outlived their job, "" before any work."""
        if self.job and (self.job.state != JobState.COMPLETED or self.result):
            return str(self.job.state)
        return JobState.COMPLETED.value if self.result else ""

    @property
    def found_nothing(self) -> bool:
        """Whether the newest job failed because the picture shows no product."""
        return self.job is not None and self.job.error_code == NothingFound.code

    @property
    def doubt(self) -> str:
        """Why somebody should look at it, while nothing is being made of it anew."""
        return "" if self.state in OPEN_STATES else self.image.needs_look

    @property
    def operation(self) -> Operation | None:
        """The newest job's, in words; None where there is none any more."""
        return operations.named(self.job.operation) if self.job else None

    @property
    def options(self) -> str:
        """What the newest job was asked for, in words."""
        command = _command(self.job) if self.job else None
        return kinds.of(command).describe(command) if command else ""

    @property
    def is_open(self) -> bool:
        """Whether something will still change by itself: work, or a thumbnail on its way."""
        return self.state in OPEN_STATES or self.preview_is_due

    @property
    def preview_is_due(self) -> bool:
        return not self.shown.thumbnail_key and self.shown.thumbnail_due_at is not None

    @property
    def watch(self) -> str:
        preview = "1" if self.shown.thumbnail_key else "0"
        return f"{self.image.public_id}:{self.state}-{preview}{self.doubt[:1]}"


@dataclass(frozen=True)
class Entry:
    """One job in a picture's history."""

    job: Job
    # None where an older release left the job and it can't be read any more.
    command: Command | None
    options: str
    # Whether a network is installed that its model didn't ask, and may find what that one didn't.
    has_other_models: bool

    @property
    def operation(self) -> Operation:
        return operations.named(self.job.operation)

    @property
    def result(self) -> Image | None:
        return self.job.result

    @property
    def is_open(self) -> bool:
        return not self.job.ended

    @property
    def found_nothing(self) -> bool:
        """Whether it failed because the picture shows no product, as it would once more."""
        return self.job.error_code == NothingFound.code

    @property
    def download_url(self) -> str:
        return content_url(self.job.result, download=True) if self.job.result else ""

    @property
    def thumbnail_url(self) -> str:
        result = self.job.result
        return content_url(result, "thumbnail") if result and result.thumbnail_key else ""

    @property
    def preview_is_due(self) -> bool:
        result = self.job.result
        return bool(result and not result.thumbnail_key and result.thumbnail_due_at)

    @property
    def watch(self) -> str:
        return f"{self.job.public_id}:{self.job.state}-{'1' if self.thumbnail_url else '0'}"


@dataclass(frozen=True)
class Wanted:
    """Which pictures; `state` is "done", "working", "failed", "untouched", or "" for any."""

    search: str = ""
    state: str = ""
    project: Project | None = None
    needs_look: bool = False
    is_favorite: bool = False
    since: datetime | None = None


ANY: Final = Wanted()


def pictures_of(account: Account, wanted: Wanted = ANY) -> QuerySet[Image]:
    """Originals, newest first, and results whose original is gone: they stand for themselves."""
    orphan = Q(parent__isnull=True) | Q(parent__deleted_at__isnull=False)
    images = images_of(
        account,
        search=wanted.search,
        project=wanted.project,
        needs_look=True if wanted.needs_look else None,
        is_favorite=True if wanted.is_favorite else None,
    ).filter(Q(kind=ImageKind.ORIGINAL) | orphan)
    if wanted.since is not None:
        images = images.filter(created_at__gte=wanted.since)
    return _in_state(images, wanted.state) if wanted.state else images


def _in_state(images: QuerySet[Image], state: str) -> QuerySet[Image]:
    """By the newest job, as Card.state tells it."""
    newest, results = _jobs_newest_first(), Exists(_results_newest_first())
    images = images.annotate(newest_state=Subquery(newest.values("state")[:1]))
    if state == "working":
        return images.filter(newest_state__in=OPEN_STATES)
    if state == "failed":
        return images.filter(newest_state=JobState.FAILED)
    if state == "untouched":
        return images.filter(~results, Q(newest_state=None) | Q(newest_state=JobState.COMPLETED))
    rest = Q(newest_state=None) | Q(newest_state__in=(JobState.COMPLETED, JobState.CANCELLED))
    return images.filter(rest, results)


def cards(images: Iterable[Image]) -> list[Card]:
    """Three queries, however many pictures."""
    jobs, results = _jobs_newest_first(), _results_newest_first()
    found = {
        row["pk"]: (row["job"], row["newest"])
        for row in Image.objects.filter(pk__in=[image.pk for image in images])
        .annotate(job=Subquery(jobs.values("pk")[:1]), newest=Subquery(results.values("pk")[:1]))
        .values("pk", "job", "newest")
    }
    job_of = Job.objects.in_bulk([job for job, _ in found.values() if job])
    result_of = Image.live.in_bulk([result for _, result in found.values() if result])
    return [
        Card(image, job_of.get(found[image.pk][0]), result_of.get(found[image.pk][1]))
        for image in images
    ]


def _jobs_newest_first() -> QuerySet[Job]:
    """Of an outer query's picture, less those of the brush, which make no result."""
    jobs = Job.objects.filter(source=OuterRef("pk")).exclude(operation=operations.TOUCH_UP)
    return jobs.order_by("-created_at", "-id")


def _results_newest_first() -> QuerySet[Image]:
    results = Image.live.filter(parent=OuterRef("pk"), kind=ImageKind.DERIVED)
    return results.order_by("-created_at", "-id")


def history(image: Image) -> list[Entry]:
    """The picture's jobs, newest first, less those whose result was deleted, and those of the brush."""
    deleted = Q(result__isnull=False, result__deleted_at__isnull=False)
    made = Q(result__isnull=True) | Q(result__kind=ImageKind.DERIVED)
    found = Job.objects.filter(made, source=image).exclude(operation=operations.TOUCH_UP)
    found = found.exclude(deleted).select_related("result__rating")
    jobs = list(found.order_by("-created_at", "-id")[:HISTORY_LENGTH])
    # What else may find something is only asked where nothing was found.
    is_asked = any(job.error_code == NothingFound.code for job in jobs)
    networks = [info for info in runtime.registry().names() if info.installed] if is_asked else []
    return [_entry(job, networks) for job in jobs]


def results_of(image: Image) -> QuerySet[Image]:
    return Image.live.filter(parent=image, kind=ImageKind.DERIVED).order_by("-created_at", "-id")


def open_jobs_of(image: Image) -> Sequence[Job]:
    return list(Job.objects.filter(source=image, state__in=OPEN_STATES))


def viewable_url(image: Image) -> str:
    """The picture itself, or the largest rendition that a browser can show; "" for none yet."""
    if image.format in SHOWN_BY_BROWSERS:
        return content_url(image)
    if image.corrected_key:
        return content_url(image, "corrected")
    return content_url(image, "thumbnail") if image.thumbnail_key else ""


def _entry(job: Job, networks: Iterable[ModelInfo]) -> Entry:
    """The job with what was asked for, in words; with nothing of it where an older release left the job
    and it can't be read any more, so that its result can still be shown."""
    command = _command(job)
    if command is None:
        return Entry(job, None, options="", has_other_models=False)
    asked = {*auto.asked(command.cut_out_by)}
    others = any(asked.isdisjoint((info.name, *info.aliases)) for info in networks)
    return Entry(job, command, kinds.of(command).describe(command), has_other_models=others)


def _command(job: Job) -> Command | None:
    try:
        return commands.from_row(job.command)
    except AppError:
        return None
