"""Accounts: their plan, who is in them, blocking, exceptions to limits; and those that are gone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from accounts import models
from accounts.admin.ended import Ended, InvitationInline, MembershipInline
from accounts.admin.forms import AccountForm, LimitExceptionForm, WebOriginForm
from accounts.lifecycle import blocking, closing, parts
from config.admin import LongList, ReadOnlyAdmin


class LimitExceptionInline(admin.StackedInline):  # type: ignore[type-arg]
    model = models.LimitException
    form = LimitExceptionForm
    extra = 0
    fields = [("limit", "amount"), ("until", "created_by"), "note"]
    readonly_fields = ["created_by"]


class StateFilter(admin.SimpleListFilter):
    title = parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("blocked", "Blocked"), ("closed", "Being deleted")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = {
            "open": queryset.filter(blocked_at=None, closed_at=None),
            "blocked": queryset.filter(blocked_at__isnull=False, closed_at=None),
            "closed": queryset.filter(closed_at__isnull=False),
        }
        return rows.get(self.value() or "", queryset)


def _count_of(model: type[Any]) -> Coalesce:
    rows = model.objects.filter(account=OuterRef("pk")).order_by().values("account")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


class WebOriginInline(admin.TabularInline):  # type: ignore[type-arg]
    model = models.WebOrigin
    form = WebOriginForm
    extra = 0


@admin.register(models.Account)
class AccountAdmin(Ended, LongList):
    form = AccountForm
    list_display = ["name", "created_at", "state", "plan", "currency", "member_count", "key_count"]
    search_help_text = "An account's or user's id, an account's name, an e-mail address"
    list_filter = [StateFilter, "plan", "created_at"]
    list_select_related = ["plan"]
    fieldsets = [
        (None, {"fields": ["id", "state", "name", "plan", "currency", "created_at"]}),
        ("Blocking", {"fields": ["blocked", "blocked_reason"]}),
    ]
    search_fields = ["name", "members__email", "invitations__email"]
    ids = {"acct": ["pk"], "usr": ["members"]}
    ordering = ["-created_at", "-id"]
    readonly_fields = ["id", "state", "created_at"]
    inlines = [MembershipInline, InvitationInline, LimitExceptionInline, WebOriginInline]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            if isinstance(row, models.LimitException) and row.created_by is None:
                row.created_by_id = request.user.pk
            row.save()
        for row in formset.deleted_objects:
            row.delete()
        formset.save_m2m()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """A plan is changed at the desk, which prorates and shows the numbers first."""
        return [*self.readonly_fields, *(["plan"] if obj else [])]

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
        return [parts.in_words(row.pk), *people]

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
