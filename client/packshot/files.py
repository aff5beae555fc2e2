"""Files that are written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import IO, Self
from uuid import uuid4

import httpx

from packshot.steps import Progress


class Written:
    """A file that takes its name when the block ends well; until then it has another beside it."""

    def __init__(
        self, path: Path, response: httpx.Response | None = None, progress: Progress | None = None
    ) -> None:
        self._path = path
        self._progress = progress
        told = "" if response is None else response.headers.get("content-length", "")
        encoded = response is not None and "content-encoding" in response.headers
        self._total = int(told) if told.isdigit() and not encoded else None
        self._done = 0
        self._beside = path
        self._file: IO[bytes]

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._beside = self._path.with_name(f".{self._path.name[:60]}.{uuid4().hex[:8]}.part")
        self._file = self._beside.open("xb")
        return self

    def write(self, part: bytes) -> None:
        self._file.write(part)
        self._done += len(part)
        if self._progress is not None:
            self._progress(self._done, self._total)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._file.close()  # writes the rest, for which there may be no space
            if kind is None:
                self._beside.replace(self._path)
        finally:
            self._beside.unlink(missing_ok=True)


def write(path: Path, content: bytes) -> None:
    """Write a whole file, or none."""
    with Written(path) as file:
        file.write(content)
