"""The backgrounds that an account wants at hand."""

from __future__ import annotations

from accounts.models import Account
from config import public_ids
from media_library.models import Background
from processing.models import FavoriteBackground
from processing.services.backgrounds import background_library
from processing.services.backgrounds.background_library import Entry
from processing.services.backgrounds.builtin_backgrounds import PREFIX


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
    """Their public ids, the newest first. One of a background in the trash names nothing, and comes back
    with it."""
    rows = FavoriteBackground.objects.filter(account=account).order_by("-created_at", "-id")
    return list(rows.values_list("background", flat=True))


def forget_gone() -> int:
    """Delete those of backgrounds that were deleted for good; how many."""
    own = FavoriteBackground.objects.exclude(background__startswith=PREFIX)
    ids = {pk: public_ids.decode("bg", name) for pk, name in own.values_list("pk", "background")}
    there = set(Background.objects.filter(pk__in=ids.values()).values_list("pk", flat=True))
    gone = [pk for pk, background in ids.items() if background not in there]
    return FavoriteBackground.objects.filter(pk__in=gone).delete()[0]
