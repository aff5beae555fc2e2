"""Photos of rooms as photographers order them: together, each with what was asked for it."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import Account, User
from media_library.models import NAME_LENGTH, Image, Project
from processing.models.jobs import Job

KEY_LENGTH = 100


class RoomOrder(models.Model):
    """Photos that belong together, and brackets to be merged into some.

    An order that was asked for is a project, and its pictures lie there; one that a single photo brought
    along has none. ``key`` is what its client calls it: its own id unless the client chose another.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="room_orders")
    project = models.OneToOneField(
        Project, null=True, blank=True, on_delete=models.CASCADE, related_name="room_order"
    )
    key = models.CharField(max_length=KEY_LENGTH)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="room_order_key_of_account")
        ]
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="room_order_of_account")
        ]

    def __str__(self) -> str:
        return self.key


class _Ordered(models.Model):
    """A file that an order waits for, or has. ``image`` is null until it came."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(max_length=NAME_LENGTH)
    image = models.ForeignKey(
        Image, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # What its client wants kept with it, and has a limit of its own.
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class RoomPhoto(_Ordered):
    """A photo of an order. ``asked`` is what was asked for it in its client's own words, ``command`` what that
    comes to (a row of processing.commands), ``extras`` what the client said besides.

    One that was merged has in ``merges`` the ids of its brackets, and the first one's file as its ``image``.

    ``job`` makes its preview, for nothing; ``paid`` has for each plan that was paid for the job that made
    it in full: hash of the command -> id of the job.
    """

    order = models.ForeignKey(RoomOrder, on_delete=models.CASCADE, related_name="photos")
    asked = models.JSONField(default=dict)
    command = models.JSONField()
    extras = models.JSONField(default=dict, blank=True)
    merges = models.JSONField(default=list, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    paid: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["created_at", "id"]


class RoomBracket(_Ordered):
    """One exposure of a photo that is yet to be merged."""

    order = models.ForeignKey(RoomOrder, on_delete=models.CASCADE, related_name="brackets")

    class Meta:
        ordering = ["created_at", "id"]
