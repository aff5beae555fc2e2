"""Signatures by which a receiver knows that a webhook is ours: the Standard Webhooks scheme.

What is signed is `{webhook-id}.{webhook-timestamp}.{body}`, by HMAC-SHA256
(https://www.standardwebhooks.com, specification 1.0).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
_KEY_BYTES = 32
_SHORTEST, _LONGEST = 24, 64  # bytes of a key, as the specification has them


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """The key behind a secret: base64 after `whsec_`; any other text stands for its UTF-8 bytes.

    Raises ValueError for an empty secret, a broken one, and a `whsec_` key of unusual length.
    """
    if not secret.startswith(PREFIX):
        if not secret:
            raise ValueError("A secret must not be empty.")
        return secret.encode()  # a lone surrogate is a ValueError, too
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"{PREFIX} must be followed by base64.") from error
    if not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError(f"{PREFIX} must be followed by base64 of {_SHORTEST} to {_LONGEST} bytes.")
    return key


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
