"""What is done to the work of an account that ends: open jobs are cancelled, rows removed."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import ngettext_lazy

from accounts.lifecycle import parts
from accounts.lifecycle.parts import Held, Part, delete_some
from processing.models import (
    OPEN_STATES,
    UNREAD,
    Batch,
    BatchDestination,
    BatchItem,
    BatchSource,
    BrandKit,
    Bucket,
    FavoriteBackground,
    ItemWriting,
    Job,
    JobEvent,
    Pack,
    Preset,
    Rating,
    ReadingState,
    Resource,
    RoomBracket,
    RoomOrder,
    RoomPhoto,
    WebhookDelivery,
    WebhookEndpoint,
)
from processing.worker import transitions


def stop(account_id: UUID) -> bool:
    """Cancel a portion of an account's open jobs; whether there may be more."""
    # Who is at them finds them no longer its own.
    BatchSource.objects.filter(batch__account=account_id, state__in=UNREAD).update(
        state=ReadingState.ENDED, claim_id=None
    )
    BatchDestination.objects.filter(batch__account=account_id, is_open=True).update(
        is_open=False, claim_id=None
    )
    jobs = list(Job.objects.filter(account=account_id, state__in=OPEN_STATES)[: parts.MAX_ROWS])
    for job in jobs:
        transitions.cancel(job)
    return len(jobs) == parts.MAX_ROWS


def remove(account_id: UUID) -> bool:
    """Delete a portion of an account's jobs and what belongs to them; whether there may be more."""
    rows = (
        # First those that refer to others: each portion then deletes what it says, and no more.
        WebhookDelivery.objects.filter(endpoint__account=account_id),
        WebhookEndpoint.objects.filter(account=account_id),
        JobEvent.objects.filter(account=account_id),
        ItemWriting.objects.filter(batch__account=account_id),
        BatchSource.objects.filter(batch__account=account_id),
        BatchDestination.objects.filter(batch__account=account_id),
        BatchItem.objects.filter(batch__account=account_id),
        Rating.objects.filter(account=account_id),
        RoomBracket.objects.filter(account=account_id),
        RoomPhoto.objects.filter(account=account_id),
        RoomOrder.objects.filter(account=account_id),
        Job.objects.filter(account=account_id),
        Batch.objects.filter(account=account_id),
        Bucket.objects.filter(account=account_id),
        BrandKit.objects.filter(account=account_id),
        FavoriteBackground.objects.filter(account=account_id),
        Resource.objects.filter(account=account_id),
        Pack.objects.filter(account=account_id),
        Preset.objects.filter(account=account_id),
    )
    return any(delete_some(one) for one in rows)


def holdings(account_id: UUID) -> list[Held]:
    work = ngettext_lazy(
        "the history of %(number)s edit", "the history of %(number)s edits", "count"
    )
    looks = ngettext_lazy("%(number)s look of yours", "%(number)s looks of yours", "count")
    webhooks = ngettext_lazy("%(number)s webhook", "%(number)s webhooks", "count")
    buckets = ngettext_lazy("%(number)s bucket", "%(number)s buckets", "count")
    return [
        Held(Job.objects.filter(account=account_id).count(), work),
        Held(Preset.objects.filter(account=account_id).count(), looks),
        Held(WebhookEndpoint.objects.filter(account=account_id).count(), webhooks),
        Held(Bucket.objects.filter(account=account_id).count(), buckets),
    ]


PART = Part("processing", stop=stop, remove=remove, holdings=holdings)
