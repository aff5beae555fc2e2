"""An account's brand kit: its logo, its colors, and the look that is chosen from the start."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import Account
from config.errors import invalid
from media_library.models import Image
from media_library.selectors import image_for
from processing.engine.errors import InvalidPlan
from processing.engine.plans.color_names import canonical_color
from processing.models import BrandKit, Preset
from processing.services.appearance import presets

MAX_COLORS: Final = 12


class Kept(Enum):
    """Says of a part that it stays as it is, where None takes it away."""

    KEPT = auto()


KEPT: Final = Kept.KEPT


def of(account: Account) -> BrandKit:
    """The account's kit; an empty one that is not written yet where it has none."""
    found = BrandKit.objects.filter(account=account).select_related("logo", "default_look").first()
    return found or BrandKit(account=account)


def logo_of(kit: BrandKit) -> Image | None:
    """Its logo, unless that was deleted."""
    return kit.logo if kit.logo is not None and kit.logo.deleted_at is None else None


def default_look(account: Account) -> Preset | None:
    """The look that is chosen where nobody chooses another."""
    return of(account).default_look


def change(
    account: Account,
    *,
    colors: Sequence[str] | None = None,
    logo: UUID | Kept | None = KEPT,
    default_look: UUID | Kept | None = KEPT,
) -> BrandKit:
    """Change what is given, all of it or nothing. Raises AppError VALIDATION_ERROR for what is no color and
    for too many, NOT_FOUND for what is not the account's."""
    values: dict[str, object] = {}
    if colors is not None:
        values["colors"] = _tidy(colors)
    if not isinstance(logo, Kept):
        values["logo"] = None if logo is None else image_for(account, logo)
    if not isinstance(default_look, Kept):
        values["default_look"] = (
            None if default_look is None else _of_products(account, default_look)
        )
    BrandKit.objects.update_or_create(
        account=account, defaults={**values, "updated_at": timezone.now()}
    )
    return of(account)


def _of_products(account: Account, preset_id: UUID) -> Preset:
    """Raises AppError NOT_FOUND, VALIDATION_ERROR for one that is for rooms: nobody asked what a photo shows."""
    found = presets.preset_for(account, preset_id)
    if found.is_of_rooms:
        raise invalid("defaultPresetId", gettext("A look for rooms can’t be the default look."))
    return found


def _tidy(colors: Sequence[str]) -> list[str]:
    """In one spelling, each once. Raises AppError VALIDATION_ERROR."""
    try:
        tidy = list(dict.fromkeys(canonical_color(color) for color in colors))
    except InvalidPlan as error:
        raise invalid("colors", error.message) from error
    if len(tidy) > MAX_COLORS:
        raise invalid("colors", f"A brand kit can have at most {MAX_COLORS} colors.")
    return tidy
