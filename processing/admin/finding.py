"""Finds a customer by whatever a letter to the support quotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from accounts.limits import call_log
from accounts.models import Account, ApiKey
from config import public_ids
from media_library.models import Image
from processing.models import Batch, Bucket, Job, WebhookDelivery, WebhookEndpoint

_MOST = 50
_KEY = re.compile(r"(?:ps_)?([A-Za-z0-9]{12})(?:_\S*)?")
_REQUEST = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True)
class Hit:
    """One customer, and what of theirs the term named: a job of theirs, a ``call`` of their program."""

    account: Account
    named: str
    job: Job | None = None
    call: str = ""


def find(term: str) -> list[Hit]:
    """List the customers that a term may mean, the surest first, each once."""
    found: dict[UUID, Hit] = {}
    for hit in _hits(term.strip()):
        found.setdefault(hit.account.pk, hit)
        if len(found) == _MOST:
            break
    # Last, as it reads the calls of all customers: those that made no job are nowhere else.
    return list(found.values()) or list(_calls(term.strip()))


def without_secret(term: str) -> str:
    """Return what may be shown of a term: a whole key is cut down to the part that is no secret."""
    key = _KEY.fullmatch(term.strip())
    return f"ps_{key[1]}" if key and term.strip().startswith("ps_") else term.strip()


def _hits(term: str) -> Iterator[Hit]:
    if not term:
        return
    for prefix, look_up in _BY_ID.items():
        named = row_id(prefix, term)
        if named is not None:
            yield from look_up(named)
    key = _KEY.fullmatch(term)
    if key:
        yield from _keys(Q(key_id=key[1]))
    if _REQUEST.fullmatch(term):
        yield from _jobs(Q(request_id=term))
    if not term.startswith("ps_"):
        people = Q(members__email__icontains=term)
        yield from _accounts(people if "@" in term else people | Q(name__icontains=term))


def row_id(prefix: str, term: str) -> UUID | None:
    """The UUID behind a public id, or a UUID as the database shows it."""
    try:
        return UUID(term) if len(term) in (32, 36) else public_ids.decode(prefix, term)
    except ValueError:
        return None


def _accounts(wanted: Q) -> Iterator[Hit]:
    rows = Account.objects.filter(wanted).select_related("plan").order_by("-created_at").distinct()
    yield from (Hit(row, "") for row in rows[:_MOST])


def _jobs(wanted: Q) -> Iterator[Hit]:
    rows = Job.objects.filter(wanted).select_related("account__plan").order_by("-created_at")
    yield from (Hit(row.account, row.public_id, row) for row in rows[:_MOST])


def _calls(term: str) -> Iterator[Hit]:
    if _REQUEST.fullmatch(term):
        rows = Account.objects.filter(pk__in=call_log.accounts_of(term)).select_related("plan")
        yield from (Hit(row, term, call=term) for row in rows)


def _keys(wanted: Q) -> Iterator[Hit]:
    for row in ApiKey.objects.filter(wanted).select_related("account__plan"):
        yield Hit(row.account, row.shown)


def _images(wanted: Q) -> Iterator[Hit]:
    for image in Image.objects.filter(wanted).select_related("account__plan"):
        job = Job.objects.filter(Q(source=image) | Q(result=image)).order_by("-created_at").first()
        yield Hit(image.account, image.public_id, job)


def _batches(wanted: Q) -> Iterator[Hit]:
    for batch in Batch.objects.filter(wanted).select_related("account__plan"):
        yield Hit(batch.account, batch.public_id)


def _webhooks(wanted: Q) -> Iterator[Hit]:
    for hook in WebhookEndpoint.objects.filter(wanted).select_related("account__plan"):
        yield Hit(hook.account, hook.public_id)


def _buckets(wanted: Q) -> Iterator[Hit]:
    for bucket in Bucket.objects.filter(wanted).select_related("account__plan"):
        yield Hit(bucket.account, bucket.public_id)


def _deliveries(wanted: Q) -> Iterator[Hit]:
    rows = WebhookDelivery.objects.filter(wanted).select_related("endpoint__account__plan")
    yield from (Hit(row.endpoint.account, row.public_id) for row in rows)


def _by(field: str, rows: Callable[[Q], Iterable[Hit]]) -> Callable[[UUID], Iterable[Hit]]:
    return lambda row_id: rows(Q(**{field: row_id}))


_BY_ID: dict[str, Callable[[UUID], Iterable[Hit]]] = {
    "acct": _by("pk", _accounts),
    "usr": _by("members", _accounts),
    "job": _by("pk", _jobs),
    "img": _by("pk", _images),
    "batch": _by("pk", _batches),
    "key": _by("pk", _keys),
    "bucket": _by("pk", _buckets),
    "wh": _by("pk", _webhooks),
    "whd": _by("pk", _deliveries),
}
