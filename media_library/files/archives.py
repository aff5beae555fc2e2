"""Pictures as one ZIP, made while it is sent: no copy on disk, one picture in memory."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import PurePosixPath
from typing import IO, cast

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


def entries_of(images: Iterable[Image]) -> list[Entry]:
    """The pictures' own files, under their names."""
    found: list[Entry] = []
    taken: set[str] = set()
    for image in images:
        name = free_name(image.name or f"{image.public_id}.{image.format}", taken)
        taken.add(alike(name))
        found.append(Entry(name, image.file_key, image.created_at))
    return found


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


def free_name(name: str, taken: set[str], folder: str = "") -> str:
    """The portable name in its folder, with a number where a file system would take it for another's."""
    before = f"{folder}/" if folder else ""
    numbered = (f"{before}{portable_name(name, number=number)}" for number in count(1))
    return next(free for free in numbered if alike(free) not in taken)


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
