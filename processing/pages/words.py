"""What went wrong and how long something takes, in words for sellers."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_MINUTE: Final = 60
_HOUR: Final = 3600
# By the codes of failed work. What is not here is told as the work itself told it.
_FAILURES: Final = {
    "NOTHING_FOUND": gettext_lazy("No product was found in this photo."),
    "INTERNAL_ERROR": gettext_lazy(
        "Something went wrong on our side. Run it again; if it keeps failing, tell whoever runs this site."
    ),
    "WORKER_LOST": gettext_lazy("The work was interrupted several times. Run it again."),
    "OUT_OF_MEMORY": gettext_lazy(
        "This picture needs more memory than there is. A smaller copy of it may work."
    ),
    "COMMAND_OUTDATED": gettext_lazy(
        "This was asked of an older release and can't be done any more. Start it anew."
    ),
}


def failure(code: str, message: str) -> str:
    """Say why work failed, without words that only an operator knows."""
    return str(_FAILURES.get(code, message))


def time_left(seconds: int) -> str:
    """``about 40 s``, ``about 3 min``, ``about 2 h``: as exact as a guess can be."""
    if seconds < _MINUTE:
        rounded = max(5, -(-seconds // 5) * 5)
        return _("about %(count)s s") % {"count": rounded}
    if seconds < _HOUR:
        return _("about %(count)s min") % {"count": -(-seconds // _MINUTE)}
    return _("about %(count)s h") % {"count": -(-seconds // _HOUR)}
