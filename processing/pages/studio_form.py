"""The studio's form: what is chosen on the page, as an edit plan and as the command that makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from config.api.ids import decoded
from config.errors import AppError
from config.told import told
from processing.commands import Command, Edit, RemoveBackground
from processing.engine.errors import InvalidPlan
from processing.engine.plans.color_names import parse_color
from processing.engine.plans.cutout import CutoutPlan, Cutting
from processing.engine.plans.edit import (
    Background,
    EditPlan,
    Export,
    Generated,
    Layout,
    Light,
    Outline,
    Shadow,
    Sides,
)
from processing.pages.frame_form import frame_of
from processing.services import background_library

TRANSPARENT, COLOR, WORDS = "transparent", "color", "words"
SIZES = [
    ("auto", _("As the photo")),
    ("croppedSubject", _("Cropped to the product")),
    ("2000x2000", _("Square")),
    ("1600x2000", _("Portrait 4:5")),
    ("2000x1500", _("Landscape 4:3")),
]
SHADOWS = [("", _("None")), ("soft", _("Soft")), ("hard", _("Hard")), ("floating", _("Floating"))]
FORMATS = [("png", "PNG"), ("jpg", "JPG"), ("webp", "WebP"), ("avif", "AVIF")]
TEXTS = [("", _("Keep")), ("artificial", _("Labels on the photo")), ("all", _("All text"))]


# The product stays where it is, and as large.
_AS_THE_PHOTO = Layout(reference_box="originalImage")


class StudioForm(forms.Form):
    background = forms.CharField(initial=TRANSPARENT, max_length=80)
    color = forms.CharField(initial="#ffffff", max_length=32, required=False)
    prompt = forms.CharField(max_length=500, required=False, strip=True)
    seed = forms.IntegerField(min_value=0, max_value=2**32 - 1, required=False)
    shadow = forms.ChoiceField(choices=SHADOWS, required=False)
    intensity = forms.IntegerField(min_value=0, max_value=100, initial=50, required=False)
    direction = forms.IntegerField(min_value=0, max_value=360, initial=310, required=False)
    size = forms.ChoiceField(choices=SIZES, initial="auto", required=False)
    padding = forms.IntegerField(min_value=0, max_value=40, initial=0, required=False)
    light = forms.BooleanField(required=False)
    outline = forms.IntegerField(min_value=0, max_value=5, initial=0, required=False)
    text = forms.ChoiceField(choices=TEXTS, required=False)
    format = forms.ChoiceField(choices=FORMATS, initial="png", required=False)
    frame = forms.CharField(max_length=80, required=False)  # as pages.frame_form writes it
    mask = forms.CharField(max_length=40, required=False)  # of a touched-up cutout

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    @classmethod
    def initial_values(cls, given: Mapping[str, str] | None = None) -> dict[str, Any]:
        """What a page shows before anything is chosen, or with what an address says."""
        values = {name: field.initial for name, field in cls.base_fields.items()}
        return values | {name: text for name, text in (given or {}).items() if name in values}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                cleaned["plan"] = self._plan(cleaned)
            except InvalidPlan as error:
                self.add_error(None, told(error.message))
            except AppError as error:
                self.add_error("background", error.page_message)
        return cleaned

    @property
    def plan(self) -> EditPlan:
        """The whole edit, once the form is valid."""
        found: EditPlan = self.cleaned_data["plan"]
        return found

    @property
    def look(self) -> EditPlan:
        """What of the edit suits other pictures: all but the part of this one that is kept, and its mask."""
        cutting = self.plan.cutting
        plain = None if cutting is None else replace(cutting, mask=None)
        return replace(self.plan, cutting=plain, frame=None)

    def command(self) -> Command:
        """The work that makes it. What is only a cutout, on nothing or on a color, is a cutout: of a photo
        that was cut out before it costs nothing."""
        plan = self.plan
        background = plan.background
        only_color = background == Background(color=background.color)
        looks = _as_png(plan)
        bare = EditPlan(cutting=plan.cutting, layout=_AS_THE_PHOTO, background=background)
        if plan.cutting and only_color and looks == bare and plan.export.format != "avif":
            cutout = CutoutPlan(
                model=plan.cutting.model,
                mask=plan.cutting.mask,
                format=plan.export.format,
                bg_color=background.color,
            )
            return RemoveBackground(plan=cutout)
        return Edit(plan=plan)

    def _plan(self, given: dict[str, Any]) -> EditPlan:
        shadow = given.get("shadow")
        width = (given.get("outline") or 0) / 100
        return EditPlan(
            cutting=Cutting(model=settings.DEFAULT_MODEL, mask=_mask(given)),
            frame=frame_of(given.get("frame") or ""),
            layout=_layout(given),
            background=self._background(given),
            shadow=_shadow(given) if shadow else None,
            light=Light() if given.get("light") else None,
            outline=Outline(width=width) if width else None,
            text_removal=given.get("text") or None,
            export=Export(format=given.get("format") or "png"),
        )

    def _background(self, given: dict[str, Any]) -> Background:
        chosen = given["background"]
        if chosen == TRANSPARENT:
            return Background()
        if chosen == COLOR:
            return Background(color="#{:02x}{:02x}{:02x}".format(*parse_color(given["color"])))
        if chosen == WORDS:
            if not given.get("prompt"):
                raise InvalidPlan(gettext("Say in a few words what lies behind the product."))
            return Background(generated=Generated(given["prompt"], seed=given.get("seed")))
        return background_library.plan_of(background_library.find(self.account, chosen))


def _mask(given: dict[str, Any]) -> str | None:
    """Raises AppError NOT_FOUND for what is no id."""
    return str(decoded("img", given["mask"], "Mask")) if given.get("mask") else None


def _as_png(plan: EditPlan) -> EditPlan:
    """The same look, written as a PNG."""
    return replace(plan, export=Export())


def _layout(given: dict[str, Any]) -> Layout:
    size, padding = given.get("size") or "auto", given.get("padding") or 0
    if size == "auto" and padding == 0:
        return _AS_THE_PHOTO
    return Layout(size=size, padding=Sides.all(padding / 100))


def _shadow(given: dict[str, Any]) -> Shadow:
    intensity, direction = given.get("intensity"), given.get("direction")
    return Shadow(
        mode=given["shadow"],
        intensity=None if intensity is None else intensity / 100,
        direction=None if direction is None else float(direction),
    )
