"""Doing the same to many photos at once, each photo once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path

from packshot.errors import PackshotError
from packshot.runs.exits import Exit, blamed_on_room, code_of, stops_everything
from packshot.runs.journal import Journal, key_of
from packshot.runs.photos import RESULTS, Photo, digest
from packshot.runs.report import Report
from packshot.runs.work import Maker, Work


class Run:
    """One run over photos. What failed for a reason that all others share ends it."""

    def __init__(self, out: Path, journal: Journal, maker: Maker, report: Report) -> None:
        self.out = out
        self.report = report
        self._journal = journal
        self._maker = maker
        self._stop: Exception | None = None
        self._interrupted = threading.Event()

    def over(self, photos: Sequence[Photo], work: Work, *, parallel: int) -> Exit:
        """Make the result of each photo; what the command ends with."""
        pool = ThreadPoolExecutor(parallel, thread_name_prefix="photos")
        try:
            begun = [pool.submit(self.one, photo, work) for photo in photos]
            wait(begun)
            for one in begun:
                one.result()  # raises what nobody foresaw
        except KeyboardInterrupt:
            self._interrupted.set()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        return self.ended()

    def one(self, photo: Photo, work: Work) -> None:
        """Make the result of one photo, unless it is there."""
        if self._stop is not None or self._interrupted.is_set():
            return
        try:
            result, skipped = self.make(photo, work)
            self.report.done(photo.path, result, skipped=skipped)
        except (PackshotError, OSError) as error:
            known = blamed_on_room(error, self.out)
            if stops_everything(known):
                self._stop = known
            self.report.failed(photo.path, known)

    def ended(self) -> Exit:
        """Say how it went. Raises what ended the run before its end."""
        self.report.summary()
        if self._stop is not None:
            return code_of(self._stop)
        return Exit.SOME_FAILED if self.report.counts["failed"] else Exit.DONE

    def make(self, photo: Photo, work: Work) -> tuple[Path, bool]:
        """Make the result of one photo; where it is, and whether it was there already.

        Raises PackshotError and OSError.
        """
        content, key = digest(photo.path), key_of(work.as_json())
        target, endings = self.out / photo.name, [work.ending] if work.ending else RESULTS
        there = self._journal.result(content, key, target, endings)
        if there is not None:
            return there, True
        told = partial(self.report.step, photo.path)
        found = self._maker.make(photo.path, content, work, target, told)
        self._journal.made(content, key, found)
        return found, False
