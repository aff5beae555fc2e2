"""What leaves, in the schemas of the vendor's document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from accounts.models import User
from accounts.services import account_of
from accounts.signing.jwt import Tokens
from media_library.files.links import content_url
from media_library.models import Image
from processing.compat.backgroundfx.masks import mask_url
from processing.compat.backgroundfx.progress import ended, status_of
from processing.engine.plans.cutout import edge_strength
from processing.models import Batch, BatchItem, Job, WebhookEndpoint
from processing.worker import batch_progress

# A plan that the vendor doesn't know has the rates of the smallest.
_PLANS = ("free", "pro", "enterprise")


def auth_response(user: User, tokens: Tokens) -> dict[str, Any]:
    plan = account_of(user).plan_id
    return {
        "token": tokens.access,
        "refresh_token": tokens.refresh,
        "user": {
            "id": str(user.pk),
            "email": user.email,
            "name": user.name,
            "plan": plan if plan in _PLANS else "free",
            "created_at": moment(user.date_joined),
        },
    }


def processing_result(job: Job, result: Image, *, base: str, mask: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": str(result.pk),
        "image": content_url(result, base=base),
        "metadata": {
            "width": result.width,
            "height": result.height,
            "format": result.format,
            "processing_time": round(sum(job.report.get("seconds", {}).values()), 3),
            **_what_ran(job),
        },
    }
    if mask and result.has_alpha:
        shown["mask"] = mask_url(result, base=base)
    return shown


def replacement(name: str, served_by: str) -> dict[str, str]:
    """What stands beside an answer whose model is another than the one asked for."""
    return {
        "requested_model": name,
        "notice": f"{name} is not installed here; {served_by} was used instead.",
    }


def batch_job(batch: Batch, *, base: str) -> dict[str, Any]:
    """``errors`` is no property of the vendor's, who have no word for a photo that failed alone."""
    counts = batch_progress.counts_of(batch)
    items = list(batch.items.select_related("job__result").order_by("position"))
    return {
        "id": str(batch.pk),
        "status": status_of(counts),
        "progress": counts.progress,
        "total_files": counts.total,
        "processed_files": ended(counts),
        "results": list(_results(items, base)),
        "errors": list(_errors(items)),
        "created_at": moment(batch.created_at),
    }


def webhook(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": str(endpoint.pk),
        "url": endpoint.url,
        "events": endpoint.events,
        "active": endpoint.enabled,
        "created_at": moment(endpoint.created_at),
    }


def moment(when: datetime) -> str:
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _what_ran(job: Job) -> dict[str, Any]:
    """What the vendor's qualities and blend modes came to."""
    report = job.report
    told = {"model": report.get("model"), "provider": report.get("provider")}
    if "edge" in job.command:
        told["edge"] = edge_strength(job.command["edge"])
    return told


def _results(items: list[BatchItem], base: str) -> Iterator[dict[str, Any]]:
    for item in items:
        job = item.job
        if job is None or job.result is None or job.result.deleted_at is not None:
            continue
        # Nothing keeps whether a mask was asked for, and a link costs nothing: all have one.
        shown = processing_result(job, job.result, base=base, mask=True)
        shown["metadata"]["file"] = item.name
        yield shown


def _errors(items: list[BatchItem]) -> Iterator[dict[str, str]]:
    for item in items:
        code = item.job.error_code if item.job else item.error_code
        message = item.job.error if item.job else item.error
        if code:
            yield {"file": item.name, "error": code, "message": message}
