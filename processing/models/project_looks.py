"""The look that a project's pictures get."""

from __future__ import annotations

from django.db import models

from media_library.models import Project


class ProjectLook(models.Model):
    """A project's own look: one of the account's presets or a ready one, by its public id.

    No foreign key, as ready looks are no rows; a preset that was deleted since counts as none.
    """

    project = models.OneToOneField(
        Project, primary_key=True, on_delete=models.CASCADE, related_name="own_look"
    )
    look = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.look
