"""Creating projects: they lie in the media library, but that there is a new one is told from here."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import Account
from media_library import projects
from media_library.models import Project
from processing.delivery import events


def create(account: Account, **wanted: Any) -> Project:
    """Do what ``media_library.projects.create`` does, and append ``project.created`` with it."""
    with transaction.atomic():
        project = projects.create(account, **wanted)
        told = {"projectId": project.public_id, "name": project.name, "type": project.kind}
        events.append_to_account(account, "project.created", told)
    return project
