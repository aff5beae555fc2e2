"""Backgrounds painted from words for an account's library: the command, and what a worker does."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from accounts.http import Caller
from accounts.models import Account
from config.errors import not_found
from media_library.models import Background, BackgroundCategory, Image
from media_library.services import change_image
from processing.commands import Command, Makes
from processing.engine.backdrops.provider import (
    MAX_SIDE,
    MIN_SIDE,
    Backdrop,
    BackdropRequest,
)
from processing.engine.composing import STUDIO
from processing.engine.errors import InvalidPlan, ProviderFailed
from processing.engine.files import encode
from processing.engine.plans.edit import Generated
from processing.engine.prompts import scene
from processing.engine.rendered import Clock, Rendered
from processing.models import Job
from processing.services import edit_json, jobs
from processing.services.backgrounds import background_library
from processing.services.backgrounds.background_library import BackgroundDetails
from processing.worker import runtime
from processing.worker.kinds import Kind
from processing.worker.making.edits import BACKGROUND_GENERATION

_TITLE_LENGTH = 60
_MAX_SEED = 2**32 - 1

Side = Annotated[int, Field(ge=MIN_SIDE, le=MAX_SIDE)]


class PaintBackground(Command):
    """A new background for the account's library, from words and without a picture."""

    operation: Literal["paint-background"] = "paint-background"
    generated: Generated
    width: Side = 1920
    height: Side = 1080
    name: str
    category: BackgroundCategory = BackgroundCategory.CUSTOM
    tags: tuple[str, ...] = ()

    @property
    def makes(self) -> Makes:
        return "material"


def order(
    generated: Generated, size: tuple[int, int], *, name: str = "", **described: Any
) -> PaintBackground:
    """A command, checked. Without a seed it gets one of its own, so that the same words give a new
    picture each time; without a name, the words.

    Raises AppError VALIDATION_ERROR naming the option, as native doors spell it.
    """
    try:
        scene.parse(generated.prompt, generated.style, generated.negative_prompt)
        runtime.provider(generated.provider)
    except InvalidPlan as error:
        raise edit_json.refused(error) from error
    if generated.seed is None:
        generated = replace(generated, seed=secrets.randbelow(_MAX_SEED + 1))
    told = BackgroundDetails(name or _title(generated), **described)
    return PaintBackground(
        generated=generated,
        width=size[0],
        height=size[1],
        name=told.name,
        category=BackgroundCategory(told.category),
        tags=tuple(told.tags),
    )


def paint(
    caller: Caller,
    command: PaintBackground,
    *,
    seconds: float | None = None,
    job_id: UUID | None = None,
) -> Job:
    """Submit the work, and wait for it as ``jobs.submit_and_wait`` does. Raises AppError
    CONFLICT for one background too many, QUOTA_EXCEEDED."""
    background_library.check_room(caller.account)
    return jobs.submit_and_wait(caller, command, source=None, seconds=seconds, job_id=job_id)


def painted_by(account: Account, job: Job) -> Background:
    """Find what a completed job painted. Raises AppError NOT_FOUND where it was deleted since."""
    row = (
        background_library.own(account).filter(image=job.result_id).first()
        if job.result_id
        else None
    )
    if row is None:
        raise not_found("Background")
    return row


def work(job: Job, command: PaintBackground) -> Rendered:
    """Paint it. Raises ProviderFailed, unless the studio may stand in, and InvalidPlan for a
    provider that the site has no more."""
    clock, wanted = Clock(), command.generated
    request = BackdropRequest(
        prompt=wanted.prompt,
        style=wanted.style,
        negative_prompt=wanted.negative_prompt,
        seed=wanted.seed or 0,
        size=(command.width, command.height),
        view=wanted.view,
    )
    with clock.stage("background"):
        made = _made(request, wanted)
    with clock.stage("encode"):
        data = encode.encode(made.rgb, None, format="jpg")
    height, width = made.rgb.shape[:2]
    return Rendered(
        data=data,
        format="jpg",
        media_type=encode.media_type("jpg"),
        width=width,
        height=height,
        has_alpha=False,
        subject_box=None,
        model="",
        provider=made.provider,
        uncertainty=0.0,
        timings=clock.seconds,
        backdrop=made.provider,
        seed=made.seed,
        not_understood=made.not_understood,
    )


def completing(job: Job, command: PaintBackground, result: Image | None) -> None:
    """Lay the result into the account's library; the report then names it."""
    if result is None:
        raise TypeError(f"{job} has no generated background.")
    change_image(result, name=f"{command.name.replace('/', ' ')}.jpg")
    wanted = command.generated
    row = background_library.keep(
        job.account,
        result,
        BackgroundDetails(command.name, command.category, command.tags),
        made_from={
            "prompt": wanted.prompt,
            "stylePreset": wanted.style,
            "negativePrompt": wanted.negative_prompt,
            **job.report["background"],
        },
    )
    job.report["backgroundId"] = row.public_id


def _title(generated: Generated) -> str:
    words = "".join(letter for letter in " ".join(generated.prompt.split()) if letter.isprintable())
    return words[:_TITLE_LENGTH].strip() or generated.style or "Background"


def _made(request: BackdropRequest, wanted: Generated) -> Backdrop:
    try:
        return runtime.provider(wanted.provider).generate(request)
    except ProviderFailed:
        if not wanted.fallback:
            raise
        return runtime.provider(STUDIO).generate(request)


KIND = Kind(
    operations={"paint-background": BACKGROUND_GENERATION}, work=work, completing=completing
)
