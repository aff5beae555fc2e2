"""Starting batches that read their pictures from a bucket, or write their results to one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext

from accounts.http import Caller
from accounts.models import Account
from accounts.services import check_still_open
from config.errors import AppError, invalid
from processing import commands
from processing.models import Batch, BatchDestination, BatchSource, Bucket
from processing.services import jobs
from processing.services.batching import batches
from processing.services.batching.batches import Member, Wanted
from processing.services.buckets import connections, reading
from processing.services.buckets.s3 import BucketError
from processing.worker import causes, tasks

FROM: Final = "fromBucketId"
TO: Final = "toBucketId"


@dataclass(frozen=True)
class Place:
    """A part of one of the account's buckets."""

    bucket: Bucket
    prefix: str


@dataclass(frozen=True)
class Places:
    """Where a batch reads its pictures, and where it writes its results; None for the library alone."""

    source: Place | None = None
    destination: Place | None = None


def places(
    account: Account,
    *,
    source: tuple[UUID, str] | None = None,
    destination: tuple[UUID, str] | None = None,
) -> Places:
    """Find the account's buckets, and ask them whether one can be listed and the other written to.

    Raises AppError NOT_FOUND for a bucket that is not the account's, VALIDATION_ERROR for results that would land
    among the pictures, and what `s3` raises, with the field to blame. Not to be called within a transaction.
    """
    found = Places(
        _place(account, *source) if source else None,
        _place(account, *destination, is_folder=True) if destination else None,
    )
    _check_apart(found)
    if found.source is not None:
        _asked(FROM, connections.check_reading, found.source)
    if found.destination is not None:
        _asked(TO, connections.check_writing, found.destination)
    return found


def submit(
    caller: Caller,
    wanted: Wanted,
    to: Places,
    *,
    pictures: Sequence[Member] = (),
    batch_id: UUID | None = None,
) -> Batch:
    """Start a batch of pictures, or of those that a worker will find in the source, as `batches.submit_looks` does."""
    wanted = replace(wanted, is_written=to.destination is not None)
    if to.source is None and to.destination is None:
        return batches.submit_looks(caller, wanted, pictures=pictures, batch_id=batch_id)
    if to.source is not None:
        _check(caller, wanted)
    tasks.require_queue()
    with transaction.atomic():
        if to.source is None:
            batch = batches.submit_looks(caller, wanted, pictures=pictures, batch_id=batch_id)
        else:
            batch = _written(caller, wanted, to.source, to.destination, batch_id or uuid4())
        if to.destination is not None:
            BatchDestination.objects.create(
                batch=batch,
                bucket=to.destination.bucket,
                bucket_name=to.destination.bucket.name,
                prefix=to.destination.prefix,
            )
    batch.refresh_from_db()
    return batch


def _check(caller: Caller, wanted: Wanted) -> None:
    """Raises AppError for what no picture of a bucket can be made to."""
    batches.check_size(caller.account, 1, FROM, looks=len(wanted.looks))
    for look in wanted.looks:
        if look.command.mask is not None:
            raise invalid("options", "A mask belongs to one image, not to those of a bucket.")
        jobs.check_pictures(caller.account, look.command)


def _written(
    caller: Caller, wanted: Wanted, source: Place, destination: Place | None, batch_id: UUID
) -> Batch:
    check_still_open(caller.account)
    looks = wanted.looks
    batch = Batch.objects.create(
        id=batch_id,
        account=caller.account,
        created_by=caller.user,
        operation=looks[0].command.operation,
        command=commands.to_row(looks[0].command),
        looks=[look.name for look in looks if look.name],
        packs=list(wanted.packs),
        name_pattern=wanted.pattern,
        total=0,
        open_items=1 + wanted.is_written,
    )
    BatchSource.objects.create(
        batch=batch,
        bucket=source.bucket,
        bucket_name=source.bucket.name,
        prefix=source.prefix,
        without=_without(source, destination),
        looks=[
            {"name": one.name, "market": one.market, "command": commands.to_row(one.command)}
            for one in looks
        ],
        request_id=causes.current_request(),
    )
    transaction.on_commit(lambda: reading.send(batch.pk), robust=True)
    return batch


def _place(account: Account, bucket_id: UUID, prefix: str, *, is_folder: bool = False) -> Place:
    bucket = connections.bucket_for(account, bucket_id)
    if prefix.startswith("/"):
        raise invalid("toPrefix" if is_folder else "fromPrefix", "Must not begin with a slash.")
    if is_folder and prefix and not prefix.endswith("/"):
        prefix += "/"
    return Place(bucket, prefix)


def _check_apart(found: Places) -> None:
    """Raises AppError VALIDATION_ERROR where results could replace originals, or be taken for some."""
    source, destination = found.source, found.destination
    if source is None or destination is None or not source.bucket.is_same_as(destination.bucket):
        return
    if source.prefix.startswith(destination.prefix):
        raise invalid(
            "toPrefix", gettext("Results would land among the pictures: choose another folder.")
        )


def _without(source: Place, destination: Place | None) -> str:
    """Where in the source the results lie, which are none of its pictures; "" where they lie elsewhere."""
    if destination is None or not source.bucket.is_same_as(destination.bucket):
        return ""
    return destination.prefix if destination.prefix.startswith(source.prefix) else ""


def _asked(field: str, ask: Callable[[Bucket, str], object], place: Place) -> None:
    try:
        ask(place.bucket, place.prefix)
    except BucketError as error:
        raise AppError(
            error.code, error.message, status=400, fields={field: [error.message]}
        ) from error
