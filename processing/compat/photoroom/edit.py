"""The parameters of ``/v2/edit`` and ``/v1/render`` as an EditPlan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.conf import settings

from config.errors import AppError
from processing.commands import Edit
from processing.compat.fields import Fields, wrong
from processing.compat.photoroom import looks
from processing.compat.photoroom.background import NAMES as BACKGROUND_NAMES
from processing.compat.photoroom.background import read_background
from processing.compat.photoroom.layout import NAMES as LAYOUT_NAMES
from processing.compat.photoroom.layout import SNAP, read_layout
from processing.compat.pictures import PictureParam
from processing.engine.errors import InvalidPlan
from processing.engine.plans.cutout import Cutting, Edge
from processing.engine.plans.edit import Background, EditPlan, Layout

# What would need a model that nobody can run honestly on a shop's own machine: to leave it out
# without a word would be another picture than the one asked for.
UNAVAILABLE = (
    *("beautify", "describeAnyChange", "editWithAI", "expand", "flatLay", "ghostMannequin"),
    *("imageFromPrompt", "ironing", "layers", "uncrop", "virtualModel"),
    *("segmentation.prompt", "segmentation.negativePrompt"),
)
# What needs a cutout, in the order in which it is looked for.
NEEDS_CUTOUT = (
    *("background.imageFile", "background.imageUrl"),
    *("background.guidance.imageFile", "background.guidance.imageUrl"),
    *("background.prompt", "background.blur.mode", SNAP, "referenceBox"),
    *("shadow.mode", "outline.color"),
)
# Of these, what says how it is without a cutout anyway: forms send it with all their other fields.
_WITHOUT_CUTOUT = {SNAP: "false", "referenceBox": "originalImage", "shadow.mode": "none"}


@dataclass(frozen=True)
class EditRequest:
    """What a request wants, before the other pictures that it brings along have their ids."""

    plan: EditPlan
    image: PictureParam | None = None
    guidance: PictureParam | None = None

    @property
    def others(self) -> list[PictureParam]:
        return [sent for sent in (self.image, self.guidance) if sent is not None]

    def command(self, other_ids: list[str], *, watermark: bool) -> Edit:
        """``other_ids`` are the rows of ``others``, in their order."""
        ids = iter(other_ids)
        behind = self.plan.background
        if self.image is not None and behind.image is not None:
            behind = replace(behind, image=replace(behind.image, image_id=next(ids)))
        if self.guidance is not None and behind.generated is not None:
            generated = replace(behind.generated, guidance_image_id=next(ids))
            behind = replace(behind, generated=generated)
        return Edit(plan=replace(self.plan, background=behind), watermark=watermark)


def bare_plan() -> EditPlan:
    """What is done where a request says nothing: the subject cut out, and fitted to the canvas."""
    return EditPlan(cutting=Cutting(model=settings.DEFAULT_MODEL))


def read_edit(fields: Fields, base: EditPlan, *, edge: Edge | None = None) -> EditRequest:
    """The template's plan ``base`` with what the request says in place of it.

    Raises AppError VALIDATION_ERROR naming the parameter.
    """
    _refuse_unavailable(fields)
    removes = fields.flag("removeBackground")
    if removes is False:
        for idle, word in _WITHOUT_CUTOUT.items():
            fields.leave_out(idle, word)
        if name := fields.first(NEEDS_CUTOUT):
            raise wrong(name, "can't be provided if removeBackground is set to false")
    behind = read_background(fields, base.background)
    new_scene = behind.plan.generated is not None and base.background.generated is None
    export = looks.read_export(fields, base.export)
    try:
        plan = EditPlan(
            cutting=_cutting(fields, base.cutting, removes=removes, edge=edge),
            layout=read_layout(fields, base.layout),
            background=behind.plan,
            shadow=looks.read_shadow(fields, base.shadow, new_scene=new_scene),
            light=looks.read_light(fields, base.light),
            outline=looks.read_outline(fields, base.outline),
            text_removal=looks.read_text_removal(fields, base.text_removal),
            upscale=looks.read_upscale(fields, base.upscale),
            export=replace(export, color_space="sRGB"),
        )
        if export.color_space == "original":
            plan = _in_original_colors(plan, fields)
    except InvalidPlan as error:
        # Single parameters were checked above: what is left clashes with another or the template.
        raise AppError("VALIDATION_ERROR", error.message) from error
    return EditRequest(plan, behind.image, behind.guidance)


def _refuse_unavailable(fields: Fields) -> None:
    for name in fields.names:
        if any(
            name == group or name.startswith((f"{group}.", f"{group}[")) for group in UNAVAILABLE
        ):
            raise wrong(name, "is not available here")
    # Keeping what stands out is what cutting out does anyway.
    if fields.choice("segmentation.mode", {"keepSalientObject": 1, "ignoreSalientObject": 0}) == 0:
        raise wrong("segmentation.mode", "ignoreSalientObject is not available here")


def _cutting(
    fields: Fields, base: Cutting | None, *, removes: bool | None, edge: Edge | None
) -> Cutting | None:
    keeps_alpha = fields.choice("keepExistingAlphaChannel", {"auto": True, "never": False})
    if removes is False or (removes is None and base is None):
        fields.ignore("keepExistingAlphaChannel")
        return None
    cutting = base or bare_plan().cutting or Cutting()
    if keeps_alpha is not None:
        cutting = replace(cutting, keep_existing_alpha=keeps_alpha)
    return cutting if edge is None else replace(cutting, edge=edge)


def _in_original_colors(plan: EditPlan, fields: Fields) -> EditPlan:
    """Only a plain cutout as PNG keeps its source's colors: what clashes with that is named."""
    for names, clashes in _CLASHES:
        if clashes(plan):
            name = fields.first((*names, "templateId")) or names[0]
            raise wrong(name, "can't be provided if colorSpace is set to original")
    return replace(plan, export=replace(plan.export, color_space="original"))


def _is_laid_out(plan: EditPlan) -> bool:
    layout = plan.layout
    size = "auto" if layout.size == "originalImage" else layout.size
    return replace(layout, size=size) != Layout()


_CLASHES: tuple[tuple[tuple[str, ...], Callable[[EditPlan], bool]], ...] = (
    (("removeBackground",), lambda plan: plan.cutting is None),
    (
        ("keepExistingAlphaChannel",),
        lambda plan: plan.cutting is not None and plan.cutting.keep_existing_alpha,
    ),
    (("export.format",), lambda plan: plan.export.format != "png"),
    (("export.dpi",), lambda plan: plan.export.dpi is not None),
    (("preserveMetadata",), lambda plan: plan.export.metadata not in ("never", "xmp")),
    (BACKGROUND_NAMES, lambda plan: plan.background != Background()),
    (("shadow.mode",), lambda plan: plan.shadow is not None),
    (("lighting.mode",), lambda plan: plan.light is not None),
    (("outline.color",), lambda plan: plan.outline is not None),
    (("textRemoval.mode",), lambda plan: plan.text_removal is not None),
    (("upscale.mode",), lambda plan: plan.upscale is not None),
    (LAYOUT_NAMES, _is_laid_out),
)
