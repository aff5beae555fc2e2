"""What the editing tools take: pydantic models, because the edit itself is one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.errors import invalid
from media_library.models import NAME_LENGTH
from processing.engine.errors import InvalidPlan
from processing.engine.plans.cutout import camel
from processing.engine.plans.edit import (
    MOST_PROMPT,
    Background,
    BackgroundImage,
    Blend,
    Downscale,
    EditFormat,
    EditPlan,
    Export,
    Generated,
    Layout,
    Scaling,
    Shadow,
    ShadowMode,
    Sides,
    TextRemovalMode,
    Upscale,
    UpscaleMode,
)
from processing.services.paint_background import PaintBackground, Side, order

_SHADOW = Literal["none", ShadowMode]


class _Body(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=camel, populate_by_name=False
    )


class ToolBody(_Body):
    """What every tool takes."""

    image_id: str = Field(description="The picture, `img_…`.")
    display: Literal["data", "url"] = Field(
        "data", description="`displayUrl` as a data URL, or as a signed link that expires."
    )


class EditBody(ToolBody):
    """An edit, a saved preset, or a preset with some of it changed."""

    edit: dict[str, Any] | None = Field(None, description="What is to be done: an EditPlan.")
    preset_id: str | None = Field(
        None, description="A saved edit, `preset_…`; what `edit` says replaces what it says."
    )

    @model_validator(mode="after")
    def _something(self) -> EditBody:
        if self.edit is None and self.preset_id is None:
            raise ValueError("Say what is to be done: edit, presetId or both.")
        return self


class DocumentedEditBody(ToolBody):
    """An edit, a saved preset, or a preset with some of it changed."""

    edit: EditPlan | None = Field(None, description="What is to be done.")
    preset_id: str | None = Field(
        None, description="A saved edit, `preset_…`; what `edit` says replaces what it says."
    )


class PresetBody(_Body):
    """A named edit."""

    name: str = Field(min_length=1, max_length=100)
    edit: dict[str, Any]


class PresetChange(_Body):
    """What is to change."""

    name: str | None = Field(None, min_length=1, max_length=100)
    edit: dict[str, Any] | None = None


class _Words(_Body):
    """How a background from words is asked for."""

    prompt: str
    style_preset: str | None = Field(None, description="A preset or style, see `/backdrops`.")
    negative_prompt: str | None = None
    seed: int | None = None
    provider: str | None = Field(None, description="`studio`, or another of this site's.")
    allow_fallback: bool = False

    def generated(self) -> Generated:
        """Raises InvalidPlan."""
        return Generated(
            prompt=self.prompt,
            style=self.style_preset,
            negative_prompt=self.negative_prompt,
            seed=self.seed,
            provider=self.provider,
            fallback=self.allow_fallback,
        )


class GenerateBackgroundOptions(_Words):
    """A new background from words."""

    prompt: str = Field(description="What lies behind and below the product.")
    seed: int | None = Field(None, description="The same seed gives the same picture again.")
    allow_fallback: bool = Field(
        False, description="Let `studio` stand in where the provider fails; the answer says so."
    )
    width: int | None = Field(None, ge=64, le=4096)
    height: int | None = Field(None, ge=64, le=4096)
    shadow: _SHADOW = "soft"
    format: EditFormat = "png"

    @model_validator(mode="after")
    def _both_sides(self) -> GenerateBackgroundOptions:
        if (self.width is None) != (self.height is None):
            raise ValueError("width and height go together.")
        return self

    def plan(self) -> EditPlan:
        """With a size of its own the product stands low in the frame, otherwise where it was."""
        layout = Layout(size="originalImage", reference_box="originalImage")
        if self.width is not None:
            sides = Sides(top=0.12, right=0.12, bottom=0.12, left=0.12)
            layout = Layout(size=f"{self.width}x{self.height}", padding=sides, vertical="bottom")
        return EditPlan(
            layout=layout,
            background=Background(generated=self.generated()),
            shadow=None if self.shadow == "none" else Shadow(mode=self.shadow),
            export=Export(format=self.format),
        )


class ReplaceBackgroundOptions(_Body):
    """A colour, a picture or one of the library's backgrounds in place of the background."""

    color: str | None = Field(None, description="Hex (`#fff`, `ffffff80`) or a CSS name.")
    background_image_id: str | None = Field(None, description="Another of your pictures, `img_…`.")
    background_id: str | None = Field(
        None, description="One of the library's, `bg_…` (see `/backgrounds`). It goes alone."
    )
    blend_mode: Blend = Field(
        "normal", description="How the product's colours mix with what lies behind it."
    )
    scaling: Scaling = "fill"
    shadow: _SHADOW = "none"
    format: EditFormat = "png"

    @model_validator(mode="after")
    def _one(self) -> ReplaceBackgroundOptions:
        others = self.color is not None or self.background_image_id is not None
        if others == (self.background_id is not None):
            raise ValueError(
                "Say what comes instead: color, backgroundImageId, or both; or backgroundId alone."
            )
        return self

    def plan(self, library: Background | None) -> EditPlan:
        """``library`` is what ``background_id`` stands for."""
        image = self.background_image_id
        behind = library or Background(
            color=self.color, image=None if image is None else BackgroundImage(image, self.scaling)
        )
        return EditPlan(
            layout=Layout(size="originalImage", reference_box="originalImage"),
            background=replace(behind, blend=self.blend_mode),
            shadow=None if self.shadow == "none" else Shadow(mode=self.shadow),
            export=Export(format=self.format),
        )


class UpscaleOptions(_Body):
    """Four times the size."""

    mode: UpscaleMode = "fast"
    downscale_if_needed: Downscale = Field(
        "never", description="For a picture above the mode's limit: refuse, shrink first, or skip."
    )
    format: EditFormat = "png"

    def plan(self) -> EditPlan:
        return EditPlan(
            cutting=None,
            upscale=Upscale(self.mode, self.downscale_if_needed),
            export=Export(format=self.format),
        )


class RemoveTextOptions(_Body):
    """Text out of a picture."""

    mode: TextRemovalMode = Field(
        "artificial", description="Text laid over the photo, text within its scene, or both."
    )
    format: EditFormat = "png"

    def plan(self) -> EditPlan:
        return EditPlan(cutting=None, text_removal=self.mode, export=Export(format=self.format))


class GenerateBackgroundBody(GenerateBackgroundOptions, ToolBody):
    """A new background from words."""


class ReplaceBackgroundBody(ReplaceBackgroundOptions, ToolBody):
    """A colour, a picture or one of the library's backgrounds in place of the background."""


class PaintBackgroundBody(_Words):
    """A background from words, for the library."""

    prompt: str = Field(min_length=1, max_length=MOST_PROMPT, description="What it shows.")
    negative_prompt: str | None = Field(None, max_length=MOST_PROMPT)
    seed: int | None = Field(
        None,
        ge=0,
        lt=2**32,
        description="The same seed gives the same picture again; without, each is new.",
    )
    allow_fallback: bool = Field(
        False, description="Let `studio` stand in where the provider fails; `madeFrom` says so."
    )
    width: Side = 1920
    height: Side = 1080
    name: str | None = Field(
        None, max_length=NAME_LENGTH, description="The prompt's beginning, where it is left out."
    )
    category: Literal["solid", "gradient", "pattern", "nature", "abstract", "custom"] = "custom"
    tags: tuple[str, ...] = ()

    def order(self) -> PaintBackground:
        """Raises AppError VALIDATION_ERROR."""
        try:
            generated = self.generated()
        except InvalidPlan as error:
            raise invalid("prompt", error.message) from error
        size = (self.width, self.height)
        name, category = self.name or "", self.category
        return order(generated, size, name=name, category=category, tags=self.tags)


class UpscaleBody(UpscaleOptions, ToolBody):
    """Four times the size."""


class RemoveTextBody(RemoveTextOptions, ToolBody):
    """Text out of a picture."""
