"""Plans, keys, sessions and usage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest

from accounts import models
from accounts.admin.forms import PlanLimitForm
from config.admin import LongList, ReadOnlyAdmin


class PlanLimitInline(admin.TabularInline):  # type: ignore[type-arg]
    model = models.PlanLimit
    form = PlanLimitForm
    extra = 0


@admin.register(models.Plan)
class PlanAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "slug", "limits_in_short", "account_count"]
    search_fields = ["name", "slug"]
    inlines = [PlanLimitInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Plan]:
        plans: QuerySet[models.Plan] = super().get_queryset(request).prefetch_related("limits")
        return plans.annotate(account_total=Count("accounts"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["slug"] if obj else []  # settings name plans by slug

    def get_deleted_objects(
        self, objs: Iterable[models.Plan], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """Say in a sentence why a plan stays; Django's own page would list every account of it."""
        rows = list(objs)
        obstacles = [words for row in rows if (words := _why_it_stays(row))]
        if obstacles:
            return [str(row) for row in rows], {"plans": len(rows)}, set(), obstacles
        return super().get_deleted_objects(rows, request)

    @admin.display(description="monthly limits")
    def limits_in_short(self, plan: models.Plan) -> str:
        return ", ".join(f"{limit.operation}: {limit.monthly:,}" for limit in plan.limits.all())

    @admin.display(description="accounts", ordering="account_total")
    def account_count(self, plan: Any) -> int:
        return int(plan.account_total)


def _why_it_stays(plan: models.Plan) -> str:
    if plan.pk in (settings.NEW_ACCOUNT_PLAN, settings.DEMO_ACCOUNT_PLAN):
        return f"{plan}: a setting names it (NEW_ACCOUNT_PLAN or DEMO_ACCOUNT_PLAN)."
    if n := plan.accounts.count():
        them = f"{n:,} accounts are" if n > 1 else "An account is"
        return f"{plan}: {them} on this plan. Move them to another one first."
    if models.PlanChange.objects.filter(after=plan, state=models.ChangeState.PLANNED).exists():
        return f"{plan}: an account is about to go to this plan. Keep it on its own first."
    return ""


@admin.register(models.PlanChange)
class PlanChangeAdmin(ReadOnlyAdmin):
    """Changes are made at the desk, which shows the numbers first."""

    list_display = ["at", "account", "before_name", "after_name", "reason", "state", "created_by"]
    list_filter = ["state", "reason", "at"]
    list_select_related = ["account", "created_by"]
    search_fields = ["account__name"]
    ids = {"acct": ["account"]}


@admin.register(models.PlanRequest)
class PlanRequestAdmin(ReadOnlyAdmin):
    """Decided at the desk."""

    list_display = ["created_at", "account", "plan_name", "user", "state", "decided_at"]
    list_filter = ["state", "created_at"]
    list_select_related = ["account", "user"]
    search_fields = ["account__name", "user__email"]
    ids = {"preq": ["pk"], "acct": ["account"]}


@admin.register(models.ApiKey)
class ApiKeyAdmin(LongList):
    """Keys are made by their owners; staff may switch them off or let them end."""

    list_display = ["name", "shown", "account", "enabled", "expires_at", "last_used_at"]
    list_filter = ["enabled", "account__plan", "last_used_at", "expires_at"]
    list_select_related = ["account"]
    search_fields = ["name", "key_id", "account__name", "created_by__email"]
    ids = {"key": ["pk"], "acct": ["account"], "usr": ["created_by"]}
    fields = [
        *("name", "shown", "account", "created_by", "scopes"),
        *("enabled", "expires_at", "created_at", "last_used_at"),
    ]
    readonly_fields = [
        *("name", "shown", "account", "created_by", "scopes", "created_at", "last_used_at"),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="key")
    def shown(self, key: models.ApiKey) -> str:
        return key.shown


@admin.register(models.Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ["public_id", "user", "ip", "user_agent", "last_used_at", "expire_date"]
    list_filter = ["last_used_at", "expire_date"]
    list_select_related = ["user"]
    search_fields = ["user__email", "ip"]
    ids = {"sess": ["pk"], "usr": ["user"]}
    fields = [
        *("public_id", "user", "ip", "user_agent"),
        *("created_at", "last_used_at", "expire_date"),
    ]


@admin.register(models.UsageMonth)
class UsageMonthAdmin(ReadOnlyAdmin):
    list_display = ["month", "account", "plan", "operation", "settled", "reserved", "total"]
    list_filter = ["month", "operation", "account__plan"]
    list_select_related = ["account__plan"]
    search_fields = ["account__name"]
    ids = {"acct": ["account"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.UsageMonth]:
        rows: QuerySet[models.UsageMonth] = super().get_queryset(request)
        return rows.annotate(used=F("reserved") + F("settled"))

    @admin.display(ordering="account__plan")
    def plan(self, row: models.UsageMonth) -> str:
        return row.account.plan.name

    @admin.display(ordering="used")
    def total(self, row: Any) -> int:
        return int(row.used)


@admin.register(models.UsageEntry)
class UsageEntryAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "account", "operation", "amount", "state", "month", "ended_at"]
    list_filter = ["state", "operation", "month", "account__plan"]
    list_select_related = ["account"]
    search_fields = ["account__name"]
    ids = {"job": ["job_id"], "acct": ["account"]}
    ordering = ["-created_at", "-id"]
