"""Which look an account's pictures get where nobody chooses one: staff may choose for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from config.admin import LongList
from processing.models import BrandKit


class BrandKitForm(forms.ModelForm):  # type: ignore[type-arg]
    """One of the account's own looks, or none: then it is the ready look *Product photo*."""

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        look = found.get("default_look")
        if look is not None and look.account != (found.get("account") or self.instance.account):
            self.add_error("default_look", "This look is another account's.")
        return found


@admin.register(BrandKit)
class BrandKitAdmin(LongList):
    form = BrandKitForm
    list_display = ["account", "default_look", "updated_at"]
    list_select_related = ["account", "default_look"]
    search_fields = ["account__name"]
    ids = {"acct": ["account"], "preset": ["default_look"]}
    ordering = ["-updated_at", "pk"]
    fields = ["account", "default_look"]
    raw_id_fields = ["account", "default_look"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["account"] if obj else []
