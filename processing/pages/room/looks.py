"""An account's own looks for rooms, as pages offer them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from accounts.limits.operations import ENHANCE
from accounts.models import Account
from processing.commands import Command, Enhance
from processing.models import Preset
from processing.pages.room import form as room_form
from processing.services.appearance import looks, presets
from processing.worker import kinds

# How many of an account's own looks the studio and batches offer; their page has them all.
MOST: Final = 60


@dataclass(frozen=True, slots=True)
class RoomLook:
    """A look in words: what it comes to is a matter of the room. ``state`` are its choices, as an address says
    them; "" where the room's form can't say them. ``problem`` is what this site lacks for it."""

    id: str
    name: str
    about: str
    state: str
    problem: str
    is_of_rooms: bool = True


def own(account: Account, *, most: int | None = None) -> Sequence[RoomLook]:
    """By name. One query."""
    rows = Preset.objects.filter(account=account, operation=ENHANCE).order_by("name", "id")[:most]
    return told(account, list(rows))


def told(account: Account, rows: Sequence[Preset]) -> Sequence[RoomLook]:
    """The same of presets that were read already."""
    commands = {row.public_id: presets.command_of(row) for row in rows}
    problems = looks.problems(account, commands)
    return [
        RoomLook(
            id=row.public_id,
            name=row.name,
            about=kinds.of(commands[row.public_id]).describe(commands[row.public_id]),
            state=_state(commands[row.public_id]),
            problem=problems.get(row.public_id, ""),
        )
        for row in rows
    ]


def _state(command: Command) -> str:
    values = room_form.values_of(command) if isinstance(command, Enhance) else None
    return room_form.query_of(values) if values else ""
