"""How often a sign-in may fail: by e-mail address and network together, with growing waits.

Who guesses from elsewhere must not lock the owner out. So five wrong tries make only the network
that they came from wait. All networks together get twenty; after that, those from where nobody has
signed in to this address before wait too, and whoever can read its mail gets in by a new password.

Unknown e-mail addresses are counted as known ones are. Where the cache is down, tries pass, with a
warning in the log, as for rate limits.
"""

from __future__ import annotations

import hashlib
import math

from django.http import HttpRequest

from accounts.limits.guesses import Guesses
from accounts.models import normalised_email
from config.errors import AppError


class Tries(Guesses):
    """The tries for one e-mail address from where a request comes."""

    def __init__(self, request: HttpRequest, email: str) -> None:
        digest = hashlib.sha256(normalised_email(email).encode()).hexdigest()
        super().__init__(request, f"sign-in:{digest}", _wait)


def _wait(seconds: float, where: str) -> AppError:
    minutes = math.ceil(seconds / 60)
    when = "a minute" if minutes == 1 else f"{minutes} minutes"
    return AppError(
        "RATE_LIMITED",
        f"Too many failed sign-ins with this e-mail address {where}. Try again in {when}, or "
        "choose a new password by e-mail (“Forgot your password?” on the sign-in page).",
        status=429,
        retry_after=math.ceil(seconds),
    )
