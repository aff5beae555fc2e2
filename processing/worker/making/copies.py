"""Copies of finished pictures in another size or format: the kind of work that a Copy asks for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.limits.operations import COPY, Operation
from processing.commands import Copy
from processing.engine.render_copy import render_copy
from processing.engine.rendered import Rendered
from processing.models import Job
from processing.worker import renditions, runner
from processing.worker.kinds import Kind, by_name


def work(job: Job, command: Copy) -> Rendered:
    source, data = runner.source_of(job)
    # The picture was let in, or made here: today's pixel limit is not held against it.
    pixels = source.width * source.height
    return render_copy(data, command.plan, max_pixels=pixels, watermark=command.watermark)


KIND = Kind(
    operations=by_name(
        Operation(
            COPY,
            title=_("Copies"),
            running=_("Copying"),
            done=_("Copied"),
            metered=False,
            one=_("Copy of a picture"),
        )
    ),
    work=work,
    makers=renditions.copy_makers,
)
