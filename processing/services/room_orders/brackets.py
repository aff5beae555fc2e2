"""Brackets: exposures of one photo that an order is to merge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.http import Caller
from accounts.models import Account
from config.errors import invalid, not_found
from media_library.lifecycle import trash
from media_library.models import Image
from processing.models import RoomBracket, RoomOrder
from processing.services.room_orders import orders

MAX_BRACKETS = 2_000


def of(order: RoomOrder) -> QuerySet[RoomBracket]:
    """An order's brackets in the order in which they were registered."""
    return order.brackets.select_related("order", "image").order_by("created_at", "pk")


def register(
    caller: Caller, order: RoomOrder, *, name: str, metadata: Mapping[str, Any]
) -> RoomBracket:
    """A bracket whose file is yet to come. Raises AppError VALIDATION_ERROR for one too many."""
    if order.brackets.count() >= MAX_BRACKETS:
        raise invalid("order_id", f"An order can have at most {MAX_BRACKETS:,} brackets.")
    row = RoomBracket.objects.create(
        account=caller.account,
        created_by=caller.user,
        order=order,
        name=name,
        metadata=dict(metadata),
    )
    orders.touch(order)
    return row


def bracket_for(account: Account | None, bracket_id: UUID) -> RoomBracket:
    """The account's bracket, or with None whosever it is. Raises AppError NOT_FOUND."""
    rows = RoomBracket.objects.select_related("order", "image", "account")
    rows = rows.filter(pk=bracket_id, account__closed_at=None)
    found = (rows if account is None else rows.filter(account=account)).first()
    if found is None:
        raise not_found("Bracket")
    return found


def remove(row: RoomBracket) -> None:
    """Delete a bracket; its file lies in the trash."""
    with transaction.atomic():
        live = Image.live.filter(pk__in=[row.image_id])
        trash.put(row.account, set(live.values_list("pk", flat=True)))
        row.delete()
        orders.touch(row.order)
