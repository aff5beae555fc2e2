"""The form of a new look: it checks what was chosen and builds the edit, and never writes."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from config.errors import AppError
from config.told import told
from processing.engine.errors import InvalidPlan
from processing.engine.plans.edit import (
    Background,
    EditPlan,
    Export,
    Layout,
    Light,
    Shadow,
    Sides,
    parse_size,
)
from processing.pages.reference import extras

_GROUNDS: Final = [
    ("white", _("White")),
    ("transparent", _("Transparent")),
    ("color", _("Color")),
    ("library", _("Background")),
]
_SIZES: Final = [
    ("2000x2000", _("Square, 2000 by 2000")),
    ("1600x2000", _("Portrait 4:5, 1600 by 2000")),
    ("1500x2000", _("Portrait 3:4, 1500 by 2000")),
    ("2000x1500", _("Landscape 4:3, 2000 by 1500")),
    ("1080x1920", _("Story 9:16, 1080 by 1920")),
    ("originalImage", _("As the photo")),
    ("croppedSubject", _("As the product")),
    ("own", _("Another size")),
]
_SHADOWS: Final = [
    ("", _("None")),
    ("soft", _("Soft")),
    ("hard", _("Hard")),
    ("floating", _("Floating")),
]
_FORMATS: Final = [("jpg", "JPG"), ("png", "PNG"), ("webp", "WebP")]


class LookForm(extras.ExtrasForm):
    name = forms.CharField(label=_("Name"), max_length=100)
    ground = forms.ChoiceField(
        label=_("Behind the product"),
        choices=_GROUNDS,
        initial="white",
        widget=forms.RadioSelect,
    )
    color = forms.CharField(
        label=_("Color"),
        max_length=40,
        initial="#f4f1ea",
        required=False,
        widget=forms.TextInput(attrs={"type": "color", "list": "brand-colors"}),
    )
    background = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    size = forms.ChoiceField(label=_("Size"), choices=_SIZES, initial="2000x2000")
    own_size = forms.CharField(
        label=_("Another size, width by height in pixels"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"placeholder": "1200x1500"}),
    )
    margin = forms.IntegerField(
        label=_("Room around the product"),
        min_value=0,
        max_value=40,
        initial=10,
        widget=forms.NumberInput(attrs={"type": "range", "data-unit": " %"}),
    )
    shadow = forms.ChoiceField(
        label=_("Shadow"),
        choices=_SHADOWS,
        required=False,
        initial="soft",
        widget=forms.RadioSelect,
    )
    light = forms.BooleanField(label=_("Correct light and white balance"), required=False)
    file_format = forms.ChoiceField(
        label=_("File"), choices=_FORMATS, initial="jpg", widget=forms.RadioSelect
    )

    def __init__(self, *given: Any, behind: Background | None = None, **named: Any) -> None:
        """``behind`` is the background that ``background`` names."""
        super().__init__(*given, **named)
        self.behind = behind

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if self.errors:
            return found
        if found["ground"] == "library" and self.behind is None:
            self.add_error("ground", _("Choose a background on the page of backgrounds first."))
        elif found["ground"] == "transparent" and found["file_format"] == "jpg":
            self.add_error("file_format", _("A JPG can’t be transparent. Choose PNG or WebP."))
        else:
            self._build(found)
        return found

    def _build(self, found: dict[str, Any]) -> None:
        size = found["own_size"].strip().lower() if found["size"] == "own" else found["size"]
        try:
            if found["size"] == "own":
                parse_size(size)
            self.plan = EditPlan(
                layout=Layout(size=size, padding=Sides.all(found["margin"] / 100)),
                background=self._ground(found),
                shadow=Shadow(mode=found["shadow"]) if found["shadow"] else None,
                light=Light() if found["light"] else None,
                export=Export(format=found["file_format"]),
                **extras.parts_of(found),
            )
        except InvalidPlan as error:
            field = {"size": "own_size", "color": "color"}.get(error.field or "", "name")
            self.add_error(field, told(error.message))
        except AppError as error:
            self.add_error("overlay", error.page_message)

    def _ground(self, found: dict[str, Any]) -> Background:
        if found["ground"] == "library" and self.behind is not None:
            return self.behind
        if found["ground"] == "transparent":
            return Background()
        return Background(color="#ffffff" if found["ground"] == "white" else found["color"])
