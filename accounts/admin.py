"""People, plans, keys, sessions and usage in the administration."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest

from accounts import models
from accounts.admin_forms import AccountForm, NewUserForm, PlanLimitForm, UserForm
from config.admin import ReadOnly


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """History."""


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = models.Member
    extra = 0
    autocomplete_fields = ["user", "account"]


@admin.register(models.User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    form = UserForm
    add_form = NewUserForm
    ordering = ["email"]
    list_display = ["email", "name", "is_active", "is_staff", "date_joined", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "date_joined"]
    search_fields = ["email", "name"]
    date_hierarchy = "date_joined"
    readonly_fields = ["id", "date_joined", "last_login"]
    inlines = [MembershipInline]
    fieldsets = [
        (None, {"fields": ["email", "password", "name"]}),
        (
            "May",
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
        ("History", {"fields": ["id", "date_joined", "last_login"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})
    ]

    def get_inlines(self, request: HttpRequest, obj: models.User | None) -> list[Any]:
        return [MembershipInline] if obj else []


@admin.register(models.Account)
class AccountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = AccountForm
    list_display = ["name", "plan", "currency", "member_count", "key_count", "created_at"]
    list_filter = ["plan", "created_at"]
    list_select_related = ["plan"]
    search_fields = ["name", "members__email", "id"]
    date_hierarchy = "created_at"
    readonly_fields = ["id", "created_at"]
    inlines = [MembershipInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Account]:
        rows: QuerySet[models.Account] = super().get_queryset(request)
        return rows.annotate(
            member_total=Count("memberships", distinct=True),
            key_total=Count("api_keys", distinct=True),
        )

    @admin.display(description="members", ordering="member_total")
    def member_count(self, account: Any) -> int:
        return int(account.member_total)

    @admin.display(description="keys", ordering="key_total")
    def key_count(self, account: Any) -> int:
        return int(account.key_total)


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

    @admin.display(description="monthly limits")
    def limits_in_short(self, plan: models.Plan) -> str:
        return ", ".join(f"{limit.operation}: {limit.monthly:,}" for limit in plan.limits.all())

    @admin.display(description="accounts", ordering="account_total")
    def account_count(self, plan: Any) -> int:
        return int(plan.account_total)


@admin.register(models.ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Keys are made by their owners; staff may switch them off or let them end."""

    list_display = ["name", "shown", "account", "enabled", "expires_at", "last_used_at"]
    list_filter = ["enabled", "account__plan", "last_used_at", "expires_at"]
    list_select_related = ["account"]
    search_fields = ["name", "key_id", "account__name", "created_by__email"]
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
    search_fields = ["user__email", "ip", "user_agent"]
    fields = [
        *("public_id", "user", "ip", "user_agent"),
        *("created_at", "last_used_at", "expire_date"),
    ]


@admin.register(models.UsageMonth)
class UsageMonthAdmin(ReadOnlyAdmin):
    list_display = ["month", "account", "plan", "operation", "settled", "reserved", "total"]
    list_filter = ["month", "operation", "account__plan"]
    list_select_related = ["account__plan"]
    search_fields = ["account__name", "account__members__email"]

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
    search_fields = ["job_id", "account__name", "account__members__email"]
    date_hierarchy = "created_at"
