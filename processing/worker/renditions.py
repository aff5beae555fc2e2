"""Results found again: the same picture, the same work, the same code and models.

A key says all that decides about a result's bytes. Other code in a step that the work takes, other
weights or another provider's model behind the same name make other keys, so nothing stale is found.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection

from accounts.models import Account
from media_library.models import Image
from processing.commands import (
    Command,
    Copy,
    Edit,
    Enhance,
    MergeHdr,
    PlaceCutout,
    PreviewRoom,
    RemoveBackground,
)
from processing.engine import versions
from processing.engine.composing import STUDIO
from processing.engine.plans.room import RoomPlan
from processing.engine.render_room import UPSCALE
from processing.models import OPEN_STATES, Job, JobState
from processing.worker import kinds, runtime


def makers_for(command: Command) -> list[str] | None:
    """Name who makes what the command asks for; None where that is never found again."""
    makers = kinds.of(command).makers
    return None if makers is None else makers(command)


def key_of(digest: str, makers: list[str] | None, *, source: Image | None) -> str:
    """`digest` is the command's hash, `makers` are its makers. An empty key is none: what such work
    comes to is never found again."""
    if makers is None:
        return ""
    parts = {
        "source": source.sha256 if source else None,
        "command": digest,
        "made by": makers,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def find(account: Account, key: str) -> Job | None:
    """The account's newest job with that key whose result is still there."""
    if not key:
        return None
    done = Job.objects.filter(
        account=account,
        rendition_key=key,
        state=JobState.COMPLETED,
        result__deleted_at__isnull=True,
    )
    return done.select_related("result").order_by("-ended_at").first()


def find_all(account: Account, keys: Collection[str]) -> dict[str, Job]:
    """Find the newest such job for each of many keys at once."""
    done = Job.objects.filter(
        account=account,
        rendition_key__in=[key for key in keys if key],
        state=JobState.COMPLETED,
        result__deleted_at__isnull=True,
    )
    # The oldest first, so that the newest of several jobs with one key is the one that stays.
    return {job.rendition_key: job for job in done.select_related("result").order_by("ended_at")}


def find_open(job: Job, *, of_any_upload: bool) -> Job | None:
    """An open job for the work of one that is not written yet: on the same picture, or with
    ``of_any_upload`` on the same photo, whichever upload it is. Batches go at their own pace."""
    same = Job.objects.filter(account=job.account, batch=None, rendition_key=job.rendition_key)
    if not job.rendition_key:
        same = same.filter(operation=job.operation, command_hash=job.command_hash)
    if not (of_any_upload and job.rendition_key):
        same = same.filter(source=job.source)
    # One state at a time: there is an index for each.
    found = (same.filter(state=state).order_by("created_at").first() for state in OPEN_STATES)
    return next((one for one in found if one is not None), None)


def cutout_makers(command: RemoveBackground) -> list[str]:
    code = versions.of_cutout(watermark=command.watermark)
    return [code, runtime.model_version(command.plan.model)]


def placed_makers(command: PlaceCutout) -> list[str]:
    plan = command.plan
    code = versions.of_placed(plan, watermark=command.watermark)
    return [code, runtime.model_version(plan.cutting.model)]


def edit_makers(command: Edit) -> list[str]:
    plan = command.plan
    makers = [versions.of_edit(plan, watermark=command.watermark)]
    if plan.cutting is not None:
        makers.append(runtime.model_version(plan.cutting.model))
    if plan.upscale is not None:
        makers.append(runtime.upscaler().version(plan.upscale))
    if generated := plan.background.generated:
        makers.append(runtime.provider_version(generated.provider))
        if generated.fallback:
            makers.append(runtime.provider_version(STUDIO))
    return makers


def room_makers(command: Enhance | PreviewRoom) -> list[str]:
    return [versions.of_room(command.plan, watermark=command.watermark), *_networks(command.plan)]


def hdr_makers(command: MergeHdr) -> list[str]:
    return [versions.of_hdr(command.plan, watermark=command.watermark), *_networks(command.plan)]


def _networks(plan: RoomPlan) -> list[str]:
    makers = [runtime.faces().version()] if plan.privacy else []
    return [*makers, runtime.upscaler().version(UPSCALE)] if plan.upscale else makers


def copy_makers(command: Copy) -> list[str]:
    return [versions.of_copy(watermark=command.watermark)]
