"""Creating projects: they lie in the media library, but that there is a new one is told from here. And what they are
about."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.limits import operations
from accounts.models import Account
from media_library import projects
from media_library.models import Project
from processing.delivery import events
from processing.models import Job

# How many of a project's newest jobs say what it is about.
_LOOKED_AT: Final = 50


def create(account: Account, **wanted: Any) -> Project:
    """Do what ``media_library.projects.create`` does, and append ``project.created`` with it."""
    with transaction.atomic():
        project = projects.create(account, **wanted)
        told = {"projectId": project.public_id, "name": project.name, "type": project.kind}
        events.append_to_account(account, "project.created", told)
    return project


def is_of_rooms(account_id: UUID, project_id: UUID | None = None) -> bool:
    """Whether most of what was last done in a project was done to rooms; None: in that where new photos come."""
    inside = Q(source__project=project_id) if project_id else Q(source__project__is_default=True)
    done = Job.objects.filter(inside, account=account_id, source__deleted_at=None)
    done = done.exclude(operation=operations.TOUCH_UP).order_by("-created_at", "-id")
    newest = list(done.values_list("operation", flat=True)[:_LOOKED_AT])
    return 2 * newest.count(operations.ENHANCE) > len(newest)
