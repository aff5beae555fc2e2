"""The endpoints that the client calls, as docs/openapi.yaml has them; a test holds both together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from packshot import listing_models, models, options

T = TypeVar("T")


@dataclass(frozen=True)
class Endpoint(Generic[T]):
    """One endpoint: how it is called, what it takes, and the type of its answer's ``data``.

    ``body`` and ``query`` are typed dictionaries in the spelling of Python. ``keyed``: it takes an
    `Idempotency-Key`. One with ``answer`` ``bytes`` answers with a file, without the envelope of JSON.
    """

    method: str
    path: str
    answer: type[T]
    body: Any = None
    query: Any = None
    keyed: bool = False
    pending: type[models.Answer] | None = None  # what 202 says


ME = Endpoint("GET", "/api/v1/auth/me", models.Me)
USAGE = Endpoint("GET", "/api/v1/usage", models.Usage)

# Two ways to the same endpoint: a form with the file, or the address where it lies.
UPLOAD = Endpoint("POST", "/api/v1/images", models.Image, body=options.UploadFields, keyed=True)
FETCH = Endpoint("POST", "/api/v1/images", models.Image, body=options.AddressBody, keyed=True)
IMAGES = Endpoint("GET", "/api/v1/images", models.ImagePage, query=options.ImageFilter)
IMAGE = Endpoint("GET", "/api/v1/images/{image_id}", models.Image)
DELETE_IMAGE = Endpoint("DELETE", "/api/v1/images/{image_id}", type(None))
CONTENT = Endpoint("GET", "/api/v1/images/{image_id}/content", bytes)

_TOOLS = "/api/v1/images/tools"
REMOVE_BACKGROUND = Endpoint(
    "POST",
    f"{_TOOLS}/remove-background",
    models.Made,
    body=options.CutoutBody,
    keyed=True,
    pending=models.Pending,
)
EDIT = Endpoint(
    "POST",
    f"{_TOOLS}/edit",
    models.Edited,
    body=options.EditBody,
    keyed=True,
    pending=models.Pending,
)
REPLACE_BACKGROUND = Endpoint(
    "POST",
    f"{_TOOLS}/replace-background",
    models.Edited,
    body=options.ReplaceBody,
    keyed=True,
    pending=models.Pending,
)
GENERATE_BACKGROUND = Endpoint(
    "POST",
    f"{_TOOLS}/generate-background",
    models.Scene,
    body=options.SceneBody,
    keyed=True,
    pending=models.Pending,
)
UPSCALE = Endpoint(
    "POST",
    f"{_TOOLS}/upscale",
    models.Edited,
    body=options.UpscaleBody,
    keyed=True,
    pending=models.Pending,
)
REMOVE_TEXT = Endpoint(
    "POST",
    f"{_TOOLS}/remove-text",
    models.Edited,
    body=options.TextBody,
    keyed=True,
    pending=models.Pending,
)
ENHANCE = Endpoint(
    "POST",
    f"{_TOOLS}/enhance",
    models.Edited,
    body=options.EnhanceBody,
    keyed=True,
    pending=models.Pending,
)
MERGE_HDR = Endpoint(
    "POST",
    f"{_TOOLS}/merge-hdr",
    models.Edited,
    body=options.MergeBody,
    keyed=True,
    pending=models.Pending,
)

PRESETS = Endpoint("GET", "/api/v1/presets", models.PresetPage, query=options.PageOptions)
READY_PRESETS = Endpoint("GET", "/api/v1/presets/ready", list[models.ReadyPreset])

PACKS = Endpoint("GET", "/api/v1/packs", models.PackPage, query=options.PageOptions)
READY_PACKS = Endpoint("GET", "/api/v1/packs/ready", list[models.ReadyPack])

JOB = Endpoint("GET", "/api/v1/jobs/{job_id}", models.Job)
CANCEL_JOB = Endpoint("POST", "/api/v1/jobs/{job_id}/cancel", models.Job)
JOB_EVENTS = Endpoint("GET", "/api/v1/jobs/{job_id}/events", bytes)

START_BATCH = Endpoint(
    "POST", "/api/v1/batch", models.BatchCreated, body=options.BatchBody, keyed=True
)
BATCH = Endpoint("GET", "/api/v1/batch/{batch_id}", models.BatchStatus)
CANCEL_BATCH = Endpoint("POST", "/api/v1/batch/{batch_id}/cancel", models.BatchStatus)
RETRY_BATCH = Endpoint("POST", "/api/v1/batch/{batch_id}/retry", models.BatchRetried)
BATCH_EVENTS = Endpoint("GET", "/api/v1/batch/{batch_id}/events", bytes)
BATCH_MANIFEST = Endpoint("GET", "/api/v1/batch/{batch_id}/manifest", models.Manifest)
BATCH_ARCHIVE = Endpoint("GET", "/api/v1/batch/{batch_id}/download", bytes)

DRAFT_LISTING = Endpoint(
    "POST",
    "/api/v1/listings/generate",
    listing_models.ListingDraft,
    body=options.DraftBody,
    keyed=True,
    pending=models.Pending,
)
CREATE_LISTING = Endpoint(
    "POST", "/api/v1/listings", listing_models.Listing, body=options.ListingFields, keyed=True
)
LISTINGS = Endpoint(
    "GET", "/api/v1/listings", listing_models.ListingPage, query=options.ListingFilter
)
LISTING = Endpoint("GET", "/api/v1/listings/{listing_id}", listing_models.Listing)
EXPORT_LISTINGS = Endpoint("POST", "/api/v1/listings/export", bytes, body=options.ExportBody)
ARCHIVE_LISTINGS = Endpoint(
    "POST",
    "/api/v1/listings/archive",
    bytes,
    body=options.ArchiveBody,
    pending=models.PendingArchive,
)

CREATE_WEBHOOK = Endpoint(
    "POST", "/api/v1/webhooks", models.Webhook, body=options.WebhookBody, keyed=True
)
