"""Tables of sold items are brought in by a worker, a thousand rows at a time."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.http import Caller
from accounts.limits.operations import IMPORT_COMPARABLES, Operation
from accounts.models import Account
from config.errors import AppError, not_found
from listings import vocabulary
from listings.models import Comparable, ComparableImport
from listings.models.comparables import KEY_LENGTH
from listings.pricing import sheets, tables
from listings.pricing.cells import Order
from listings.pricing.tables import Choices, Outcome, Row
from media_library.files import storage
from processing.commands import Command
from processing.models import Job
from processing.services import jobs
from processing.worker import transitions
from processing.worker.kinds import Kind, ReportOnly, by_name

MAX_IN_ACCOUNT = 500_000
# Rows in one transaction: on SQLite nobody else can write meanwhile.
_AT_ONCE = 1_000


class ImportComparables(Command):
    """Bring in the table that lies at the job's key. Rows in error are left out, or all is."""

    operation: Literal["import-comparables"] = "import-comparables"
    name: str
    on_error: Literal["refuse", "skip"] = "refuse"
    currency: str | None = None
    date_order: Order | None = None


def start_import(
    caller: Caller, data: bytes, command: ImportComparables, *, seconds: float | None, job_id: UUID
) -> Job:
    """Leave a table to the workers. Raises AppError for what can be seen at once to be none."""
    sheets.read(data)
    _check_room(caller.account, rows=1)
    key = _key(caller.account, job_id)
    # The file first: a worker may take the job the moment that it is committed.
    with storage.removed_unless_kept([key]) as undo:
        storage.save(key, data)
        job = jobs.submit_and_wait(caller, command, source=None, seconds=seconds, job_id=job_id)
        undo.pop_all()
    return job


def work(job: Job, command: ImportComparables) -> ReportOnly:
    """Runs in a worker, once or, where one was lost half way, again: a row is kept once."""
    made = ComparableImport.objects.filter(pk=job.pk, finished=True).first()
    if made is None:
        found = tables.read(_table(job), _choices(command), currency=job.account.currency)
        if not found.rows or (found.skipped and command.on_error == "refuse"):
            return ReportOnly(
                {**found.as_json(), "imported": 0, "alreadyThere": 0, "refused": True}
            )
        made = _keep(job, command, found)
    return ReportOnly(made.report)


def completing(job: Job, *_: object) -> None:
    """The table isn't needed any more. Those of jobs that come to nothing are swept up."""
    key = _key(job.account, job.pk)
    transaction.on_commit(lambda: storage.delete([key]), robust=True)


def import_for(account: Account, import_id: UUID) -> ComparableImport:
    """Raises AppError NOT_FOUND for anybody else's."""
    made = imports_of(account).filter(pk=import_id).first()
    if made is None:
        raise not_found("Import")
    return made


def imports_of(account: Account) -> QuerySet[ComparableImport]:
    return ComparableImport.objects.filter(account=account, finished=True)


def comparables_of(account: Account, *, search: str = "") -> QuerySet[Comparable]:
    rows = Comparable.objects.filter(account=account)
    return rows.filter(title__icontains=search) if search else rows


def remove(account: Account, comparable_id: UUID) -> None:
    """Raises AppError NOT_FOUND."""
    if not Comparable.objects.filter(account=account, pk=comparable_id).delete()[0]:
        raise not_found("Comparable")


def _key(account: Account, job_id: UUID) -> str:
    # As a picture's would be: what no row knows for an hour, the sweep removes.
    return storage.original_key(account.pk, job_id, "csv")


def _table(job: Job) -> bytes:
    try:
        return storage.read(_key(job.account, job.pk))
    except FileNotFoundError as error:
        message = "The table was deleted before it was imported. Send it again."
        raise AppError("SOURCE_DELETED", message) from error


def _choices(command: ImportComparables) -> Choices:
    return Choices(command.currency, command.date_order)


def _check_room(account: Account, *, rows: int) -> None:
    if Comparable.objects.filter(account=account).count() + rows > MAX_IN_ACCOUNT:
        message = f"An account can have at most {MAX_IN_ACCOUNT:,} comparables; delete old ones."
        raise AppError("CONFLICT", message, status=409)


def _keep(job: Job, command: ImportComparables, found: Outcome) -> ComparableImport:
    """Write the rows that the account has not yet, or none where the job was cancelled meanwhile."""
    made, is_new = ComparableImport.objects.get_or_create(
        pk=job.pk,
        defaults={"account": job.account, "created_by": job.created_by, "name": command.name},
    )
    if is_new:
        _check_room_or_undo(made, len(found.rows))
    times: Counter[Row] = Counter()
    for start in range(0, len(found.rows), _AT_ONCE):
        lot = found.rows[start : start + _AT_ONCE]
        Comparable.objects.bulk_create(
            [_comparable(made, row, _counted(times, row)) for row in lot], ignore_conflicts=True
        )
        # Between two transactions: a cancelled import stops here, and what it wrote goes with it.
        if not transitions.beat(job):
            made.delete()
            raise AppError("CANCELLED", "The import was cancelled.")
    # Counted, as a row that was there before is skipped without a word.
    kept = Comparable.objects.filter(imported=made).count()
    made.report = _report(found, kept)
    made.finished = True
    made.save(update_fields=["report", "finished"])
    return made


def _check_room_or_undo(made: ComparableImport, rows: int) -> None:
    try:
        _check_room(made.account, rows=rows)
    except AppError:
        made.delete()
        raise


def _counted(times: Counter[Row], row: Row) -> int:
    times[row] += 1
    return times[row]


def _report(found: Outcome, kept: int) -> dict[str, Any]:
    there = len(found.rows) - kept
    return {**found.as_json(), "imported": kept, "alreadyThere": there, "refused": False}


def _comparable(made: ComparableImport, row: Row, time: int) -> Comparable:
    """`time` tells equal rows of one table apart, and keeps the table from counting twice."""
    brand = row.brand or vocabulary.brand_within(row.title) or ""
    said = repr((row, time)).encode()
    return Comparable(
        account=made.account,
        imported=made,
        title=row.title,
        brand=brand,
        brand_key=vocabulary.brand_key(brand)[:KEY_LENGTH],
        category=row.category,
        category_key=_category(row),
        condition=row.condition,
        price=row.price,
        currency=row.currency,
        sold_on=row.sold_on,
        fingerprint=hashlib.blake2b(said, digest_size=16).hexdigest(),
    )


def _category(row: Row) -> str:
    """The house's key for the category, told by its column or else by the title."""
    told = vocabulary.category_in(row.category) if row.category else None
    return told or vocabulary.category_within(row.title) or ""


KIND = Kind(
    operations=by_name(
        Operation(
            IMPORT_COMPARABLES,
            title=_("Import of sold items"),
            running=_("Importing sold items"),
            done=_("Sold items imported"),
            metered=False,
        )
    ),
    work=work,
    completing=completing,
)
