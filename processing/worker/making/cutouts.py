"""Cutting out: the kind of work that a RemoveBackground asks for."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.limits.operations import REMOVE_BACKGROUND, Operation
from media_library.models import Image
from processing.commands import RemoveBackground
from processing.engine.plans.cutout import CutoutPlan
from processing.engine.render_cutout import render
from processing.engine.rendered import Rendered
from processing.models import Job
from processing.worker import mattes, renditions, runner, runtime
from processing.worker.kinds import Kind, by_name
from processing.worker.making import masks

_EDGE_WORDS = {"fine": _("fine edges"), "none": _("raw edges")}
_FLAG_WORDS = {"crop": _("cropped"), "keep_existing_alpha": _("original transparency kept")}
# Options that a picture's history says nothing of.
LEFT_OUT = frozenset({"despill", "size"})


def work(job: Job, command: RemoveBackground) -> Rendered:
    source, data = runner.source_of(job)
    kept = mattes.for_work(job, command)
    rendered = render(
        data,
        command.plan,
        runtime.registry(),
        watermark=command.watermark,
        corrected_original=source.orientation != 1 and not source.corrected_key,
        preview_side=runner.preview_side(job),
        max_pixels=settings.MAX_PIXELS,
        kept=kept,
        keeps_matte=bool(job.cutting),
        mask=masks.file_of(job, command.plan),
    )
    return replace(rendered, from_kept=kept is not None)


def check(command: RemoveBackground) -> None:
    runtime.check_model(command.plan.model)


def check_source(command: RemoveBackground, source: Image) -> None:
    """Refuse a mask that is none of this picture's."""
    masks.check(command.plan, source)


def describe(command: RemoveBackground) -> str:
    """``High model, fine edges, on #ffffff, cropped``: what was asked for, without the usual."""
    plan = command.plan
    model = gettext("%(name)s model") % {"name": plan.model.capitalize()}
    parts = [gettext("By a mask") if plan.mask else model]
    if plan.box is not None or plan.point is not None:
        parts.append(gettext("one of several products"))
    if plan.edge != "standard":
        edges = gettext("edges at %(sharpness)s") % {"sharpness": plan.edge}
        parts.append(str(_EDGE_WORDS.get(str(plan.edge)) or edges))
    parts.append(gettext("mask") if plan.output == "mask" else _behind(plan))
    parts += [str(words) for name, words in _FLAG_WORDS.items() if getattr(plan, name)]
    if not plan.clean_up.keep_hanger:
        parts.append(gettext("without a hanger’s hook"))
    return ", ".join(parts)


def _behind(plan: CutoutPlan) -> str:
    if plan.bg_color is None:
        return gettext("on white") if plan.format == "jpg" else gettext("transparent")
    if plan.bg_color == "#ffffff":
        return gettext("on white")
    return gettext("on %(color)s") % {"color": plan.bg_color}


KIND = Kind(
    operations=by_name(
        Operation(
            REMOVE_BACKGROUND,
            title=_("Cutouts"),
            running=_("Cutting out"),
            done=_("Cut out"),
            one=_("Cutout"),
        )
    ),
    work=work,
    makers=renditions.cutout_makers,
    check=check,
    check_source=check_source,
    describe=describe,
    counts_cutouts=True,
)
