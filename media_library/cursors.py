"""Long lists, read on from where one stopped: no counting, and nothing to skip.

A cursor names the last picture that was seen, by what the list is ordered by and its id.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Subquery, Value
from django.db.models.functions import Lower

from config.errors import AppError, invalid
from media_library.models import Image


@dataclass(frozen=True)
class Slice:
    """Some pictures in a row, and the cursor for those behind them: "" where there are none."""

    images: Sequence[Image]
    next: str


@dataclass(frozen=True)
class Place:
    """Where a cursor points to."""

    value: Any
    image_id: UUID


_COLUMNS = {"createdAt": "created_at", "name": "name_in_order", "bytes": "bytes"}


def read(images: QuerySet[Image], *, sort: str, cursor: str, size: int) -> Slice:
    """The pictures behind the cursor, all from their beginning for "". Raises AppError
    VALIDATION_ERROR for a cursor that is none of this order."""
    column = _COLUMNS[sort.removeprefix("-")]
    if column == "name_in_order":
        images = images.annotate(name_in_order=Lower("name"))
    sign = "-" if sort.startswith("-") else ""
    images = images.order_by(f"{sign}{column}", f"{sign}id")
    if cursor:
        images = images.filter(_behind(column, place_of(cursor, sort), is_down=bool(sign)))
    found = list(images[: size + 1])
    more = len(found) > size
    return Slice(found[:size], _cursor(column, sort, found[size - 1]) if more else "")


def neighbors(
    images: QuerySet[Image], *, sort: str, image: Image
) -> tuple[Image | None, Image | None]:
    """The pictures before and after one in a list, whether or not it still belongs to it; None at an end."""
    column = _COLUMNS[sort.removeprefix("-")]
    is_down = sort.startswith("-")
    value: Any = getattr(image, column, None)
    if column == "name_in_order":
        images = images.annotate(name_in_order=Lower("name"))
        value = Lower(Value(image.name))  # as the database does it
    place = Place(value, image.pk)

    def nearest(*, down: bool) -> Subquery:
        sign = "-" if down else ""
        beside = images.filter(_behind(column, place, is_down=down))
        return Subquery(beside.order_by(f"{sign}{column}", f"{sign}id").values("pk")[:1])

    # Both at once: a page has few queries to spare.
    before, after = nearest(down=not is_down), nearest(down=is_down)
    rows = Image.objects.filter(Q(pk=before) | Q(pk=after)).annotate(is_before=Q(pk=before))
    found = {bool(row.is_before): row for row in rows}
    return found.get(True), found.get(False)


def place_of(cursor: str, sort: str) -> Place:
    """Raises AppError VALIDATION_ERROR for what is no cursor of a list in this order."""
    try:
        told = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        its_sort, value, image_id = told
        if its_sort != sort or not isinstance(value, int if "bytes" in sort else str):
            raise _not_a_cursor()
        if "createdAt" not in sort:
            return Place(_kept(value), UUID(image_id))
        moment = datetime.fromisoformat(str(value))
        if moment.tzinfo is None:
            raise _not_a_cursor()
        # In UTC here: of the first and the last day of all, that fails for some.
        return Place(moment.astimezone(UTC), UUID(image_id))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise _not_a_cursor() from error


def _kept(value: Any) -> Any:
    """The same, if a database can be asked about it: not about null characters, nor what is no Unicode.
    Raises AppError, ValueError."""
    if b"\0" in str(value).encode():
        raise _not_a_cursor()
    return value


def _not_a_cursor() -> AppError:
    return invalid("cursor", "Not a cursor of this list. Take it from `nextCursor` as it is.")


def _behind(column: str, place: Place, *, is_down: bool) -> Q:
    # The first condition alone lets an index find the place; the second is for equal values.
    way = "lt" if is_down else "gt"
    further = Q(**{f"{column}__{way}": place.value}) | Q(**{f"id__{way}": place.image_id})
    return Q(**{f"{column}__{way}e": place.value}) & further


def _cursor(column: str, sort: str, image: Image) -> str:
    value = getattr(image, column)
    shown = value.isoformat() if isinstance(value, datetime) else value
    told = json.dumps([sort, shown, str(image.pk)], separators=(",", ":"))
    return base64.urlsafe_b64encode(told.encode()).decode()
