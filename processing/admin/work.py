"""Work for staff: what ran, what failed, who was told, and what one may do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.limits import operations
from config.admin import ReadOnly, ReadOnlyAdmin
from config.errors import AppError
from processing.models import (
    Batch,
    BatchItem,
    Bucket,
    Job,
    JobEvent,
    JobState,
    Pack,
    Preset,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from processing.services import jobs
from processing.services.batching import batches


class FailureFilter(admin.SimpleListFilter):
    """The codes that there are, which only failed jobs have: the others aren't read."""

    title = "failure"
    parameter_name = "failure"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        failed = Job.objects.filter(state=JobState.FAILED).order_by("error_code")
        codes = failed.values_list("error_code", flat=True).distinct()
        return [(code, code) for code in codes if code]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        return queryset.filter(state=JobState.FAILED, error_code=self.value())


class OperationFilter(admin.SimpleListFilter):
    """All operations that are known; asking the table for its own would read all of it."""

    title = "operation"
    parameter_name = "operation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(one.name, str(one.title)) for one in operations.known()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(operation=self.value()) if self.value() else queryset


class EventInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = JobEvent
    fk_name = "job"
    fields = readonly_fields = ("created_at", "name", "data")
    extra = 0


class Acting:
    """Actions on rows, each noted in the audit trail."""

    def has_act_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("processing.change_job"))

    def each(
        self, request: HttpRequest, rows: QuerySet[Any], act: Callable[[Any], object], done: str
    ) -> None:
        """``done`` is what is said of a row: "cancelled"."""
        admin_site: Any = self
        acted = 0
        for row in rows:
            try:
                act(row)
            except AppError as error:
                # The page writes the first letter large, which an id must not be.
                refusal = f"{error.message.rstrip('.')}: {row.public_id}"
                admin_site.message_user(request, refusal, messages.WARNING)
            else:
                acted += 1
                admin_site.log_change(request, row, f"{done.capitalize()}.")
        names = rows.model._meta
        name = names.verbose_name if acted == 1 else names.verbose_name_plural
        admin_site.message_user(request, f"{acted} {name} {done}.")


@admin.register(Job)
class JobAdmin(Acting, ReadOnlyAdmin):
    list_display = [
        *("public_id", "state", "created_at", "account", "operation", "attempts", "error"),
        "cause_in_short",
    ]
    list_filter = ["state", OperationFilter, FailureFilter, "created_at"]
    search_fields = ["account__name", "created_by__email", "=request_id"]
    search_help_text = "A job's, batch's, picture's, account's or request's id, an account's name, an e-mail address"
    ids = {
        "job": ["pk"],
        "batch": ["batch"],
        "img": ["source", "result"],
        "acct": ["account"],
    }
    ordering = ["-created_at", "-id"]
    list_select_related = ["account"]
    inlines = [EventInline]
    actions = ["retry_jobs", "cancel_jobs"]

    def _by_id(self, term: str) -> Q | None:
        """Our own requests' ids look like the UUIDs of rows."""
        found = super()._by_id(term)
        return found | Q(request_id=term) if found is not None else None

    @admin.display(description="Cause")
    def cause_in_short(self, job: Job) -> str:
        return f"{job.cause['type']}: {job.cause['message'][:80]}" if job.cause else ""

    @admin.action(description="Retry the selected jobs", permissions=["act"])
    def retry_jobs(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        rows = queryset.select_related("source", "account")
        self.each(request, rows, jobs.retry, "queued again")

    @admin.action(description="Cancel the selected jobs", permissions=["act"])
    def cancel_jobs(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        rows = queryset.select_related("source", "account")
        self.each(request, rows, jobs.cancel, "cancelled")


class ItemInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = BatchItem
    fields = readonly_fields = ("position", "name", "image", "job", "state", "error")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[BatchItem]:
        rows: QuerySet[BatchItem] = super().get_queryset(request)
        return rows.select_related("image", "job")

    @admin.display
    def state(self, item: BatchItem) -> str:
        return item.state.capitalize()


@admin.register(Batch)
class BatchAdmin(Acting, ReadOnlyAdmin):
    list_display = [
        *("public_id", "created_at", "account", "operation", "total", "open_items"),
        *("ended_at", "cancelled_at"),
    ]
    list_filter = [OperationFilter, "created_at", ("ended_at", admin.EmptyFieldListFilter)]
    search_fields = ["account__name", "created_by__email"]
    search_help_text = "A batch's or account's id, an account's name, an e-mail address"
    ids = {"batch": ["pk"], "acct": ["account"]}
    ordering = ["-created_at", "-id"]
    list_select_related = ["account"]
    inlines = [ItemInline]
    actions = ["cancel_batches"]

    @admin.action(description="Cancel the selected batches", permissions=["act"])
    def cancel_batches(self, request: HttpRequest, queryset: QuerySet[Batch]) -> None:
        self.each(request, queryset, batches.cancel, "cancelled")


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    """Secrets are their owners' alone."""

    list_display = ["url", "account", "enabled", "notice", "failing_since", "dialect", "created_at"]
    list_filter = ["enabled", "dialect", ("failing_since", admin.EmptyFieldListFilter)]
    search_fields = ["url", "account__name"]
    ids = {"wh": ["pk"], "acct": ["account"]}
    list_select_related = ["account"]
    fields = [
        *("public_id", "account", "url", "description", "events", "dialect", "enabled", "notice"),
        *("failing_since", "previous_until", "created_at", "updated_at"),
    ]


@admin.register(Bucket)
class BucketAdmin(ReadOnlyAdmin):
    """Secrets are their owners' alone."""

    list_display = ["name", "account", "endpoint_url", "bucket", "created_at"]
    search_fields = ["name", "bucket", "endpoint_url", "account__name"]
    ids = {"bucket": ["pk"], "acct": ["account"]}
    list_select_related = ["account"]
    fields = [
        *("public_id", "account", "name", "endpoint_url", "region", "bucket", "access_key_id"),
        *("created_at", "updated_at"),
    ]


class AttemptInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = WebhookAttempt
    fields = readonly_fields = ("number", "created_at", "status", "seconds", "error", "answer")
    extra = 0


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = ["public_id", "state", "created_at", "event", "endpoint", "attempts", "due_at"]
    list_filter = ["state", "created_at"]
    search_fields = ["endpoint__url", "endpoint__account__name"]
    search_help_text = "A delivery's, webhook's or account's id, an address, an account's name"
    ids = {"whd": ["pk"], "wh": ["endpoint"], "acct": ["endpoint__account"]}
    ordering = ["-created_at", "-id"]
    list_select_related = ["endpoint"]
    inlines = [AttemptInline]


@admin.register(Pack)
class PackAdmin(ReadOnlyAdmin):
    list_display = ["name", "account", "updated_at"]
    search_fields = ["name", "account__name"]
    ids = {"pack": ["pk"], "acct": ["account"]}
    list_select_related = ["account"]


@admin.register(Preset)
class PresetAdmin(ReadOnlyAdmin):
    list_display = ["name", "operation", "account", "updated_at"]
    search_fields = ["name", "account__name"]
    ids = {"preset": ["pk"], "acct": ["account"]}
    list_select_related = ["account"]
