"""Cutting out: the kind of work that a RemoveBackground asks for."""

from __future__ import annotations

from django.conf import settings

from accounts.limits.operations import REMOVE_BACKGROUND, Operation
from processing.commands import RemoveBackground
from processing.engine.render_cutout import render
from processing.engine.rendered import Rendered
from processing.models import Job
from processing.worker import renditions, runner, runtime
from processing.worker.kinds import Kind, by_name

_EDGE_WORDS = {"fine": "fine edges", "none": "raw edges"}


def work(job: Job, command: RemoveBackground) -> Rendered:
    source, data = runner.source_of(job)
    plan = command.cutout_plan(
        corrected_original=source.orientation != 1 and not source.corrected_key,
        max_pixels=settings.MAX_PIXELS,
    )
    return render(data, plan, runtime.registry())


def check(command: RemoveBackground) -> None:
    runtime.check_model(command.model)


def describe(command: RemoveBackground) -> str:
    """``High model, fine edges, on #ffffff, cropped``: what was asked for, without the usual."""
    parts = [f"{command.model.capitalize()} model"]
    if command.edge != "standard":
        parts.append(_EDGE_WORDS.get(str(command.edge)) or f"edges at {command.edge}")
    parts.append("mask" if command.output == "mask" else _behind(command))
    if command.crop:
        parts.append("cropped")
    if command.keep_existing_alpha:
        parts.append("own transparency kept")
    return ", ".join(parts)


def _behind(command: RemoveBackground) -> str:
    if command.bg_color is None:
        return "on white" if command.format == "jpg" else "transparent"
    return "on white" if command.bg_color == "#ffffff" else f"on {command.bg_color}"


KIND = Kind(
    operations=by_name(
        Operation(
            REMOVE_BACKGROUND,
            title="Background removal",
            running="Removing the background",
            done="Background removed",
        )
    ),
    work=work,
    makers=renditions.cutout_makers,
    check=check,
    describe=describe,
)
