"""Editing: the kind of work that an Edit asks for, whichever of its operations it names."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.limits.operations import (
    EDIT,
    GENERATE_BACKGROUND,
    REMOVE_TEXT,
    REPLACE_BACKGROUND,
    UPSCALE,
    Operation,
)
from config.errors import invalid
from media_library.models import Image
from processing.commands import Edit
from processing.engine.errors import EngineError, InvalidPlan
from processing.engine.render_edit import render_edit
from processing.engine.rendered import Rendered
from processing.models import Job
from processing.worker import mattes, opened, renditions, runner, runtime
from processing.worker.kinds import Kind, by_name
from processing.worker.making import masks

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_PROMPT_SHOWN = 60

BACKGROUND_GENERATION = Operation(
    GENERATE_BACKGROUND,
    title=_("Background generation"),
    running=_("Generating a background"),
    done=_("Background generated"),
)

SHADOWS = {
    "soft": _("soft shadow"),
    "hard": _("hard shadow"),
    "floating": _("floating shadow"),
}


def work(job: Job, command: Edit) -> Rendered:
    source, data = runner.source_of(job)
    # A look with a mask may have been asked for several pictures.
    masks.check(command.plan.cutting, source, field="edit.cutting.mask")
    tools = runtime.tools(partial(runner.picture, job))
    with opened.cached_photo(job, command) as cache:
        is_here = cache is not None and cache.opened is not None
        kept = None if is_here else mattes.for_work(job, command)
        rendered = render_edit(
            data,
            command.plan,
            tools,
            watermark=command.watermark,
            preview_side=runner.preview_side(job),
            kept=kept,
            keeps_matte=bool(job.cutting),
            cache=cache,
        )
    return replace(rendered, from_kept=is_here or kept is not None)


def check(command: Edit) -> None:
    if command.plan.cutting is not None:
        runtime.check_model(command.plan.cutting.model)
    if generated := command.plan.background.generated:
        try:
            runtime.provider(generated.provider)
        except InvalidPlan as error:
            raise invalid("provider", str(error)) from error


def check_source(command: Edit, source: Image) -> None:
    """Refuse to upscale what is too large for it, and a mask that is none of this picture's."""
    masks.check(command.plan.cutting, source, field="edit.cutting.mask")
    if command.plan.upscale is None:
        return
    try:
        runtime.upscaler().check(source.width, source.height, command.plan.upscale)
    except EngineError as error:
        raise invalid("upscale", error.message) from error


def describe(command: Edit) -> str:
    """``On white, 2000x2000, soft shadow``: what was asked for, without the usual."""
    plan, parts = command.plan, []
    if plan.background.generated is not None:
        parts.append(f"\u201c{plan.background.generated.prompt[:_PROMPT_SHOWN]}\u201d")
    elif plan.background.image is not None:
        parts.append(gettext("on a picture"))
    elif plan.background.color is not None:
        color = plan.background.color
        on_color = gettext("on %(color)s") % {"color": color}
        parts.append(gettext("on white") if color == "#ffffff" else on_color)
    if plan.layout.size not in ("auto", "originalImage"):
        parts.append(plan.layout.size)
    if plan.shadow is not None:
        parts.append(str(SHADOWS[plan.shadow.mode]))
    parts += [str(words) for words in _done_to_photo(command)]
    words = ", ".join(parts)
    return words[:1].upper() + words[1:]


def _done_to_photo(command: Edit) -> list[_StrPromise]:
    """What else was done, less what the operation says by its own name."""
    plan = command.plan
    text = None if command.operation == REMOVE_TEXT else plan.text_removal
    told = [
        (plan.outline, _("outline")),
        (plan.light, _("light corrected")),
        (plan.color_reference, _("colors matched")),
        (plan.overlay, _("logo")),
        (plan.frame, _("a detail") if plan.frame and plan.frame.detail else _("cropped")),
        (plan.upscale and command.operation != UPSCALE, _("enlarged")),
        (text == "all", _("without text")),
        (text == "artificial", _("without labels")),
        (plan.cutting and not plan.cutting.clean_up.keep_hanger, _("without a hanger’s hook")),
    ]
    return [words for is_there, words in told if is_there]


KIND = Kind(
    operations=by_name(
        Operation(EDIT, title=_("Editing"), running=_("Editing"), done=_("Edited")),
        BACKGROUND_GENERATION,
        Operation(
            REPLACE_BACKGROUND,
            title=_("Background replacement"),
            running=_("Replacing the background"),
            done=_("Background replaced"),
        ),
        Operation(UPSCALE, title=_("Upscaling"), running=_("Upscaling"), done=_("Upscaled")),
        Operation(
            REMOVE_TEXT, title=_("Text removal"), running=_("Removing text"), done=_("Text removed")
        ),
    ),
    work=work,
    makers=renditions.edit_makers,
    check=check,
    check_source=check_source,
    describe=describe,
)
