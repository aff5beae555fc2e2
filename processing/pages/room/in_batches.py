"""Photos of rooms in batches: what there is to choose, and what is made of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import HttpRequest

from accounts.limits import operations
from accounts.models import Account
from config.api.ids import decoded
from config.errors import AppError, invalid
from media_library.models import Image, Shows
from processing.commands import Enhance
from processing.engine.plans.room import RoomPlan
from processing.models import Job, Preset
from processing.pages.room import form as room_form
from processing.pages.room import looks as room_looks
from processing.pages.room import options, panel
from processing.pages.room.form import RoomForm
from processing.pages.room.options import FILE, GROUPS
from processing.services import jobs
from processing.services.appearance import looks, presets
from processing.services.batching.batches import Look
from processing.worker import kinds

# The form's names, as the page has others beside them.
PREFIX: Final = "room"
SAVED: Final = f"{PREFIX}-saved"
# What a row of a batch has room for.
_LONGEST_NAME: Final = 100


def is_asked(request: HttpRequest) -> bool:
    """Whether a form wants rooms enhanced, not products."""
    return request.POST.get("shows") == Shows.ROOM


def look(request: HttpRequest, account: Account) -> Look:
    """What a form wants to be made of each photo. Raises AppError VALIDATION_ERROR, NOT_FOUND for a saved look that
    isn't there."""
    if saved := request.POST.get(SAVED):
        preset = presets.preset_for(account, decoded("preset", saved, "Look"))
        of_it = Enhance(plan=presets.room_plan_of(preset))
        return Look(preset.name, looks.usable(account, preset.name, of_it, field=PREFIX))
    form = RoomForm(request.POST, prefix=PREFIX)
    if not form.is_valid():
        raise invalid(PREFIX, str(next(iter(form.errors.values()))[0]))
    command = form.command()
    try:
        jobs.check(command)
    except AppError as error:
        raise invalid(PREFIX, error.page_message) from error
    return Look(kinds.of(command).describe(command)[:_LONGEST_NAME], command)


def chosen_of(plan: RoomPlan) -> dict[str, str]:
    """What the form holds for a plan that was chosen elsewhere."""
    return room_form.values_of_plan(plan)


def offered(
    request: HttpRequest,
    account: Account,
    chosen: Sequence[Image],
    own: Sequence[Preset],
    *,
    given: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What the page needs: whether it begins with rooms, and what there is to choose for them; ``own`` are
    the account's looks for rooms."""
    is_room = given is not None or is_asked(request)
    if "shows" not in request.POST and given is None:
        is_room = _are_rooms(account, chosen)
    values = given or _sent(request) or room_form.start_values()
    single = {option.name for option in options.ALL if option.is_of_one_photo}
    groups = panel.without(single, (*GROUPS, FILE))
    return {
        "is_room": is_room,
        "room": panel.shown(values, groups=groups, prefix=PREFIX),
        "room_looks": room_looks.told(account, own[: room_looks.MOST]),
        "room_saved": request.POST.get(SAVED, ""),
        "room_carried": {
            f"{PREFIX}-{name}": values.get(name, "") for name in ("version", "quality")
        },
    }


def _sent(request: HttpRequest) -> dict[str, str]:
    """What a form has sent, by the names of the options; {} where it has sent none."""
    start = f"{PREFIX}-"
    given = request.POST.dict()
    return {
        name.removeprefix(start): value for name, value in given.items() if name.startswith(start)
    }


def _are_rooms(account: Account, images: Sequence[Image]) -> bool:
    """Whether most of these photos show rooms, as far as is known."""
    if not images:
        return False
    ids = [image.pk for image in images]
    enhanced = set(
        Job.objects.filter(account=account, source__in=ids, operation=operations.ENHANCE)
        .values_list("source", flat=True)
        .distinct()
    )
    rooms = [one for one in images if (one.shows or _by_work(one, enhanced)) == Shows.ROOM]
    return 2 * len(rooms) > len(images)


def _by_work(image: Image, enhanced: set[Any]) -> str:
    return Shows.ROOM if image.pk in enhanced else Shows.PRODUCT
