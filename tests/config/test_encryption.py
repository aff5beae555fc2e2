"""Secrets that are read again: encrypted under keys that can be replaced."""

from __future__ import annotations

from typing import Any

import pytest

from config import encryption


def test_what_was_encrypted_is_read_again_and_stands_nowhere_in_clear() -> None:
    token = encryption.encrypt("whsec_übergröße")
    assert encryption.decrypt(token) == "whsec_übergröße"
    assert token.isascii()
    assert "whsec" not in token
    assert encryption.encrypt("whsec_übergröße") != token  # equal secrets don't look equal
    assert encryption.encrypt("") == encryption.decrypt("") == encryption.reencrypt("") == ""


def test_a_key_is_replaced_while_the_old_one_still_decrypts(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = {1: "old"}
    token = encryption.encrypt("secret")
    settings.ENCRYPTION_KEYS = {1: "old", 2: "new"}
    assert encryption.decrypt(token) == "secret"
    renewed = encryption.reencrypt(token)
    settings.ENCRYPTION_KEYS = {2: "new"}
    assert encryption.decrypt(renewed) == "secret"
    with pytest.raises(encryption.DecryptionError, match="ENCRYPTION_KEYS"):
        encryption.decrypt(token)
    with pytest.raises(encryption.DecryptionError):
        encryption.reencrypt(token)


def test_a_changed_token_is_not_read() -> None:
    token = encryption.encrypt("secret")
    with pytest.raises(encryption.DecryptionError):
        encryption.decrypt(token[:-8] + "AAAAAAA=")
    with pytest.raises(encryption.DecryptionError):
        encryption.decrypt("secret")
