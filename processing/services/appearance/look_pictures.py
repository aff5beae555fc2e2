"""Which picture a look's card shows: the look on the account's last photo that is cut out, else on a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q, Subquery
from django.urls import reverse

from accounts.models import Account
from media_library.models import Image, ImageKind, Matte
from processing.engine.plans.edit import EditPlan
from processing.services import previews as rules
from processing.worker import mattes
from processing.worker.making import look_pictures, previews
from processing.worker.making.look_pictures import Wanted

# So many at a time: nobody sees more at once, and the next ones come when these are there.
MOST: Final = 60
_MOST_ASKED: Final = 100  # of the photos that are named


@dataclass(frozen=True, slots=True)
class LookPicture:
    """Its address, "" as long as there is none; ``is_due`` says that it is still to come."""

    url: str = ""
    is_due: bool = False


NO_PICTURE: Final = LookPicture()


def of(
    account: Account, plans: Mapping[str, EditPlan], photo: Image | None
) -> dict[str, LookPicture]:
    """The pictures of looks on a photo, the sample where that is None, by the looks' ids. Those that are
    missing are asked for; it costs nothing."""
    wanted = _wanted(account, plans, photo)
    made = look_pictures.there([one.name for one in wanted.values()])
    missing = {one.name: one for one in wanted.values() if one.name not in made}
    if missing:
        look_pictures.ask(dict(list(missing.items())[:MOST]))
    return {look: _told(one.name, made) for look, one in wanted.items()}


def _told(name: str, made: Mapping[str, bool]) -> LookPicture:
    if name not in made:
        return LookPicture(is_due=True)
    return LookPicture(reverse("look-picture", args=[name])) if made[name] else NO_PICTURE


def _wanted(
    account: Account, plans: Mapping[str, EditPlan], photo: Image | None
) -> dict[str, Wanted]:
    paid, found = dict[str, bool](), dict[str, Wanted]()
    for look, plan in plans.items():
        if not rules.is_drawn_here(plan):
            continue
        on_photo = photo is not None and _is_cut_out(account, photo, plan, paid)
        if not on_photo and plan.background.keeps_original:
            continue  # the sample has no ground of its own
        found[look] = Wanted(account.pk, photo if on_photo else None, plan)
    return found


def photo_of(account: Account, among: Sequence[UUID] = ()) -> Image | None:
    """The photo to show looks on: the first of those that are named, else the account's last one, that was
    cut out and whose matte is kept."""
    kept = Matte.objects.filter(image__account=account, image__deleted_at=None)
    kept = kept.filter(image__kind=ImageKind.ORIGINAL).select_related("image__account")
    last = kept.order_by("-image__created_at", "-pk").values("pk")[:1]
    asked = Q(image__in=among[:_MOST_ASKED])
    there = {row.image_id: row.image for row in kept.filter(asked | Q(pk=Subquery(last)))}
    named = next((there[pk] for pk in among if pk in there), None)
    return named or next(iter(there.values()), None)


def _is_cut_out(account: Account, photo: Image, plan: EditPlan, paid: dict[str, bool]) -> bool:
    if plan.cutting is None:
        return True
    cutting = mattes.cutting_of(previews.plain(plan), photo)
    if cutting not in paid:
        paid[cutting] = mattes.is_paid(account, cutting)
    return paid[cutting]
