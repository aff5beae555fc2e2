"""People, and their second factors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.admin import Authenticator
from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts import models
from accounts.admin.ended import Ended, MembershipInline
from accounts.admin.forms import NewUserForm, UserForm
from accounts.lifecycle import closing, parts
from accounts.signing import second_factor
from config.admin import ReadOnlyAdmin

RIGHTS = ["is_staff", "is_superuser", "groups", "user_permissions"]


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


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
        owned = closing.owned_by(row)
        return [f"account “{one.name}”: {parts.in_words(one.pk)}" for one in owned]

    def get_inlines(self, request: HttpRequest, obj: models.User | None) -> list[Any]:
        return [MembershipInline] if obj else []


def _instead_of_allauths(shown: type[Model], *hidden: type[Model]) -> Callable[..., Any]:
    """Register a page of ours: allauth's show what an authenticator app is fed with, and name ways in,
    which settings do here."""

    def register(own: type[ReadOnlyAdmin]) -> type[ReadOnlyAdmin]:
        admin.site.unregister([shown, *hidden])
        admin.site.register(shown, own)
        return own

    return register


@_instead_of_allauths(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """That there is a second factor, and when it was used; never its secret."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type", "created_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name"]
    fields = ["user", "type", "created_at", "last_used_at"]


@_instead_of_allauths(SocialAccount, SocialApp, SocialToken)
class SocialAccountAdmin(ReadOnlyAdmin):
    """Who signs in with Google, and by which of its accounts."""

    list_display = ["user", "provider", "date_joined", "last_login"]
    list_filter = ["provider", "date_joined"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name", "uid"]
    fields = ["user", "provider", "uid", "extra_data", "date_joined", "last_login"]
