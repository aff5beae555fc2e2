"""Forms of shared links."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from media_library.models import NAME_LENGTH
from media_library.shares import MAX_PASSWORD, MIN_PASSWORD

KEEP: Final = "keep"
_DAYS: Final = (
    ("1", _("1 day")),
    ("7", _("7 days")),
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("", _("No end")),
)


class NewShareForm(forms.Form):
    """What one chooses for a new link."""

    title = forms.CharField(
        label=_("Title"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=_("Visitors see it. They see no names of pictures or projects."),
    )
    lasts = forms.ChoiceField(
        label=_("Works for"),
        choices=_DAYS,
        required=False,
        initial="30",
        widget=forms.RadioSelect,
    )
    may_download = forms.BooleanField(
        label=_("Visitors may download"),
        required=False,
        initial=True,
        help_text=_("Otherwise they see the pictures at 1600 pixels at most."),
    )
    password = forms.CharField(
        label=_("Password"),
        min_length=MIN_PASSWORD,
        max_length=MAX_PASSWORD,
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Leave it empty if the link alone shall be enough."),
    )

    def expires_at(self) -> datetime | None:
        days = self.cleaned_data["lasts"]
        return timezone.now() + timedelta(days=int(days)) if days else None

    def options(self) -> dict[str, Any]:
        """What media_library.shares.create takes."""
        given = self.cleaned_data
        return {
            "title": given["title"],
            "password": given["password"],
            "expires_at": self.expires_at(),
            "may_download": given["may_download"],
        }


class ShareForm(NewShareForm):
    """What can be changed about a link that there is: its password and end stay unless named."""

    no_password = forms.BooleanField(label=_("Ask for no password any more"), required=False)
    field_order = ["title", "lasts", "may_download", "password", "no_password"]

    def __init__(self, *args: Any, has_password: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        lasts: Any = self.fields["lasts"]
        lasts.choices = [(KEEP, _("As it is")), *_DAYS]
        lasts.label = _("Works from now on for")
        if has_password:
            self.fields["password"].label = _("New password")
            self.fields["password"].help_text = _("Leave it empty to keep the one there is.")
        else:
            del self.fields["no_password"]

    def options(self) -> dict[str, Any]:
        """What media_library.shares.change takes."""
        changes = super().options()
        if self.cleaned_data["lasts"] == KEEP:
            del changes["expires_at"]
        if self.cleaned_data.get("no_password"):
            changes["password"] = ""
        elif not changes["password"]:
            del changes["password"]
        return changes

    def expires_at(self) -> datetime | None:
        return None if self.cleaned_data["lasts"] == KEEP else super().expires_at()
