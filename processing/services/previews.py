"""Previews of edits: what may be previewed, and waiting for it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.db import connection

from config.errors import AppError, invalid
from config.failures import outages
from config.failures.outages import QUEUE_ERRORS
from media_library.models import Image
from processing.commands import Edit, Enhance, MergeHdr
from processing.engine.composing import STUDIO
from processing.engine.plans.cutout import Cutting
from processing.engine.plans.edit import EditPlan, Generated
from processing.engine.prompts import scene
from processing.engine.render_preview import Preview
from processing.services import jobs
from processing.worker import kinds, mattes, tasks
from processing.worker.making import previews, room_previews

NOT_CUT_OUT = "NOT_CUT_OUT"


def preview(image: Image, plan: EditPlan) -> Preview:
    """A small picture of what the edit would make. It is not stored and costs nothing.

    Raises AppError VALIDATION_ERROR for what this site can't do or can't show beforehand, NOT_FOUND for
    another picture that the plan names, NOT_CUT_OUT for a photo that has yet to be cut out in this way,
    SERVICE_UNAVAILABLE, and what the picture makes impossible.
    """
    jobs.check(Edit(plan=plan))
    _check_provider(plan)
    jobs.check_pictures(image.account, Edit(plan=plan))
    kinds.of(Edit(plan=plan)).check_source(Edit(plan=plan), image)
    if plan.cutting is not None:
        cutting = mattes.cutting_of(previews.plain(plan), image)
        if not mattes.is_paid(image.account, cutting):
            message = "Remove the background first: then it can be previewed in any look."
            raise AppError(NOT_CUT_OUT, message, status=409)
    return _drawn(lambda: previews.ask(image, plan))


def room_preview(image: Image, command: Enhance | MergeHdr) -> Preview:
    """A small picture of what enhancing a photo of a room would make, or merging it with others. It is not stored
    and costs nothing.

    Raises AppError VALIDATION_ERROR for what this site can't do, NOT_FOUND for another exposure that isn't there,
    SERVICE_UNAVAILABLE, and what the pictures make impossible.
    """
    jobs.check(command)
    jobs.check_pictures(image.account, command)
    kinds.of(command).check_source(command, image)
    return _drawn(lambda: room_previews.ask(image, command))


def _drawn(ask: Callable[[], UUID]) -> Preview:
    """Have a preview made, and wait for it. Raises AppError SERVICE_UNAVAILABLE."""
    tasks.require_queue()
    try:
        name = ask()
        if not connection.in_atomic_block:
            connection.close()  # many may wait here: none keeps a connection meanwhile
        made = previews.answer(name, settings.PREVIEW_SECONDS)
    except QUEUE_ERRORS as error:
        raise outages.queue_is_away() from error
    if made is None:
        message = "The preview took too long. Try again in a moment."
        raise AppError("SERVICE_UNAVAILABLE", message, status=503, retry_after=2)
    return made


def not_understood(plan: EditPlan) -> tuple[str, ...]:
    """The words of its background that change nothing, where it is drawn here."""
    generated = plan.background.generated
    if generated is None or not is_drawn_here(plan):
        return ()
    parsed = scene.parse(generated.prompt, generated.style, generated.negative_prompt)
    return parsed.without_effect(generated.view or parsed.scene.view)


def is_cut_out(image: Image) -> bool:
    """Whether a picture was cut out in the site's usual way, so that it can be previewed."""
    usual = EditPlan(cutting=Cutting(model=settings.DEFAULT_MODEL))
    return mattes.is_paid(image.account, mattes.cutting_of(previews.plain(usual), image))


def draws_words() -> bool:
    """Whether backgrounds from words are drawn here, as a rule, and so can be previewed."""
    is_ours: bool = settings.BACKGROUND_PROVIDER == STUDIO
    return is_ours


def is_drawn_here(plan: EditPlan) -> bool:
    """Whether its background asks no other server: those take long, and may cost money."""
    generated = plan.background.generated
    return generated is None or _provider_of(generated) == STUDIO


def _provider_of(generated: Generated) -> str:
    return generated.provider or str(settings.BACKGROUND_PROVIDER)


def _check_provider(plan: EditPlan) -> None:
    generated = plan.background.generated
    if generated is not None and not is_drawn_here(plan):
        provider = _provider_of(generated)
        message = f"Backgrounds made by '{provider}' can't be previewed."
        raise invalid("edit.background.generated.provider", message)
