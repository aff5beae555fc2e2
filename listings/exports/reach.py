"""Whether a marketplace can fetch pictures from this site at all: told before a file is made."""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext

from config.errors import AppError

# Names that no public server of names knows, or that mean another machine wherever they are read.
_LOCAL_ENDINGS: Final = (
    *(".localhost", ".local", ".lan", ".internal", ".intranet", ".private", ".corp", ".home"),
    *(".home.arpa", ".test", ".invalid"),
)


def public_base(asked_at: str) -> str:
    """Choose what links begin with: SITE_URL where strangers can reach it, else the address at which
    the site was asked, which may be one of many."""
    site: str = settings.SITE_URL
    return site if _is_public(site) else asked_at


def check(base: str, *, https: bool) -> None:
    """Raise AppError CONFLICT where an importer elsewhere can't follow links that begin so; ``https``
    says that it follows no others. Names are looked at, not looked up."""
    if not _is_public(base):
        raise _unreachable(
            f"Pictures at {base} can't be fetched from outside.",
            gettext("Pictures at %(base)s can’t be fetched from outside.") % {"base": base},
        )
    if base.startswith("http://") and (https or base != settings.SITE_URL):
        raise _unreachable(
            f"Pictures at {base} are not served by https.",
            gettext("Pictures at %(base)s are not served by https.") % {"base": base},
        )


def _is_public(base: str) -> bool:
    host = (urlsplit(base).hostname or "").rstrip(".")
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(_LOCAL_ENDINGS)


def _unreachable(problem: str, for_people: str) -> AppError:
    help = "Set SITE_URL to the site's public https address, or send pictureLinks: false."
    what_to_do = gettext(
        "Whoever runs this site can set SITE_URL to its public https address. Until then, leave the "
        "links to pictures out (Exports, More)."
    )
    return AppError(
        "CONFLICT", f"{problem} {help}", status=409, page_message=f"{for_people} {what_to_do}"
    )
