"""What went wrong and how long something takes, in words for sellers. Templates load it as ``words``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.template import Library
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.told import told
from processing.models import Job

register: Final = Library()

_MINUTE: Final = 60
_HOUR: Final = 3600
# By the codes of failed work. What is not here is told as the work itself told it.
_FAILURES: Final = {
    "NOTHING_FOUND": gettext_lazy(
        "No product was found in this photo. Choose one in which the product is larger or stands out from "
        "its background."
    ),
    "INTERNAL_ERROR": gettext_lazy(
        "Something went wrong on our side, and nothing was charged. Try again; if it keeps failing, tell "
        "whoever runs this site, and quote %(number)s."
    ),
    "WORKER_LOST": gettext_lazy(
        "The work was interrupted several times, and nothing was charged. Try again, or a smaller copy of "
        "the picture; if it keeps failing, tell whoever runs this site, and quote %(number)s."
    ),
    "MODEL_NOT_INSTALLED": gettext_lazy(
        "This site lacks a model that this needs. Choose another one, or tell whoever runs this site."
    ),
    "OUT_OF_MEMORY": gettext_lazy(
        "This picture needs more memory than there is. A smaller copy of it may work."
    ),
    "BRACKETS_DIFFER": gettext_lazy(
        "These photos don’t show the same view, so they can’t become one picture. Nothing was charged."
    ),
    "COMMAND_OUTDATED": gettext_lazy(
        "This was asked of an older release and can’t be done any more. Start it anew."
    ),
}


@register.filter
def why_failed(job: Job) -> str:
    """Say why a job failed; "" where it didn't. What is our fault names the request, by which an
    operator finds what happened."""
    return failure(job.error_code, job.error, number=job.request_id or job.public_id)


def failure(code: str, message: str, *, number: str = "") -> str:
    """Say why work failed, without words that only an operator knows; ``number`` is what to quote."""
    if code not in _FAILURES:
        return told(message)
    return str(_FAILURES[code]) % {"number": number}


def not_understood(ignored: Sequence[str]) -> str:
    """Say which words of a description are left out of its scene; "" where none is."""
    quoted = ", ".join(f"“{word}”" for word in ignored)
    return _("Left out of the scene: %(words)s") % {"words": quoted} if ignored else ""


def time_left(seconds: int) -> str:
    """``about 40 s``, ``about 3 min``, ``about 2 h``: as exact as a guess can be."""
    if seconds < _MINUTE:
        rounded = max(5, -(-seconds // 5) * 5)
        return _("about %(count)s s") % {"count": rounded}
    if seconds < _HOUR:
        return _("about %(count)s min") % {"count": -(-seconds // _MINUTE)}
    return _("about %(count)s h") % {"count": -(-seconds // _HOUR)}
