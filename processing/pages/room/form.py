"""The form of a photo of a room: what is chosen, as a plan and as the command that does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.forms import Field
from django.http import QueryDict
from django.utils.translation import gettext

from config import public_ids
from config.api.ids import decoded
from config.errors import AppError, invalid
from config.told import told
from processing.commands import MAX_BRACKETS, Command, Enhance, MergeHdr
from processing.engine.errors import InvalidPlan
from processing.engine.plans import room_versions
from processing.engine.plans.edit import Export
from processing.engine.plans.room import FineTune, RoomPlan
from processing.pages.room import options
from processing.pages.room.options import NO, NONE, YES, Option

_OF_FILE: Final = ("format", "quality")
_SAID: Final = frozenset({"finetune", "export", "version", *(one.name for one in options.ALL)})


class RoomForm(forms.Form):
    # What the page carries along: only programs are offered these.
    version = forms.CharField(max_length=20, required=False)
    quality = forms.IntegerField(min_value=1, max_value=100, required=False)
    # The public ids of other exposures that this photo is merged with.
    brackets = forms.CharField(max_length=40 * MAX_BRACKETS, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {option.name: _field(option) for option in options.ALL}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                cleaned["plan"] = plan_of(cleaned)
                cleaned["command"] = _command(cleaned)
            except InvalidPlan as error:
                self.add_error(None, told(error.message))
            except AppError as error:
                self.add_error(None, error.page_message)
        return cleaned

    @property
    def plan(self) -> RoomPlan:
        """All that is chosen, once the form is valid."""
        found: RoomPlan = self.cleaned_data["plan"]
        return found

    @property
    def look(self) -> RoomPlan:
        """What of it suits other photos."""
        usual = RoomPlan()
        own = [option.name for option in options.ALL if option.is_of_one_photo]
        return replace(self.plan, **{name: getattr(usual, name) for name in own})

    def command(self) -> Enhance | MergeHdr:
        found: Enhance | MergeHdr = self.cleaned_data["command"]
        return found


def plan_of(given: Mapping[str, Any]) -> RoomPlan:
    """The plan of checked values. Without a look its levels mean nothing; a look that an older version lacks is
    taken from the newest. Raises InvalidPlan."""
    look: Any = given.get("look") or NONE
    fine = {} if look == NONE else {name: given.get(name) or None for name in options.FINE}
    quality = None if given.get("format") == "png" else given.get("quality")
    rest = {
        option.name: _value(option, given)
        for option in options.ALL
        if _is_plain(option) and _is_asked(option, given)
    }
    return RoomPlan(
        look=None if look == NONE else look,
        finetune=FineTune(**fine),
        export=Export(format=given.get("format") or "jpg", quality=quality),
        version=_version(given.get("version") or room_versions.NEWEST, look),
        **rest,
    )


def start_values() -> dict[str, str]:
    """What the form holds before anything is chosen."""
    return values_of_plan(RoomPlan(export=Export(format="jpg")))


def values_of(command: Command | None) -> dict[str, str] | None:
    """What the form holds for work that was done; None for work that it can't say."""
    if not isinstance(command, Enhance | MergeHdr):
        return None
    plan, usual = command.plan, RoomPlan()
    unsaid = [one.name for one in fields(RoomPlan) if one.name not in _SAID]
    if any(getattr(plan, name) != getattr(usual, name) for name in unsaid):
        return None
    if plan.export != Export(format=plan.export.format, quality=plan.export.quality):
        return None
    return values_of_plan(plan) | {"brackets": _ids_of(command)}


def given_in(address: QueryDict) -> dict[str, str] | None:
    """A room's choices that an address has, all of which name their version; None for none."""
    if "version" not in address:
        return None
    names = [*(option.name for option in options.ALL), *RoomForm.base_fields]
    return {name: address.get(name, "") for name in names}


def query_of(values: Mapping[str, str]) -> str:
    """Values as an address says them, less what is empty or off."""
    return urlencode({name: value for name, value in values.items() if value})


def values_of_plan(plan: RoomPlan) -> dict[str, str]:
    """What the form holds for a plan, as far as it can say it."""
    found = {
        "version": plan.version,
        "format": plan.export.format,
        "quality": str(plan.export.quality or ""),
    }
    for option in options.ALL:
        if option.name not in _OF_FILE:
            part = plan.finetune if option.is_of_look else plan
            found[option.name] = _text(option, getattr(part, option.name))
    return found


def _command(given: Mapping[str, Any]) -> Enhance | MergeHdr:
    """Raises AppError NOT_FOUND for what are no ids, VALIDATION_ERROR for too many."""
    names = [name for name in (given.get("brackets") or "").split(" ") if name]
    if not names:
        return Enhance(plan=given["plan"])
    if len(names) >= MAX_BRACKETS:
        raise invalid("brackets", gettext("These are too many exposures."))
    ids = [str(decoded("img", name, "Image")) for name in names]
    return MergeHdr(plan=given["plan"], brackets=tuple(ids))


def _ids_of(command: Enhance | MergeHdr) -> str:
    ids = command.brackets if isinstance(command, MergeHdr) else ()
    return " ".join(public_ids.encode("img", UUID(one)) for one in ids)


def _text(option: Option, value: Any) -> str:
    if not option.choices:
        return "on" if value else ""
    if isinstance(value, bool):
        return YES if value else NO
    if value is None:
        return options.AS_THE_LOOK if option.is_of_look else NONE
    return str(value)


def _value(option: Option, given: Mapping[str, Any]) -> Any:
    value = given.get(option.name)
    if not option.choices:
        return bool(value)
    if value in (YES, NO):
        return value == YES
    return None if value == NONE else value


def _is_asked(option: Option, given: Mapping[str, Any]) -> bool:
    """Whether something was chosen, and means anything beside the rest."""
    if option.choices and not given.get(option.name):
        return False
    return not option.only or given.get(option.only) not in ("", NONE, None)


def _is_plain(option: Option) -> bool:
    """Whether it is a field of the plan that has the form's own words."""
    return not option.is_of_look and option.name not in ("look", *_OF_FILE)


def _version(wanted: str, look: str) -> str:
    version = room_versions.resolve(wanted)
    is_known = look == NONE or look in room_versions.looks_of(version)
    return version if is_known else room_versions.NEWEST


def _field(option: Option) -> Field:
    if not option.choices:
        return forms.BooleanField(label=option.label, required=False)
    return forms.ChoiceField(label=option.label, choices=option.choices, required=False)
