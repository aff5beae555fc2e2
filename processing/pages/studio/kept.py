"""What the studio's form has no choice for: kept from the edit that it was filled from, as long as what belongs to it
stays as it was there."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Final, Self

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.errors import AppError
from processing.engine.errors import InvalidPlan
from processing.engine.plans.cutout import camel
from processing.engine.plans.edit import EditPlan
from processing.services import edit_json

KEPT: Final = "kept"  # the background that is none of the form's
MAX_LENGTH: Final = 16_000
# What of each part a form may not show, as sellers say it.
WORDS: Final[dict[str, str | Promise]] = {
    "cutting": _("details of the cutout"),
    "layout": _("details of the size"),
    "background": _("the background"),
    "shadow": _("details of the shadow"),
    "light": _("details of the light"),
    "color_reference": _("details of the colors"),
    "outline": _("the outline’s color"),
    "overlay": _("details of the logo"),
    "export": _("details of the file"),
}
# What means something else together, and so is kept or given up together; and what decides about the rest.
_WHOLE: Final = frozenset({"layout", "background"})
_DECIDING: Final = {"shadow": "mode", "export": "format"}


@dataclass(frozen=True, slots=True)
class Kept:
    """An edit as it ``was``, and what the form ``shown`` for it comes to by itself."""

    was: EditPlan
    shown: EditPlan

    @classmethod
    def read(cls, text: str) -> Self | None:
        """What a form sends; None for nothing. Raises InvalidPlan, AppError for what is none."""
        if not text:
            return None
        try:
            told = json.loads(text)
            was, shown = told["was"], told["shown"]
        except (ValueError, RecursionError, KeyError, TypeError) as error:
            raise InvalidPlan(gettext("What was kept of the edit can’t be read.")) from error
        if not isinstance(was, dict) or not isinstance(shown, dict):
            raise InvalidPlan(gettext("What was kept of the edit can’t be read."))
        return cls(edit_json.plan_from(was), edit_json.plan_from(shown))

    @property
    def parts(self) -> list[str]:
        """The names of the parts in which they differ."""
        names = (part.name for part in fields(EditPlan))
        return [name for name in names if getattr(self.was, name) != getattr(self.shown, name)]

    def as_text(self) -> str:
        """The two as a form's field holds them, "" where they are the same; parts that are alike left out."""
        if not self.parts:
            return ""
        told = {"was": self._spelled(self.was), "shown": self._spelled(self.shown)}
        return json.dumps(told, separators=(",", ":"), sort_keys=True)

    def _spelled(self, plan: EditPlan) -> dict[str, Any]:
        plain = EditPlan()
        alike = {
            part.name: getattr(plain, part.name)
            for part in fields(EditPlan)
            if part.name not in self.parts
        }
        return edit_json.shown(edit_json.stored_json(replace(plan, **alike)))

    def with_choices(self, chosen: EditPlan) -> EditPlan:
        """What was chosen in the form, with what the form has no choice for as it was."""
        for name in self.parts:
            if name == "background":
                continue  # chosen by itself
            part = self._part(name, getattr(chosen, name))
            try:
                chosen = replace(chosen, **{name: part})
            except InvalidPlan:
                continue  # it doesn't go with what was chosen since
        return chosen

    def _part(self, name: str, chosen: Any) -> Any:
        was, shown = getattr(self.was, name), getattr(self.shown, name)
        if chosen == shown:
            return was
        if name in _WHOLE or not all(map(is_dataclass, (was, shown, chosen))):
            return chosen
        if (deciding := _DECIDING.get(name)) and _differ(chosen, shown, deciding):
            return chosen
        same = {one.name for one in fields(chosen) if not _differ(chosen, shown, one.name)}
        try:
            return replace(chosen, **{one: getattr(was, one) for one in same})
        except InvalidPlan:
            return chosen


def words_by_name() -> str:
    """What each part is called, by the API's names, as JSON for the page's script."""
    return json.dumps({camel(name): str(words) for name, words in WORDS.items()})


def words_of(text: str) -> list[str]:
    """What a form's field keeps, in words; nothing for a text that is none."""
    try:
        kept = Kept.read(text)
    except (InvalidPlan, AppError):
        return []
    return [str(WORDS.get(name, name)) for name in kept.parts] if kept else []


def _differ(one: Any, other: Any, name: str) -> bool:
    return bool(getattr(one, name) != getattr(other, name))
