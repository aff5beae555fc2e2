"""Webhooks, on the receiving side: whether a message is the site's, and what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from packshot.errors import InvalidSignature


@dataclass(frozen=True)
class Message:
    """A message whose signature is right. ``id`` is the same where it is delivered again."""

    id: str
    type: str
    timestamp: datetime
    data: Mapping[str, Any]


def verify(body: bytes, headers: Mapping[str, str], secret: str) -> Message:
    """Read a webhook's request: its body as it came, its headers, and the secret of the webhook.

    Raises InvalidSignature for a message that another has sent or changed, or that is older than five minutes.
    """
    told = {name.lower(): value for name, value in headers.items()}
    try:
        Webhook(secret).verify(body, told)
        content = json.loads(body)
        return Message(
            told["webhook-id"],
            content["type"],
            datetime.fromisoformat(content["timestamp"]),
            content["data"],
        )
    except (WebhookVerificationError, ValueError, KeyError, TypeError) as error:
        raise InvalidSignature(f"This is no message of the site's: {error}") from error
