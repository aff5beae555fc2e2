"""The backgrounds that an account wants at hand."""

from __future__ import annotations

from accounts.models import Account
from processing.models import FavoriteBackground
from processing.services import background_library
from processing.services.background_library import Entry


def add(account: Account, public_id: str) -> Entry:
    """Keep a background at hand; harmless when repeated. Raises AppError NOT_FOUND."""
    entry = background_library.find(account, public_id)
    FavoriteBackground.objects.get_or_create(account=account, background=entry.public_id)
    return entry


def drop(account: Account, public_id: str) -> Entry:
    """Forget that it was one; harmless when repeated. Raises AppError NOT_FOUND."""
    entry = background_library.find(account, public_id)
    FavoriteBackground.objects.filter(account=account, background=entry.public_id).delete()
    return entry


def of(account: Account) -> list[str]:
    """Their public ids, the newest first. One of a background that was deleted names nothing."""
    rows = FavoriteBackground.objects.filter(account=account).order_by("-created_at", "-id")
    return list(rows.values_list("background", flat=True))
