"""Forms on pages: they check what was chosen and build commands, and never write."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from processing.commands import RemoveBackground
from processing.engine.errors import InvalidPlan
from processing.engine.networks.registry import ModelInfo
from processing.engine.plans.color_names import parse_color
from processing.engine.plans.cutout import CutoutPlan
from processing.worker.runtime import registry

EDGES = [("standard", "Standard"), ("fine", "Fine"), ("none", "As the model sees it")]
FORMATS = [("png", "PNG"), ("webp", "WebP"), ("jpg", "JPG")]
BACKGROUNDS = [("", "Transparent"), ("#ffffff", "White"), ("custom", "Colour")]


def installed_models() -> list[ModelInfo]:
    return [info for info in registry().names() if info.installed]


def word_for(info: ModelInfo) -> str:
    """What people write in the API too: the same work gets the same command."""
    return info.aliases[0] if info.aliases else info.name


class CutoutForm(forms.Form):
    background = forms.ChoiceField(
        choices=BACKGROUNDS, required=False, widget=forms.RadioSelect, label="Background"
    )
    color = forms.CharField(
        required=False,
        initial="#dfe7e6",
        max_length=32,
        label="Background colour",
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    format = forms.ChoiceField(
        choices=FORMATS, initial="png", widget=forms.RadioSelect, label="File format"
    )
    model = forms.ChoiceField(label="Model")
    edge = forms.ChoiceField(choices=EDGES, initial="standard", label="Edges")
    crop = forms.BooleanField(required=False, label="Crop to the product")
    keep_existing_alpha = forms.BooleanField(
        required=False, label="Keep the transparency that the file has"
    )

    def __init__(self, *args: Any, has_alpha: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        models = installed_models()
        self.fields["model"].choices = [  # type: ignore[attr-defined]
            (
                word_for(info),
                f"{word_for(info).capitalize()} ({info.name})" if info.aliases else info.name,
            )
            for info in models
        ]
        default = (i for i in models if settings.DEFAULT_MODEL in (i.name, *i.aliases))
        self.fields["model"].initial = next(map(word_for, default), None)
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
        return RemoveBackground(
            plan=CutoutPlan(
                model=given["model"],
                edge=given["edge"],
                format=given["format"],
                bg_color=color or None,
                crop=given["crop"],
                keep_existing_alpha=given["keep_existing_alpha"],
            )
        )
