"""Generated listings wait for their sellers: asked for by the dozen, taken over field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext

from accounts.http import Caller
from accounts.models import Account
from config.errors import AppError, invalid, not_found
from listings.generation import draft
from listings.generation.generate import MAX_VIEWS as MAX_VIEWS
from listings.generation.generate import GenerateListing
from listings.models import Listing, Suggestion
from listings.services import listings
from listings.writers.base import Hints
from media_library.models import Image
from processing.models import JobState
from processing.services import jobs
from processing.worker import transitions

MAX_AT_ONCE: Final = 100
MAX_WAITING: Final = 500


def ask(
    caller: Caller,
    groups: Sequence[Sequence[UUID]],
    command: GenerateListing,
    *,
    listing: Listing | None = None,
) -> list[Suggestion]:
    """Have a listing written for each group of photos: for all of them or, if one can't be, for none.

    Raises AppError VALIDATION_ERROR for the number of groups and photos, NOT_FOUND for other
    people's photos, CONFLICT where too many wait already, and what submitting raises.
    """
    _check_groups(groups)
    wanted = {pk for group in groups for pk in group}
    photos = {one.pk: one for one in Image.live.filter(account=caller.account, pk__in=wanted)}
    if len(photos) < len(wanted):
        raise not_found("Image")
    if suggestions_of(caller.account).count() + len(groups) > MAX_WAITING:
        message = f"At most {MAX_WAITING} suggestions can wait. Accept or dismiss some first."
        raise AppError("CONFLICT", message, status=409)
    jobs.check(command)
    made = []
    with transaction.atomic():
        for first, *others in groups:
            one = command.model_copy(update={"view_ids": tuple(map(str, others))})
            job = jobs.submit(caller, one, source=photos[first])
            # Equal requests share a job while it runs: asked for the same again, there is one to decide on.
            suggestion, _ = Suggestion.objects.get_or_create(
                job=job, listing=listing, defaults={"account": caller.account}
            )
            made.append(suggestion)
    return made


def _check_groups(groups: Sequence[Sequence[UUID]]) -> None:
    if not groups or not all(groups):
        raise invalid("imageIds", "Choose at least one photo.")
    if len(groups) > MAX_AT_ONCE:
        message = f"At most {MAX_AT_ONCE} listings can be written at once, not {len(groups)}."
        raise invalid("imageIds", message)
    most = max(map(len, groups))
    if most > MAX_VIEWS:
        message = f"A listing can be written from at most {MAX_VIEWS} photos, not {most}."
        raise invalid("imageIds", message)


def in_groups(image_ids: Sequence[UUID], size: int | None) -> list[list[UUID]]:
    """Split photos in their order into groups of ``size``; None for all of them in one."""
    if size is None:
        return [list(image_ids)]
    return [list(image_ids[start : start + size]) for start in range(0, len(image_ids), size)]


def suggestions_of(account: Account) -> QuerySet[Suggestion]:
    """What waits to be decided on, in the order in which it was asked for."""
    return Suggestion.objects.filter(account=account).select_related("job__source", "listing")


def suggestion_for(account: Account, suggestion_id: UUID) -> Suggestion:
    """Raises AppError NOT_FOUND, also for other people's."""
    found = suggestions_of(account).filter(pk=suggestion_id).first()
    if found is None:
        raise not_found("Suggestion")
    return found


def suggested(suggestion: Suggestion) -> tuple[dict[str, Any], list[UUID]]:
    """The fields that the job has written, and its pictures. Raises AppError CONFLICT before that."""
    return draft.fields_of(suggestion.account, suggestion.job_id)


def accept(
    caller: Caller,
    suggestion: Suggestion,
    fields: Mapping[str, Any],
    *,
    version: int | None = None,
) -> Listing:
    """Make a draft of these fields, or change the listing that they were written for.

    Raises AppError as ``listings.create`` and ``listings.change`` do; then the suggestion stays.
    """
    written, image_ids = suggested(suggestion)
    told = {**fields, "generated_by": written["generated_by"]}
    with transaction.atomic():
        # The row's lock makes a second request wait; it is then refused, and an error here brings it back.
        if not Suggestion.objects.filter(pk=suggestion.pk).delete()[0]:
            raise not_found("Suggestion")
        if suggestion.listing is not None:
            # Its prices stay in the listing's own currency.
            listing = listings.change(
                caller, suggestion.listing, told, version=version, action="generated"
            )
        else:
            told["currency"] = written["currency"]
            there = _still_there(caller.account, image_ids)
            listing = listings.create(caller, told, image_ids=there, action="generated")
    return listing


def accept_all(caller: Caller, suggestion_ids: Sequence[UUID]) -> list[Listing]:
    """Make a draft of every one of these as it was written; of all or of none.

    Raises AppError NOT_FOUND for other people's, CONFLICT for one that is not written yet, or that would
    write over a listing.
    """
    found = _chosen(caller.account, suggestion_ids)
    if any(one.listing_id for one in found):
        message = gettext("Look at what was written for a listing of yours field by field.")
        raise AppError("CONFLICT", message, status=409)
    unwritten = sum(one.job.state != JobState.COMPLETED for one in found)
    if unwritten:
        message = ngettext(
            "%d of the selected suggestions is not written, so no drafts were made.",
            "%d of the selected suggestions are not written, so no drafts were made.",
            unwritten,
        )
        raise AppError("CONFLICT", message % unwritten, status=409)
    with transaction.atomic():
        return [accept(caller, one, suggested(one)[0]) for one in found]


def ask_again(caller: Caller, suggestion: Suggestion, *, category: str) -> Suggestion:
    """Have a suggestion written anew, of a category that its seller names; at no cost where it was written
    by rules.

    Raises AppError CONFLICT where it is still to be written, and what `ask` raises; then it stays.
    """
    job = suggestion.job
    if not job.ended:
        raise AppError("CONFLICT", gettext("This suggestion needs no help."), status=409)
    named = Hints(category=category)
    command = draft.command_of(job)
    if job.state == JobState.COMPLETED:
        command = draft.rewritten(job, named)
    else:
        command = command.model_copy(update={"hints": command.hints.changed(named)})
    photos = [pk for pk in (job.source_id, *map(UUID, command.view_ids)) if pk is not None]
    with transaction.atomic():
        suggestion.delete()
        [asked] = ask(caller, [photos], command, listing=suggestion.listing)
    return asked


def answer(caller: Caller, suggestion: Suggestion, change: Hints) -> Suggestion:
    """Have a suggestion written anew with what its seller says besides, at no cost where rules write.

    Raises AppError CONFLICT where it is not written yet, NOT_FOUND where its photo is gone, and what
    submitting raises; then it stays.
    """
    job = draft.written_job(caller.account, suggestion.job_id)
    if job.source is None or job.source.deleted_at is not None:
        raise not_found("Image")
    command = draft.rewritten(job, change)
    jobs.check(command)
    with transaction.atomic():
        written = jobs.submit(caller, command, source=job.source)
        # Equal requests share a job while it runs, and are one to decide on.
        same = Suggestion.objects.filter(job=written, listing=suggestion.listing).first()
        if same is not None:
            suggestion.delete()
            return same
        suggestion.job = written
        suggestion.save(update_fields=["job"])
    return suggestion


def dismiss(caller: Caller, suggestion_ids: Sequence[UUID]) -> None:
    """Forget these, and cancel what nobody waits for any more. Raises AppError NOT_FOUND."""
    with transaction.atomic():
        for one in _chosen(caller.account, suggestion_ids):
            one.delete()
            is_shared = Suggestion.objects.filter(job=one.job_id).exists()
            if one.job.state == JobState.PENDING and not is_shared:
                transitions.cancel(one.job)


def _chosen(account: Account, suggestion_ids: Sequence[UUID]) -> list[Suggestion]:
    if not suggestion_ids:
        raise invalid("suggestions", "Choose at least one suggestion.")
    found = list(suggestions_of(account).filter(pk__in=suggestion_ids))
    if len(found) < len(set(suggestion_ids)):
        raise not_found("Suggestion")
    return found


def _still_there(account: Account, image_ids: Sequence[UUID]) -> list[UUID]:
    """A photo may have been deleted while its listing was written."""
    there = set(Image.live.filter(account=account, pk__in=image_ids).values_list("pk", flat=True))
    return [pk for pk in image_ids if pk in there]
