"""What the editing tools take: pydantic models, because the edit itself is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from accounts.models import Account
from media_library.models import NAME_LENGTH
from processing.commands import EditOperation
from processing.engine.errors import InvalidPlan
from processing.engine.plans.cutout import camel
from processing.engine.plans.edit import (
    MAX_PROMPT,
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
from processing.engine.poses import View
from processing.engine.prompts import scene
from processing.services import edit_json
from processing.services.backgrounds import background_library
from processing.services.backgrounds.paint_background import PaintBackground, Side, order

_SHADOW = Literal["none", ShadowMode]
_PRESET: Any = Field(
    None,
    description="A preset, your own (`preset_…`) or a ready one (`look_…`). Values in `edit` override it.",
)


class Body(BaseModel):
    """A JSON body, which knows its fields."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=camel, populate_by_name=False
    )


class EditOptions(Body):
    """The options of one of the tools that are edits."""

    operation: ClassVar[EditOperation]
    # The plan's options that are called something else here.
    names: ClassVar[Mapping[str, str]] = {}

    def plan(self, account: Account) -> EditPlan:
        """Raises InvalidPlan, and AppError for what is not the account's."""
        raise NotImplementedError


class Shown(Body):
    """How the result is shown."""

    display: Literal["data", "url"] = Field(
        "data", description="Whether `displayUrl` is a data URL or a signed link that expires."
    )


class ToolBody(Shown):
    """What every tool takes."""

    image_id: str = Field(description="The image, `img_…`.")


class EditToolBody(EditOptions, ToolBody):
    """What each of the smaller tools takes."""


class PreviewBody(Body):
    """Takes an edit, a preset, or a preset with changes."""

    edit: dict[str, Any] | None = Field(None, description="The edit.")
    preset_id: str | None = _PRESET


class EditBody(PreviewBody, ToolBody):
    """Takes an edit, a preset, or a preset with changes."""

    @model_validator(mode="after")
    def _something(self) -> EditBody:
        if self.edit is None and self.preset_id is None:
            raise ValueError("Send edit, presetId or both.")
        return self


class DocumentedPreviewBody(Body):
    """Takes an edit, a preset, or a preset with changes."""

    edit: EditPlan | None = Field(None, description="The edit.")
    preset_id: str | None = _PRESET


class DocumentedEditBody(DocumentedPreviewBody, ToolBody):
    """Takes an edit, a preset, or a preset with changes."""


class _Words(Body):
    """How a background from words is asked for."""

    prompt: str = ""
    style_preset: str | None = Field(
        None, description="A preset or style, see `/backdrops`. With it, the prompt may be omitted."
    )
    negative_prompt: str | None = None
    seed: int | None = None
    provider: str | None = Field(None, description="`studio`, or another provider of this site.")
    allow_fallback: bool = False
    view: View | None = Field(
        None,
        description=(
            "How the scene is seen: `above`, straight down on a surface; `level`, with a wall or a horizon "
            'behind; `wall`, straight at a wall. By default the prompt\'s words decide ("from above"), else '
            "how the product is posed in its photo; the answer says which it was."
        ),
    )

    def generated(self) -> Generated:
        """Raises InvalidPlan."""
        return Generated(
            prompt=self.prompt,
            style=self.style_preset,
            negative_prompt=self.negative_prompt,
            seed=self.seed,
            provider=self.provider,
            fallback=self.allow_fallback,
            view=self.view,
        )


class GenerateBackgroundOptions(_Words, EditOptions):
    """Generates a new background from a prompt."""

    operation = "generate-background"

    prompt: str = Field("", description="What the scene behind and below the product shows.")
    seed: int | None = Field(None, description="The same seed gives the same image again.")
    allow_fallback: bool = Field(
        False, description="Use `studio` if the provider fails; the answer says so."
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

    def plan(self, account: Account) -> EditPlan:
        """With a size of its own the product stands low in the frame, otherwise where it was."""
        generated = self.generated()
        scene.parse(self.prompt, self.style_preset, self.negative_prompt)
        layout = Layout(size="originalImage", reference_box="originalImage")
        if self.width is not None:
            sides = Sides(top=0.12, right=0.12, bottom=0.12, left=0.12)
            layout = Layout(size=f"{self.width}x{self.height}", padding=sides, vertical="bottom")
        return EditPlan(
            layout=layout,
            background=Background(generated=generated),
            shadow=None if self.shadow == "none" else Shadow(mode=self.shadow),
            export=Export(format=self.format),
        )


class ReplaceBackgroundOptions(EditOptions):
    """Replaces the background with a color, an image or a background from the library."""

    operation = "replace-background"
    names = {"blend": "color"}  # which is what is missing

    color: str | None = Field(None, description="Hex (`#fff`, `ffffff80`) or a CSS name.")
    background_image_id: str | None = Field(None, description="Another of your images, `img_…`.")
    background_id: str | None = Field(
        None,
        description=(
            "A background from the library, `bg_…` (see `/backgrounds`). It can't be combined "
            "with the others."
        ),
    )
    blend_mode: Blend = Field(
        "normal", description="How the product's colors mix with what lies behind it."
    )
    scaling: Scaling = "fill"
    shadow: _SHADOW = "none"
    format: EditFormat = "png"

    @model_validator(mode="after")
    def _one(self) -> ReplaceBackgroundOptions:
        others = self.color is not None or self.background_image_id is not None
        if others == (self.background_id is not None):
            raise ValueError("Send color, backgroundImageId or both, or backgroundId alone.")
        return self

    def plan(self, account: Account) -> EditPlan:
        return EditPlan(
            layout=Layout(size="originalImage", reference_box="originalImage"),
            background=replace(self._behind(account), blend=self.blend_mode),
            shadow=None if self.shadow == "none" else Shadow(mode=self.shadow),
            export=Export(format=self.format),
        )

    def _behind(self, account: Account) -> Background:
        if self.background_id is not None:
            entry = background_library.find(account, self.background_id)
            return background_library.plan_of(entry, self.scaling)
        image = None
        if self.background_image_id is not None:
            row = edit_json.image_id(self.background_image_id, "backgroundImageId")
            image = BackgroundImage(row, self.scaling)
        return Background(color=self.color, image=image)


class UpscaleOptions(EditOptions):
    """Enlarges an image four times."""

    operation = "upscale"

    mode: UpscaleMode = "fast"
    downscale_if_needed: Downscale = Field(
        "never",
        description=(
            "What to do with an image above the mode's limit: refuse it, shrink it first, or "
            "skip upscaling."
        ),
    )
    format: EditFormat = "png"

    def plan(self, account: Account) -> EditPlan:
        return EditPlan(
            cutting=None,
            upscale=Upscale(self.mode, self.downscale_if_needed),
            export=Export(format=self.format),
        )


class RemoveTextOptions(EditOptions):
    """Removes text from a picture."""

    operation = "remove-text"

    mode: TextRemovalMode = Field(
        "artificial", description="Text laid over the photo, text within the scene, or both."
    )
    format: EditFormat = "png"

    def plan(self, account: Account) -> EditPlan:
        return EditPlan(cutting=None, text_removal=self.mode, export=Export(format=self.format))


class GenerateBackgroundBody(GenerateBackgroundOptions, EditToolBody):
    """Generates a new background from a prompt."""


class ReplaceBackgroundBody(ReplaceBackgroundOptions, EditToolBody):
    """Replaces the background with a color, an image or a background from the library."""


class PaintBackgroundBody(_Words):
    """Generates a background for the library from a prompt."""

    prompt: str = Field("", max_length=MAX_PROMPT, description="What the background shows.")
    negative_prompt: str | None = Field(None, max_length=MAX_PROMPT)
    seed: int | None = Field(
        None,
        ge=0,
        lt=2**32,
        description="The same seed gives the same image again; without a seed, each image is new.",
    )
    allow_fallback: bool = Field(
        False, description="Use `studio` if the provider fails; `madeFrom` says so."
    )
    width: Side = 1920
    height: Side = 1080
    name: str | None = Field(
        None, max_length=NAME_LENGTH, description="The beginning of the prompt if omitted."
    )
    category: Literal["solid", "gradient", "pattern", "nature", "abstract", "custom"] = "custom"
    tags: tuple[str, ...] = ()

    def order(self) -> PaintBackground:
        """Raises AppError VALIDATION_ERROR."""
        try:
            generated = self.generated()
        except InvalidPlan as error:
            raise edit_json.refused(error) from error
        size = (self.width, self.height)
        name, category = self.name or "", self.category
        return order(generated, size, name=name, category=category, tags=self.tags)


class UpscaleBody(UpscaleOptions, EditToolBody):
    """Enlarges an image four times."""


class RemoveTextBody(RemoveTextOptions, EditToolBody):
    """Removes text from a picture."""


def one_length_for_four_sides(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """Describe that one length stands for four equal ones (edit_json.plan_from)."""
    schemas = result["components"]["schemas"]
    sides = schemas.get("Sides")  # not in a document of some endpoints alone
    if sides is not None and "anyOf" not in sides:
        one_side = sides["properties"]["top"]["anyOf"]
        description = "One length for all four sides, or one for each."
        schemas["Sides"] = {"description": description, "anyOf": [sides, *one_side]}
    return result
