"""The studio's form: what is chosen on the page, as an edit plan and as the command that makes it.

The form is the whole state of the page. An address may say it, too: what it leaves out is as at the start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from config.api.ids import decoded
from config.errors import AppError
from config.told import told
from processing.commands import Command, Edit, RemoveBackground
from processing.engine.errors import InvalidPlan
from processing.engine.plans.color_names import parse_color
from processing.engine.plans.cutout import Area, CleanUp, CutoutPlan, Cutting, Spot
from processing.engine.plans.edit import (
    MAX_SIDE,
    Background,
    EditPlan,
    Export,
    Generated,
    Layout,
    Light,
    Outline,
    Shadow,
    Upscale,
)
from processing.engine.prompts import scene
from processing.forms import default_model, model_choices
from processing.pages.reference import extras
from processing.pages.studio import kept as studio_kept
from processing.pages.studio import sizes as studio_sizes
from processing.pages.studio.frame_form import frame_of
from processing.services.backgrounds import background_library

TRANSPARENT, COLOR, WORDS = "transparent", "color", "words"
SHADOWS = [("", _("None")), ("soft", _("Soft")), ("hard", _("Hard")), ("floating", _("Floating"))]
FORMATS = [("png", "PNG"), ("jpg", "JPG"), ("webp", "WebP"), ("avif", "AVIF")]
TEXTS = [("", _("Keep")), ("artificial", _("Remove labels")), ("all", _("Remove all text"))]
EDGES = [("standard", _("Standard")), ("fine", _("Fine")), ("none", _("Unrefined"))]
POINT, BOX = "point", "box"
PICKS = [("", _("Everything")), (POINT, _("At a place")), (BOX, _("In a box"))]
# Options of cutting out that only programs are offered; of what is corrected, the page has the hanger alone.
LEFT_OUT: Final = frozenset({"despill", "output", "size"})

_CROPPED: Final = Layout(size=studio_sizes.CROPPED)


class StudioForm(extras.ExtrasForm):
    background = forms.CharField(initial=TRANSPARENT, max_length=80)
    color = forms.CharField(initial="#ffffff", max_length=32, required=False)
    prompt = forms.CharField(max_length=500, required=False, strip=True)
    seed = forms.IntegerField(min_value=0, max_value=2**32 - 1, required=False)
    model = forms.ChoiceField(required=False, label=_("Model"))
    edge = forms.ChoiceField(choices=EDGES, initial="standard", required=False)
    keep_existing_alpha = forms.BooleanField(required=False)
    remove_hanger = forms.BooleanField(required=False)
    # Of several products, which: at a place or in a box, in percent of the photo.
    pick = forms.ChoiceField(choices=PICKS, required=False)
    left = forms.FloatField(label=_("Left"), min_value=0, max_value=100, required=False)
    top = forms.FloatField(label=_("Top"), min_value=0, max_value=100, required=False)
    right = forms.FloatField(label=_("Right"), min_value=0, max_value=100, required=False)
    bottom = forms.FloatField(label=_("Bottom"), min_value=0, max_value=100, required=False)
    shadow = forms.ChoiceField(choices=SHADOWS, required=False)
    intensity = forms.IntegerField(min_value=0, max_value=100, initial=50, required=False)
    direction = forms.IntegerField(min_value=0, max_value=360, initial=310, required=False)
    size = forms.ChoiceField(initial=studio_sizes.AUTO, required=False)
    width = forms.IntegerField(label=_("Width"), min_value=1, max_value=MAX_SIDE, required=False)
    height = forms.IntegerField(label=_("Height"), min_value=1, max_value=MAX_SIDE, required=False)
    padding = forms.IntegerField(min_value=0, max_value=40, initial=0, required=False)
    place = forms.ChoiceField(
        choices=[studio_sizes.BY_ITSELF, *studio_sizes.PLACES], required=False
    )
    light = forms.BooleanField(required=False)
    outline = forms.IntegerField(min_value=0, max_value=5, initial=0, required=False)
    text = forms.ChoiceField(choices=TEXTS, required=False)
    upscale = forms.BooleanField(required=False)
    format = forms.ChoiceField(choices=FORMATS, initial="png", required=False)
    frame = forms.CharField(max_length=80, required=False)  # as pages.studio.frame_form writes it
    mask = forms.CharField(max_length=40, required=False)  # of a touched-up cutout
    # What the form has no choice for, of the edit that it was filled from (kept).
    kept = forms.CharField(max_length=studio_kept.MAX_LENGTH, required=False)

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.fields["model"].choices = model_choices()  # type: ignore[attr-defined]
        self.fields["size"].choices = studio_sizes.choices()  # type: ignore[attr-defined]

    @classmethod
    def initial_values(cls, given: Mapping[str, str] | None = None) -> dict[str, Any]:
        """What a page shows before anything is chosen, or with what an address says."""
        values = {name: field.initial for name, field in cls.base_fields.items()}
        values |= {"model": default_model()}
        return values | {name: text for name, text in (given or {}).items() if name in values}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                kept = studio_kept.Kept.read(cleaned.get("kept") or "")
                cleaned["plan"] = plan_of(cleaned, self._library_background, kept)
                extras.check(self.account, cleaned["plan"])
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
        """What of the edit suits other pictures: all but the part of this one that is kept, its mask,
        which of its products it is, and that it is small enough to be enlarged."""
        cutting = self.plan.cutting
        plain = None if cutting is None else replace(cutting, mask=None, point=None, box=None)
        frame = self.plan.frame.of_any_photo if self.plan.frame else None
        return replace(self.plan, cutting=plain, frame=frame, upscale=None)

    def command(self) -> Command:
        """The work that makes it. What is only a cutout, on nothing or on a color, is a cutout: of a photo
        that was cut out before it costs nothing."""
        plan = self.plan
        cutting, background = plan.cutting, plan.background
        bare = EditPlan(cutting=cutting, layout=plan.layout, background=background)
        is_plain = background == Background(color=background.color) and _as_png(plan) == bare
        is_plain = is_plain and plan.export == Export(format=plan.export.format)
        is_there = plan.layout in (studio_sizes.AS_THE_PHOTO, _CROPPED)
        if cutting is None or not (is_plain and is_there) or plan.export.format == "avif":
            return Edit(plan=plan)
        cutout = CutoutPlan(
            **options_of(cutting),
            format=plan.export.format,
            bg_color=background.color,
            crop=plan.layout == _CROPPED,
        )
        return RemoveBackground(plan=cutout)

    def _library_background(self, public_id: str) -> Background:
        return background_library.plan_of(background_library.find(self.account, public_id))


def options_of(cutting: Cutting) -> dict[str, Any]:
    """How the product is cut out, without the rest of a plan that says more."""
    return {part.name: getattr(cutting, part.name) for part in fields(Cutting)}


def plan_of(
    given: Mapping[str, Any],
    library: Callable[[str], Background],
    kept: studio_kept.Kept | None = None,
) -> EditPlan:
    """The edit of checked values; ``library`` finds a background by its id. Raises InvalidPlan, AppError."""
    width = (given.get("outline") or 0) / 100
    plan = EditPlan(
        cutting=Cutting(
            model=given.get("model") or default_model(),
            edge=given.get("edge") or "standard",
            keep_existing_alpha=bool(given.get("keep_existing_alpha")),
            clean_up=CleanUp(keep_hanger=not given.get("remove_hanger")),
            mask=_mask(given),
            **_pick(given),
        ),
        frame=frame_of(given.get("frame") or ""),
        layout=_layout(given),
        background=_background(given, library, kept),
        shadow=_shadow(given) if given.get("shadow") else None,
        light=Light() if given.get("light") else None,
        outline=Outline(width=width) if width else None,
        text_removal=given.get("text") or None,
        upscale=Upscale() if given.get("upscale") else None,
        **extras.parts_of(given),
        export=Export(format=given.get("format") or "png"),
    )
    return plan if kept is None else kept.with_choices(plan)


def _background(
    given: Mapping[str, Any],
    library: Callable[[str], Background],
    kept: studio_kept.Kept | None,
) -> Background:
    chosen = given["background"]
    if chosen == studio_kept.KEPT:
        if kept is None:
            raise InvalidPlan(gettext("Choose a background."))
        return kept.was.background
    if chosen == TRANSPARENT:
        return Background()
    if chosen == COLOR:
        return Background(color="#{:02x}{:02x}{:02x}".format(*parse_color(given["color"])))
    if chosen == WORDS:
        if not given.get("prompt"):
            raise InvalidPlan(gettext("Say in a few words what lies behind the product."))
        return Background(generated=_from_words(given["prompt"], given.get("seed"), kept))
    return library(chosen)


def _from_words(prompt: str, seed: int | None, kept: studio_kept.Kept | None) -> Generated:
    """What words describe, seen as it was before, unless other words say how it is to be seen."""
    was = kept.was.background.generated if kept else None
    stays = was is not None and (prompt == was.prompt or scene.parse(prompt).scene.view is None)
    return Generated(prompt, seed=seed, view=was.view if was and stays else None)


def _mask(given: Mapping[str, Any]) -> str | None:
    """Raises AppError NOT_FOUND for what is no id."""
    return str(decoded("img", given["mask"], "Mask")) if given.get("mask") else None


def _pick(given: Mapping[str, Any]) -> dict[str, Any]:
    """Which of several products; {} for everything. Raises InvalidPlan."""
    chosen = given.get("pick")
    if not chosen:
        return {}
    if given.get("mask"):
        raise InvalidPlan(gettext("Use the touched-up cutout, or choose the product, not both."))
    names = ("left", "top") if chosen == POINT else ("left", "top", "right", "bottom")
    if any(given.get(name) is None for name in names):
        raise InvalidPlan(gettext("Say where the product is: on the photo, or in percent of it."))
    shares = [given[name] / 100 for name in names]
    if chosen == POINT:
        return {POINT: Spot(*shares)}
    if shares[0] >= shares[2] or shares[1] >= shares[3]:
        raise InvalidPlan(gettext("The box has no area. Its right and lower edges come last."))
    return {BOX: Area(*shares)}


def _as_png(plan: EditPlan) -> EditPlan:
    """The same look, written as a PNG."""
    return replace(plan, export=Export())


def _layout(given: Mapping[str, Any]) -> Layout:
    chosen = given.get("size") or studio_sizes.AUTO
    if chosen == studio_sizes.OWN and not (given.get("width") and given.get("height")):
        raise InvalidPlan(gettext("Say how wide and how high the picture shall be, in pixels."))
    own = f"{given.get('width')}x{given.get('height')}"
    padding, place = given.get("padding") or 0, given.get("place") or ""
    return studio_sizes.layout(chosen, own=own, padding=padding, place=place)


def _shadow(given: Mapping[str, Any]) -> Shadow:
    intensity, direction = given.get("intensity"), given.get("direction")
    return Shadow(
        mode=given["shadow"],
        intensity=None if intensity is None else intensity / 100,
        direction=None if direction is None else float(direction),
    )
