"""Secrets that are read again: encrypted under keys that can be replaced."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from config import encryption
from config import settings as site


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


def test_what_stood_there_in_clear_before_is_not_left_in_the_database_file(tmp_path: Path) -> None:
    path = tmp_path / "packshot.sqlite3"
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA secure_delete=OFF")  # as SQLite is built for some systems
    database.executescript(site.DATABASES["default"]["OPTIONS"]["init_command"])
    database.execute("CREATE TABLE endpoint (secret TEXT)")
    database.executemany("INSERT INTO endpoint VALUES (?)", [(f"in the clear {n}",) for n in "ab"])
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"in the clear" in path.read_bytes()
    database.execute("UPDATE endpoint SET secret = 'x' WHERE secret LIKE '%a'")
    database.execute("DELETE FROM endpoint WHERE secret LIKE '%b'")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"in the clear" not in path.read_bytes()
