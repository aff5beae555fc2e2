"""Enhancing photos of rooms and houses: the kind of work that an Enhance asks for."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.limits.operations import ENHANCE, Operation
from config.errors import invalid
from media_library.models import Image
from processing.commands import Enhance, MergeHdr, PreviewRoom
from processing.engine.errors import EngineError, InvalidPlan, ModelNotInstalled
from processing.engine.plans.room import FineTune, RoomPlan
from processing.engine.render_room import UPSCALE, render_room
from processing.engine.rendered import Rendered
from processing.engine.room import panorama
from processing.models import Job
from processing.worker import renditions, runner, runtime
from processing.worker.kinds import Kind, by_name

LOOKS = {
    "neutral": _("neutral look"),
    "warm": _("warm look"),
    "modern": _("modern look"),
    "property": _("property look"),
    "property_usa": _("property look (USA)"),
    "authentic": _("authentic look"),
}

SKIES = {
    "CLEAR": _("clear sky"),
    "LOW_CLOUD": _("sky with low clouds"),
    "HIGH_CLOUD": _("sky with high clouds"),
}


def work(job: Job, command: Enhance | PreviewRoom) -> Rendered:
    _, data = runner.source_of(job)
    return render_room(
        data,
        command.plan,
        max_pixels=settings.MAX_PIXELS,
        tools=runtime.room_tools(),
        watermark=command.watermark,
        preview_side=runner.preview_side(job),
        max_side=command.side if isinstance(command, PreviewRoom) else None,
    )


def check(command: Enhance | MergeHdr | PreviewRoom) -> None:
    """Refuse what needs a network that isn't installed."""
    if not command.plan.privacy:
        return
    try:
        runtime.faces().check()
    except ModelNotInstalled as error:
        raise invalid("privacy", error.message) from error


def check_source(command: Enhance | MergeHdr | PreviewRoom, source: Image) -> None:
    """Refuse to take a picture for a sphere that can't be one, and to upscale what is too large for it."""
    if command.plan.threesixty and source.width and source.height:
        try:
            panorama.check((source.width, source.height))
        except InvalidPlan as error:
            raise invalid("threesixty", error.message) from error
    if command.plan.upscale:
        try:
            runtime.upscaler().check(source.width, source.height, UPSCALE)
        except EngineError as error:
            raise invalid("upscale", error.message) from error


def describe(command: Enhance | PreviewRoom) -> str:
    """``Neutral look, fine-tuned, straightened``: what was asked for."""
    words = ", ".join(words_of(command.plan))
    return words[:1].upper() + words[1:]


def words_of(plan: RoomPlan) -> list[str]:
    """What a plan asks for, in words."""
    parts = []
    if plan.look is not None:
        parts.append(str(LOOKS[plan.look]))
    if plan.finetune != FineTune():
        parts.append(gettext("fine-tuned"))
    if plan.straighten:
        parts.append(gettext("straightened"))
    if plan.privacy:
        parts.append(gettext("faces and number plates hidden"))
    if plan.window_pull != "NONE":
        parts.append(gettext("views through windows"))
    if plan.upscale:
        parts.append(gettext("enlarged"))
    if plan.sky is not None:
        parts.append(str(SKIES[plan.sky]))
    if plan.lens and not parts:
        parts.append(gettext("lens corrected"))
    return parts


ROOM_PHOTOS = Operation(
    ENHANCE,
    title=_("Room photos"),
    running=_("Enhancing"),
    done=_("Enhanced"),
    one=_("Room photo"),
)
KIND = Kind(
    operations=by_name(ROOM_PHOTOS),
    work=work,
    makers=renditions.room_makers,
    check=check,
    check_source=check_source,
    describe=describe,
)
PREVIEW_KIND = Kind(
    operations={"enhance-preview": ROOM_PHOTOS},
    work=work,
    makers=renditions.room_makers,
    check=check,
    check_source=check_source,
    describe=describe,
)
