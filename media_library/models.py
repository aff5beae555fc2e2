"""Pictures and the projects they lie in."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Account, User
from config import public_ids

NAME_LENGTH = 200
MAX_TAGS = 20
TAG_LENGTH = 40
TAGS_LENGTH = MAX_TAGS * (TAG_LENGTH + 1) + 1


class ImageKind(models.TextChoices):
    ORIGINAL = "original", "Original"
    DERIVED = "derived", "Derived"
    MASK = "mask", "Mask"
    MATERIAL = "material", "Material"


# What nobody looks for among pictures: it serves others, and goes its own ways.
ASIDE: Final = (ImageKind.MASK, ImageKind.MATERIAL)


class ProjectKind(models.TextChoices):
    IMAGE = "image", "Image"
    VIDEO = "video", "Video"
    BATCH = "batch", "Batch"


class ProjectStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    ARCHIVED = "archived", "Archived"


class Doubt(models.TextChoices):
    """Why somebody should look at a cutout."""

    UNSURE = "unsure", "Unsure"
    CLIPPED = "clipped", "Clipped"
    EMPTY = "empty", "Empty"


class Shows(models.TextChoices):
    """What a picture's seller says that it shows; none of these until then."""

    PRODUCT = "product", "Product"
    ROOM = "room", "Room"


class Project(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="projects")
    name = models.CharField(max_length=NAME_LENGTH)
    description = models.TextField(blank=True, default="")
    kind = models.CharField(max_length=8, choices=ProjectKind.choices, default=ProjectKind.IMAGE)
    status = models.CharField(
        max_length=10, choices=ProjectStatus.choices, default=ProjectStatus.ACTIVE
    )
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-is_default", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(is_default=True),
                name="project_one_default_per_account",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return public_ids.encode("proj", self.id)


class LiveManager(models.Manager["Image"]):
    def get_queryset(self) -> models.QuerySet[Image]:
        return super().get_queryset().filter(deleted_at__isnull=True)


class Image(models.Model):
    """A file as it came (original), as a job made it (derived), a mask of another (its parent), or
    material: a background or a logo, which isn't among the account's pictures.

    Width and height are those of the picture the right way up; ``orientation`` says how the stored
    file has to be turned. A deleted picture lies in the trash first (media_library.lifecycle.trash), then
    stays as a row without files, name or address, because jobs refer to it.
    """

    KEYS = ("file_key", "thumbnail_key", "corrected_key", "public_key", "view_key")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="images")
    # RESTRICT, unlike PROTECT, lets an account go with everything in it.
    project = models.ForeignKey(Project, on_delete=models.RESTRICT, related_name="images")
    kind = models.CharField(max_length=8, choices=ImageKind.choices, default=ImageKind.ORIGINAL)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="derived"
    )
    # The job that made it: a plain UUID, because foreign keys never point to a layer above.
    job_id = models.UUIDField(null=True, blank=True)
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    format = models.CharField(max_length=8)
    media_type = models.CharField(max_length=32)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    orientation = models.PositiveSmallIntegerField(default=1)
    # Of an animation; only the first is worked on. Pages of a TIFF are none.
    frames = models.PositiveIntegerField(default=1)
    has_profile = models.BooleanField(default=False)
    has_alpha = models.BooleanField(default=False)
    uncertainty = models.FloatField(null=True, blank=True)
    is_favorite = models.BooleanField(default=False)
    shows = models.CharField(max_length=8, choices=Shows.choices, blank=True, default="")
    # Each between two line breaks, so that a search finds it whole, or part of it.
    tags = models.CharField(max_length=TAGS_LENGTH, blank=True, default="")
    # What there is to look at in the newest cutout of this picture (media_library.doubts), how that
    # cutout is known again, and which one its seller has seen.
    needs_look = models.CharField(max_length=8, choices=Doubt.choices, blank=True, default="")
    doubt_mark = models.CharField(max_length=20, blank=True, default="")
    doubt_seen = models.CharField(max_length=20, blank=True, default="")
    file_key = models.CharField(max_length=200, blank=True, default="")
    thumbnail_key = models.CharField(max_length=200, blank=True, default="")
    # When the sweep should ask for the thumbnail (again); null once it is made or given up.
    thumbnail_due_at = models.DateTimeField(null=True, blank=True)
    corrected_key = models.CharField(max_length=200, blank=True, default="")
    # Copies for strangers (files.public_copies): in full, where that tells nothing the file itself; and
    # for looking at.
    public_key = models.CharField(max_length=200, blank=True, default="")
    view_key = models.CharField(max_length=200, blank=True, default="")
    source_url = models.CharField(max_length=2000, blank=True, default="")
    deleted_at = models.DateTimeField(null=True, blank=True)
    # Until then it can be taken back; from then on its files go. Null for what lives or is gone.
    trash_until = models.DateTimeField(null=True, blank=True)
    # The picture with which it went into the trash, and comes back or goes.
    deleted_with = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="gone_along"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = models.Manager["Image"]()
    live = LiveManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["job_id"],
                condition=Q(kind__in=(ImageKind.DERIVED, ImageKind.MATERIAL)),
                name="image_one_result_per_job",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=False) | ~Q(file_key=""),
                name="image_has_file_unless_deleted",
            ),
            models.CheckConstraint(
                condition=Q(trash_until=None) | Q(deleted_at__isnull=False),
                name="image_in_trash_is_deleted",
            ),
            models.CheckConstraint(
                condition=Q(orientation__gte=1, orientation__lte=8),
                name="image_orientation_is_exif",
            ),
            models.CheckConstraint(
                condition=Q(width__gte=1, height__gte=1), name="image_is_not_empty"
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="image_newest"),
            models.Index(
                fields=["account", "-created_at", "-id"],
                condition=Q(deleted_at__isnull=True),
                name="image_of_account",
            ),
            models.Index(
                fields=["project", "-created_at", "-id"],
                condition=Q(deleted_at__isnull=True),
                name="image_of_project",
            ),
            models.Index(
                fields=["account", "-created_at", "-id"],
                condition=Q(deleted_at__isnull=True, is_favorite=True),
                name="image_favorite",
            ),
            models.Index(
                fields=["account", "-created_at", "-id"],
                condition=Q(deleted_at__isnull=True) & ~Q(needs_look=""),
                name="image_needs_look",
            ),
            models.Index(
                fields=["thumbnail_due_at"],
                condition=Q(thumbnail_due_at__isnull=False),
                name="image_thumbnail_due",
            ),
            models.Index(
                fields=["account", "-deleted_at", "-id"],
                condition=Q(trash_until__isnull=False),
                name="image_in_trash",
            ),
            models.Index(
                fields=["trash_until"],
                condition=Q(trash_until__isnull=False),
                name="image_trash_until",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.public_id

    @property
    def tag_names(self) -> list[str]:
        return self.tags.split("\n")[1:-1]

    @property
    def public_id(self) -> str:
        return public_ids.encode("img", self.id)

    @property
    def keys(self) -> list[str]:
        """Every file that belongs to this picture."""
        keys = (getattr(self, name) for name in self.KEYS)
        return [key for key in dict.fromkeys(keys) if key]


class Matte(models.Model):
    """What cutting a picture out in one way came to: a file beside the picture, from which every look is
    made without cutting out again (processing.worker.mattes).

    ``cutting`` says of which photo and how, as a quota counts it, and ``at`` what else was asked for;
    ``key`` has also the versions of the code and the networks that did it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="mattes")
    cutting = models.CharField(max_length=64)
    at = models.CharField(max_length=64, blank=True, default="")
    key = models.CharField(max_length=64)
    file_key = models.CharField(max_length=200)
    bytes = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "cutting", "at"], name="matte_one_for_each_way_of_cutting"
            )
        ]
        indexes = [
            models.Index(fields=["key"], name="matte_by_key"),
            models.Index(fields=["cutting"], name="matte_by_cutting"),
        ]

    def __str__(self) -> str:
        return self.file_key


class BackgroundCategory(models.TextChoices):
    SOLID = "solid", "Solid"
    GRADIENT = "gradient", "Gradient"
    PATTERN = "pattern", "Pattern"
    NATURE = "nature", "Nature"
    ABSTRACT = "abstract", "Abstract"
    CUSTOM = "custom", "Custom"


class Background(models.Model):
    """A background of an account's own: uploaded, or generated from words.

    The built-in ones are no rows but recipes (processing.services.backgrounds.background_library), the same for everybody.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="backgrounds")
    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="background")
    name = models.CharField(max_length=NAME_LENGTH)
    category = models.CharField(
        max_length=10, choices=BackgroundCategory.choices, default=BackgroundCategory.CUSTOM
    )
    tags = models.JSONField(default=list)
    # How a generated one was made: prompt, style, provider, seed.
    made_from = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return public_ids.encode("bg", self.id)


class Share(models.Model):
    """A link at which strangers see pictures: some that were chosen, or what is in a project.

    Of its address the database has a hash only; the owner's list makes it again from the site's secret
    key and ``salt`` (media_library.shares).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="shares")
    # Null where pictures were chosen.
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.CASCADE, related_name="shares"
    )
    title = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    salt = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=64, unique=True)
    password = models.CharField(max_length=128, blank=True, default="")
    may_download = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="share_of_account"),
        ]

    def __str__(self) -> str:
        return self.title or self.public_id

    @property
    def public_id(self) -> str:
        return public_ids.encode("share", self.id)


class ShareImage(models.Model):
    """A picture that was chosen for a link."""

    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="pictures")
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["share", "position"]
        constraints = [
            models.UniqueConstraint(fields=["share", "image"], name="share_image_once"),
        ]

    def __str__(self) -> str:
        return f"{self.share_id} {self.position}"


class DataExportState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    GONE = "gone", "Gone"


class DataExport(models.Model):
    """An account's own data as one ZIP (media_library.lifecycle.own_data). The row outlives its file for a day: it
    counts how often somebody asked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="data_exports")
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(
        max_length=8, choices=DataExportState.choices, default=DataExportState.WAITING
    )
    # Until then whoever makes it is left alone; then the clock asks again. Null once it has ended.
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    file_key = models.CharField(max_length=200, blank=True, default="")
    bytes = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state="waiting"), name="data_export_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        return public_ids.encode("data", self.id)
