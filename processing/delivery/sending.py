"""One attempt to tell a receiver of one event."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import connection
from django.utils import timezone

from config import outbound
from config.encryption import DecryptionError
from config.outbound import OutboundError
from processing.delivery import signing
from processing.models import WebhookDelivery, WebhookEndpoint

log = structlog.get_logger(__name__)
_UNREADABLE = "The webhook's secret can't be read on our side. Rotate it to receive webhooks again."
_KEPT = 500  # characters of an answer


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt. Without a status there was no answer, and `error` says why."""

    status: int | None
    seconds: float
    error: str = ""
    answer: str = ""

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        return self.status == 410


def send(delivery: WebhookDelivery) -> Outcome:
    """POST the delivery to its endpoint: any 2xx will do, and no redirect is followed."""
    body = body_of(delivery)
    try:
        secrets = secrets_of(delivery.endpoint)
        authorization = delivery.endpoint.authorization
    except DecryptionError:
        log.exception("webhook.secret_unreadable", endpoint_id=str(delivery.endpoint_id))
        return Outcome(None, 0.0, error=_UNREADABLE)
    headers = signing.headers(
        delivery.public_id,
        body,
        timestamp=int(timezone.now().timestamp()),
        secrets=secrets,
    )
    if authorization:
        headers["Authorization"] = authorization
    if not connection.in_atomic_block:
        connection.close()  # the receiver may take its time: no connection is kept meanwhile
    began = time.monotonic()
    try:
        answered = outbound.post(
            delivery.endpoint.url,
            body=body,
            headers={"Content-Type": "application/json", **headers},
            timeout=settings.WEBHOOK_SECONDS,
            anywhere=settings.WEBHOOKS_MAY_BE_PRIVATE,
        )
    except OutboundError as error:
        return Outcome(None, time.monotonic() - began, error=error.message)
    return Outcome(
        answered.status,
        time.monotonic() - began,
        error=_objection(answered.status),
        answer=_readable(answered.body),
    )


def body_of(delivery: WebhookDelivery) -> bytes:
    """The same bytes at every attempt, whatever order the database gives to keys."""
    return json.dumps(
        delivery.payload, ensure_ascii=False, separators=(",", ":"), sort_keys=True
    ).encode()


def secrets_of(endpoint: WebhookEndpoint) -> list[str]:
    """The secret, and the one before it while that is still good. Raises DecryptionError."""
    until = endpoint.previous_until
    if endpoint.encrypted_previous_secret and until is not None and timezone.now() < until:
        return [endpoint.secret, endpoint.previous_secret]
    return [endpoint.secret]


def _objection(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"The server answered with status {status}; redirects are not followed."
    return f"The server answered with status {status}."


def _readable(body: bytes) -> str:
    """The beginning of an answer as text that any database takes."""
    return body[: 4 * _KEPT].decode(errors="replace").replace("\x00", "\ufffd")[:_KEPT]
