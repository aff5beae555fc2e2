"""The administration's forms for people who sign in by e-mail."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.utils import timezone

from accounts.access import origins
from accounts.currencies import CODES
from accounts.lifecycle import blocking
from accounts.limits import exceptions, operations, rate_limits
from accounts.models import Account, LimitException, PlanLimit, User
from config.errors import AppError


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email", "name")
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {}

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class UserForm(UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = "__all__"
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {}

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    currency = forms.ChoiceField(choices=[(code, code) for code in CODES])

    blocked = forms.BooleanField(
        required=False,
        help_text=(
            "Keys and sessions stop working, nobody can sign in, and open jobs are cancelled. "
            "Pictures stay; links to them work until they expire."
        ),
    )

    class Meta:
        model = Account
        fields = ("name", "plan", "currency", "blocked_reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["blocked"].initial = self.instance.blocked_at is not None

    def clean_blocked(self) -> bool:
        blocked = bool(self.cleaned_data["blocked"])
        obstacle = blocking.obstacle_of(self.instance) if blocked and self.instance.pk else None
        if obstacle is not None:
            raise forms.ValidationError(obstacle)
        return blocked


def _exceptions() -> list[tuple[str, list[tuple[str, str]]]]:
    quotas = [
        (f"{exceptions.QUOTA}{name}", f"Per month: {operations.named(name).title}")
        for name in operations.metered()
    ]
    # What is counted by address is counted whoever calls: no account has exceptions to it.
    groups = [group for group in settings.RATE_LIMITS if group not in rate_limits.BY_ADDRESS]
    rates = [
        (f"{exceptions.RATE}{group}", f"Requests: {group} (Free: {settings.RATE_LIMITS[group]})")
        for group in groups
    ]
    return [("Monthly limits", quotas), ("Rate limits", rates)]


class LimitExceptionForm(forms.ModelForm):  # type: ignore[type-arg]
    limit = forms.ChoiceField(choices=_exceptions)

    class Meta:
        model = LimitException
        fields = ("limit", "amount", "until", "note")

    def clean_until(self) -> date:
        """One that is there may be ended early; a new one that is over is a slip."""
        until: date = self.cleaned_data["until"]
        if self.instance._state.adding and until < timezone.now().date():
            raise forms.ValidationError("This day is over. Give the last day on which it holds.")
        return until


def _metered() -> list[tuple[str, str]]:
    return [(name, name) for name in operations.metered()]


class PlanLimitForm(forms.ModelForm):  # type: ignore[type-arg]
    operation = forms.ChoiceField(choices=_metered)

    class Meta:
        model = PlanLimit
        fields = ("operation", "monthly")


class WebOriginForm(forms.ModelForm):  # type: ignore[type-arg]
    """An origin as its account could name it."""

    def clean_origin(self) -> str:
        try:
            return origins.canonical_origin(self.cleaned_data["origin"])
        except AppError as error:
            raise forms.ValidationError(error.message) from error
