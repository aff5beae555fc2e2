"""A batch's results as one ZIP, made while it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from config.errors import AppError
from media_library.files import archives
from media_library.files.archives import Entry, Names, portable_name
from media_library.models import Project
from processing.models import Batch, BatchItem, JobState
from processing.services.batching import batch_overview
from processing.worker import batch_progress

MANIFEST: Final = "manifest.json"


def name_of(batch: Batch) -> str:
    """Name the archive after the project that all its pictures lie in, else after what is made, and its day."""
    lie_in = list(Project.objects.filter(images__in=batch.items.values("image")).distinct()[:2])
    is_one = len(lie_in) == 1 and not lie_in[0].is_default
    what = lie_in[0].name if is_one else batch_overview.title_of(batch)
    return archives.zip_name(what, batch.created_at.date())


def entries(batch: Batch) -> list[Entry]:
    """The results there are, under names that don't clash. Raises AppError CONFLICT for none."""
    found: list[Entry] = []
    names = Names([MANIFEST])
    for item in _items(batch):
        result = item.job.result if item.job else None
        if result is None or result.deleted_at is not None:
            continue
        folder = portable_name(item.look) if len(batch.looks) > 1 else ""
        found.append(archives.entry_of(result, names, folder))
    if not found:
        raise AppError("CONFLICT", "The batch has no results yet.", status=409)
    return found


def manifest(batch: Batch, files: list[Entry]) -> bytes:
    """Say what became of every picture, for people and programs."""
    names = {entry.key: entry.name for entry in files}
    told = []
    for item in _items(batch):
        job = item.job
        result = job.result if job else None
        code, error = (job or item).error_code, (job or item).error
        told.append(
            {
                "position": item.position,
                "source": item.name,
                "look": item.look or None,
                "imageId": item.image.public_id if item.image else None,
                "state": job.state if job else JobState.FAILED.value,
                "file": names.get(result.file_key) if result else None,
                "code": code or None,
                "error": error or None,
            }
        )
    whole = {
        "batchId": batch.public_id,
        "operation": batch.operation,
        "counts": batch_progress.counts_of(batch).shown(),
        "items": told,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False).encode()


def stream(
    files: list[Entry], listing: bytes, *, texts: Mapping[str, str] | None = None
) -> Iterator[bytes]:
    """The ZIP's bytes, in pieces, with the manifest at the end. ``texts`` are further files by name."""
    return archives.stream(files, texts={**(texts or {}), MANIFEST: listing})


def _items(batch: Batch) -> list[BatchItem]:
    return list(batch.items.select_related("image", "job__result").order_by("position"))
