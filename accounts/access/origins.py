"""Which web sites' pages may call this one from the browser (CORS): those that accounts name.

Those that the site names for all are in the setting CORS_ALLOWED_ORIGINS. The API key is what gives
access; this only says where it may be used from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from accounts.http import known_caller
from accounts.models import Account, WebOrigin
from accounts.services import one_at_a_time
from config.api.ids import decoded
from config.errors import AppError, invalid, not_found
from config.setup.cors import URLS

MAX_ORIGINS = 20
_ORIGIN = re.compile(
    r"(https?)://([a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?/?"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_LENGTH = 200
_PROVEN_ONLY: set[str] = set()  # beginnings of paths


def name_origins(account: Account, texts: Iterable[str]) -> None:
    """Let pages of these sites, and of no others, use the account's keys. Raises AppError."""
    origins = list(dict.fromkeys(map(canonical_origin, texts)))
    if len(origins) > MAX_ORIGINS:
        raise invalid("webOrigins", f"At most {MAX_ORIGINS} origins can be named.")
    with transaction.atomic():
        one_at_a_time(Account.objects.all()).get(pk=account.pk)
        named = WebOrigin.objects.filter(account=account)
        named.exclude(origin__in=origins).delete()
        kept = set(named.values_list("origin", flat=True))  # with what was proven of them
        WebOrigin.objects.bulk_create(
            WebOrigin(account=account, origin=one) for one in origins if one not in kept
        )


def add(account: Account, text: str, *, uid: UUID | None = None) -> WebOrigin:
    """Name one more. Raises AppError VALIDATION_ERROR, CONFLICT for one that is named already."""
    origin = canonical_origin(text, field="origin")
    with transaction.atomic():
        one_at_a_time(Account.objects.all()).get(pk=account.pk)
        named = WebOrigin.objects.filter(account=account)
        if named.filter(origin=origin).exists():
            raise AppError("CONFLICT", gettext("This web site is in the list already."), status=409)
        if named.count() >= MAX_ORIGINS:
            message = gettext("At most %(most)d web sites can be named.") % {"most": MAX_ORIGINS}
            raise AppError("CONFLICT", message, status=409)
        return WebOrigin.objects.create(account=account, origin=origin, uid=uid or uuid4())


def origin_for(account: Account, uid: UUID) -> WebOrigin:
    """The account's origin. Raises AppError NOT_FOUND, also for somebody else's."""
    found = WebOrigin.objects.filter(account=account, uid=uid).first()
    if found is None:
        raise not_found("Web site")
    return found


def find(account: Account, public_id: str) -> WebOrigin:
    """The account's origin by its public id. Raises AppError NOT_FOUND."""
    return origin_for(account, decoded("origin", public_id, "Web site"))


def canonical_origin(text: str, *, field: str = "webOrigins") -> str:
    """Write an origin, or a bare domain, as browsers send it. Raises AppError."""
    plain = text.strip().lower()
    match = _ORIGIN.fullmatch(plain if "://" in plain else f"https://{plain}")
    port = int(match[3] or 1) if match else 0
    if match is None or not 0 < port < 65536 or len(plain) > _MAX_LENGTH - len("https://"):
        message = f"'{text[:60]}' is not an origin: write it like https://shop.example."
        raise invalid(field, message)
    scheme, host, named = match.groups()
    is_default = named is None or port == _DEFAULT_PORTS[scheme]
    return f"{scheme}://{host}" if is_default else f"{scheme}://{host}:{port}"


def is_allowed(request: HttpRequest, **_: Any) -> bool:
    """Whether the page that calls is of a site that the caller's account names, and has proven where
    nothing less will do (``asks_for_proof``).

    Asked by django-cors-headers. Before there is a caller (a browser's question ahead of the
    request carries no key), any account's will do.
    """
    origin = request.headers.get("Origin", "")
    if not origin or not re.match(URLS, request.path_info):
        return False
    named, known = WebOrigin.objects.filter(origin=origin), known_caller(request)
    if asks_for_proof(request):
        named = named.filter(verified_at__isnull=False)
    return (named if known is None else named.filter(account=known.account)).exists()


def asks_for_proof(request: HttpRequest) -> bool:
    """Whether this address is open to proven web sites alone, whatever CORS_ALLOWED_ORIGINS says."""
    return request.path_info.startswith(tuple(_PROVEN_ONLY))


def ask_for_proof(path: str) -> None:
    """Let pages call what is below a path only from web sites that the caller has proven to be its own."""
    _PROVEN_ONLY.add(path)


def is_proven(account: Account, origin: str) -> bool:
    """Whether a page's origin, as its browser sent it, is one that the account has proven to be its own."""
    rows = WebOrigin.objects.filter(account=account, origin=origin, verified_at__isnull=False)
    return rows.exists()
