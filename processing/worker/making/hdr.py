"""Merging exposure brackets of rooms: the kind of work that a MergeHdr asks for."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils.translation import ngettext

from config.errors import AppError, invalid
from media_library.models import ASIDE, Image
from processing.commands import MergeHdr
from processing.engine.errors import BracketsDiffer
from processing.engine.render_hdr import render_hdr
from processing.engine.render_room import RoomOrder
from processing.engine.rendered import Rendered
from processing.models import Job
from processing.worker import renditions, runner, runtime
from processing.worker.kinds import Kind
from processing.worker.making import rooms
from processing.worker.making.kept_merges import KeptMerge

FIELD = "imageIds"


def work(job: Job, command: MergeHdr) -> Rendered:
    image, first = runner.source_of(job)
    sources = [first, *(runner.picture(job, name) for name in command.brackets)]
    photos = [image.pk, *map(UUID, command.brackets)]
    try:
        return render_hdr(
            sources,
            RoomOrder(
                command.plan,
                runtime.room_tools(),
                watermark=command.watermark,
                preview_side=runner.preview_side(job),
            ),
            max_pixels=settings.MAX_PIXELS,
            keeper=KeptMerge.of(sources, photos, command.plan),
        )
    except BracketsDiffer as error:
        names = [str(job.source_id), *command.brackets]
        blamed = Image.objects.get(account=job.account, pk=names[error.index])
        raise AppError(error.code, f"{error.message} It is {blamed.public_id}.") from error


def check_source(command: MergeHdr, source: Image) -> None:
    """Refuse what can't be exposures of one view: other sizes, masks, the same image twice."""
    if str(source.pk) in command.brackets or len(set(command.brackets)) < len(command.brackets):
        raise invalid(FIELD, "Each image can be named only once.")
    rooms.check_source(command, source)
    others = Image.live.filter(account=source.account_id, pk__in=command.brackets)
    for image in (source, *others.order_by("pk")):
        if image.kind in ASIDE:
            raise invalid(FIELD, f"{image.public_id} is not a photo.")
        if (image.width, image.height) != (source.width, source.height):
            raise invalid(
                FIELD,
                f"{image.public_id} has {image.width} x {image.height} pixels, and "
                f"{source.public_id} {source.width} x {source.height}: brackets have one size.",
            )


def describe(command: MergeHdr) -> str:
    """``3 exposures merged, neutral look, straightened``: what was asked for."""
    count = 1 + len(command.brackets)
    merged = ngettext("%(count)d exposure merged", "%(count)d exposures merged", count)
    return ", ".join([merged % {"count": count}, *rooms.words_of(command.plan)])


KIND = Kind(
    # What plans count is the picture that it makes.
    operations={"merge-hdr": rooms.ROOM_PHOTOS},
    work=work,
    makers=renditions.hdr_makers,
    check=rooms.check,
    check_source=check_source,
    describe=describe,
)
