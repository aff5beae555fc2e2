"""What pages of accounts and people share: how they are deleted, and who is in which."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from accounts import models
from accounts.team import keys


class MembershipFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """Keeps an owner in an account that others are in."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        before = {form.instance.pk for form in self.initial_forms}
        shown = models.Member.objects.filter(pk__in=before).select_related("account")
        after = [form.instance for form in self.forms if form not in self.deleted_forms]
        for account in {one.account for one in shown}:
            rows = models.Member.objects.filter(account=account)
            left = [*rows.exclude(pk__in=before), *(one for one in after if one.account == account)]
            had_owner = rows.filter(role=models.Role.OWNER).exists()
            if had_owner and left and all(one.role != models.Role.OWNER for one in left):
                raise ValidationError(f"The account “{account}” needs an owner.")

    def save(self, commit: bool = True) -> Any:
        """Fit API keys to what became of those who made them, as owners' own changes do."""
        saved = super().save(commit=commit)
        for form in self.initial_forms:
            was, now = form.initial, form.instance
            account = models.Account.objects.get(pk=was["account"])
            user = models.User.objects.get(pk=was["user"])
            stays = form not in self.deleted_forms
            stays = stays and (now.account_id, now.user_id) == (account.pk, user.pk)
            if not stays or now.role != was["role"]:
                keys.follow(account, user, models.Role(now.role) if stays else None)
        return saved


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = models.Member
    formset = MembershipFormSet
    extra = 0
    autocomplete_fields = ["user", "account"]


class InvitationInline(admin.TabularInline):  # type: ignore[type-arg]
    """To look at: owners invite, and their links are nobody else's."""

    model = models.Invitation
    extra = 0
    can_delete = False
    readonly_fields = [
        *("email", "role", "invited_by"),
        *("created_at", "expires_at", "accepted_at", "revoked_at"),
    ]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


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
