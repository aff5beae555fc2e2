"""Trying the site without an account: one photo, a small marked cutout, and nothing left after an hour.

Each try-out is an account of its own that nobody can sign in to, closed when its hour is over: so
nothing that limits, shows or deletes what an account has needs to know of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext

from accounts.http import Caller
from accounts.lifecycle import closing
from accounts.models import Account
from accounts.services import make_tryout
from config.errors import AppError
from media_library.intake.ingest import ingest_all
from media_library.intake.uploads import incoming
from processing.commands import RemoveBackground
from processing.engine.plans.cutout import CutoutPlan
from processing.models import Job
from processing.services import jobs

KEPT: Final = timedelta(hours=1)
_AT_ONCE: Final = 50  # closed in one round of the clock


def begin(file: UploadedFile[Any]) -> Job:
    """Keep a photo and have it cut out, small and marked. Raises AppError, and keeps nothing then."""
    command = RemoveBackground(
        plan=CutoutPlan(model=settings.DEFAULT_MODEL, size="preview"), watermark=True
    )
    jobs.check(command)
    _check_room()
    account = make_tryout(timezone.now() + KEPT)
    try:
        [image] = ingest_all(account, [incoming(file, "photo")])
        return jobs.submit(Caller(account, None), command, source=image)
    except AppError:
        closing.close_account(account)
        raise


def job_of(account: Account) -> Job | None:
    """The one job of a try-out whose hour isn't over."""
    return Job.objects.select_related("source", "result").filter(account=account).first()


def close_old() -> int:
    """Close the try-outs whose hour is over; how many. A worker removes their files."""
    over = Account.objects.filter(tryout_until__lte=timezone.now(), closed_at=None)
    found = list(over.order_by("tryout_until")[:_AT_ONCE])
    for account in found:
        closing.close_account(account)
    return len(found)


def _check_room() -> None:
    """However many addresses ask: the site tries out only so much in an hour. Raises AppError."""
    open_now = Account.objects.filter(tryout_until__gt=timezone.now(), closed_at=None).count()
    if open_now >= settings.TRYOUTS_PER_HOUR:
        message = gettext("Many people are trying it at the moment. Come back in a while.")
        raise AppError("RATE_LIMITED", message, status=429)
