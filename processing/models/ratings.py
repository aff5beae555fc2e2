"""What sellers say of results: good, or bad and why."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Account, User
from media_library.models import Image
from processing.models.jobs import Job

NOTE_LENGTH = 1_000
MAX_SCORE = 5


class Verdict(models.TextChoices):
    GOOD = "good", "Good"
    BAD = "bad", "Bad"


class RatingReason(models.TextChoices):
    """What is wrong with a bad result."""

    EDGES = "edges", "Edges"
    MISSING_PART = "missing-part", "A part is missing"
    LEFT_OVER = "left-over", "Something is left over"
    COLOR = "color", "Color"
    SHADOW = "shadow", "Shadow"
    OTHER = "other", "Something else"


class RatingCategory(models.TextChoices):
    """What a result is praised or blamed for, finer than a reason: several may be named."""

    COLOR = "color", "Color"
    CONTRAST = "contrast", "Contrast"
    DOWNLOAD = "download", "Download"
    DYNAMIC_RANGE = "dynamic-range", "Dynamic range"
    EXPOSURE = "exposure", "Exposure"
    HDR = "hdr", "Merged brackets"
    IMAGE_QUALITY = "image-quality", "Image quality"
    ITEM_REMOVAL = "item-removal", "Removed things"
    LENS_CORRECTION = "lens-correction", "Lens correction"
    NO_COMPLAINTS = "no-complaints", "No complaints"
    NOISE = "noise", "Noise"
    OTHER = "other", "Something else"
    PERSPECTIVE_CORRECTION = "perspective-correction", "Perspective"
    PRIVACY = "privacy", "Privacy"
    PROCESSING = "processing", "Processing"
    SHARPNESS = "sharpness", "Sharpness"
    SKY_REPLACEMENT = "sky-replacement", "Sky"
    WHITE_BALANCE = "white-balance", "White balance"
    WINDOW_PULL = "window-pull", "Windows"


class Rating(models.Model):
    """An account's word on one result. Staff see the facts of each, and the pictures only of those that
    the account shows them (``may_show``)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="ratings")
    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="rating")
    # What made the result, and the network that cut it out: "" where none was asked.
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    model = models.CharField(max_length=40, blank=True, default="")
    verdict = models.CharField(max_length=4, choices=Verdict.choices)
    reason = models.CharField(max_length=12, choices=RatingReason.choices, blank=True, default="")
    # 0 to 5, the more the better; null where nobody counted.
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    categories = models.JSONField(default=list, blank=True)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, default="")
    may_show = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    # When staff looked at it as it is now, and who.
    looked_at = models.DateTimeField(null=True, blank=True)
    looked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict=Verdict.BAD) & ~Q(reason="")
                | Q(verdict=Verdict.GOOD, reason=""),
                name="rating_bad_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__lte=MAX_SCORE), name="rating_score_is_0_to_5"
            ),
        ]
        indexes = [models.Index(fields=["-updated_at", "-id"], name="rating_newest")]

    def __str__(self) -> str:
        return f"{self.image.public_id} {self.verdict} {self.reason}".strip()

    @property
    def category_words(self) -> list[str]:
        return [RatingCategory(name).label for name in self.categories]
