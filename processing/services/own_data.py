"""What work gives an account of its own data: looks, the brand kit, jobs, ratings, webhooks and buckets without
their secrets."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from accounts.lifecycle.own_data import DataFile, as_json
from processing.models import (
    BrandKit,
    Bucket,
    Job,
    Pack,
    Preset,
    Rating,
    Resource,
    RoomPhoto,
    WebhookEndpoint,
)
from processing.services import edit_json


def of_work(account_id: UUID) -> Iterator[DataFile]:
    presets = Preset.objects.filter(account=account_id)
    looks = [{"name": one.name, one.operation: edit_json.shown(one.plan)} for one in presets]
    kit = BrandKit.objects.filter(account=account_id).select_related("logo").first()
    told = {"colors": kit.colors, "logo": kit.logo.public_id if kit.logo else None} if kit else {}
    packs = list(Pack.objects.filter(account=account_id).values("name", "looks"))
    yield as_json("looks.json", {"looks": looks, "packs": packs, "brandKit": told})
    kept = Resource.objects.filter(account=account_id, image__deleted_at=None)
    yield as_json("resources.json", list(kept.values("name", "role", "tags", "created_at")))
    hooks = WebhookEndpoint.objects.filter(account=account_id)
    columns = ("url", "description", "events", "enabled", "created_at")
    yield as_json("webhooks.json", list(hooks.values(*columns)))
    buckets = Bucket.objects.filter(account=account_id)
    kept_of_bucket = ("name", "endpoint_url", "region", "bucket", "access_key_id", "created_at")
    yield as_json("buckets.json", list(buckets.values(*kept_of_bucket)))
    ratings = Rating.objects.filter(account=account_id).select_related("image")
    yield as_json("ratings.json", [_rated(one) for one in ratings])
    photos = RoomPhoto.objects.filter(account=account_id).select_related("order")
    kept_of = ("order__key", "name", "asked", "extras", "metadata", "rating", "created_at")
    yield as_json("room-photos.json", list(photos.values(*kept_of)))
    jobs = Job.objects.filter(account=account_id).order_by("created_at", "pk")
    yield as_json("jobs.json", [_told(job) for job in jobs.iterator(chunk_size=500)])


def _rated(rating: Rating) -> dict[str, object]:
    return {
        "image": rating.image.public_id,
        "verdict": rating.verdict,
        "reason": rating.reason or None,
        "note": rating.note,
        "score": rating.score,
        "categories": rating.categories,
        "showToSupport": rating.may_show,
        "updatedAt": rating.updated_at,
    }


def _told(job: Job) -> dict[str, object]:
    return {
        "id": job.public_id,
        "operation": job.operation,
        "state": job.state,
        "asked": job.command,
        "error": job.error or None,
        "createdAt": job.created_at,
    }
