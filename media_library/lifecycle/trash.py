"""The trash: what was deleted can be taken back for ``TRASH_DAYS``; after that its files go.

A picture's row says where it is: it lives (no ``deleted_at``), lies in the trash (``trash_until`` is
to come), waits for a worker to remove its files (``trash_until`` has passed), or is gone: a bare row
for the jobs that refer to it. What has passed never comes back, so files may go before their row says
so, and whatever dies in between is done again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import dramatiq
import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Account
from config.errors import not_found
from config.failures.outages import QUEUE_ERRORS
from media_library.files import mattes, storage, thumbnails
from media_library.models import ASIDE, Background, Image, ImageKind

# In one transaction: others write in between.
_PORTION: Final = 100
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Masks that went along with what they help to cut out. Nobody is told of them: they are no results.
_STANDING: Final = Q(deleted_with=None)  # what stands for itself there, and went with nothing else
_BESIDE: Final = Q(kind=ImageKind.MASK, deleted_with__isnull=False)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Moved:
    """What one deletion laid into the trash, and by which key it is undone. ``pictures`` are what people see
    there; ``count`` has the results that went along, too."""

    count: int
    pictures: int
    key: int


@dataclass(frozen=True, slots=True)
class Removed:
    """What was deleted for good: what people saw in the trash, and all with what had gone along."""

    count: int
    pictures: int


@dataclass(frozen=True, slots=True)
class Storage:
    """How many pictures an account has, and how large their files are. ``trash_pictures`` are those that
    people see in the trash, without what went along."""

    images: int
    bytes: int
    trash_images: int
    trash_pictures: int
    trash_bytes: int


def of(account: Account) -> QuerySet[Image]:
    """What lies in the trash, the newest first, less what went along with something else."""
    return _in_trash(account).filter(_STANDING).order_by("-deleted_at", "-id")


def with_results(images: QuerySet[Image]) -> QuerySet[Image]:
    """The same, each with how many results went along (``result_count``)."""
    along = Image.objects.filter(~_BESIDE, deleted_with=OuterRef("pk"))
    counts = along.order_by().values("deleted_with").annotate(n=Count("pk")).values("n")
    return images.annotate(result_count=Coalesce(Subquery(counts), 0))


def storage_of(account: Account) -> Storage:
    """Count the pictures and their files. What waits to be removed counts no more."""
    live = Q(deleted_at=None)
    trashed = Q(trash_until__gt=timezone.now())
    return Storage(
        **Image.objects.filter(account=account).aggregate(
            trash_images=Count("pk", filter=trashed & ~_BESIDE),
            trash_pictures=Count("pk", filter=trashed & _STANDING),
            trash_bytes=Sum("bytes", filter=trashed, default=0),
            images=Count("pk", filter=live & ~Q(kind__in=ASIDE)),
            # The last: later ones would take the name for the sum.
            bytes=Sum("bytes", filter=live, default=0),
        )
    )


def put(account: Account, image_ids: Collection[UUID], *, with_results: bool = False) -> Moved:
    """Lay pictures into the trash, all of them or none.

    ``with_results`` takes along what was made of them: it goes with them from there, and comes back
    with them. Raises AppError NOT_FOUND where one isn't there or is somebody else's.
    """
    wanted = set(image_ids)
    with transaction.atomic():
        rows = Image.live.select_for_update().filter(account=account, pk__in=wanted)
        found = set(rows.order_by("pk").values_list("pk", flat=True))
        if found != wanted:
            raise not_found("Image")
        count, pictures = _put(found, along=with_results)
        if settings.TRASH_DAYS == 0:
            transaction.on_commit(_ask, robust=True)
        return Moved(count, pictures, _key_of(found))


def undo(account: Account, key: int) -> list[Image]:
    """Take back what one deletion laid into the trash and is still there; which pictures came back, less
    what had gone along."""
    then = _EPOCH + timedelta(microseconds=key)
    together = _in_trash(account).filter(_STANDING, deleted_at=then)
    standing = set(together.values_list("pk", flat=True))
    return [image for image in restore(account, standing) if image.pk in standing]


def restore(account: Account, image_ids: Collection[UUID]) -> list[Image]:
    """Take pictures back with what went along with them, all or none; which came back, less masks.

    Raises AppError NOT_FOUND where one isn't in the account's trash.
    """
    wanted = set(image_ids)
    with transaction.atomic():
        found = _with_what_went_along(_locked(account, wanted))
        rows = Image.objects.filter(pk__in=found)
        beside = set(rows.filter(_BESIDE).values_list("pk", flat=True))
        rows.update(deleted_at=None, trash_until=None, deleted_with=None)
        images = list(Image.live.filter(pk__in=found).order_by("-created_at", "-id"))
        due = [image.pk for image in images if not image.thumbnail_key]
        transaction.on_commit(partial(thumbnails.request, due), robust=True)
    return [image for image in images if image.pk not in beside]


def remove(account: Account, image_ids: Collection[UUID]) -> Removed:
    """Delete for good what lies in the trash, with what went along; how much it was.

    A worker removes the files; nobody can get at them from now on. Raises AppError NOT_FOUND where
    one isn't in the account's trash.
    """
    with transaction.atomic():
        found = _with_what_went_along(_locked(account, set(image_ids)))
        return _let_pass(Image.objects.filter(pk__in=found))


def empty(account: Account) -> Removed:
    """Delete for good all that lies in the account's trash; how much it was."""
    with transaction.atomic():
        return _let_pass(_in_trash(account))


@dramatiq.actor(queue_name="accounts", max_retries=5, min_backoff=1_000, max_backoff=60_000)
def remove_files() -> None:
    """Remove a portion of the files whose time has passed, and ask for the next."""
    if remove_due():
        _ask()


def remove_due() -> bool:
    """Remove the files of some pictures whose time has passed; whether there may be more."""
    due = list(_due().order_by("trash_until", "pk")[:_PORTION])
    for image in due:
        # Before the row, which alone knows where they are: a bucket is not swept.
        storage.delete(image.keys)
    mattes.remove(image.pk for image in due)
    _forget(due)
    return len(due) == _PORTION


def ask_if_due() -> bool:
    """Ask a worker where files wait to be removed; whether some do."""
    if not _due().exists():
        return False
    _ask()
    return True


def _put(ids: Iterable[UUID], *, along: bool) -> tuple[int, int]:
    """Return how many images it was, and how many of them stand for themselves."""
    now = timezone.now()
    state = {"deleted_at": now, "trash_until": now + timedelta(days=settings.TRASH_DAYS)}
    ids = list(ids)
    moved = Image.live.filter(pk__in=ids).update(**state)
    # What only helps to cut a picture out goes with it in any case.
    masks = Image.live.filter(parent__in=ids, kind=ImageKind.MASK)
    masks.update(**state, deleted_with=F("parent_id"))
    if not along:
        return moved, moved
    beneath = Image.objects.filter(pk__in=ids, parent__in=ids)
    pictures = moved - beneath.update(deleted_with=F("parent_id"))
    while ids:  # results of results, too
        results = Image.live.filter(parent__in=ids)
        ids = list(results.values_list("pk", flat=True))
        moved += Image.live.filter(pk__in=ids).update(**state, deleted_with=F("parent_id"))
    return moved, pictures


def _key_of(ids: Iterable[UUID]) -> int:
    """By what a deletion is told from others: its moment."""
    moments = Image.objects.filter(pk__in=list(ids)[:1]).values_list("deleted_at", flat=True)
    return ((moments.first() or _EPOCH) - _EPOCH) // timedelta(microseconds=1)


def _in_trash(account: Account) -> QuerySet[Image]:
    return Image.objects.filter(account=account, trash_until__gt=timezone.now())


def _due() -> QuerySet[Image]:
    return Image.objects.filter(trash_until__lte=timezone.now())


def _locked(account: Account, wanted: set[UUID]) -> set[UUID]:
    rows = _in_trash(account).select_for_update().filter(pk__in=wanted)
    found = set(rows.order_by("pk").values_list("pk", flat=True))
    if found != wanted:
        raise not_found("Image")
    return found


def _with_what_went_along(ids: set[UUID]) -> set[UUID]:
    found, newest = set(ids), set(ids)
    while newest:
        along = Image.objects.filter(deleted_with__in=newest, trash_until__gt=timezone.now())
        newest = set(along.values_list("pk", flat=True)) - found
        found |= newest
    return found


def _let_pass(images: QuerySet[Image]) -> Removed:
    counts = {"count": ~_BESIDE, "pictures": _STANDING}
    removed = Removed(
        **images.aggregate(**{name: Count("pk", filter=which) for name, which in counts.items()})
    )
    if images.update(trash_until=timezone.now()):
        transaction.on_commit(_ask, robust=True)
    return removed


def _forget(images: Iterable[Image]) -> None:
    """Leave bare rows of pictures whose files are removed."""
    ids = [image.pk for image in images]
    with transaction.atomic():
        Background.objects.filter(image__in=ids).delete()
        Image.objects.filter(pk__in=ids).update(
            **dict.fromkeys(Image.KEYS, ""),
            name="",
            tags="",
            source_url="",
            thumbnail_due_at=None,
            trash_until=None,
            deleted_with=None,
        )


def _ask() -> None:
    """Ask a worker. Where the queue is down, the clock asks again."""
    try:
        remove_files.send()
    except QUEUE_ERRORS as error:
        log.warning("trash.not_queued", error=str(error))
