"""What owners do with their webhooks: register, change, rotate, test, replay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Account
from accounts.services import one_at_a_time
from config import encryption, outbound
from config.errors import AppError, invalid, not_found
from processing.delivery import attempts, payloads, signing
from processing.models import DeliveryState, WebhookDelivery, WebhookEndpoint

MAX_WEBHOOKS = 20
OLD_SECRET_HOLDS = timedelta(hours=24)
MAX_ATTEMPTS = 100  # of one delivery, replays and all


@dataclass(frozen=True)
class Subscription:
    """Who wants to hear of what. Without a secret one is made; `dialect` decides the payload. What is given as
    `authorization` is sent in that header."""

    url: str
    events: Iterable[str]
    description: str = ""
    secret: str = ""
    dialect: str = ""
    authorization: str = ""


def endpoint_for(account: Account, endpoint_id: UUID) -> WebhookEndpoint:
    """The account's endpoint. Raises AppError NOT_FOUND, also for somebody else's."""
    endpoint = WebhookEndpoint.objects.filter(account=account, pk=endpoint_id).first()
    if endpoint is None:
        raise not_found("Webhook")
    return endpoint


def of_dialect(account: Account, dialect: str) -> WebhookEndpoint | None:
    """The account's newest endpoint of a dialect that has one alone."""
    return WebhookEndpoint.objects.filter(account=account, dialect=dialect).first()


def delivery_for(endpoint: WebhookEndpoint, delivery_id: UUID) -> WebhookDelivery:
    """One of the endpoint's deliveries. Raises AppError NOT_FOUND."""
    found = WebhookDelivery.objects.filter(endpoint=endpoint, pk=delivery_id)
    delivery = found.select_related("endpoint").prefetch_related("tries").first()
    if delivery is None:
        raise not_found("Delivery")
    return delivery


def register(
    account: Account, wanted: Subscription, *, endpoint_id: UUID | None = None
) -> WebhookEndpoint:
    """Raises AppError VALIDATION_ERROR for an address that is not public, for unknown events and
    for a secret that can't sign; CONFLICT for one endpoint too many."""
    if wanted.dialect not in payloads.DIALECTS:
        raise ValueError(f"Unknown dialect {wanted.dialect!r}.")
    endpoint = WebhookEndpoint(
        id=endpoint_id or uuid4(),
        account=account,
        url=_checked_url(wanted.url),
        description=wanted.description,
        events=_checked_events(wanted.events),
        encrypted_secret=encryption.encrypt(_checked_secret(wanted.secret)),
        encrypted_authorization=_encrypted(wanted.authorization),
        dialect=wanted.dialect,
    )
    with transaction.atomic():
        one_at_a_time(Account.objects.all()).get(pk=account.pk)
        if WebhookEndpoint.objects.filter(account=account).count() >= MAX_WEBHOOKS:
            raise AppError(
                "CONFLICT", f"An account can have at most {MAX_WEBHOOKS} webhooks.", status=409
            )
        endpoint.save(force_insert=True)
    return endpoint


def change(endpoint: WebhookEndpoint, changes: Mapping[str, Any]) -> WebhookEndpoint:
    """Change `url`, `events`, `description`, `authorization` or `enabled`. Raises AppError as `register` does.

    A new address, and one that is switched on again, starts with a clean record.
    """
    columns = dict(changes)
    if "url" in columns:
        columns["url"] = _checked_url(columns["url"])
    if "events" in columns:
        columns["events"] = _checked_events(columns["events"])
    if "authorization" in columns:
        columns["encrypted_authorization"] = _encrypted(columns.pop("authorization"))
    if "url" in columns or columns.get("enabled"):
        columns["failing_since"] = columns["slow_until"] = None
    if columns.get("enabled"):
        columns["notice"] = ""
    return _updated(endpoint, columns)


def rotate_secret(endpoint: WebhookEndpoint, secret: str = "") -> WebhookEndpoint:
    """A new secret. The one before signs beside it for a day, and only that one."""
    columns = {
        "encrypted_secret": encryption.encrypt(_checked_secret(secret)),
        "encrypted_previous_secret": F("encrypted_secret"),
        "previous_until": timezone.now() + OLD_SECRET_HOLDS,
    }
    return _updated(endpoint, columns)


def reencrypt_secrets() -> int:
    """Encrypt every secret anew; how many endpoints have one. Raises DecryptionError."""
    endpoints = list(WebhookEndpoint.objects.select_for_update())
    for endpoint in endpoints:
        endpoint.encrypted_secret = encryption.reencrypt(endpoint.encrypted_secret)
        endpoint.encrypted_previous_secret = encryption.reencrypt(
            endpoint.encrypted_previous_secret
        )
        endpoint.encrypted_authorization = encryption.reencrypt(endpoint.encrypted_authorization)
    columns = ["encrypted_secret", "encrypted_previous_secret", "encrypted_authorization"]
    WebhookEndpoint.objects.bulk_update(endpoints, columns, batch_size=500)
    return len(endpoints)


def test(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Send a `webhook.test` once and now, or what its dialect has for that, even where the endpoint is switched off.

    It tells nothing against the endpoint. Not to be called within a transaction: it takes as long
    as the receiver does.
    """
    notice = payloads.Notice(attempts.TEST, timezone.now(), {"webhookId": endpoint.public_id})
    translate = payloads.DIALECTS.get(endpoint.dialect, payloads.native)
    _, payload = translate(notice) or payloads.native(notice)
    delivery = WebhookDelivery(endpoint=endpoint, event=notice.type, payload=payload)
    for name, value in attempts.lease(delivery).items():
        setattr(delivery, name, value)
    delivery.save(force_insert=True)
    attempts.attempt(delivery)
    return delivery_for(endpoint, delivery.pk)


def replay(delivery: WebhookDelivery) -> WebhookDelivery:
    """Send a delivery again, under the same id and with all its attempts before it.

    Raises AppError CONFLICT for a test, while an attempt is being made, for an endpoint that is
    switched off, and after too many attempts.
    """
    if delivery.event == attempts.TEST:
        raise _conflict("A test delivery can't be replayed. Send a new test instead.")
    if not delivery.endpoint.enabled:
        raise _conflict("The webhook is disabled. Enable it first.")
    if delivery.attempts >= MAX_ATTEMPTS:
        raise _conflict(f"This delivery has already had {MAX_ATTEMPTS} attempts, the maximum.")
    now = timezone.now()
    with transaction.atomic():
        under_way = Q(state=DeliveryState.PENDING, claimed_at__isnull=False)
        replayed = (
            WebhookDelivery.objects.filter(pk=delivery.pk)
            .exclude(under_way)
            .update(
                state=DeliveryState.PENDING,
                replayed_after=F("attempts"),
                due_at=now,
                ended_at=None,
            )
        )
        if not replayed:
            raise _conflict("A delivery attempt is in progress.")
        account_id = delivery.endpoint.account_id
        transaction.on_commit(lambda: attempts.notify(account_id), robust=True)
    return delivery_for(delivery.endpoint, delivery.pk)


def _updated(endpoint: WebhookEndpoint, columns: Mapping[str, Any]) -> WebhookEndpoint:
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    rows.update(**columns, updated_at=timezone.now())
    updated = rows.first()
    if updated is None:
        raise not_found("Webhook")  # deleted meanwhile
    return updated


def _checked_url(url: str) -> str:
    if len(url) > 2000:
        raise invalid("url", "Must be at most 2000 characters.")
    outbound.vet(url, timeout=settings.WEBHOOK_SECONDS, anywhere=settings.WEBHOOKS_MAY_BE_PRIVATE)
    return url


def _checked_events(events: Iterable[str]) -> list[str]:
    wanted = set(events)
    if not wanted or not wanted <= set(payloads.EVENTS):
        raise invalid("events", f"Must be at least one of {', '.join(payloads.EVENTS)}.")
    return [name for name in payloads.EVENTS if name in wanted]


def _checked_secret(secret: str) -> str:
    if not secret:
        return signing.new_secret()
    if len(secret) > 200:
        raise invalid("secret", "Must be at most 200 characters.")
    try:
        signing.check(secret)
    except ValueError as error:
        raise invalid("secret", str(error)) from error
    return secret


def _encrypted(text: str) -> str:
    return encryption.encrypt(text) if text else ""


def _conflict(message: str) -> AppError:
    return AppError("CONFLICT", message, status=409)
