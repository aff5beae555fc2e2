"""Reading a batch's pictures from a bucket: a worker lists them, and then brings them in, a portion at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final
from uuid import UUID

import dramatiq
import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from config.errors import AppError
from config.failures.outages import QUEUE_ERRORS
from media_library.checks import display_name
from media_library.models import Image
from processing import commands
from processing.models import UNREAD, Batch, BatchItem, BatchSource, ReadingState
from processing.services.batching import batches, bucket_rows
from processing.services.batching.batches import Look, Wanted
from processing.services.buckets import claims, fetching, s3
from processing.services.buckets.connections import TEST_OBJECT
from processing.services.buckets.s3 import S3, Listed
from processing.worker import batch_progress

QUEUE: Final = "buckets"
_LONGEST_KEY: Final = 1024
# Until a bucket is asked again that can't be reached, or a site that is busy.
_LATER_SECONDS: Final = 15.0
log = structlog.get_logger(__name__)


@dramatiq.actor(queue_name=QUEUE, max_retries=0)
def read_bucket(batch_id: str) -> None:
    source = claims.take(BatchSource, UUID(batch_id), state__in=UNREAD)
    if source is None:
        return
    with structlog.contextvars.bound_contextvars(
        batch_id=source.batch.public_id,
        account_id=str(source.batch.account_id),
        request_id=source.request_id,
    ):
        try:
            _read_on(source)
        except claims.NoLongerOurs:
            log.info("bucket.reading_dropped")
            return
        except AppError as error:
            if error.status < 500 or source.attempts >= claims.MAX_ATTEMPTS:
                _give_up(source, error.code, error.message)
            else:
                log.warning("bucket.reading_postponed", error=error.message)
                claims.let_go(source, _LATER_SECONDS)
            return
    claims.let_go(source)
    if BatchSource.objects.filter(pk=source.pk, state__in=UNREAD).exists():
        send(source.batch_id)


def send(batch_id: UUID) -> None:
    """Ask a worker to read on. Where that fails the sweep asks again."""
    try:
        read_bucket.send(str(batch_id))
    except QUEUE_ERRORS as error:
        log.warning("bucket.not_queued", batch_id=str(batch_id), error=str(error))


def send_due() -> int:
    """Ask for all reading that nobody is at; how much that is."""
    now, count = timezone.now(), 0
    for state in UNREAD:  # there is an index for each
        due = BatchSource.objects.filter(state=state, claimed_until__lte=now)
        for batch_id in due.values_list("batch", flat=True)[:100]:
            send(batch_id)
            count += 1
    return count


def is_any_open() -> bool:
    """Whether a batch is still to be read from a bucket."""
    return any(BatchSource.objects.filter(state=state).exists() for state in UNREAD)


def _read_on(source: BatchSource) -> None:
    """List, then read, until the worker's turn is over. Raises AppError for what ends all of it."""
    claims.begun(source)
    if source.attempts > claims.MAX_ATTEMPTS:
        raise AppError("INTERNAL_ERROR", "Reading from the bucket broke off, again and again.")
    if source.bucket is None:
        raise AppError("BUCKET_NOT_FOUND", "The bucket was deleted here before all was read.")
    looks = [
        Look(one["name"], commands.from_row(one["command"]), one["market"]) for one in source.looks
    ]
    until = time.monotonic() + claims.TURN_SECONDS
    timeout = settings.URL_FETCH_SECONDS
    with S3(source.bucket, timeout=timeout, is_patient=True) as opened:
        while source.state == ReadingState.LISTING:
            _list_page(source, looks, opened)
            if time.monotonic() > until:
                return
    with fetching.Fetcher(source, source.bucket, looks) as fetcher:
        while time.monotonic() < until:
            if not fetcher.portion():
                _end(source)
                return


def _list_page(source: BatchSource, looks: Sequence[Look], opened: S3) -> None:
    """Add an item for each object of a page and each look. Raises AppError for more than the plan allows, and for
    two results of one name."""
    found, has_more = opened.page(source.prefix, after=source.after, most=s3.PAGE)
    wanted = [one for one in found if _is_meant(source, one)]
    batch = source.batch
    most = batch.account.plan.batch_size
    with transaction.atomic():
        claims.hold(source)
        batch.refresh_from_db()
        if batch.total + len(wanted) * len(looks) > most:
            raise _too_many(most, len(looks))
        items = list(_items(batch, wanted, looks))
        BatchItem.objects.bulk_create(items, batch_size=500)
        waiting = sum(not one.error_code for one in items)
        changes = {"total": len(items), "open_items": waiting, "waiting": waiting}
        columns = {"after": found[-1].key if found else source.after, "attempts": 0}
        if not has_more or not found:
            _name(batch, looks)
            columns["state"] = ReadingState.READING
            changes["open_items"] -= 1
            if not batch.total + len(items):
                raise AppError("NOTHING_THERE", "There is no object below this prefix.")
        BatchSource.objects.filter(pk=source.pk).update(**columns)
        batch_progress.moved(batch.pk, **changes)
    for name, value in columns.items():
        setattr(source, name, value)


def _is_meant(source: BatchSource, one: Listed) -> bool:
    """Whether an object is no folder, no result of this batch, and nothing that a check left."""
    is_result = bool(source.without) and one.key.startswith(source.without)
    name = one.key.rpartition("/")[2]
    return not is_result and name not in ("", TEST_OBJECT)


def _items(batch: Batch, found: Sequence[Listed], looks: Sequence[Look]) -> list[BatchItem]:
    items: list[BatchItem] = []
    for one in found:
        # What no database can hold is told, not left out.
        is_odd = "\0" in one.key or len(one.key) > _LONGEST_KEY
        key = one.key.replace("\0", "")[:_LONGEST_KEY]
        wrong = ("VALIDATION_ERROR", "The object's key can't be read.") if is_odd else ("", "")
        for look in looks:
            items.append(
                BatchItem(
                    batch=batch,
                    position=batch.total + len(items),
                    name=display_name(key) or PurePosixPath(key).name[:200],
                    look=look.name,
                    market=look.market,
                    key=key,
                    error_code=wrong[0],
                    error=wrong[1],
                )
            )
    return items


def _name(batch: Batch, looks: Sequence[Look]) -> None:
    """Call the results' files, where a pattern says how, now that all pictures are known."""
    if not batch.name_pattern:
        return
    # With the batch's column: the relation sets it on each row, which would read each anew.
    items = list(batch.items.order_by("position").only("batch", "name", "position"))
    pictures: list[tuple[Image | None, str]] = [(None, one.name) for one in items[:: len(looks)]]
    names = batches.file_names(batch.account, Wanted(looks, (), batch.name_pattern), pictures)
    for item, name in zip(items, names, strict=True):
        item.file = name
    BatchItem.objects.bulk_update(items, ["file"], batch_size=500)


def _end(source: BatchSource) -> None:
    with transaction.atomic():
        claims.hold(source)
        BatchSource.objects.filter(pk=source.pk).update(state=ReadingState.ENDED, attempts=0)


def _give_up(source: BatchSource, code: str, message: str) -> None:
    """End the reading of a batch for a reason that is told on it: without any items where they were still being
    listed, else on each that was not read."""
    batch = source.batch
    told = {"error_code": code, "error": message}
    with transaction.atomic():
        rows = BatchSource.objects.filter(pk=source.pk, claim_id=source.claim_id)
        is_listing = source.state == ReadingState.LISTING
        if not rows.update(state=ReadingState.FAILED, claim_id=None, **told):
            return
        if is_listing:
            BatchItem.objects.filter(batch=batch).delete()
            batch.refresh_from_db()
            changes = {"total": -batch.total, "open_items": -batch.waiting - 1}
            batch_progress.moved(batch.pk, waiting=-batch.waiting, **changes)
        else:
            left = bucket_rows.waiting(batch).update(**told)
            batch_progress.moved(batch.pk, open_items=-left, waiting=-left)


def _too_many(most: int, looks: int) -> AppError:
    if looks == 1:
        message = f"There are more objects below this prefix than the {most} that a batch can have."
    else:
        message = (
            f"There are more objects below this prefix than a batch can have: at most {most} "
            f"results, {looks} of each."
        )
    return AppError("TOO_MANY_IMAGES", message)
