"""Forms on pages: they check, and never write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.access.scopes import ALL_SCOPES, DESCRIPTIONS, FOR_PICTURES
from accounts.currencies import CODES
from accounts.lifecycle.closing import Shared
from accounts.models import Role

_GOES: Final = "goes"  # as a choice beside ids of people
LIFETIMES = [
    ("", _("Never")),
    ("30", _("In 30 days")),
    ("90", _("In 90 days")),
    ("365", _("In a year")),
]


class DeletionForm(forms.Form):
    """Who deletes an account says once more who they are; without a password, by how they came."""

    password = forms.CharField(
        max_length=1024,
        strip=False,
        label=_("Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        max_length=20,
        required=False,
        label=_("Code"),
        help_text=_("From your authenticator app, or one of your recovery codes."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(
        self,
        *args: Any,
        with_code: bool,
        with_password: bool,
        shared: Sequence[Shared],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].required = with_code
        for name, is_asked in (("password", with_password), ("code", with_code)):
            if not is_asked:
                del self.fields[name]
        asked = {self._name(one): _what_becomes(one) for one in shared}
        self.fields = asked | self.fields  # first what becomes of things, then who says so
        self._shared = shared

    def settled(self) -> dict[UUID, UUID | None]:
        """Who gets each account that others work in; None for one that goes."""
        given = {one.account.pk: self.cleaned_data[self._name(one)] for one in self._shared}
        return {pk: None if said == _GOES else UUID(said) for pk, said in given.items()}

    @staticmethod
    def _name(one: Shared) -> str:
        return f"account_{one.account.pk.hex}"


def _what_becomes(one: Shared) -> forms.ChoiceField:
    """Ask what becomes of an account that others work in and nobody else owns."""
    heirs = [
        (
            str(user.pk),
            gettext("Make %(name)s its owner: it stays, and you leave it")
            % {"name": user.name or user.email},
        )
        for user in one.others
    ]
    goes = ngettext(
        "Remove the other person and delete it, with all that is in it",
        "Remove the %(count)d others and delete it, with all that is in it",
        len(one.others),
    )
    label = ngettext(
        "What becomes of “%(account)s”? Somebody else works in it.",
        "What becomes of “%(account)s”? %(count)d others work in it.",
        len(one.others),
    )
    told = {"account": one.account.name, "count": len(one.others)}
    return forms.ChoiceField(
        label=label % told,
        choices=[("", gettext("Choose")), *heirs, (_GOES, goes % told)],
        help_text=gettext("Who is removed keeps their login. API keys that you made end."),
    )


class ProfileForm(forms.Form):
    """What a person is called, and how the site speaks to them and counts money."""

    name = forms.CharField(
        max_length=150,
        label=_("Your name"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        choices=[("", _("As the browser asks")), *settings.LANGUAGES],
        required=False,
        label=_("Language"),
    )
    currency = forms.ChoiceField(
        choices=[(code, code) for code in CODES],
        label=_("Currency"),
        help_text=_("For prices of new listings. Those you have keep theirs."),
    )

    def __init__(self, *args: Any, with_currency: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_currency:
            del self.fields["currency"]


class InvitationForm(forms.Form):
    email = forms.EmailField(
        max_length=254,
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(choices=Role.choices, initial=Role.EDITOR, label=_("Role"))


class JoinForm(forms.Form):
    """Signing up by an invitation, whose link has shown the address."""

    name = forms.CharField(
        max_length=150,
        label=_("Your name"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        max_length=1024,
        strip=False,
        label=_("Password"),
        help_text=_("At least 8 characters, and not a common password."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class WebSiteForm(forms.Form):
    origin = forms.CharField(
        max_length=200,
        label=_("Address"),
        help_text=_("Such as https://shop.example"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )


class KeyForm(forms.Form):
    name = forms.CharField(
        max_length=100,
        label=_("Name"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("Shop import")}),
    )
    lifetime = forms.ChoiceField(
        choices=LIFETIMES, required=False, initial="365", label=_("Expires")
    )
    scopes = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label=_("What it may do"),
        error_messages={"required": _("Choose at least one permission.")},
    )

    def __init__(self, *args: Any, scopes: Sequence[str] = ALL_SCOPES, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.MultipleChoiceField, self.fields["scopes"])
        field.choices = [(one, words) for one, words in DESCRIPTIONS.items() if one in scopes]
        field.initial = [one for one in FOR_PICTURES if one in scopes]

    def expires_at(self) -> datetime | None:
        days = self.cleaned_data["lifetime"]
        return timezone.now() + timedelta(days=int(days)) if days else None
