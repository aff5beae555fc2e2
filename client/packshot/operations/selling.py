"""Listings, their files for marketplaces, and webhooks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

import httpx

from packshot import endpoints, listing_models, models, options
from packshot.operations.jobs import FIRST_LOOK, LAST_LOOK, OnJob, worked
from packshot.steps import (
    Pause,
    Retries,
    Steps,
    asked,
    request,
    sent,
)


def draft_listing(
    retries: Retries,
    image_ids: Sequence[str],
    platform: options.Platform,
    *,
    on_job: OnJob | None = None,
    idempotency_key: str | None = None,
    **how: Unpack[options.DraftOptions],
) -> Steps[listing_models.ListingDraft]:
    """Write a listing from photos of one item, without keeping it."""
    body: options.DraftBody = {"image_ids": list(image_ids), "platform": platform, **how}
    step = request(endpoints.DRAFT_LISTING, body=body, key=idempotency_key)
    return worked(retries, endpoints.DRAFT_LISTING, step, on_job)


def create_listing(
    retries: Retries,
    *,
    idempotency_key: str | None = None,
    **fields: Unpack[options.ListingFields],
) -> Steps[listing_models.Listing]:
    """Keep a new listing; ``job_id`` takes what a draft says."""
    step = request(endpoints.CREATE_LISTING, body=fields, key=idempotency_key)
    return asked(retries, endpoints.CREATE_LISTING, step)


def listings(
    retries: Retries, **filters: Unpack[options.ListingFilter]
) -> Steps[listing_models.ListingPage]:
    """List what is for sale."""
    return asked(retries, endpoints.LISTINGS, request(endpoints.LISTINGS, query=filters))


def listing(retries: Retries, listing_id: str) -> Steps[listing_models.Listing]:
    """Tell about one listing."""
    return asked(retries, endpoints.LISTING, request(endpoints.LISTING, listing_id))


def export_listings(
    retries: Retries,
    format: options.ExportFormat,
    to: str | os.PathLike[str],
    **how: Unpack[options.ExportOptions],
) -> Steps[Path]:
    """Write a marketplace's import file."""
    body: options.ExportBody = {"format": format, **how}
    yield from sent(retries, request(endpoints.EXPORT_LISTINGS, body=body, save_to=Path(to)))
    return Path(to)


def archive_listings(
    retries: Retries,
    platform: options.Platform,
    to: str | os.PathLike[str],
    **how: Unpack[options.ArchiveOptions],
) -> Steps[Path]:
    """Write a ZIP with texts and pictures in a platform's size; waits until these are made."""
    body: options.ArchiveBody = {"platform": platform, **how}
    step = request(endpoints.ARCHIVE_LISTINGS, body=body, save_to=Path(to))
    pause = FIRST_LOOK
    while (yield from sent(retries, step)).status_code == httpx.codes.ACCEPTED:
        yield Pause(pause)
        pause = min(pause * 1.5, LAST_LOOK)
    return Path(to)


def create_webhook(
    retries: Retries,
    url: str,
    events: Sequence[options.WebhookEvent],
    *,
    description: str = "",
    idempotency_key: str | None = None,
) -> Steps[models.Webhook]:
    """Register an address that is told of events; the answer holds the secret, once."""
    body: options.WebhookBody = {"url": url, "events": list(events), "description": description}
    step = request(endpoints.CREATE_WEBHOOK, body=body, key=idempotency_key)
    return asked(retries, endpoints.CREATE_WEBHOOK, step)
