"""``Idempotency-Key``: a POST that is sent twice makes one thing.

A record is written before the work begins, and the database lets one request have the key. It holds
the id that what is made will get (``new_id``), so that nothing has to be remembered afterwards: a
repeat looks whether there is such a thing, whatever has become of the request that made it, and
shows it as it is now. The answer itself is not kept.

A request that is refused, or told that its job failed, frees its key. One that ends in an error of
ours leaves it to its repeat at once, as does one whose process dies; one on a machine that can't be
asked, after ``PATIENCE``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final, Protocol
from uuid import UUID, uuid4, uuid5

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import caller
from accounts.models import IdempotencyRecord
from config.api import errors
from config.errors import AppError, invalid
from config.failures import process_marks

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
LIFETIME: Final = timedelta(hours=24)
# Longer than any request takes to make its thing: only one that is lost is given up.
PATIENCE: Final = timedelta(minutes=10)
RETRY_SECONDS: Final = 5
_LONGEST = 255
_DOCUMENTED = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": _LONGEST, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description=(
        "A name you choose for this request, valid for 24 hours. Repeating the request with the "
        "same key creates nothing new: the answer shows, in its current state, what the first "
        "request created."
    ),
)

Post = Callable[..., Response]


class Maker(Protocol):
    """A view whose ``post`` makes something."""

    def again(self, request: Request, object_id: UUID) -> Response:
        """Show what an equal request has made, without its secrets.

        Raises AppError NOT_FOUND where there is no such thing.
        """


def idempotent(kind: str) -> Callable[[Post], Post]:
    """Let a ``Maker``'s ``post`` be sent twice. It gives ``new_id(request)`` to what it makes."""

    def decorate(post: Post) -> Post:
        @extend_schema(parameters=[_DOCUMENTED])
        @wraps(post)
        def once(view: Maker, request: Request, *args: Any, **kwargs: Any) -> Response:
            if HEADER not in request.headers:
                return post(view, request, *args, **kwargs)
            record, is_new = _record(request, kind)
            if not is_new:
                replayed = _replayed(view, request, record)
                if replayed is not None:
                    return replayed
                if not _taken_over(record):
                    return _under_way()
            with _claimed(request, record):
                response = post(view, request, *args, **kwargs)
            # A process that dies before this line leaves status 0, and its repeat looks by the id
            # whether the thing was made.
            _mine(record).update(status=response.status_code)
            return response

        return once

    return decorate


def new_id(request: Request) -> UUID:
    """Return the id for what this request makes: with a key, the one that is recorded for it."""
    return recorded_id(request) or uuid4()


def recorded_id(request: Request) -> UUID | None:
    """Return the id that is recorded for what this request makes; None for one without a key."""
    record = getattr(request._request, "idempotency_record", None)
    return record.object_id if isinstance(record, IdempotencyRecord) else None


def numbered(made: UUID, count: int) -> list[UUID]:
    """Derive the ids of several things that are made at once from the one id for all."""
    return [uuid5(made, str(number)) for number in range(count)]


def fingerprint(request: Request) -> str:
    """A SHA-256 of all that a request asks for: method, path, query and content.

    JSON counts by what it says, not by how it is spelt; a form by its fields and the names and
    contents of its files, which are read in pieces.
    """
    data = request.data
    content = {"form": list(_fields(data))} if isinstance(data, QueryDict) else {"json": data}
    asked = [request.method, request.path, request.META.get("QUERY_STRING", ""), content]
    try:
        text = json.dumps(asked, sort_keys=True, separators=(",", ":"))
    except RecursionError as error:
        raise invalid("request", "The JSON is nested too deeply.") from error
    return hashlib.sha256(text.encode()).hexdigest()


def forget_old() -> int:
    """Delete the records of keys that may be used anew; how many there were."""
    deleted, _ = IdempotencyRecord.objects.filter(created_at__lt=_oldest()).delete()
    return deleted


def _record(request: Request, kind: str) -> tuple[IdempotencyRecord, bool]:
    """Find or make the key's record; the flag says which. Raises AppError for a key that is none,
    or that belongs to another request."""
    wanted = {"account": caller(request).account, "key": _key(request)}
    columns = {
        "request_hash": fingerprint(request),
        "kind": kind,
        "claimed_by": process_marks.mark(),
    }
    # Of two requests at once the unique constraint lets one create it; the other gets that row.
    record, is_new = IdempotencyRecord.objects.get_or_create(**wanted, defaults=columns)
    if record.created_at < _oldest():  # the sweep has not come by yet
        _mine(record).delete()
        record, is_new = IdempotencyRecord.objects.get_or_create(**wanted, defaults=columns)
    if record.request_hash != columns["request_hash"]:
        message = f"This {HEADER} was already used for a different request."
        raise AppError("IDEMPOTENCY_KEY_REUSED", message, status=422)
    return record, is_new


def _key(request: Request) -> str:
    key = request.headers[HEADER]
    if not (1 <= len(key) <= _LONGEST and all("!" <= letter <= "~" for letter in key)):
        raise invalid(HEADER, f"Must be 1 to {_LONGEST} printable ASCII characters.")
    return key


def _replayed(view: Maker, request: Request, record: IdempotencyRecord) -> Response | None:
    """Show what the earlier request has made; None where it has made nothing so far.

    Raises AppError NOT_FOUND for what was deleted since, or what a job has failed with meanwhile.
    """
    try:
        response = view.again(request, record.object_id)
    except AppError as error:
        if error.code != "NOT_FOUND":
            # What it made is there, and is a failed job: the key is free for another try.
            _mine(record).delete()
        elif not record.status:
            return None
        raise
    response[REPLAYED] = "true"
    return response


def _taken_over(record: IdempotencyRecord) -> bool:
    """Take the key over, if the request that had it is over; whether that was so.

    The id is a new one: files may lie under the old.
    """
    now, fresh = timezone.now(), uuid4()
    over = Q(claimed_at=None) | Q(claimed_at__lt=now - PATIENCE)
    if process_marks.is_dead(record.claimed_by):
        over |= Q(claimed_by=record.claimed_by)
    # One UPDATE, so of two repeats one takes over. status=0: what has an answer is never redone.
    taken = (
        _mine(record)
        .filter(over, status=0)
        .update(object_id=fresh, claimed_at=now, claimed_by=process_marks.mark())
    )
    record.object_id = fresh
    return taken == 1


def _under_way() -> Response:
    message = f"Another request with this {HEADER} is still in progress."
    return Response(
        errors.body("IDEMPOTENCY_KEY_IN_USE", message),
        status=409,
        headers={"Retry-After": str(RETRY_SECONDS)},
        exception=True,
    )


@contextmanager
def _claimed(request: Request, record: IdempotencyRecord) -> Iterator[None]:
    """Let the block be the one that makes it. Its refusals free the key: nothing was made, or a job
    has failed. After an error of ours it is left to a repeat to look what there is."""
    request._request.idempotency_record = record  # type: ignore[attr-defined]
    with ExitStack() as unless_it_ends:
        # For every way out but success. After a refusal the row is gone, and this changes nothing.
        unless_it_ends.callback(_mine(record).update, claimed_at=None)
        try:
            yield
        except (AppError, APIException):
            _mine(record).delete()
            raise
        unless_it_ends.pop_all()


def _fields(form: QueryDict) -> Iterator[list[Any]]:
    for name, values in sorted(form.lists()):
        yield [name, [_value(value) for value in values]]


def _value(value: Any) -> Any:
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    # The view reads the file, too.
    value.seek(0)
    return {"file": value.name, "sha256": digest.hexdigest()}


def _mine(record: IdempotencyRecord) -> QuerySet[IdempotencyRecord]:
    """The row, as long as nobody has taken it over."""
    return IdempotencyRecord.objects.filter(pk=record.pk, object_id=record.object_id)


def _oldest() -> datetime:
    return timezone.now() - LIFETIME
