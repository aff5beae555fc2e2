"""What exposure brackets were merged to, kept on this machine's disk for a few hours: whoever changes how the
picture is enhanced, or fetches in full what a preview showed, waits for no second merge.

Nothing relies on it. A file is found by the brackets' contents, in their order, and by the version of the code; the
oldest go first where all take more than `MERGED_CACHE_MB`. It names the photos that it was made of, and goes with the
first of them whose file is removed: what somebody deleted for good stays in no cache.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID, uuid4

import numpy as np
import structlog
from django.conf import settings

from media_library.models import Image
from processing.engine import versions
from processing.engine.plans.room import RoomPlan
from processing.engine.rendered import HdrFacts
from processing.engine.room.hdr.merge import Merged

log = structlog.get_logger(__name__)
KEPT_SECONDS: Final = 6 * 3600
_ENDING: Final = ".npz"
# What a file that was cut short, or is none, is met with.
_BROKEN: Final = (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class KeptMerge:
    """One set of brackets; see `engine.render_hdr.Keeper`."""

    path: Path
    photos: tuple[UUID, ...]

    @classmethod
    def of(cls, sources: Sequence[bytes], photos: Sequence[UUID], plan: RoomPlan) -> KeptMerge:
        parts = {
            "brackets": [hashlib.sha256(source).hexdigest() for source in sources],
            "with darkest": plan.window_pull != "NONE",
            "made by": versions.of_merging(),
        }
        name = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
        return cls(_folder() / f"{name}{_ENDING}", tuple(photos))

    def found(self) -> Merged | None:
        try:
            with self.path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                facts = _facts(json.loads(str(kept["facts"])))
                darkest = kept.get("darkest")
                merged = Merged(kept["rgb"], facts, darkest)
            os.utime(self.path)
        except FileNotFoundError:
            return None
        except _BROKEN as error:
            log.warning("merge.file_broken", path=str(self.path), error=str(error))
            self.path.unlink(missing_ok=True)
            return None
        return merged

    def keep(self, merged: Merged) -> None:
        pictures = [one for one in (merged.rgb, merged.darkest) if one is not None]
        if sum(one.nbytes for one in pictures) > _most():
            return
        half = self.path.with_name(f"{uuid4().hex}.part")
        try:
            half.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with half.open("wb") as file:
                _write(file, merged, self.photos)
            half.replace(self.path)
        except OSError as error:
            log.warning("merge.not_kept", error=str(error))
            with suppress(OSError):
                half.unlink(missing_ok=True)
        sweep()


def sweep() -> int:
    """Remove what is too old, what was made of photos that are gone, and the oldest of what is too much; how many
    files that were."""
    try:
        files = [(one, one.stat()) for one in _folder().iterdir()]
    except OSError:  # there are none, or another worker is just doing the same
        return 0
    removed, taken, now = 0, 0, time.time()
    gone = _of_removed_photos(file for file, _ in files)
    for file, told in sorted(files, key=lambda one: -one[1].st_mtime):
        taken += told.st_size
        if taken > _most() or now - told.st_mtime > KEPT_SECONDS or file in gone:
            file.unlink(missing_ok=True)
            removed += 1
    return removed


def _of_removed_photos(files: Iterable[Path]) -> set[Path]:
    made_of = {file: _photos(file) for file in files if file.suffix == _ENDING}
    wanted = {photo for photos in made_of.values() for photo in photos}
    if not wanted:
        return set()
    rows = Image.objects.filter(pk__in=wanted).exclude(file_key="")
    there = set(rows.values_list("pk", flat=True))
    return {file for file, photos in made_of.items() if not photos <= there}


def _photos(file: Path) -> set[UUID]:
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as kept:
            return {UUID(name) for name in kept["photos"].tolist()}
    except _BROKEN:  # whoever looks for it removes it, or the next hours do
        return set()


def _write(file: IO[bytes], merged: Merged, photos: Sequence[UUID]) -> None:
    facts = np.array(json.dumps(asdict(merged.facts)))
    names = np.array([str(photo) for photo in photos])
    if merged.darkest is None:
        np.savez(file, rgb=merged.rgb, facts=facts, photos=names)
    else:
        np.savez(file, rgb=merged.rgb, facts=facts, photos=names, darkest=merged.darkest)


def _folder() -> Path:
    folder: Path = settings.VAR_DIR / "merged"
    return folder


def _most() -> int:
    most: int = settings.MERGED_CACHE_MB
    return most * 1_000_000


def _facts(told: dict[str, Any]) -> HdrFacts:
    return HdrFacts(**{**told, "stops": tuple(told["stops"]), "shifts": tuple(told["shifts"])})
