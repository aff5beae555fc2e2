"""What pages of accounts and people share: how they are deleted, and who is in which."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import models


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = models.Member
    extra = 0
    autocomplete_fields = ["user", "account"]


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
