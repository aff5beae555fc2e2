"""Masks of pictures: sent in, or mended by strokes of a brush; the command, and what a worker does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.limits.operations import REMOVE_BACKGROUND, TOUCH_UP, Operation
from config.errors import invalid
from media_library import selectors
from media_library.intake import ingest
from media_library.intake.ingest import Incoming
from media_library.models import Image
from media_library.services import delete_image
from processing.commands import Command, CuttingOut, Edit, Makes, RemoveBackground
from processing.engine import versions
from processing.engine.errors import InvalidPlan
from processing.engine.plans.cutout import Cutting
from processing.engine.plans.touch_up import TouchUp
from processing.engine.render_mask import render_mask
from processing.engine.rendered import Rendered
from processing.models import Job
from processing.services import edit_json
from processing.worker import mattes, runner, runtime
from processing.worker.kinds import Kind
from processing.worker.making import cutouts, masks

# Of one picture; the oldest go, but for the one it is cut out by. Every stroke in the browser makes one.
MAX_MASKS = 50


class MendMatte(Command):
    """A picture's matte, mended: its result is a mask. What it begins with is what `cutting` says, where a
    model that has to look is counted as one more cutout."""

    operation: Literal["touch-up", "cut-out-and-touch-up"] = "touch-up"
    plan: TouchUp
    cutting: Cutting

    @property
    def label(self) -> str:
        return "mask"

    @property
    def makes(self) -> Makes:
        return "mask"

    @property
    def cut_out_by(self) -> str:
        return "" if self.cutting.mask else self.cutting.model

    def work(self) -> dict[str, Any]:
        kept = self.stored()
        return {"plan": kept["plan"], "cutting": kept["cutting"]}

    def cutting_out(self, size: tuple[int, int]) -> CuttingOut | None:
        return CuttingOut(self.cutting) if self.cutting.mask is None else None

    def image_ids(self) -> tuple[str, ...]:
        return () if self.cutting.mask is None else (self.cutting.mask,)


def bring_in(image: Image, file: Incoming, *, mask_id: UUID | None = None) -> Image:
    """Keep a grey picture as a mask of another, as it is. Raises AppError VALIDATION_ERROR for one of
    another size, and what the ingest does."""
    incoming = [replace(file, mask_of=image, id=mask_id or file.id)]
    with ingest.stored(image.account, incoming, project=image.project) as [mask]:
        if (mask.width, mask.height) != (image.width, image.height):
            message = (
                f"The mask has {mask.width}x{mask.height} pixels and the image "
                f"{image.width}x{image.height}."
            )
            raise invalid(file.field, message)
        with transaction.atomic():
            ingest.keep_all([mask])
            _forget_oldest(image)
    return mask


def newest(image: Image) -> Image | None:
    """The mask of a picture that was made last."""
    return selectors.masks_of(image).first()


def chosen(image: Image) -> Image | None:
    """The mask that a picture was last cut out by, if it is there still: what other looks of it start
    from, too."""
    there = {str(mask.pk): mask for mask in selectors.masks_of(image)}
    if not there:
        return None
    cut_out = Q(operation__in=RemoveBackground.operations(), command__mask__in=list(there))
    edited = Q(operation__in=Edit.operations(), command__plan__cutting__mask__in=list(there))
    jobs = Job.objects.filter(cut_out | edited, account=image.account_id, source=image)
    last = jobs.order_by("-created_at").first()
    if last is None:
        return None
    named = last.command.get("mask") or last.command["plan"]["cutting"]["mask"]
    return there[named]


def mend(image: Image, plan: TouchUp, cutting: Cutting) -> MendMatte:
    """The command that mends a picture's matte, checked. Raises AppError VALIDATION_ERROR."""
    try:
        plan.check(image.width, image.height)
    except InvalidPlan as error:
        raise edit_json.refused(error) from error
    has_matte = cutting.mask is not None
    return MendMatte(
        operation="touch-up" if has_matte else "cut-out-and-touch-up", plan=plan, cutting=cutting
    )


def work(job: Job, command: MendMatte) -> Rendered:
    _, data = runner.source_of(job)
    kept = mattes.for_work(job, command)
    rendered = render_mask(
        data,
        command.plan,
        command.cutting,
        runtime.registry(),
        mask=masks.file_of(job, command.cutting),
        kept=kept,
        keeps_matte=bool(job.cutting),
        max_pixels=settings.MAX_PIXELS,
    )
    return replace(rendered, from_kept=kept is not None)


def _makers(command: MendMatte) -> list[str]:
    code = versions.of_mask()
    return [code] if command.cutting.mask else [code, runtime.model_version(command.cutting.model)]


def _check(command: MendMatte) -> None:
    if command.cutting.mask is None:
        runtime.check_model(command.cutting.model)


def _check_source(command: MendMatte, source: Image) -> None:
    masks.check(command.cutting, source, field="cutting.mask")


def _completing(job: Job, command: MendMatte, result: Image | None) -> None:
    if job.source is not None:
        _forget_oldest(job.source)


def _forget_oldest(image: Image) -> None:
    """All but the newest, and the one that the picture is cut out by."""
    old = list(selectors.masks_of(image)[MAX_MASKS:])
    kept = chosen(image) if old else None
    for mask in old:
        if mask != kept:
            delete_image(mask, permanently=True)


def _describe(command: MendMatte) -> str:
    count = len(command.plan.strokes)
    return "" if count == 0 else "1 stroke" if count == 1 else f"{count} strokes"


KIND = Kind(
    operations={
        "touch-up": Operation(
            TOUCH_UP,
            title="Touch-up",
            running="Touching up",
            done="Touched up",
            metered=False,
        ),
        "cut-out-and-touch-up": cutouts.KIND.operations[REMOVE_BACKGROUND],
    },
    work=work,
    makers=_makers,
    check=_check,
    check_source=_check_source,
    completing=_completing,
    describe=_describe,
    counts_cutouts=True,
)
