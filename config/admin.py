"""What the apps' administration pages share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connections
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from config import public_ids

MAX_COUNTED = 10_000


class ReadOnly:
    """For admins and inlines of history, which is looked at and never changed."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class EstimatingPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to `MAX_COUNTED` rows. Of a whole table beyond it asks the database for an estimate,
    as counting reads all rows; of a part of a table it says that there are so many."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        counted = int(rows.order_by().values("pk")[: MAX_COUNTED + 1].count())
        if counted <= MAX_COUNTED:
            return counted
        return MAX_COUNTED if rows.query.where else max(MAX_COUNTED, _estimate(rows))


class LongList(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list of many rows, newest first, found by public ids beside its `search_fields`.

    `ids` has the fields in which an id with a prefix may stand: ``{"job": ["pk"]}``. `date_hierarchy`
    would read the whole table three times, and put it into another order first.
    """

    paginator = EstimatingPaginator
    show_full_result_count = False
    list_per_page = 50
    ids: Mapping[str, Sequence[str]] = {}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        wanted = self._by_id(term)
        if wanted is not None:
            return queryset.filter(wanted), False
        rows, duplicates = super().get_search_results(request, queryset, term)
        return rows, duplicates

    def _by_id(self, term: str) -> Q | None:
        found = Q()
        for prefix, fields in self.ids.items():
            row_id = _row_id(prefix, term)
            if row_id is not None:
                for field in fields:
                    found |= Q(**{field: row_id})
        return found or None


class ReadOnlyAdmin(ReadOnly, LongList):
    """History, which may be long."""


def _row_id(prefix: str, term: str) -> UUID | None:
    """The UUID behind a public id, or a UUID as the database shows it."""
    try:
        return UUID(term) if len(term) in (32, 36) else public_ids.decode(prefix, term)
    except ValueError:
        return None


def _estimate(rows: QuerySet[Any]) -> int:
    connection = connections[rows.db]
    table = rows.model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table]
            )
        else:  # SQLite numbers rows as they come
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT max(rowid) FROM {name}")  # noqa: S608 - the model's own table
        found = cursor.fetchone()
    return int(found[0] or 0) if found else 0
