"""Having listings written from photos, and taking over field by field what is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from listings.forms import words
from listings.forms.answering import DEPARTMENTS, language_field, readers_language
from listings.forms.fields import CategoryField, ProseField, line
from listings.forms.wording import ListingForm
from listings.generation.generate import MAX_VIEWS, GenerateListing
from listings.models import Platform
from listings.writers import choosing
from listings.writers.base import TONES, Hints

ALL: Final = "all"
_TONES: Final = {
    "neutral": _("Plain"),
    "friendly": _("Friendly"),
    "professional": _("Professional"),
    "playful": _("Playful"),
}
# What generation suggests, in the order of the page.
SUGGESTED: Final = (
    *("title", "description", "price", "category", "brand", "size", "condition"),
    *("colors", "materials", "tags", "attributes"),
)


def _groups() -> list[tuple[str, Any]]:
    each = [(str(n), _("%(n)d photos each") % {"n": n}) for n in range(2, MAX_VIEWS + 1)]
    return [(ALL, _("All show one item")), ("1", _("Each photo is an item of its own")), *each]


class GenerateForm(forms.Form):
    """What the seller knows about the items; empty fields are looked for in the photos."""

    each = forms.ChoiceField(label=_("Photos of each item"), choices=_groups, initial=ALL)
    platform = forms.ChoiceField(
        label=_("Written for"), choices=list(words.PLATFORMS.items()), initial=Platform.EBAY
    )
    condition = forms.ChoiceField(
        label=_("Condition"),
        choices=words.conditions,
        required=False,
        help_text=_("Photos alone don’t show it."),
    )
    notes = ProseField(
        label=_("Anything to mention"),
        max_length=2000,
        help_text=_("Goes into the description as you write it."),
    )
    tone = forms.ChoiceField(
        label=_("Tone"),
        choices=[("", _("As usual")), *((one, _TONES.get(one, one)) for one in TONES)],
        required=False,
    )
    language = language_field()
    brand = line(_("Brand"))
    model = line(_("Model"))
    department = forms.ChoiceField(
        label=_("For whom"), choices=[("", "—"), *DEPARTMENTS.items()], required=False
    )
    size = line(_("Size"), longest=50)
    color = line(_("Color"), longest=60)
    material = line(_("Material"), longest=60)
    category = CategoryField(required=False)

    @property
    def size_of_groups(self) -> int | None:
        each = self.cleaned_data["each"]
        return None if each == ALL else int(each)

    def command(self) -> GenerateListing:
        """Raises AppError where the site has no such writer."""
        given = self.cleaned_data
        names = (
            *("condition", "notes", "tone", "brand", "model", "department", "size", "color"),
            *("material", "category"),
        )
        return GenerateListing(
            platform=Platform(given["platform"]),
            hints=Hints(
                language=given["language"] or readers_language(),
                **{name: given[name] for name in names if given[name]},
            ),
            provider=choosing.named(None),
            allow_fallback=True,
        )


class CategoryForm(forms.Form):
    """What the seller says it is, where the photos didn't."""

    category = CategoryField(label=_("What it is"))


class AcceptForm(ListingForm):
    """A suggestion: each field may be corrected, and is taken over where its box is ticked."""

    def __init__(self, *args: Any, suggested: Mapping[str, Any], **options: Any) -> None:
        super().__init__(*args, initial=suggested, **options)
        self.suggested = suggested
        for name in list(self.fields):
            if name not in SUGGESTED:
                del self.fields[name]
        for name in SUGGESTED:
            there = suggested.get(name) not in (None, "", [], {})
            self.fields[name].show_hidden_initial = False
            self.fields[f"use_{name}"] = forms.BooleanField(required=False, initial=there)

    @property
    def accepted(self) -> dict[str, Any]:
        """The fields that were ticked; of a price that was left as suggested its range as well."""
        given = self.cleaned_data
        taken = {name: given[name] for name in SUGGESTED if given[f"use_{name}"]}
        if "price" in taken and taken["price"] == self.suggested.get("price"):
            taken |= {name: self.suggested.get(name) for name in ("price_min", "price_max")}
        return taken
