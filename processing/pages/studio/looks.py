"""Looks in the studio: what each of them has the form hold, and a small sign of what lies behind the product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from accounts.limits.operations import EDIT
from accounts.models import Account
from processing.commands import Edit
from processing.engine.plans.edit import EditPlan
from processing.models import Preset
from processing.pages.studio import form as studio_form
from processing.pages.studio import kept as studio_kept
from processing.pages.studio import values as studio_values
from processing.services.appearance import presets
from processing.services.appearance.ready_looks import ReadyLook
from processing.services.backgrounds.builtin_backgrounds import builtins

# How many of an account's own looks the studio offers; their page has them all.
_OWN: Final = 60


@dataclass(frozen=True, slots=True)
class StudioLook:
    """A look as the studio offers it. ``state`` are its choices, as an address says them."""

    name: str
    state: str
    color: str
    thumbnail: str
    is_own: bool


def offered(account: Account, ready: Sequence[ReadyLook]) -> Sequence[StudioLook]:
    """The account's own by name and then the ready ones, less what the studio's choices can't say."""
    edits = Preset.objects.filter(account=account, operation=EDIT)
    rows = list(edits.order_by("name", "id")[:_OWN])
    named = [(row.name, presets.plan_of(row), True) for row in rows]
    named += [(look.name, look.plan, False) for look in ready]
    reader = studio_values.Reader.of(account, [Edit(plan=plan) for _name, plan, _is_own in named])
    found = [_look(name, plan, reader, is_own=is_own) for name, plan, is_own in named]
    return [look for look in found if look is not None]


def _look(
    name: str, plan: EditPlan, reader: studio_values.Reader, *, is_own: bool
) -> StudioLook | None:
    values = reader.values(Edit(plan=plan))
    if values is None:
        return None
    if values["background"] == studio_kept.KEPT:
        return None
    builtin = builtins().get(values["background"])
    return StudioLook(
        name=name,
        state=studio_values.query_of(values),
        color=values["color"] if values["background"] == studio_form.COLOR else "",
        thumbnail=builtin.thumbnail if builtin else "",
        is_own=is_own,
    )
