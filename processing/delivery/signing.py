"""Signatures by which a receiver knows that a webhook is ours: the Standard Webhooks scheme.

What is signed is `{webhook-id}.{webhook-timestamp}.{body}`, by HMAC-SHA256
(https://www.standardwebhooks.com, specification 1.0).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
_KEY_BYTES = 32
_SHORTEST, _LONGEST = 24, 64  # bytes of a key, as the specification has them
_RULE = (
    f"A secret is base64 of {_SHORTEST} to {_LONGEST} bytes, with or without {PREFIX} before it: "
    "Standard Webhooks libraries read any other text as a different key. Without a secret, one is "
    "generated."
)


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def check(secret: str) -> None:
    """Raise ValueError for a secret that receivers' libraries would read as another key, or refuse.

    They take what stands after `whsec_`, or the whole text where it isn't there, for base64.
    """
    try:
        length = len(key_of(secret))
    except ValueError as error:
        raise ValueError(_RULE) from error
    if not _SHORTEST <= length <= _LONGEST:
        raise ValueError(_RULE)


def key_of(secret: str) -> bytes:
    """Return the key behind a secret: its base64, with or without padding, after `whsec_` or alone.

    Raises ValueError for what is no base64.
    """
    text = secret.removeprefix(PREFIX).rstrip("=")
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def headers(
    message_id: str, body: bytes, *, timestamp: int, secrets: Iterable[str]
) -> dict[str, str]:
    """The three headers of a message, with one signature for each secret, the newest first."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(key_of(secret), signed) for secret in secrets),
    }


def _signature(key: bytes, signed: bytes) -> str:
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
