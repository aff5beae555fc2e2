"""The questions of a written listing, and the language that it is written in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from config.told import told
from listings.forms import words
from listings.forms.fields import line
from listings.vocabulary.measures import Age, Measure
from listings.writers.base import LANGUAGES, Hints, Language

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LANGUAGE_NAMES: Final[Mapping[Language, str]] = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
}
DEPARTMENTS: Final[Mapping[str, _StrPromise]] = {
    "women": _("Women"),
    "men": _("Men"),
    "unisex": _("Unisex"),
    "girls": _("Girls"),
    "boys": _("Boys"),
    "kids": _("Kids"),
    "baby": _("Babies"),
}
_SMELLS: Final[Mapping[str, _StrPromise]] = {
    "none": _("Of nothing"),
    "smoke": _("Of smoke"),
    "storage": _("Of storage"),
    "perfume": _("Of perfume"),
}
_YES_NO: Final = (("", "—"), ("no", _("No")), ("yes", _("Yes")))
_CHOICES: Final[Mapping[str, Mapping[str, Any]]] = {
    "condition": words.CONDITIONS,
    "department": DEPARTMENTS,
    "smell": _SMELLS,
}
_LONGEST: Final[Mapping[str, int]] = {"size": 50, "color": 60, "material": 60, "flaws": 500}
_FIRST: Final = 4


def language_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Language of the text"),
        choices=list(LANGUAGE_NAMES.items()),
        initial=readers_language,
        required=False,
    )


def readers_language() -> Language:
    """The page's, where listings are written in it."""
    here = (get_language() or "").partition("-")[0]
    return next((one for one in LANGUAGES if one == here), "en")


class AnswerForm(forms.Form):
    """Asks what a draft's report has as questions; what stays empty is asked again."""

    prefix = "answer"  # the suggestion's own fields stand beside them under the same names
    language = language_field()

    def __init__(self, data: Any = None, *, report: Mapping[str, Any]) -> None:
        written_in = report.get("language", {}).get("given", "en")
        super().__init__(data, initial={"language": written_in})
        self._written_in = written_in
        # What it is has a list of its own on the page.
        asked = [one for one in report.get("questions", []) if one["hint"] != "category"]
        self.fields |= {one["hint"]: _field(one) for one in asked}
        self._hints = [one["hint"] for one in asked]

    @property
    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in self._hints[:_FIRST]]

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[name] for name in self._hints[_FIRST:]]

    def clean(self) -> dict[str, Any]:
        for name in self._hints:
            check = _check_of(name)
            said = self.cleaned_data.get(name)
            if said and check is not None:
                try:
                    check(said)
                except ValueError:
                    self.add_error(name, _example_of(name))
        return self.cleaned_data

    def change(self) -> Hints:
        """The answers as hints, of a form that is valid; without any where nothing was said."""
        given: dict[str, Any] = {}
        for name in self._hints:
            said = self.cleaned_data[name]
            if not said:
                continue
            if name.startswith("measurements."):
                given.setdefault("measurements", {})[name.removeprefix("measurements.")] = said
            else:
                given[name] = said == "yes" if name in ("smokers", "pets") else said
        language = self.cleaned_data["language"]
        if language and language != self._written_in:
            given["language"] = language
        return Hints(**given)


def _field(asked: Mapping[str, Any]) -> forms.Field:
    name, label = asked["hint"], told(asked["question"])
    if name in _CHOICES:
        choices = [("", "—"), *_CHOICES[name].items()]
        return forms.ChoiceField(label=label, choices=choices, required=False)
    if asked["answer"] == "yes-no":
        return forms.ChoiceField(label=label, choices=_YES_NO, required=False)
    found = line(label, longest=_LONGEST.get(name, 100))
    if asked["example"]:
        found.widget.attrs["placeholder"] = asked["example"]
    return found


def _check_of(name: str) -> Callable[[str], object] | None:
    if name.startswith("measurements."):
        return lambda said: Measure.read(said, of=name.removeprefix("measurements."))
    return Age.read if name == "age" else None


def _example_of(name: str) -> Any:
    if name == "age":
        return _("Write an age such as “2 years”, “6 months”, “1990s” or “2019”.")
    if name == "measurements.weight":
        return _("Write a number with its unit, such as 2 kg.")
    if name == "measurements.volume":
        return _("Write a number with its unit, such as 500 ml.")
    return _("Write a number with its unit, such as 52 cm.")
