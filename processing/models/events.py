"""What happened, in order."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import Account
from processing.models.batches import Batch
from processing.models.jobs import Job


class JobEvent(models.Model):
    """Append-only: the one source for webhooks, event streams and pages. Ids only rise.

    An event of a batch's job names both; one of the batch itself, or of a project, has no job.
    """

    job = models.ForeignKey(
        Job, null=True, blank=True, on_delete=models.CASCADE, related_name="events"
    )
    batch = models.ForeignKey(
        Batch, null=True, blank=True, on_delete=models.CASCADE, related_name="events"
    )
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name} {self.job_id or self.batch_id or self.account_id}"
