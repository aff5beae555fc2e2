"""What pages say about the site itself: whom one may ask, and whether it sends mail."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True)
class About:
    """`contact` is as the settings name it, `contact_url` what a link leads to."""

    contact: str
    sends_mail: bool

    @property
    def contact_url(self) -> str:
        return self.contact if "://" in self.contact else f"mailto:{self.contact}"


def about(request: HttpRequest) -> dict[str, object]:
    """What templates call ``about``. (``site`` is allauth's.)"""
    return {"about": About(settings.SUPPORT_CONTACT, settings.MAIL_IS_SENT)}
