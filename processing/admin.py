"""Jobs for staff: what ran, what failed, and the two things one may do about it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from config.admin import ReadOnly
from config.errors import AppError
from processing.models import Job, JobEvent, Preset
from processing.services import jobs


class EventInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = JobEvent
    fields = readonly_fields = ("created_at", "name", "data")
    extra = 0


@admin.register(Job)
class JobAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["public_id", "account", "operation", "state", "attempts", "error", "created_at"]
    list_filter = ["state", "operation", "error_code", "created_at"]
    search_fields = ["id", "account__name", "created_by__email", "error"]
    list_select_related = ["account"]
    date_hierarchy = "created_at"
    inlines = [EventInline]
    actions = ["retry_jobs", "cancel_jobs"]

    def has_act_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("processing.change_job"))

    @admin.action(description="Retry the selected jobs", permissions=["act"])
    def retry_jobs(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        self._each(request, queryset, jobs.retry, "queued again")

    @admin.action(description="Cancel the selected jobs", permissions=["act"])
    def cancel_jobs(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        self._each(request, queryset, jobs.cancel, "cancelled")

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Job],
        act: Callable[[Job], Job],
        done: str,
    ) -> None:
        acted = 0
        for job in queryset.select_related("source", "account"):
            try:
                act(job)
            except AppError as error:
                self.message_user(request, f"{job.public_id}: {error.message}", messages.WARNING)
            else:
                acted += 1
        self.message_user(request, f"{acted} {'job' if acted == 1 else 'jobs'} {done}.")


@admin.register(Preset)
class PresetAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "account", "updated_at"]
    search_fields = ["id", "name", "account__name"]
    list_select_related = ["account"]
