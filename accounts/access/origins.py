"""Which web sites' pages may call this one from the browser (CORS): those that accounts name.

Those that the site names for all are in the setting CORS_ALLOWED_ORIGINS. The API key is what gives
access; this only says where it may be used from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from accounts.http import known_caller
from accounts.models import Account, WebOrigin
from accounts.services import one_at_a_time
from config.errors import invalid
from config.setup.cors import URLS

MAX_ORIGINS = 20
_ORIGIN = re.compile(
    r"(https?)://([a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?/?"
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_MAX_LENGTH = 200


def name_origins(account: Account, texts: Iterable[str]) -> None:
    """Let pages of these sites, and of no others, use the account's keys. Raises AppError."""
    origins = list(dict.fromkeys(map(canonical_origin, texts)))
    if len(origins) > MAX_ORIGINS:
        raise invalid("webOrigins", f"At most {MAX_ORIGINS} origins can be named.")
    with transaction.atomic():
        one_at_a_time(Account.objects.all()).get(pk=account.pk)
        WebOrigin.objects.filter(account=account).delete()
        WebOrigin.objects.bulk_create(WebOrigin(account=account, origin=one) for one in origins)


def canonical_origin(text: str) -> str:
    """Write an origin, or a bare domain, as browsers send it. Raises AppError."""
    plain = text.strip().lower()
    match = _ORIGIN.fullmatch(plain if "://" in plain else f"https://{plain}")
    if match is None or len(plain) > _MAX_LENGTH - len("https://"):
        message = f"'{text[:60]}' is not an origin: write it like https://shop.example."
        raise invalid("webOrigins", message)
    scheme, host, port = match.groups()
    is_default = port in (None, _DEFAULT_PORTS[scheme])
    return f"{scheme}://{host}" if is_default else f"{scheme}://{host}:{port}"


def is_allowed(request: HttpRequest, **_: Any) -> bool:
    """Whether the page that calls is of a site that the caller's account names.

    Asked by django-cors-headers. Before there is a caller (a browser's question ahead of the
    request carries no key), any account's will do.
    """
    origin = request.headers.get("Origin", "")
    if not origin or not re.match(URLS, request.path_info):
        return False
    named, known = WebOrigin.objects.filter(origin=origin), known_caller(request)
    return (named if known is None else named.filter(account=known.account)).exists()
