"""A batch's results as one ZIP, made while it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from config.errors import AppError
from media_library.files import archives
from media_library.files.archives import Entry, Names, portable_name
from media_library.models import Image, Project
from processing.models import Batch, BatchItem, WritingState
from processing.services.batching import batch_overview
from processing.worker import batch_progress

MANIFEST: Final = "manifest.json"


def name_of(batch: Batch) -> str:
    """Name the archive after the project that all its pictures lie in, else after what is made, and its day."""
    lie_in = list(Project.objects.filter(images__in=batch.items.values("image")).distinct()[:2])
    is_one = len(lie_in) == 1 and not lie_in[0].is_default
    what = lie_in[0].name if is_one else batch_overview.title_of(batch)
    return archives.zip_name(what, batch.created_at.date())


def pieces_of(batch: Batch) -> Iterator[bytes]:
    """The archive of the results there are, under names that don't clash, with the manifest. Raises AppError CONFLICT
    for none."""
    items = _items(batch)
    files = _entries(batch, items)
    if not files:
        raise AppError("CONFLICT", "The batch has no results yet.", status=409)
    return stream(list(files.values()), as_file(_manifest(batch, items, files)))


def manifest(batch: Batch) -> dict[str, Any]:
    """What became of every picture, for programs; each file under its name in the archive."""
    items = _items(batch)
    return _manifest(batch, items, _entries(batch, items))


def as_file(told: dict[str, Any]) -> bytes:
    """The manifest as it lies in an archive, or in a bucket."""
    return json.dumps(told, indent=2, ensure_ascii=False).encode()


def _manifest(
    batch: Batch, items: Sequence[BatchItem], files: Mapping[int, Entry]
) -> dict[str, Any]:
    return {
        "batchId": batch.public_id,
        "operation": batch.operation,
        "packs": batch.packs,
        "namePattern": batch.name_pattern or None,
        "counts": batch_progress.counts_of(batch).shown(),
        "items": [_told(item, files.get(item.position)) for item in items],
    }


def _entries(batch: Batch, items: Sequence[BatchItem]) -> dict[int, Entry]:
    """The files by the positions of their items."""
    found: dict[int, Entry] = {}
    names = Names([MANIFEST])
    for item in items:
        result = _result_of(item)
        if result is None:
            continue
        if item.file:
            found[item.position] = archives.entry_at(result, item.file)
        else:
            folder = portable_name(item.look) if len(batch.looks) > 1 else ""
            found[item.position] = archives.entry_of(result, names, folder)
    return found


def _told(item: BatchItem, file: Entry | None) -> dict[str, Any]:
    job, result = item.job, _result_of(item)
    code, error = (job or item).error_code, (job or item).error
    written = getattr(item, "writing", None)
    failed = getattr(written, "state", None) == WritingState.FAILED
    return {
        "position": item.position,
        "source": item.name,
        "look": item.look or None,
        "market": item.market or None,
        "imageId": item.image.public_id if item.image else None,
        "state": item.state,
        "file": file.name if file else None,
        "width": result.width if result else None,
        "height": result.height if result else None,
        "bytes": result.bytes if result else None,
        "sha256": result.sha256 if result else None,
        "code": code or None,
        "error": error or None,
        "key": item.key or None,
        "writeError": written.error if written and failed else None,
    }


def _result_of(item: BatchItem) -> Image | None:
    result = item.job.result if item.job else None
    return result if result is not None and result.deleted_at is None else None


def stream(
    files: list[Entry], listing: bytes, *, texts: Mapping[str, str] | None = None
) -> Iterator[bytes]:
    """The ZIP's bytes, in pieces, with the manifest at the end. ``texts`` are further files by name."""
    return archives.stream(files, texts={**(texts or {}), MANIFEST: listing})


def _items(batch: Batch) -> list[BatchItem]:
    return list(batch.items.select_related("image", "job__result", "writing").order_by("position"))
