"""Files that no row knows are removed from the disk; everything else stays."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Account
from media_library.intake import ingest
from media_library.lifecycle import sweeps
from media_library.models import Image


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    backend = "django.core.files.storage.FileSystemStorage"
    default = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"default": default}
    return tmp_path


@pytest.fixture
def image(folder: Path, account: Account, picture: Callable[..., bytes]) -> Image:
    return ingest.ingest(account, picture(), name="shoe.jpg")


def age(path: Path, hours: float) -> None:
    then = time.time() - hours * 3600
    os.utime(path, (then, then))


def test_orphans_go_after_an_hour(folder: Path, image: Image) -> None:
    known = folder / image.file_key
    old, new = known.with_name("thumbnail-1.webp"), known.with_name("thumbnail-2.webp")
    lost = folder / str(uuid.uuid4()) / str(uuid.uuid4()) / "original.jpg"
    lost.parent.mkdir(parents=True)
    for path in (old, new, lost):
        path.write_bytes(b"x")
    for path in (known, old, lost):
        age(path, hours=2)
    assert sweeps.orphan_files() == 2
    assert sorted(path for path in folder.rglob("*.*")) == sorted([known, new])


def test_empty_folders_go_and_strangers_files_stay(folder: Path, image: Image) -> None:
    note = folder / "notes" / "keep.txt"
    note.parent.mkdir()
    note.write_bytes(b"x")
    empty = folder / str(image.account_id) / str(uuid.uuid4())
    empty.mkdir()
    age(note, hours=9)
    age(empty, hours=9)
    assert sweeps.orphan_files() == 0
    assert (note.exists(), empty.exists()) == (True, False)
    assert (folder / image.file_key).exists()


def test_no_folder_yet(settings: Any, folder: Path) -> None:
    folder.rmdir()
    assert sweeps.orphan_files() == 0


def test_run_looks_for_orphans_once_an_hour(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setattr(sweeps, "thumbnails_missing", lambda: calls.append("thumbnails"))
    monkeypatch.setattr(sweeps, "orphan_files", lambda: calls.append("orphans"))
    monkeypatch.setattr(sweeps._orphans_due, "next", 0.0)
    sweeps.run()
    sweeps.run()
    assert calls == ["thumbnails", "orphans", "thumbnails"]
