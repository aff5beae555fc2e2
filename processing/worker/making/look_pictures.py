"""Small pictures of looks on a photo, for the cards that show them: previews, made one after the other so
that whoever works in the studio waits for no more than one.

They lie in the cache for a day, under a name that says whose, on which photo and of what. Nothing is
counted: a photo that isn't cut out is not cut out for them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import UUID

import dramatiq
import structlog
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from accounts.models import Account
from config import VERSION
from config.errors import AppError
from config.failures.outages import QUEUE_ERRORS
from media_library.models import Image
from processing.engine import memory
from processing.engine.composing import Tools
from processing.engine.errors import EngineError
from processing.engine.plans.cutout import Cutting
from processing.engine.plans.edit import EditPlan
from processing.engine.render_preview import Preview, ready, render_preview
from processing.worker.making import previews

SIDE: Final = 480
KEPT_SECONDS: Final = 86_400
_ASKED_SECONDS: Final = 90
# Our own example, cut out: what looks are shown on as long as nobody has a photo of their own.
_SAMPLE: Final = "static/img/example-after.webp"
_NOTHING: Final = b"-"  # remembered of what can't be drawn

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A look on a photo; on the sample where that is None."""

    account: UUID
    photo: Image | None
    plan: EditPlan

    @property
    def name(self) -> str:
        """What the picture is kept as: 64 characters that nobody guesses."""
        source = self.photo.sha256 if self.photo else "sample"
        told = [VERSION, SIDE, str(self.account), source, previews.as_text(self.plan)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def there(names: Sequence[str]) -> dict[str, bool]:
    """Of those that are made: whether there is a picture, or nothing that can be drawn."""
    try:
        marks = cache.get_many([_mark(name) for name in names])
    except RedisError:
        return {}
    return {name: bool(marks[_mark(name)]) for name in names if _mark(name) in marks}


def read(account_id: UUID, name: str) -> bytes | None:
    """The picture, where it is the account's and still kept."""
    found: bytes | None = cache.get(_key(account_id, name))
    return None if found in (None, _NOTHING) else found


def ask(wanted: Mapping[str, Wanted]) -> None:
    """Have those made that nobody has asked for in the last moments. Where the queue is away, none."""
    try:
        fresh = [one for name, one in wanted.items() if cache.add(_asked(name), 1, _ASKED_SECONDS)]
        for photo in {one.photo.pk if one.photo else None for one in fresh}:
            same = [one for one in fresh if (one.photo.pk if one.photo else None) == photo]
            draw_looks.send(
                str(same[0].account),
                str(photo or ""),
                [previews.as_text(one.plan) for one in same],
            )
    except (RedisError, *QUEUE_ERRORS) as error:
        log.warning("look_pictures.not_queued", error=str(error))


@dramatiq.actor(queue_name=previews.QUEUE, max_retries=0)
def draw_looks(account_id: str, image_id: str, plans: list[str]) -> None:
    """Draw the first, and go to the end of the queue with the others."""
    account = Account.objects.filter(pk=account_id, closed_at=None).first()
    photo = _photo(account, image_id) if account and image_id else None
    if account is None or not plans or (image_id and photo is None):
        return
    wanted = Wanted(account.pk, photo, previews.from_text(plans[0]))
    if wanted.name not in there([wanted.name]):
        _keep(wanted, _drawn(wanted))
    if plans[1:]:
        draw_looks.send(account_id, image_id, plans[1:])


def _photo(account: Account, image_id: str) -> Image | None:
    rows = Image.live.select_related("account")
    return rows.filter(account=account, pk=image_id).first()


def _drawn(wanted: Wanted) -> bytes:
    try:
        with memory.shortage_told():
            return _preview(wanted).data
    except (EngineError, AppError, FileNotFoundError) as error:
        log.info("look_pictures.not_drawn", error=str(error))
        return _NOTHING


def _preview(wanted: Wanted) -> Preview:
    if wanted.photo is not None:
        return previews.made(wanted.photo, wanted.plan, side=SIDE)
    return _on_sample(wanted.plan, previews.tools_for(wanted.account))


def _on_sample(plan: EditPlan, tools: Tools) -> Preview:
    """The sample is cut out already: its own transparency is believed, and no network asked."""
    frame = plan.frame.of_any_photo if plan.frame else None
    plan = replace(plan, cutting=Cutting(keep_existing_alpha=True), frame=frame, text_removal=None)
    source = (Path(settings.BASE_DIR) / _SAMPLE).read_bytes()
    return render_preview(ready(source, plan, tools, kept=None), plan, tools, side=SIDE)


def _keep(wanted: Wanted, data: bytes) -> None:
    cache.set(_key(wanted.account, wanted.name), data, KEPT_SECONDS)
    cache.set(_mark(wanted.name), int(data != _NOTHING), KEPT_SECONDS - 60)


def _key(account_id: UUID, name: str) -> str:
    return f"look:{account_id}:{name}"


def _mark(name: str) -> str:
    return f"look-there:{name}"


def _asked(name: str) -> str:
    return f"look-asked:{name}"
