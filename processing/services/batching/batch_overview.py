"""Batches as people follow them: how far one is, for how long still, and what became of each picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from accounts.limits import operations
from accounts.models import Account
from media_library.files.links import content_url
from media_library.models import Image
from processing.models import (
    CANCELLED,
    OPEN_STATES,
    Batch,
    BatchItem,
    ItemWriting,
    Job,
    JobEvent,
    JobState,
    WritingState,
)
from processing.worker import batch_progress
from processing.worker.batch_progress import BatchCounts

TILES: Final = 120  # on a page
ROWS: Final = 20
_COVERS: Final = 5
# The pace is that of the newest of these: what was found again at once says nothing of it.
_PACED_BY: Final = 12
_PACED_FROM: Final = 2


@dataclass(frozen=True)
class Progress:
    """``seconds_left`` is None where there is no pace yet, or nothing left."""

    counts: BatchCounts
    seconds_left: int | None

    @property
    def ended(self) -> int:
        return self.counts.completed + self.counts.failed + self.counts.cancelled

    @property
    def open(self) -> int:
        return self.counts.pending + self.counts.processing


@dataclass(frozen=True)
class Tile:
    """One item of a batch: a picture in one look."""

    item: BatchItem
    has_several_looks: bool = False

    @property
    def state(self) -> str:
        return self.item.state

    @property
    def name(self) -> str:
        """What the photo is called by now; what it was called when it is gone, or never came."""
        return (self.item.image.name if self.item.image else "") or self.item.name

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def result(self) -> Image | None:
        found = self.item.job.result if self.item.job else None
        return found if found is not None and found.deleted_at is None else None

    @property
    def shown(self) -> Image | None:
        """The result, or the photo as long as there is none."""
        source = self.item.image
        there = source is not None and source.deleted_at is None
        return self.result or (source if there else None)

    @property
    def needs_look(self) -> bool:
        """Whether the cutout that the result was made of is doubtful, and nobody has looked yet."""
        image = self.item.image
        return self.result is not None and image is not None and bool(image.needs_look)

    @property
    def thumbnail_url(self) -> str:
        shown = self.shown
        return content_url(shown, "thumbnail") if shown and shown.thumbnail_key else ""

    @property
    def page_id(self) -> str:
        """The picture whose page shows more; "" where it is gone."""
        shown = self.shown
        return shown.public_id if shown else ""

    @property
    def error_code(self) -> str:
        return self.item.job.error_code if self.item.job else self.item.error_code

    @property
    def error(self) -> str:
        return self.item.job.error if self.item.job else self.item.error


@dataclass(frozen=True)
class Row:
    """A batch in the list."""

    batch: Batch
    counts: BatchCounts
    covers: Sequence[Tile]

    @property
    def ended(self) -> int:
        return self.counts.completed + self.counts.failed + self.counts.cancelled

    @property
    def title(self) -> str:
        return title_of(self.batch)


def title_of(batch: Batch) -> str:
    """What is made, in words: the packs, else the looks, or what is done."""
    return ", ".join(batch.packs or batch.looks) or str(operations.named(batch.operation).title)


def progress_of(batch: Batch) -> Progress:
    counts = batch_progress.counts_of(batch)
    left = counts.pending + counts.processing
    pace = _pace(batch) if left else None
    return Progress(counts, None if pace is None else max(1, round(pace * left)))


def newest_event(batch: Batch) -> int:
    """The id from which on a page follows what happens; to be read before what it shows."""
    newest = JobEvent.objects.filter(batch=batch).order_by("-pk").values_list("pk", flat=True)
    return newest.first() or 0


def tiles(batch: Batch, *, start: int = 0, count: int = TILES) -> list[Tile]:
    """A page of a batch's items, in their order."""
    return _tiles(batch, _items(batch)[start : start + count])


def failed_tiles(batch: Batch, *, count: int = TILES) -> list[Tile]:
    """What went wrong, in the batch's order."""
    failed = Q(job__state=JobState.FAILED) | Q(job__isnull=True) & ~Q(
        error_code__in=("", CANCELLED)
    )
    return _tiles(batch, _items(batch).filter(failed)[:count])


def tiles_since(batch: Batch, event: int) -> tuple[list[Tile], int]:
    """The items of which there is news since that event, and the newest event."""
    news = list(
        JobEvent.objects.filter(batch=batch, pk__gt=event)
        .order_by("pk")
        .values_list("pk", "job_id")[:TILES]
    )
    if not news:
        return [], event
    wanted = {job_id for _, job_id in news if job_id is not None}
    told = Q(job__in=wanted)
    if len(wanted) < len(news):
        # Those that no event names: their objects could not be read from a bucket.
        told |= Q(job=None) & ~Q(error_code="") & ~Q(key="")
    return _tiles(batch, _items(batch).filter(told)[: 2 * TILES]), news[-1][0]


def rows(account: Account, *, before: Batch | None = None) -> tuple[list[Row], Batch | None]:
    """The account's batches, newest first and older than ``before``; and the last one, where there are more.
    Three queries, however many there are."""
    found = Batch.objects.filter(account=account).order_by("-created_at", "-pk")
    if before is not None:
        same = Q(created_at=before.created_at, pk__lt=before.pk)
        found = found.filter(Q(created_at__lt=before.created_at) | same)
    batches = list(found[: ROWS + 1])
    shown = batches[:ROWS]
    by_batch = _covers(shown)
    counts = _counts(shown)
    made = [Row(batch, counts[batch.pk], by_batch[batch.pk]) for batch in shown]
    return made, shown[-1] if len(batches) > ROWS else None


def results_of(batch: Batch, *, most: int) -> list[Image]:
    """What it has made and is still there, in its order and each once: the first ``most`` of it."""
    made = (tile.result for tile in _tiles(batch, _items(batch).exclude(job__result=None)))
    return list(dict.fromkeys(one for one in made if one is not None))[:most]


def to_look_at(batch: Batch) -> QuerySet[Image]:
    """The photos of a batch whose cutout somebody should look at."""
    return Image.live.filter(pk__in=batch.items.values("image")).exclude(needs_look="")


def unwritten(batch: Batch) -> int:
    """How many results could not be written to the batch's bucket."""
    return ItemWriting.objects.filter(batch=batch, state=WritingState.FAILED).count()


def _items(batch: Batch) -> QuerySet[BatchItem]:
    return (
        BatchItem.objects.filter(batch=batch)
        .select_related("image", "job__result")
        .order_by("position")
    )


def _tiles(batch: Batch, items: Iterable[BatchItem]) -> list[Tile]:
    several = len(batch.looks) > 1
    return [Tile(item, several) for item in items]


def _covers(batches: Sequence[Batch]) -> dict[object, list[Tile]]:
    found: dict[object, list[Tile]] = defaultdict(list)
    items = BatchItem.objects.filter(batch__in=batches, position__lt=_COVERS)
    for item in items.select_related("image", "job__result").order_by("batch", "position"):
        found[item.batch_id].append(Tile(item))
    return found


def _counts(batches: Sequence[Batch]) -> dict[object, BatchCounts]:
    by_state: dict[object, dict[str, int]] = defaultdict(dict)
    jobs = Job.objects.filter(batch__in=batches).order_by()
    for row in jobs.values("batch", "state").annotate(n=Sum("batch_results")):
        by_state[row["batch"]][row["state"]] = row["n"]
    return {batch.pk: batch_progress.counted(batch, by_state[batch.pk]) for batch in batches}


def _pace(batch: Batch) -> float | None:
    """Seconds from one picture to the next, however many are worked on at once."""
    done = Job.objects.filter(batch=batch, started_at__isnull=False, ended_at__isnull=False)
    starts: list[datetime] = [
        started
        for started in done.order_by("-ended_at").values_list("started_at", flat=True)[:_PACED_BY]
        if started is not None
    ]
    if len(starts) < _PACED_FROM:
        return None
    return (timezone.now() - min(starts)).total_seconds() / len(starts)
