"""Previews: small pictures of edits, made on a queue of their own for somebody who is looking.

Nothing of them is stored or counted. The picture goes back by the queue's server, to whoever waits for
it; what was asked for so long ago that nobody waits any more is not made.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID, uuid4

import dramatiq
import structlog
from django.conf import settings
from dramatiq.brokers.redis import RedisBroker
from pydantic import TypeAdapter

from config.errors import AppError
from config.failures.outages import QUEUE_ERRORS
from config.observability import queue_client
from media_library.files import storage
from media_library.models import Image
from processing.commands import Edit
from processing.engine import memory
from processing.engine.backdrops.provider import Backdrop, BackdropProvider, BackdropRequest
from processing.engine.composing import Tools
from processing.engine.errors import EngineError
from processing.engine.plans.edit import EditPlan, Export
from processing.engine.render_preview import SIDE, Preview, Ready, ready, render_preview
from processing.worker import mattes, runtime

QUEUE = "studio"
# How many photos are held ready in memory; the one that somebody works on, as a rule.
_HELD = 3
# How many drawn scenes are: each takes less than 2 MB.
_BACKDROPS = 6
# What is waited for at a time: less than the patience of the queue's client.
_LOOK_SECONDS = 2.0
_CRASHED = "The preview could not be made."
_PLANS: TypeAdapter[EditPlan] = TypeAdapter(EditPlan)

log = structlog.get_logger(__name__)
_backdrops: OrderedDict[tuple[object, ...], Backdrop] = OrderedDict()
_ready: OrderedDict[tuple[str, ...], Ready] = OrderedDict()
_here: dict[str, bytes] = {}  # answers, where the queue is in this process's own memory


@dataclass(frozen=True, slots=True)
class _Asked:
    account: UUID
    image: Image
    plan: EditPlan


def ask(image: Image, plan: EditPlan) -> UUID:
    """Have a preview made; by which name its answer is found. Raises AppError SERVICE_UNAVAILABLE."""
    name = uuid4()
    account, photo = str(image.account_id), str(image.pk)
    make_preview.send(str(name), account, photo, as_text(plan), time.time())
    return name


def answer(name: UUID, seconds: float) -> Preview | None:
    """Wait for a preview; None where it is not there in time. Raises AppError for what can't be done."""
    packed = _taken(_key(str(name)), seconds)
    if packed is None:
        return None
    head, _, data = packed.partition(b"\n")
    told = json.loads(head)
    if "code" in told:
        raise AppError(told["code"], told["message"], status=told.get("status", 422))
    return Preview(data, told["width"], told["height"])


@dramatiq.actor(queue_name=QUEUE, max_retries=0)
def make_preview(name: str, account_id: str, image_id: str, plan: str, asked_at: float) -> None:
    """Make a preview, and tell whoever asked for it."""

    def draw() -> Preview:
        return made(picture(UUID(account_id), image_id), from_text(plan))

    draw_and_tell(name, image_id, draw, asked_at=asked_at)


def draw_and_tell(
    name: str, image_id: str, draw: Callable[[], Preview], *, asked_at: float
) -> None:
    """Tell whoever waits under this name what `draw` makes, or why it makes nothing."""
    if time.time() - asked_at > settings.PREVIEW_SECONDS:
        return
    try:
        with memory.shortage_told():
            drawn = draw()
        head: dict[str, object] = {"width": drawn.width, "height": drawn.height}
        _tell(name, json.dumps(head).encode() + b"\n" + drawn.data)
    except (EngineError, AppError) as error:
        head = {"code": error.code, "message": str(error)}
        _tell(name, json.dumps(head).encode() + b"\n")
    except (OSError, ValueError):
        # A lost file, a plan of another release: whoever waits is told at once.
        log.exception("preview.crashed", image=image_id)
        head = {"code": "INTERNAL_ERROR", "message": _CRASHED, "status": 500}
        _tell(name, json.dumps(head).encode() + b"\n")


def made(image: Image, plan: EditPlan, *, side: int = SIDE) -> Preview:
    """Draw it here and now, in a worker. Raises EngineError, and AppError for a picture that is gone."""
    asked = _Asked(image.account_id, image, plan)
    tools = tools_for(asked.account)
    tools = replace(tools, backdrop=lambda name: _Remembering(runtime.provider(name)))
    return render_preview(_held(asked, tools), plan, tools, side=side)


def as_text(plan: EditPlan) -> str:
    """A plan as messages carry it."""
    return _PLANS.dump_json(plan, by_alias=True).decode()


def from_text(text: str) -> EditPlan:
    """Raises ValueError for a plan of another release."""
    return _PLANS.validate_json(text)


@dataclass(frozen=True, slots=True)
class _Remembering:
    """Keeps the last backdrops that a provider made: whoever moves the slider of a shadow looks at the same
    scene all the while, and drawing that is most of a preview's work."""

    provider: BackdropProvider

    @property
    def name(self) -> str:
        return self.provider.name

    def generate(self, request: BackdropRequest) -> Backdrop:
        if request.guidance is not None:
            return self.provider.generate(request)
        words = (request.prompt, request.style, request.negative_prompt)
        posing = (request.pose, request.view, request.hook)
        key = (self.name, words, request.seed, request.size, request.subject, *posing)
        made = _backdrops.pop(key, None) or self.provider.generate(request)
        _backdrops[key] = made
        while len(_backdrops) > _BACKDROPS:
            _backdrops.popitem(last=False)
        return replace(made, rgb=made.rgb.copy())  # what is drawn on is not what is kept


def _held(asked: _Asked, tools: Tools) -> Ready:
    """The photo made ready, as it is held in memory or anew."""
    cut = mattes.wanted(plain(asked.plan), asked.image)
    key = (asked.image.sha256, str(asked.plan.text_removal), cut.key if cut else "")
    found = _ready.pop(key, None)
    if found is None:
        row = mattes.find(asked.image.account, cut.key) if cut else None
        # A photo without its text is cut out by itself.
        kept = mattes.read(row) if row is not None and asked.plan.text_removal is None else None
        found = ready(storage.read(asked.image.file_key), asked.plan, tools, kept=kept)
    _ready[key] = found
    while len(_ready) > _HELD:
        _ready.popitem(last=False)
    return found


def plain(plan: EditPlan) -> Edit:
    """The edit that cuts out as the plan does, and does nothing to the photo before."""
    return Edit(plan=replace(plan, text_removal=None, upscale=None, export=Export()))


def tools_for(account_id: UUID) -> Tools:
    """The worker's, which read pictures of the account alone."""
    return runtime.tools(lambda image_id: storage.read(picture(account_id, image_id).file_key))


def picture(account_id: UUID, image_id: str) -> Image:
    """A picture of the account. Raises AppError for one that is gone."""
    rows = Image.live.select_related("account")
    image = rows.filter(account=account_id, pk=image_id).first()
    if image is None:
        raise AppError("SOURCE_DELETED", "The picture was deleted.")
    return image


def _key(name: str) -> str:
    return f"packshot:preview:{name}"


def _tell(name: str, packed: bytes) -> None:
    if not isinstance(dramatiq.get_broker(), RedisBroker):
        _here[_key(name)] = packed
        return
    try:
        with queue_client().pipeline() as pipe:
            pipe.rpush(_key(name), packed)
            pipe.expire(_key(name), round(settings.PREVIEW_SECONDS) + 1)
            pipe.execute()
    except QUEUE_ERRORS as error:
        log.warning("preview.not_told", error=str(error))


def _taken(key: str, seconds: float) -> bytes | None:
    if not isinstance(dramatiq.get_broker(), RedisBroker):
        return _here.pop(key, None)
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        found = queue_client().blpop([key], timeout=min(left, _LOOK_SECONDS))
        if found is not None:
            return cast(bytes, found[1])
    return None
