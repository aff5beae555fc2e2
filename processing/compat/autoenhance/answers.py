"""What leaves, in the vendor's models."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from processing.compat.autoenhance.preferences import enhance_type
from processing.models import RoomBracket, RoomOrder, RoomPhoto
from processing.services.room_orders.photos import paid_result, status_of


def image(photo: RoomPhoto) -> dict[str, Any]:
    """Further properties are told as they came, but never in place of our own."""
    status, reason = status_of(photo)
    return {
        **photo.extras,
        **photo.asked,
        "enhance_type": enhance_type(photo.asked),
        "date_added": int(photo.created_at.timestamp()),
        "downloaded": paid_result(photo) is not None,
        "image_id": str(photo.pk),
        "image_name": photo.name,
        "metadata": photo.metadata,
        "order_id": photo.order.key,
        "rating": photo.rating,
        "scene": None,
        "status": status,
        "status_reason": reason,
        "user_id": str(photo.created_by_id) if photo.created_by_id else None,
    }


def created_image(photo: RoomPhoto, upload_url: str) -> dict[str, Any]:
    """``s3PutObjectUrl`` is what older clients know the address by."""
    return {**image(photo), "upload_url": upload_url, "s3PutObjectUrl": upload_url}


def bracket(row: RoomBracket) -> dict[str, Any]:
    return {
        "bracket_id": str(row.pk),
        "is_uploaded": row.image_id is not None,
        "metadata": row.metadata,
        "name": row.name,
        "order_id": row.order.key,
    }


def order(row: RoomOrder) -> dict[str, Any]:
    photos = list(row.photos.all())
    for one in photos:
        one.order = row
    status = _status_of_all([status_of(one)[0] for one in photos])
    return {
        "created_at": _moment(row.created_at),
        "images": [image(one) for one in photos],
        "is_deleted": False,
        "is_merging": any(one.merges for one in photos if status_of(one)[0] == "processing"),
        "is_processing": status == "processing",
        "last_updated_at": _moment(row.updated_at),
        "name": row.project.name if row.project else None,
        "order_id": row.key,
        "status": status,
        "total_images": len(photos),
    }


def _status_of_all(statuses: Sequence[str]) -> str:
    """``processing`` as long as anything is; then ``waiting`` for what hasn't come, and ``error`` where
    nothing succeeded."""
    for one in ("processing", "waiting", "processed", "error"):
        if one in statuses:
            return one
    return "waiting"


def _moment(when: datetime) -> str:
    """Without a zone, as the vendor writes it: it is UTC."""
    return when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
