"""Projects. Every account has a default one, so that no picture is without."""

from __future__ import annotations

from accounts.models import Account
from media_library.models import Project

DEFAULT_NAME = "My photos"


def default_project(account: Account) -> Project:
    """The account's default project, made when it is first needed.

    Two requests may ask for it at once: the database allows one, and the later takes the earlier's.
    """
    project, _ = Project.objects.get_or_create(
        account=account, is_default=True, defaults={"name": DEFAULT_NAME}
    )
    return project
