"""What each app does where an account ends; entered in its AppConfig.ready, as nothing here may
import the apps above."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet, RestrictedError
from django.utils.formats import number_format

MAX_ROWS = 200  # in one transaction: others write in between


def _nothing(_: UUID) -> bool:
    return False


def _holds_nothing(_: UUID) -> Sequence[Held]:
    return ()


@dataclass(frozen=True, slots=True)
class Held:
    """How much of one thing an account has. ``words`` are an ``ngettext_lazy`` by "count", with a place for the
    ``number`` as it is written."""

    count: int
    words: Any

    def __str__(self) -> str:
        number = number_format(self.count, force_grouping=True)
        return str(self.words % {"count": self.count, "number": number})


@dataclass(frozen=True, slots=True)
class Part:
    """What one app has of an account.

    - `stop` ends a portion of the work that is waiting or in progress, `remove` deletes a portion
      of rows and files. Both answer whether they may have to be called again, and may be repeated
      at any time.
    - `holdings` counts what there is, in words for people who are asked whether it shall go.
    """

    name: str
    stop: Callable[[UUID], bool] = _nothing
    remove: Callable[[UUID], bool] = _nothing
    holdings: Callable[[UUID], Sequence[Held]] = _holds_nothing


_PARTS: dict[str, Part] = {}


def register(part: Part) -> None:
    """Enter an app's part. Raises ValueError where another one has its name."""
    if _PARTS.setdefault(part.name, part) != part:
        raise ValueError(f"There is another part called {part.name}.")


def in_order() -> list[Part]:
    """List the parts as they have to be removed: apps register from below, and rows of upper apps
    refer to those of lower ones."""
    return list(reversed(_PARTS.values()))


def holdings(account_id: UUID) -> list[str]:
    """Say what an account has: "12 pictures", "1 look"."""
    found = (held for part in reversed(in_order()) for held in part.holdings(account_id))
    return [str(held) for held in found if held.count]


def in_words(account_id: UUID) -> str:
    """Say it in one line for staff: "12 pictures, 1 look"."""
    return ", ".join(holdings(account_id)) or "empty"


def delete_some(rows: QuerySet[Any]) -> bool:
    """Delete up to ``MAX_ROWS`` rows with what hangs on them; whether there may be more.

    A request that began before the closing may still add something that refers to them: then they
    are left for the next call, before which that goes.
    """
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:MAX_ROWS])
    if not ids:
        return False
    try:
        with transaction.atomic():
            rows.model._base_manager.filter(pk__in=ids).delete()
    except (IntegrityError, RestrictedError):
        return True
    return len(ids) == MAX_ROWS
