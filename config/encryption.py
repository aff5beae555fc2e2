"""Secrets that must be read again, encrypted where they are stored.

Fernet (AES-128-CBC with HMAC-SHA256) under keys that are not in the database: ENCRYPTION_KEYS, else
a file in VAR_DIR/secrets. The highest number encrypts; all of them decrypt, so a key can be
replaced while both are there (`manage.py reencrypt`, then remove the old one).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

# By the name of what they are: each encrypts anew all that it has stored, and answers how much.
HOLDERS: dict[str, Callable[[], int]] = {}


class DecryptionError(Exception):
    """What was stored was encrypted under a key that this site doesn't have, or was changed."""

    def __init__(self) -> None:
        super().__init__(
            "A stored secret can't be decrypted: its key is in none of ENCRYPTION_KEYS nor in "
            "VAR_DIR/secrets."
        )


def encrypt(text: str) -> str:
    """``text`` under the newest key, as ASCII. Nothing stays nothing."""
    return _keys().encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    """Return the text behind ``token``. Raises DecryptionError; nothing stays nothing."""
    try:
        return _keys().decrypt(token.encode()).decode() if token else ""
    except InvalidToken as error:
        raise DecryptionError from error


def reencrypt(token: str) -> str:
    """The same text under the newest key. Raises DecryptionError."""
    try:
        return _keys().rotate(token.encode()).decode() if token else ""
    except InvalidToken as error:
        raise DecryptionError from error


def register(name: str, holder: Callable[[], int]) -> None:
    """Let `manage.py reencrypt` know of secrets, when their app starts."""
    HOLDERS[name] = holder


def _keys() -> MultiFernet:
    newest_first = sorted(settings.ENCRYPTION_KEYS.items(), reverse=True)
    return MultiFernet([Fernet(_key(secret)) for _, secret in newest_first])


def _key(secret: str) -> bytes:
    """Any long random text as the 32 bytes that Fernet needs."""
    return base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest())
