"""What staff did, and what people did about who is in their account: to look at, never to change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.http import HttpRequest

from accounts.models import TeamEvent
from config.admin import ReadOnlyAdmin


@admin.register(TeamEvent)
class TeamEventAdmin(ReadOnlyAdmin):
    """Who did what about the people of an account, of their own accord."""

    list_display = ["at", "account", "act", "by", "user", "email", "role", "keys"]
    list_filter = ["at", "act"]
    list_select_related = ["account", "by", "user"]
    search_fields = ["account__name", "by__email", "user__email", "email"]
    ids = {"acct": ["account"], "usr": ["user", "by"]}
    ordering = ["-at", "-id"]


@admin.register(LogEntry)
class TrailAdmin(ReadOnlyAdmin):
    """Every page and action of the administration writes it; nothing there takes a line back."""

    list_display = ["action_time", "user", "content_type", "object_repr", "said"]
    list_filter = ["action_time", "action_flag", "content_type"]
    list_select_related = ["user", "content_type"]
    search_fields = ["user__email", "object_repr", "change_message", "=object_id"]
    search_help_text = (
        "An e-mail address of staff, what was changed or its id, a word of what was done"
    )
    ordering = ["-action_time", "-id"]
    fields = ["action_time", "user", "content_type", "object_id", "object_repr", "said"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return list(self.fields or [])

    @admin.display(description="What was done")
    def said(self, entry: LogEntry) -> str:
        return str(entry) if entry.is_deletion() else entry.get_change_message()
