"""What was done already, so that it isn't done again: one line of JSON for each fact.

A line is appended when something is done. One that was cut short, by a crash or a full disk, counts as not
written, and the next line begins anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from packshot.runs.exits import NotWritten
from packshot.runs.photos import digest

NAME = ".packshot/journal.jsonl"


class Journal:
    """The journal of a folder of results. Threads may share it.

    Raises NotWritten where there is something that can't be read.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._path = out / NAME
        self._lock = threading.Lock()
        self._uploads: dict[tuple[str, str], str] = {}
        self._done: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._batches: dict[str, dict[str, Any]] = {}
        try:
            for fact in _facts(self._path):
                self._take(fact)
        except OSError as error:
            raise NotWritten(f"{out} can't be used for results: {error.strerror}.") from error

    def image(self, site: str, photo: str) -> str | None:
        """Return the id that a photo has at a site since an earlier upload."""
        return self._uploads.get((site, photo))

    def is_done(self, photo: str, work: str, file: Path) -> bool:
        """Whether a result is there, as it was written."""
        fact = self._done.get((photo, work, self._inside(file)))
        if fact is None:
            return False
        try:
            return (file.stat().st_size, digest(file)) == (fact["bytes"], fact["sha256"])
        except FileNotFoundError:
            return False

    def result(self, photo: str, work: str, target: Path, endings: Sequence[str]) -> Path | None:
        """Return the result that is there as it was written: a file called ``target`` with one of some endings."""
        for ending in endings:
            file = target.with_name(f"{target.name}{ending}")
            if self.is_done(photo, work, file):
                return file
        return None

    def batches(self, site: str, work: str) -> dict[str, list[str]]:
        """Return the batches that were begun with some work, with the photos of each."""
        return {
            name: fact["photos"]
            for name, fact in self._batches.items()
            if (fact["site"], fact["work"]) == (site, work)
        }

    def uploaded(self, site: str, photo: str, image: str) -> None:
        self._write({"did": "upload", "site": site, "photo": photo, "image": image})

    def began(self, site: str, work: str, batch: str, photos: list[str]) -> None:
        self._write({"did": "batch", "site": site, "work": work, "batch": batch, "photos": photos})

    def made(self, photo: str, work: str, file: Path) -> None:
        self._write(
            {
                **{"did": "result", "photo": photo, "work": work, "file": self._inside(file)},
                **{"bytes": file.stat().st_size, "sha256": digest(file)},
            }
        )

    def _inside(self, file: Path) -> str:
        return file.relative_to(self._out).as_posix()

    def _take(self, fact: dict[str, Any]) -> None:
        try:
            if fact["did"] == "upload":
                self._uploads[fact["site"], fact["photo"]] = str(fact["image"])
            elif fact["did"] == "batch":
                self._batches[fact["batch"]] = {
                    **{"site": fact["site"], "work": fact["work"], "photos": list(fact["photos"])},
                }
            elif fact["did"] == "result":
                key = fact["photo"], fact["work"], fact["file"]
                self._done[key] = {"bytes": fact["bytes"], "sha256": fact["sha256"]}
        except (KeyError, TypeError):  # another release's, or somebody's own line
            return

    def _write(self, fact: dict[str, Any]) -> None:
        line = json.dumps(fact, ensure_ascii=False) + "\n"
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab+") as file:
                if file.tell() and not _ends_a_line(file):
                    line = f"\n{line}"
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
            self._take(fact)


def key_of(work: Mapping[str, Any]) -> str:
    """Name some work: the same options have the same name, however they are written."""
    text = json.dumps(work, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _ends_a_line(file: IO[bytes]) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _facts(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        try:
            fact = json.loads(line)
        except ValueError:  # cut short
            continue
        if isinstance(fact, dict):
            found.append(fact)
    return found
