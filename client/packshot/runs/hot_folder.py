"""A hot folder: photos that are laid into it are worked on and moved away.

The folder is looked through every few seconds, which also works on network shares, where nobody is told of new
files. A file is taken when it has not changed for a while. Its result is written, and noted in the journal, before
it is moved: after a crash at any moment it is found again, and not made again.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from packshot.errors import PackshotError
from packshot.files import write
from packshot.runs.exits import (
    Exit,
    NotWritten,
    blamed_on_room,
    code_of,
    is_unreadable,
    stops_everything,
)
from packshot.runs.photos import Photo, is_photo
from packshot.runs.run import Run
from packshot.runs.work import Work

DONE, FAILED = "done", "failed"
_LONGEST_PAUSE = 600.0


@dataclass(frozen=True)
class Times:
    """In seconds: between looks, how long a file must not change, how much longer one that can't be
    read as a picture is waited for, and the first pause where nothing can be done."""

    every: float = 2.0
    settle: float = 4.0
    patience: float = 30.0
    pause: float = 15.0


Seen = tuple[int, int, int]  # size, moment of the last change, file number


class HotFolder:
    """A folder that is watched. `done` and `failed` inside it take the photos."""

    def __init__(
        self,
        folder: Path,
        run: Run,
        work: Work,
        *,
        times: Times,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._run = run
        self._work = work
        self._times = times
        self._clock = clock
        self._seen: dict[Path, tuple[Seen, float]] = {}
        self._unread: dict[Path, tuple[Seen, float]] = {}
        self._not_before = 0.0
        self._stopped = Exit.UNAVAILABLE
        self._pause = times.pause

    def turn(self, pool: ThreadPoolExecutor) -> int:
        """Look once, and do what is ready; how many photos are left that are not ready yet."""
        ready = self._ready()
        if self._clock() >= self._not_before:
            list(pool.map(self._do, ready))
        return len(self._seen)

    @property
    def is_pausing(self) -> bool:
        """Whether something that all photos share keeps them from being done."""
        return self._clock() < self._not_before

    @property
    def stopped(self) -> Exit:
        """What the command ends with where it is pausing."""
        return self._stopped

    def _ready(self) -> list[Path]:
        now, found = self._clock(), dict(self._files())
        for path, seen in found.items():
            if self._seen.get(path, (None, 0.0))[0] != seen:
                self._seen[path] = seen, now
        for path in self._seen.keys() - found.keys():
            self._forget(path)
        return [
            path for path, (seen, since) in self._seen.items() if self._is_ready(path, seen, since)
        ]

    def _is_ready(self, path: Path, seen: Seen, since: float) -> bool:
        unread = self._unread.get(path)
        tried = unread is not None and unread[0] == seen
        wait = self._times.settle + (self._times.patience if tried or not seen[0] else 0.0)
        return self._clock() - since >= wait

    def _files(self) -> Iterator[tuple[Path, Seen]]:
        without = {self._folder / DONE, self._folder / FAILED, self._run.out}
        for top, folders, names in os.walk(self._folder):
            folders[:] = [
                name for name in folders if name[0] != "." and Path(top, name) not in without
            ]
            for path in (Path(top, name) for name in names):
                seen = _seen(path) if is_photo(path) else None
                if seen is not None:
                    yield path, seen

    def _do(self, path: Path) -> None:
        seen = self._seen[path][0]
        try:
            photo = Photo(path, str(path.relative_to(self._folder).with_suffix("")))
            self._refuse_two(path)
            result, skipped = self._run.make(photo, self._work)
            self._pause = self._times.pause
            self._move(path, seen, DONE)
        except (PackshotError, OSError) as error:
            self._failed(path, seen, error)
            return
        self._forget(path)
        self._run.report.done(path, result, skipped=skipped)

    def _refuse_two(self, path: Path) -> None:
        """Raise where another photo that came before has, or had, the same name with another ending: one of both
        results would be lost."""
        inside = path.relative_to(self._folder)
        before = [other for other in _named_alike(path) if self._came(other) < self._came(path)]
        # Looked for second, as the other may be moved there just now.
        for other in (*before, *_named_alike(self._folder / DONE / inside)):
            raise PackshotError(f"Its result would replace that of {other.name}.")

    def _came(self, path: Path) -> tuple[float, str]:
        """When a photo was first seen as it is, and of two at once which goes first."""
        found = self._seen.get(path)
        return (math.inf if found is None else found[1], path.name)

    def _failed(self, path: Path, seen: Seen, error: Exception) -> None:
        now, known = _seen(path), blamed_on_room(error, self._run.out)
        if now is None:
            self._run.report.note(f"{path} is gone.")
            self._forget(path)
        elif now != seen:
            return
        elif stops_everything(known):
            self._rest(known)
        elif is_unreadable(error) and self._unread.get(path, (None,))[0] != seen:
            # It may be half of one that is still being written.
            self._unread[path] = seen, self._clock()
        else:
            try:
                self._move(path, seen, FAILED)
                reason = self._folder / FAILED / path.relative_to(self._folder)
                write(reason.with_name(f"{reason.name}.txt"), f"{error}\n".encode())
            except OSError as full:
                self._rest(NotWritten(f"{self._folder / FAILED}: {full.strerror}."))
                return
            self._forget(path)
            self._run.report.failed(path, error)

    def _rest(self, error: Exception) -> None:
        """Leave everything as it is, and try again after a pause, each time a longer one."""
        if self.is_pausing:
            return
        self._stopped = code_of(error)
        self._run.report.note(f"{error} Trying again in {self._pause:.0f} s.")
        self._not_before = self._clock() + self._pause
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    def _move(self, path: Path, seen: Seen, to: str) -> None:
        """Move a photo, unless another version has taken its place in the last moment."""
        target = self._folder / to / path.relative_to(self._folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.replace(target)
        except FileNotFoundError:  # taken away by somebody; its result is there
            return
        if _seen(target) != seen and not path.exists():
            target.replace(path)

    def _forget(self, path: Path) -> None:
        self._seen.pop(path, None)
        self._unread.pop(path, None)


def _named_alike(path: Path) -> list[Path]:
    """Photos beside a path, there or not, that have its name with another ending."""
    if not path.parent.is_dir():
        return []
    return [
        other
        for other in path.parent.iterdir()
        if other.stem == path.stem and other.name != path.name and is_photo(other)
    ]


def _seen(path: Path) -> Seen | None:
    """Return what tells one state of a file from another; None where it is gone, or none."""
    try:
        found = path.stat()
    except OSError:  # gone, or a share that doesn't answer at the moment
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino
