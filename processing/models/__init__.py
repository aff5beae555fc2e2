"""What the work on pictures leaves behind."""

from processing.models.batches import CANCELLED, Batch, BatchItem
from processing.models.brand_kits import BrandKit, FavoriteBackground
from processing.models.bucket_batches import (
    UNREAD,
    BatchDestination,
    BatchSource,
    ItemWriting,
    ReadingState,
    WritingState,
)
from processing.models.buckets import Bucket
from processing.models.events import JobEvent
from processing.models.jobs import ENDED_STATES, OPEN_STATES, Job, JobState
from processing.models.packs import Pack
from processing.models.presets import Preset
from processing.models.project_looks import ProjectLook
from processing.models.ratings import Rating, RatingCategory, RatingReason, Verdict
from processing.models.resources import Resource, ResourceRole
from processing.models.room_orders import RoomBracket, RoomOrder, RoomPhoto
from processing.models.webhooks import (
    DeliveryState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)

__all__ = [
    "CANCELLED",
    "ENDED_STATES",
    "OPEN_STATES",
    "UNREAD",
    "Batch",
    "BatchDestination",
    "BatchItem",
    "BatchSource",
    "BrandKit",
    "Bucket",
    "DeliveryState",
    "FavoriteBackground",
    "ItemWriting",
    "Job",
    "JobEvent",
    "JobState",
    "Pack",
    "Preset",
    "ProjectLook",
    "Rating",
    "RatingCategory",
    "RatingReason",
    "ReadingState",
    "Resource",
    "ResourceRole",
    "RoomBracket",
    "RoomOrder",
    "RoomPhoto",
    "Verdict",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WritingState",
]
