"""Whether a web site is an account's own: shown by a DNS record or a file that only its owner can put there.

Both hold the public id of the account's row, so what one account has put somewhere proves nothing for another.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import dns.exception
import dns.resolver
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import ProofMethod, WebOrigin
from config import outbound
from config.errors import AppError

RECORD = "_packshot"
FILE = "/.well-known/packshot.txt"
# How often a worker looks again, and how long a proof may be missing: a name server or a web server that is
# down for a weekend locks nobody out.
LOOK_EVERY = timedelta(days=1)
PATIENCE = timedelta(days=3)
_SECONDS = 5.0
_MAX_BYTES = 4_096


@dataclass(frozen=True)
class Proof:
    """What an account puts where, one of the two: a TXT record, or a file with this text."""

    record: str  # "" for an address without a name
    url: str
    text: str


def proof_of(row: WebOrigin) -> Proof:
    host = urlsplit(row.origin).hostname or ""
    return Proof(
        record="" if _is_address(host) else f"{RECORD}.{host}",
        url=f"{row.origin}{FILE}",
        text=f"packshot-verification={row.public_id}",
    )


def verify(row: WebOrigin) -> WebOrigin:
    """Look for a proof now. Raises AppError NOT_VERIFIED where there is none; what was verified before stays
    so for a while (``PATIENCE``)."""
    if not look(row):
        proof = proof_of(row)
        message = gettext(
            "Neither the DNS record nor the file was found. New DNS records may take an hour to be seen."
        )
        if not proof.record:
            message = gettext("The file was not found.")
        raise AppError("NOT_VERIFIED", message, status=409)
    return row


def look(row: WebOrigin) -> bool:
    """Look for a proof and write down what was found; whether there was one."""
    method, now = _found(proof_of(row)), timezone.now()
    row.checked_at = now
    if method is not None:
        row.verified_at = row.verified_at or now
        row.method, row.missing_since = method, None
    elif row.verified_at is not None:
        row.missing_since = row.missing_since or now
        if now - row.missing_since >= PATIENCE:
            row.verified_at, row.missing_since = None, None
    row.check_due_at = now + LOOK_EVERY if row.verified_at is not None else None
    fields = ("verified_at", "method", "missing_since", "checked_at", "check_due_at")
    # Not save(): one that was taken away meanwhile must not come back.
    WebOrigin.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in fields})
    return method is not None


def _found(proof: Proof) -> ProofMethod | None:
    if proof.record and proof.text in _texts_at(proof.record):
        return ProofMethod.DNS
    return ProofMethod.FILE if _file_at(proof.url) == proof.text else None


def _texts_at(name: str) -> list[str]:
    """The TXT records of a name; none where they can't be had."""
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=_SECONDS)
    except dns.exception.DNSException:
        return []
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def _file_at(url: str) -> str:
    """The text of the file; "" where it can't be had, or was had from elsewhere."""
    try:
        found = outbound.fetch(url, max_bytes=_MAX_BYTES, timeout=_SECONDS)
    except outbound.OutboundError:
        return ""
    if found.url != url:  # where it leads to may be somebody else's
        return ""
    return found.data.decode("utf-8", "replace").strip()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
