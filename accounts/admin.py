"""People, plans, keys, sessions and usage in the administration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.mfa.admin import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from accounts import models
from accounts.admin_forms import (
    AccountForm,
    LimitExceptionForm,
    NewUserForm,
    PlanLimitForm,
    UserForm,
)
from accounts.lifecycle import blocking, closing, parts
from accounts.signing import second_factor
from config.admin import LongList, ReadOnly


class ReadOnlyAdmin(ReadOnly, LongList):
    """History."""


class LimitExceptionInline(admin.TabularInline):  # type: ignore[type-arg]
    model = models.LimitException
    form = LimitExceptionForm
    extra = 0
    readonly_fields = ["created_by"]


def _count_of(model: type[Any]) -> Coalesce:
    rows = model.objects.filter(account=OuterRef("pk")).order_by().values("account")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


def _in_words(account: models.Account) -> str:
    held = parts.holdings(account.pk)
    return ", ".join(f"{count:,} {name}" for name, count in held.items() if count) or "empty"


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = models.Member
    extra = 0
    autocomplete_fields = ["user", "account"]


RIGHTS = ["is_staff", "is_superuser", "groups", "user_permissions"]


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


class Ended:
    """For what is deleted by a service: at once for whoever uses it, by a worker for the rest.

    Django's own page would read and list every row of an account first.
    """

    def close(self, row: Any) -> None:
        raise NotImplementedError

    def obstacle(self, row: Any) -> str | None:
        return None

    def summary(self, row: Any) -> list[Any]:
        raise NotImplementedError

    def get_deleted_objects(
        self, objs: Iterable[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        rows = list(objs)
        name = str(rows[0]._meta.verbose_name_plural) if rows else ""
        found: list[Any] = []
        for row in rows:
            found += [str(row), self.summary(row)]
        blocked = [reason for row in rows if (reason := self.obstacle(row))]
        return found, {name: len(rows)}, set(), blocked

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.close(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.close(row)


@admin.register(models.User)
class UserAdmin(Ended, DjangoUserAdmin):  # type: ignore[type-arg]
    form = UserForm
    add_form = NewUserForm
    ordering = ["email"]
    list_display = ["email", "name", "is_active", "is_staff", "date_joined", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "date_joined"]
    search_fields = ["email", "name"]
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
    actions = ["reset_second_factor"]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})
    ]

    def has_change_permission(self, request: HttpRequest, obj: models.User | None = None) -> bool:
        """Staff are for superusers: who could change them could become what they are."""
        may = super().has_change_permission(request, obj)
        return may and (_is_superuser(request) or not (obj and (obj.is_staff or obj.is_superuser)))

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.User | None = None
    ) -> list[Any]:
        fields = [*super().get_readonly_fields(request, obj)]
        # An address leads to a new password, and so into the account.
        return fields if _is_superuser(request) else [*fields, *RIGHTS, "email", "password"]

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        if not _is_superuser(request):
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    @admin.action(description="Reset the second factor", permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[models.User]) -> None:
        chosen = [user for user in queryset if self.has_change_permission(request, user)]
        people = [user for user in chosen if second_factor.reset(request, user)]
        for user in people:
            self.log_change(request, user, "Reset the second factor.")
        self.message_user(request, f"Reset for {len(people)} of {len(queryset)} people.")

    def close(self, row: models.User) -> None:
        closing.close_person(row)

    def obstacle(self, row: models.User) -> str | None:
        return closing.obstacle_of(row)

    def summary(self, row: models.User) -> list[Any]:
        owned = models.Account.objects.filter(
            memberships__user=row, memberships__role=models.Role.OWNER
        )
        return [f"account “{one.name}”: {_in_words(one)}" for one in owned]

    def get_inlines(self, request: HttpRequest, obj: models.User | None) -> list[Any]:
        return [MembershipInline] if obj else []


@admin.register(models.Account)
class AccountAdmin(Ended, LongList):
    form = AccountForm
    list_display = ["name", "state", "plan", "currency", "member_count", "key_count", "created_at"]
    list_filter = ["plan", "created_at", ("blocked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["plan"]
    fieldsets = [
        (None, {"fields": ["id", "state", "name", "plan", "currency", "created_at"]}),
        ("Blocking", {"fields": ["blocked", "blocked_reason"]}),
    ]
    search_fields = ["name", "members__email"]
    ids = {"acct": ["pk"], "usr": ["members"]}
    ordering = ["-created_at", "-id"]
    readonly_fields = ["id", "state", "created_at"]
    inlines = [MembershipInline, LimitExceptionInline]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            if isinstance(row, models.LimitException) and row.created_by is None:
                row.created_by_id = request.user.pk
            row.save()
        for row in formset.deleted_objects:
            row.delete()
        formset.save_m2m()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.closed_at)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.closed_at)

    def save_model(
        self, request: HttpRequest, obj: models.Account, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if form.cleaned_data["blocked"]:
            blocking.block(obj, reason=form.cleaned_data["blocked_reason"])
        else:
            blocking.unblock(obj)

    def close(self, row: models.Account) -> None:
        closing.close_account(row)

    def summary(self, row: models.Account) -> list[Any]:
        people = [f"{one.user} ({one.get_role_display()})" for one in row.memberships.all()]
        return [_in_words(row), *people]

    @admin.display(description="state")
    def state(self, account: models.Account) -> str:
        if account.closed_at:
            return "Being deleted"
        return "Blocked" if account.blocked_at else "Open"

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Account]:
        rows: QuerySet[models.Account] = super().get_queryset(request)
        # Subqueries are asked for the rows of a page; counts of joins for all accounts there are.
        return rows.annotate(
            member_total=_count_of(models.Member), key_total=_count_of(models.ApiKey)
        )

    @admin.display(description="members", ordering="member_total")
    def member_count(self, account: Any) -> int:
        return int(account.member_total)

    @admin.display(description="keys", ordering="key_total")
    def key_count(self, account: Any) -> int:
        return int(account.key_total)


@admin.register(models.FormerAccount)
class FormerAccountAdmin(ReadOnlyAdmin):
    list_display = ["closed", "opened", "plan", "usage"]
    list_filter = ["closed", "plan"]


def _instead_of_allauths(own: type[ReadOnlyAdmin]) -> type[ReadOnlyAdmin]:
    """Register a page for authenticators: allauth's shows what an authenticator app is fed with."""
    admin.site.unregister(Authenticator)
    admin.site.register(Authenticator, own)
    return own


@_instead_of_allauths
class AuthenticatorAdmin(ReadOnlyAdmin):
    """That there is a second factor, and when it was used; never its secret."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type", "created_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name"]
    fields = ["user", "type", "created_at", "last_used_at"]


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
