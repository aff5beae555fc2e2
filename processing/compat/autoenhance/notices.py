"""What the account's webhook is told: that a photo was processed, and that the webhook was set."""

from __future__ import annotations

from typing import Any

from config import public_ids
from processing.delivery.payloads import Notice
from processing.models import OPEN_STATES, Job, RoomPhoto

PROCESSED, UPDATED = "image_processed", "webhook_updated"


def translate(notice: Notice) -> tuple[str, dict[str, Any]] | None:
    """The end of a photo's own work; other work, and what is fetched of the photo, is nothing to tell of."""
    if notice.type == "webhook.test":
        return notice.type, {"event": UPDATED}
    if notice.type not in ("job.completed", "job.failed") or notice.data["sourceImageId"] is None:
        return None
    photo = _previewed(notice)
    if photo is None:
        return None
    job_id = public_ids.decode("job", notice.data["jobId"])
    others = photo.order.photos.filter(job__state__in=OPEN_STATES).exclude(job=job_id)
    return notice.type, {
        "event": PROCESSED,
        "image_id": str(photo.pk),
        "error": notice.type == "job.failed",
        "order_id": photo.order.key,
        "order_is_processing": others.exists(),
    }


def _previewed(notice: Notice) -> RoomPhoto | None:
    """The photo whose preview the job made, as it is asked for now: brackets may be in several photos."""
    job = Job.objects.filter(pk=public_ids.decode("job", notice.data["jobId"])).first()
    if job is None or not job.command.get("watermark"):
        return None
    photos = RoomPhoto.objects.select_related("order").filter(image=job.source_id)
    return next((one for one in photos if one.command == job.command), None)
