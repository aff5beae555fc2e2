"""Rows of an account that go by names of their own: no two have the same, and there are only so many."""

from __future__ import annotations

from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model

from accounts.models import Account
from config.errors import AppError

M = TypeVar("M", bound=Model)


def refuse_more(rows: type[Model], account: Account, most: int, said: tuple[str, str]) -> None:
    """Raise AppError CONFLICT where an account has as many as it may have; ``said`` to programs and on pages."""
    if rows._default_manager.filter(account=account).count() >= most:
        message, page_message = said
        raise AppError("CONFLICT", message, status=409, page_message=page_message)


def saved(row: M, said: tuple[str, str], *, new: bool) -> M:
    """Save a row. Raises AppError CONFLICT where the account has one of that name; ``said`` to programs and on
    pages."""
    try:
        with transaction.atomic():
            row.save(force_insert=new)
    except IntegrityError as error:
        message, page_message = said
        raise AppError("CONFLICT", message, status=409, page_message=page_message) from error
    return row
