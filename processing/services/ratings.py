"""Ratings of results: one of each, which its account may change and take back. They cost nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.http import Caller
from accounts.limits import quotas
from config.errors import AppError, invalid, not_found
from media_library.models import Image, ImageKind
from processing.models import Job, JobState, Rating, Verdict


@dataclass(frozen=True)
class Said:
    """What is said of a result, with a score from 0 to 5 where there is one; ``may_show`` lets staff see it and the photo it was made of."""

    verdict: str
    reason: str = ""
    note: str = ""
    may_show: bool = False
    score: int | None = None
    categories: tuple[str, ...] = ()


def rate(caller: Caller, image: Image, said: Said) -> Rating:
    """Write down what an account says of its result, in place of what it said before.

    Staff look at it again. Raises AppError CONFLICT for a picture that no job has made, and
    VALIDATION_ERROR for a bad one without a reason or a good one with one.
    """
    check_is_result(image)
    return note(caller, image, said)


def note(caller: Caller, image: Image, said: Said) -> Rating:
    """The same of any picture that a job has made, previews among them.

    Where the site says so (``GIVE_BACK_ON_BAD``), what a bad result has cost is given back, once.
    """
    if said.verdict == Verdict.BAD and not said.reason:
        raise invalid("reason", "Say what is wrong with it.")
    if said.verdict == Verdict.GOOD and said.reason:
        raise invalid("reason", "Only a bad result has a reason.")
    job = _maker_of(image)
    now = timezone.now()
    told = {
        "verdict": said.verdict,
        "reason": said.reason,
        "note": said.note,
        "score": said.score,
        "categories": list(said.categories),
        "may_show": said.may_show,
        "job": job,
        "model": str(job.report.get("model") or "")[:40] if job else "",
        "created_by": caller.user,
        "updated_at": now,
        "looked_at": None,
        "looked_by": None,
    }
    with transaction.atomic():
        # Of two first ratings one waits for the other, and then changes it.
        Image.objects.select_for_update(no_key=True).get(pk=image.pk)
        made, _ = Rating.objects.update_or_create(
            account=caller.account, image=image, defaults=told
        )
        if job and said.verdict == Verdict.BAD and job.operation in settings.GIVE_BACK_ON_BAD:
            quotas.give_back(job.pk)
    return made


def of(image: Image) -> Rating | None:
    return Rating.objects.filter(image=image).first()


def rating_of(image: Image) -> Rating:
    """Raises AppError NOT_FOUND where nobody has rated it."""
    found = of(image)
    if found is None:
        raise not_found("Rating")
    return found


def take_back(image: Image) -> None:
    """Raises AppError NOT_FOUND where there is none."""
    deleted, _ = Rating.objects.filter(image=image).delete()
    if not deleted:
        raise not_found("Rating")


def check_is_result(image: Image) -> None:
    """Raises AppError CONFLICT for a photo as it came, a mask, or material."""
    if image.kind != ImageKind.DERIVED:
        message = "Only results can be rated, not photos as they were uploaded."
        raise AppError("CONFLICT", message, status=409)


def _maker_of(image: Image) -> Job | None:
    """The job that made it; else the newest that found it again."""
    made = Job.objects.filter(result=image, state=JobState.COMPLETED)
    own = made.filter(pk=image.job_id).first() if image.job_id else None
    return own or made.order_by("-created_at").first()
