"""Pictures made to a platform's measure, in the worker: found again where they were made before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from accounts.http import Caller
from accounts.models import Account
from accounts.services import one_at_a_time
from config.errors import AppError
from config.told import told
from listings.checks.photos import format_of
from listings.market_looks import QUALITY
from listings.marketplaces import Rule, max_side
from media_library.models import Image, ImageKind
from processing.commands import Edit
from processing.engine.plans.edit import Background, EditPlan, Export, Layout
from processing.models import OPEN_STATES, Batch, Job, JobState
from processing.services import jobs
from processing.services.batching import batches
from processing.worker import renditions

# Nobody shows more, and 2048 to 3000 pixels are what zooming needs.
_SIDE: Final = 3000


@dataclass(frozen=True, slots=True)
class SizedPictures:
    """`ready` by the id of the picture each was made from; `waiting` are still being made."""

    ready: Mapping[UUID, Image]
    waiting: int
    batches: Sequence[Batch]


def prepare(caller: Caller, images: Iterable[Image], rules: Mapping[str, Rule]) -> SizedPictures:
    """Find what there is of the pictures in the platform's measure, and put the rest to work.

    A picture that was made here and fits is taken as it is; of an original the metadata has to go
    in any case. Each picture made costs a unit of ``edit``. Raises AppError QUOTA_EXCEEDED, and
    CONFLICT for a picture that could not be made.
    """
    wanted = {image.pk: image for image in images}
    ready = {pk: image for pk, image in wanted.items() if _fits(image, rules)}
    command = Edit(plan=plan_for(rules))
    template = jobs.Template.of(caller, command)
    keys = {pk: template.key(image) for pk, image in wanted.items() if pk not in ready}
    with transaction.atomic():
        # Two requests at once must not put the same pictures to work twice.
        one_at_a_time(Account.objects.all()).get(pk=caller.account.pk)
        made = _made(caller.account, keys)
        ready |= made
        under_way = _under_way(caller.account, keys.values())
        missing = [
            wanted[pk] for pk, key in keys.items() if pk not in made and key not in under_way
        ]
        started = _start(caller, command, missing)
    ready |= _made(caller.account, keys) if started else {}
    return SizedPictures(ready, len(wanted) - len(ready), started)


def plan_for(rules: Mapping[str, Rule]) -> EditPlan:
    """Plan the whole photo on white, no larger than the platform takes, as a JPEG."""
    side = min(_SIDE, max_side(rules))
    return EditPlan(
        cutting=None,
        layout=Layout(size="originalImage", max_width=side, max_height=side),
        background=Background(color="#ffffff"),
        export=Export(format="jpg", quality=QUALITY),
    )


def _fits(image: Image, rules: Mapping[str, Rule]) -> bool:
    side = min(_SIDE, max_side(rules))
    return (
        image.kind == ImageKind.DERIVED
        and format_of(image) == "jpeg"
        and max(image.width, image.height) <= side
    )


def _made(account: Account, keys: Mapping[UUID, str]) -> dict[UUID, Image]:
    done = renditions.find_all(account, set(keys.values()))
    return {
        pk: result
        for pk, key in keys.items()
        if key in done and (result := done[key].result) is not None
    }


def _under_way(account: Account, keys: Iterable[str]) -> set[str]:
    """Find work that nobody has to start again. Raises AppError CONFLICT for what failed."""
    rows = Job.objects.filter(account=account, rendition_key__in=set(keys))
    latest = {job.rendition_key: job for job in rows.order_by("created_at", "pk")}
    failed = [job for job in latest.values() if job.state == JobState.FAILED]
    if failed:
        job = failed[0]
        message = f"{job.picture.public_id}: {job.error} Retry {job.public_id}, or leave it out."
        page_message = gettext(
            "“%(name)s” could not be made ready: %(why)s Try it again among your batches, or take it out of the listing."
        )
        raise AppError(
            "CONFLICT",
            message,
            status=409,
            page_message=page_message % {"name": job.picture.name, "why": told(job.error)},
        )
    return {key for key, job in latest.items() if job.state in OPEN_STATES}


def _start(caller: Caller, command: Edit, images: Sequence[Image]) -> list[Batch]:
    size = caller.account.plan.batch_size
    members = [batches.Member(image.name, image) for image in images]
    return [
        batches.submit(caller, command, pictures=members[start : start + size])
        for start in range(0, len(members), size)
    ]
