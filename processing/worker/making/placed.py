"""Cutting out and placing by shares: the kind of work that a PlaceCutout asks for."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from django.utils.translation import gettext

from accounts.limits.operations import REMOVE_BACKGROUND
from processing.commands import PlaceCutout
from processing.engine.render_placed import render_placed
from processing.engine.rendered import Rendered
from processing.models import Job
from processing.worker import mattes, renditions, runner, runtime
from processing.worker.kinds import Kind
from processing.worker.making import cutouts


def work(job: Job, command: PlaceCutout) -> Rendered:
    _, data = runner.source_of(job)
    kept = mattes.for_work(job, command)
    rendered = render_placed(
        data,
        command.plan,
        runtime.tools(partial(runner.picture, job)),
        watermark=command.watermark,
        kept=kept,
        keeps_matte=bool(job.cutting),
    )
    return replace(rendered, from_kept=kept is not None)


def check(command: PlaceCutout) -> None:
    runtime.check_model(command.plan.cutting.model)


def describe(command: PlaceCutout) -> str:
    """``On #ffffff, cropped``: what was asked for, without the usual."""
    plan, parts = command.plan, []
    if plan.output == "mask":
        parts.append(gettext("mask"))
    elif plan.background.image is not None:
        parts.append(gettext("on a picture"))
    elif plan.background.color == "#ffffff" or plan.format == "jpg":
        parts.append(gettext("on white"))
    elif plan.background.color is not None:
        parts.append(gettext("on %(color)s") % {"color": plan.background.color})
    else:
        parts.append(gettext("transparent"))
    if plan.crop:
        parts.append(gettext("cropped"))
    words = ", ".join(parts)
    return words[:1].upper() + words[1:]


KIND = Kind(
    operations={"place-cutout": cutouts.KIND.operations[REMOVE_BACKGROUND]},
    work=work,
    makers=renditions.placed_makers,
    check=check,
    describe=describe,
    counts_cutouts=True,
)
