"""Folders that a program may use, and no others."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from packshot.errors import PackshotError

_LARGEST = 200_000_000  # bytes
# What was no link a moment ago must be none now, and a pipe is not waited for. Windows knows neither.
_CAREFULLY = (
    getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)


class Outside(PackshotError):
    """A path leads out of the folders, or to something that is no plain file there."""


class Folders:
    """Folders named at the start. Paths are judged by where they really lead, symbolic links followed."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = [folder.resolve(strict=True) for folder in folders]

    def __str__(self) -> str:
        return ", ".join(map(str, self._folders))

    def read(self, path: str) -> bytes:
        """Read a file inside the folders. Raises Outside."""
        real = self._real(self._folders[0] / path, named=path)
        try:
            handle = os.open(real, os.O_RDONLY | _CAREFULLY)
        except OSError as error:
            raise Outside(f"{path!r} can't be read: {error.strerror}.") from error
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST:
                raise Outside(f"{path!r} is no file that could be a photo.")
            with os.fdopen(handle, "rb", closefd=False) as file:
                return file.read()
        finally:
            os.close(handle)

    @contextmanager
    def new(self, path: str, endings: Sequence[str]) -> Iterator[Path]:
        """Make an empty file for the block to replace, so that nothing else takes its place meanwhile; it is gone
        where the block fails. Raises Outside, also where there is such a file."""
        wanted = self._folders[0] / path
        if wanted.suffix not in endings:
            raise Outside(f"{path!r} must end in {', '.join(endings)}.")
        real = self._real(wanted.parent, named=path) / wanted.name
        try:
            os.close(os.open(real, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CAREFULLY, 0o666))
        except FileExistsError:
            raise Outside(f"{path!r} is there already: choose another name.") from None
        except (NotADirectoryError, ValueError):
            raise Outside(f"{path!r} is no place for a file.") from None
        try:
            yield real
        except BaseException:
            real.unlink(missing_ok=True)
            raise

    def _real(self, path: Path, *, named: str) -> Path:
        refused = Outside(f"{named!r} is not in a folder that may be used: {self}.")
        try:
            real = path.resolve(strict=True)
        except (OSError, ValueError, RuntimeError):
            # The same for what is outside, so that nobody learns what is there.
            raise refused from None
        if not any(real.is_relative_to(folder) for folder in self._folders):
            raise refused
        return real
