"""Folders that a program may use, and no others."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
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
        real = self._real(path)
        try:
            handle = os.open(real, os.O_RDONLY | _CAREFULLY)
        except OSError as error:
            raise Outside(f"{path} can't be read: {error.strerror}.") from error
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST:
                raise Outside(f"{path} is no file that could be a photo.")
            return file.read()

    def new(self, path: str) -> Path:
        """Check the path of a file that is to be written. Raises Outside, also where there is one."""
        wanted = Path(self._from_first(path))
        real = self._real(str(wanted.parent)) / wanted.name
        if wanted.name in ("", ".", "..") or "\0" in path or not real.parent.is_dir():
            raise Outside(f"{path} is no place for a file.")
        if os.path.lexists(real):
            raise Outside(f"{path} is there already: choose another name.")
        return real

    def _real(self, path: str) -> Path:
        try:
            real = Path(self._from_first(path)).resolve(strict=True)
        except (OSError, ValueError, RuntimeError):
            # The same for what is outside, so that nobody learns what is there.
            raise Outside(self._refusal(path)) from None
        if not any(real.is_relative_to(folder) for folder in self._folders):
            raise Outside(self._refusal(path))
        return real

    def _from_first(self, path: str) -> Path:
        return self._folders[0] / path

    def _refusal(self, path: str) -> str:
        return f"{path} is not in a folder that may be used: {self}."
