"""One run over a folder: upload, begin batches, follow them, fetch what they make."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from packshot.client import Client
from packshot.errors import Conflict, NotFound, PackshotError, WorkFailed
from packshot.events import Event
from packshot.models import BatchItem, BatchStatus
from packshot.options import BatchOperation
from packshot.runs.exits import Exit, blamed_on_room, code_of, stops_everything
from packshot.runs.journal import Journal, key_of
from packshot.runs.looks import Place
from packshot.runs.photos import RESULTS, Photo, digest
from packshot.runs.report import Report
from packshot.runs.work import SiteMaker

T = TypeVar("T")


@dataclass(frozen=True)
class BatchWork:
    """What a batch does to each photo: a tool with options, or looks and packs, by id with their places."""

    tool: BatchOperation | None
    looks: Mapping[str, list[Place]]
    packs: Mapping[str, list[Place]]
    how: dict[str, Any] | None

    @property
    def places(self) -> list[Place]:
        """The results of each photo. What two packs have for the same market is made once."""
        named = [
            place for some in (self.looks, self.packs) for each in some.values() for place in each
        ]
        return list(dict.fromkeys(named)) or [Place("")]

    @property
    def results_each(self) -> int:
        return len(self.places)

    @property
    def key(self) -> str:
        asked = {"tool": self.tool, "looks": sorted(self.looks), "options": self.how}
        return key_of(asked | ({"packs": sorted(self.packs)} if self.packs else {}))

    def name(self, photo: Photo, place: Place) -> str:
        """Return what a result is called below the folder of all results, without its ending."""
        if place.market:
            return f"{safe(place.market)}/{photo.name}-{safe(place.look)}"
        return f"{safe(place.look)}/{photo.name}" if self.results_each > 1 else photo.name


@dataclass
class Known:
    """A photo of the run by its content, which several files may have."""

    content: str
    photos: list[Photo]
    image: str = ""


class BatchRun:
    """One run. What failed for a reason that all photos share ends it."""

    def __init__(
        self, client: Client, out: Path, journal: Journal, report: Report, work: BatchWork
    ) -> None:
        self._client = client
        self._out = out
        self._journal = journal
        self._report = report
        self._work = work
        self._maker = SiteMaker(client, journal)
        self._stop: Exception | None = None
        self._lock = threading.Lock()

    def over(self, found: Sequence[Photo], *, at_once: int, parallel: int) -> Exit:
        """Make all results of all photos; what the command ends with."""
        pool = ThreadPoolExecutor(parallel, thread_name_prefix="photos")
        try:
            todo: dict[str, Known] = {}
            for content, photo in filter(None, self._each(pool, self._look, found)):
                todo.setdefault(content, Known(content, [])).photos.append(photo)
            for batch, contents in self._journal.batches(self._client.url, self._work.key).items():
                mine = [todo[content] for content in contents if content in todo]
                if mine and self._again(batch) and self._follow(pool, batch, mine):
                    for one in mine:
                        todo.pop(one.content)
            uploaded = [one for one in self._each(pool, self._upload, list(todo.values())) if one]
            step = max(1, at_once // self._work.results_each)
            for first in range(0, len(uploaded), step):
                self._begin(pool, uploaded[first : first + step])
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        self._report.summary()
        if self._stop is not None:
            return code_of(self._stop)
        return Exit.SOME_FAILED if self._report.counts["failed"] else Exit.DONE

    def _again(self, batch: str) -> bool:
        """Have made again what of an earlier batch has failed; whether there is that batch still."""
        try:
            before = self._client.batch(batch)
            if before.state == "completed" and before.counts.get("failed", 0):
                self._client.retry_batch(batch)
        except NotFound:
            return False
        except Conflict:  # its photos are no longer there
            pass
        return True

    def _each(
        self, pool: ThreadPoolExecutor, do: Callable[[Any], T | None], things: Iterable[Any]
    ) -> list[T | None]:
        def unless_over(thing: Any) -> T | None:
            return None if self._stop is not None else do(thing)

        return list(pool.map(unless_over, things))

    def _look(self, photo: Photo) -> tuple[str, Photo] | None:
        """Hash a photo; None where all of its results are there, or it can't be read."""
        try:
            content = digest(photo.path)
        except OSError as error:
            self._failed([photo], error, times=self._work.results_each)
            return None
        there = [self._there(photo, content, place) for place in self._work.places]
        if not all(there):
            return content, photo
        for file in filter(None, there):
            self._report.done(photo.path, file, skipped=True)
        return None

    def _there(self, photo: Photo, content: str, place: Place) -> Path | None:
        target = self._out / self._work.name(photo, place)
        return self._journal.result(content, self._work.key, target, RESULTS)

    def _upload(self, one: Known) -> Known | None:
        told = partial(self._report.step, one.photos[0].path)
        image = self._journal.image(self._client.url, one.content)
        try:
            if image is None or not self._is_there(image):
                image = self._maker.upload(one.photos[0].path, one.content, told)
        except (PackshotError, OSError) as error:
            self._failed(one.photos, error, times=self._work.results_each)
            return None
        one.image = image
        told("waiting", 0, None)
        return one

    def _is_there(self, image: str) -> bool:
        try:
            self._client.image(image)
        except NotFound:
            return False
        return True

    def _begin(self, pool: ThreadPoolExecutor, some: Sequence[Known]) -> None:
        if self._stop is not None:
            return
        try:
            begun = self._client.start_batch(
                [one.image for one in some],
                operation=self._work.tool,
                preset_ids=list(self._work.looks),
                pack_ids=list(self._work.packs),
                how=self._work.how,
            )
            contents = [one.content for one in some]
            self._journal.began(self._client.url, self._work.key, begun.batch_id, contents)
            self._follow(pool, begun.batch_id, some)
        except (PackshotError, OSError) as error:
            # Whatever was wrong with it, the next batch is refused alike.
            self._stop = error
            for one in some:
                self._failed(one.photos, error, times=self._work.results_each)

    def _follow(self, pool: ThreadPoolExecutor, batch: str, some: Sequence[Known]) -> bool:
        """Wait for a batch, and fetch its results; False where there is no such batch any more."""
        photos = {one.content: one for one in some}
        names = {
            image: photos[content]
            for content in photos
            if (image := self._journal.image(self._client.url, content))
        }
        try:
            ended = self._client.wait_for_batch(batch, on_event=self._saw)
        except NotFound:
            return False
        self._each(pool, lambda item: self._fetch(item, names), _wanted(ended, names))
        return True

    def _saw(self, event: Event) -> None:
        if event.name == "batch.progress":
            done, total = event.data.get("completed", 0), event.data.get("total", 0)
            self._report.say(f"Batch: {done} of {total} made")

    def _fetch(self, item: BatchItem, names: Mapping[str, Known]) -> None:
        one = names[item.image_id or ""]
        place = Place(item.look, item.market)
        for photo in one.photos:
            try:
                there = self._there(photo, one.content, place)
                if there is None:
                    there = self._fetched(item, photo, self._out / self._work.name(photo, place))
                    self._journal.made(one.content, self._work.key, there)
                self._report.done(photo.path, there, look=item.look, market=item.market)
            except (PackshotError, OSError) as error:
                self._failed([photo], error, look=item.look, market=item.market)

    def _fetched(self, item: BatchItem, photo: Photo, target: Path) -> Path:
        if item.state != "completed":
            code = item.error.code if item.error else "CANCELLED"
            message = item.error.message if item.error else "It was cancelled."
            raise WorkFailed(message, status=422, code=code, job_id=item.job_id)
        told = partial(self._report.step, photo.path)
        return self._maker.fetch(item.result_image_id, target, None, told)

    def _failed(
        self, photos: Sequence[Photo], error: Exception, *, times: int = 1, **more: Any
    ) -> None:
        known = blamed_on_room(error, self._out)
        with self._lock:
            if stops_everything(known):
                self._stop = known
        for photo in photos:
            for _ in range(times):
                self._report.failed(photo.path, known, **more)


def _wanted(ended: BatchStatus, names: Mapping[str, Known]) -> list[BatchItem]:
    return [item for item in ended.items if item.image_id in names]


def safe(name: str) -> str:
    """Return a look's or market's name as files may have it: letters, digits and what else is safe
    everywhere."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "look"
