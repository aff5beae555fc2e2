"""Forms on pages: they check what was chosen and build commands, and never write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from processing.commands import RemoveBackground
from processing.engine.errors import InvalidPlan
from processing.engine.networks.auto import AUTO
from processing.engine.networks.registry import ModelInfo
from processing.engine.plans.color_names import parse_color
from processing.engine.plans.cutout import CutoutPlan, types_of
from processing.worker import runtime

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

BACKGROUNDS = [("", _("Transparent")), ("#ffffff", _("White")), ("custom", _("Color"))]


@dataclass(frozen=True)
class Shown:
    """An option of CutoutPlan as people see it; `words` for each of its choices, in this order."""

    label: str | _StrPromise
    words: Mapping[str, str | _StrPromise] = field(default_factory=dict)
    widget: type[forms.Widget] | None = None


# In the order of the page. The background's color is asked for by two fields of the form's own.
SHOWN = {
    "format": Shown(
        _("File format"), {"png": "PNG", "webp": "WebP", "jpg": "JPG"}, widget=forms.RadioSelect
    ),
    "model": Shown(_("Model")),
    "edge": Shown(
        _("Edges"),
        {"standard": _("Standard"), "fine": _("Fine"), "none": _("None (raw model output)")},
    ),
    "crop": Shown(_("Crop to the product")),
    "keep_existing_alpha": Shown(_("Keep the file's own transparency")),
}
# Options that only programs are offered.
LEFT_OUT = frozenset({"clean_up", "despill", "output", "size", "box", "point", "mask"})


def installed_models() -> list[ModelInfo]:
    return [info for info in runtime.models() if info.installed]


def api_name(info: ModelInfo) -> str:
    """What people write in the API too: the same work gets the same command."""
    return info.aliases[0] if info.aliases else info.name


def model_choices() -> list[tuple[str, str]]:
    """The installed models for a form's choice, by what people write in the API too: the same work gets the
    same command."""
    return [(api_name(info), _label(info)) for info in installed_models()]


def default_model() -> str:
    """The site's own model, under that name."""
    return api_names().get(settings.DEFAULT_MODEL, str(settings.DEFAULT_MODEL))


def api_names() -> dict[str, str]:
    """The names that forms have for models, by each name that they go by."""
    models = installed_models()
    return {name: api_name(info) for info in models for name in (info.name, *info.aliases)}


def _label(info: ModelInfo) -> str:
    if info.name == AUTO:
        return gettext("Auto (looks again where unsure)")
    return f"{api_name(info).capitalize()} ({info.name})" if info.aliases else info.name


class CutoutForm(forms.Form):
    background = forms.ChoiceField(
        choices=BACKGROUNDS, required=False, widget=forms.RadioSelect, label=_("Background")
    )
    color = forms.CharField(
        required=False,
        initial="#dfe7e6",
        max_length=32,
        label=_("Background color"),
        widget=forms.TextInput(attrs={"type": "color"}),
    )

    def __init__(self, *args: Any, has_alpha: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {name: _field_of(name) for name in SHOWN}
        models = installed_models()
        self.fields["model"].choices = [  # type: ignore[attr-defined]
            (api_name(info), _label(info)) for info in models
        ]
        default = (i for i in models if settings.DEFAULT_MODEL in (i.name, *i.aliases))
        self.fields["model"].initial = next(map(api_name, default), None)
        self.has_models = bool(models)
        self.has_alpha = has_alpha

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("background") == "custom":
            try:
                parse_color(cleaned.get("color", ""))
            except InvalidPlan as error:
                self.add_error("color", str(error))
        return cleaned

    def command(self) -> RemoveBackground:
        given = self.cleaned_data
        color = given["color"] if given["background"] == "custom" else given["background"]
        options = {name: given[name] for name in SHOWN}
        return RemoveBackground(plan=CutoutPlan(bg_color=color or None, **options))

    @property
    def more(self) -> list[forms.BoundField]:
        """What the page asks for below the background and the format."""
        hidden = {"format"} if self.has_alpha else {"format", "keep_existing_alpha"}
        return [self[name] for name in SHOWN if name not in hidden]


def _field_of(name: str) -> forms.Field:
    shown = SHOWN[name]
    if types_of(CutoutPlan)[name] is bool:
        return forms.BooleanField(required=False, label=shown.label)
    choices = list(shown.words.items())
    initial = getattr(CutoutPlan(), name)
    return forms.ChoiceField(
        choices=choices, initial=initial, label=shown.label, widget=shown.widget
    )
