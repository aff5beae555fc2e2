"""Pictures as one ZIP, made while it is sent: no copy on disk, one picture in memory."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from pathlib import PurePosixPath
from typing import IO, cast

from media_library.checks import with_ending
from media_library.files import storage
from media_library.models import Image

_CHUNK = 256 * 1024
# ext4 and APFS allow 255; Windows 260 for a whole path, of which the folder's owner needs some.
MAX_NAME_BYTES = 150
_MAX_ENDING = 10
# What Windows forbids in a name, and the devices that it opens instead of a file (Microsoft,
# "Naming Files, Paths, and Namespaces").
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"/\\|?*', "_"))
_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    + [f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"]
)


@dataclass(frozen=True)
class Entry:
    """A result in the archive."""

    name: str
    key: str
    made_at: datetime


def entries_of(images: Iterable[Image], *, reserved: Iterable[str] = ()) -> list[Entry]:
    """The pictures' own files, under their names; none gets one of those that are reserved."""
    names = Names(reserved)
    return [entry_of(image, names) for image in images]


def entry_of(image: Image, names: Names, folder: str = "") -> Entry:
    """One picture's own file, under a name that is free."""
    # With the ending of what it is: people name pictures without one.
    ending = PurePosixPath(image.file_key).suffix.removeprefix(".") or image.format
    name = names.take(with_ending(image.name or image.public_id, extension=ending), folder)
    return Entry(name, image.file_key, image.created_at)


def entry_at(image: Image, path: str) -> Entry:
    """One picture's own file, under a path that was given to it before, which gets the ending of what it is."""
    ending = PurePosixPath(image.file_key).suffix.removeprefix(".") or image.format
    return Entry(f"{path}.{ending}", image.file_key, image.created_at)


def stream(
    files: Iterable[Entry], *, texts: Mapping[str, str | bytes] | None = None
) -> Iterator[bytes]:
    """The ZIP's bytes, in pieces. Pictures are compressed already, so they are only stored.

    A file that was deleted meanwhile is left out. ``texts`` are further files by name.
    """
    sink = _Sink()
    # zipfile asks for no more than write() and flush() where it can't seek.
    with zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_STORED) as archive:
        for entry in files:
            try:
                source = storage.open_file(entry.key)
            except FileNotFoundError:
                continue
            info = zipfile.ZipInfo(entry.name, entry.made_at.timetuple()[:6])
            with source, archive.open(info, "w", force_zip64=True) as target:
                while chunk := source.read(_CHUNK):
                    target.write(chunk)
                    yield sink.taken()
        for name, text in (texts or {}).items():
            archive.writestr(name, text)
    yield sink.taken()


def portable_name(name: str, *, number: int = 1) -> str:
    """A file's name that Windows, macOS and Linux all unpack as it is written, numbered from 2 on."""
    printable = "".join(c for c in name if unicodedata.category(c) != "Cc")
    path = PurePosixPath(printable.translate(_FORBIDDEN).strip(". "))
    ending = path.suffix if len(path.suffix) <= _MAX_ENDING else ""
    stem = path.name.removesuffix(ending)
    # The device is found whatever follows its name's first dot.
    if stem.partition(".")[0].rstrip().upper() in _DEVICES:
        stem = f"_{stem}"
    ending = f"-{number}{ending}" if number > 1 else ending
    room = MAX_NAME_BYTES - len(ending.encode())
    return (stem.encode()[:room].decode(errors="ignore").rstrip(". ") or "file") + ending


def zip_name(what: str, day: date) -> str:
    """Name an archive after what is in it and its day: "Spring sale, 2026-11-30.zip"."""
    room = what.encode()[: MAX_NAME_BYTES - 20].decode(errors="ignore")
    return portable_name(f"{room}, {day.isoformat()}.zip")


class Names:
    """The names in an archive."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._taken = set(map(alike, reserved))
        # By the name that it would be without a number: phones call each photo "image.jpg".
        self._next: dict[str, int] = {}

    def take(self, name: str, folder: str = "") -> str:
        """Take the portable name in its folder, with a number where a file system would take it for
        another's."""
        before = f"{folder}/" if folder else ""
        plain = alike(f"{before}{portable_name(name)}")
        for number in count(self._next.get(plain, 1)):
            free = f"{before}{portable_name(name, number=number)}"
            if alike(free) not in self._taken:
                break
        self._next[plain] = number + 1
        self._taken.add(alike(free))
        return free


def alike(name: str) -> str:
    """Write alike what file systems hold for one name: in any case, composed or not."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", name).casefold())


class _Sink:
    """What `zipfile` writes to, and cannot seek in."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        return None

    def taken(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole
