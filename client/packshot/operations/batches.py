"""The same work on many pictures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packshot import endpoints, models, options
from packshot.steps import (
    Progress,
    Retries,
    Steps,
    asked,
    request,
    sent,
)


def start_batch(
    retries: Retries,
    image_ids: Sequence[str],
    *,
    operation: options.BatchOperation | None = None,
    preset_ids: Sequence[str] = (),
    pack_ids: Sequence[str] = (),
    name_pattern: str | None = None,
    how: dict[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> Steps[models.BatchCreated]:
    """Begin the same work on many photos: a tool with its options in ``how``, as JSON, or
    presets and packs of them. ``name_pattern`` names the files of its archive."""
    body: options.BatchBody = {"image_ids": list(image_ids)}
    if operation is not None:
        body["operation"] = operation
    if preset_ids:
        body["preset_ids"] = list(preset_ids)
    if pack_ids:
        body["pack_ids"] = list(pack_ids)
    if name_pattern is not None:
        body["name_pattern"] = name_pattern
    if how is not None:
        body["options"] = how
    step = request(endpoints.START_BATCH, body=body, key=idempotency_key)
    return asked(retries, endpoints.START_BATCH, step)


def batch(retries: Retries, batch_id: str) -> Steps[models.BatchStatus]:
    """Tell how far a batch is."""
    return asked(retries, endpoints.BATCH, request(endpoints.BATCH, batch_id))


def cancel_batch(retries: Retries, batch_id: str) -> Steps[models.BatchStatus]:
    """Cancel what of a batch has not ended."""
    return asked(retries, endpoints.CANCEL_BATCH, request(endpoints.CANCEL_BATCH, batch_id))


def retry_batch(retries: Retries, batch_id: str) -> Steps[models.BatchRetried]:
    """Make again what of a batch has failed."""
    return asked(retries, endpoints.RETRY_BATCH, request(endpoints.RETRY_BATCH, batch_id))


def download_batch(
    retries: Retries, batch_id: str, to: str | os.PathLike[str], *, progress: Progress | None = None
) -> Steps[Path]:
    """Write all results of a batch so far to a ZIP file."""
    step = request(endpoints.BATCH_ARCHIVE, batch_id, save_to=Path(to), progress=progress)
    yield from sent(retries, step)
    return Path(to)


def batch_manifest(retries: Retries, batch_id: str) -> Steps[models.Manifest]:
    """Tell path, size and hash of each result of a batch, as its archive has them."""
    return asked(retries, endpoints.BATCH_MANIFEST, request(endpoints.BATCH_MANIFEST, batch_id))
