"""allauth's forms in the site's words, and with the site's limits for tries."""

from __future__ import annotations

from typing import Any, Final

from allauth.account import forms as account_forms
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.limits.sign_in_tries import Tries
from accounts.models import User
from config.errors import AppError

# What each field is called, on whichever page it stands.
_LABELS: Final = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "password": _("Your password"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "code": _("Code"),
}
_NOT_AN_ADDRESS: Final = _("Enter a valid e-mail address.")


class _OurWords(forms.Form):
    """Labels stand above the fields, so nothing stands in them; and a password that can be looked at is
    asked for once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.label = _LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, forms.EmailField):
                field.error_messages["invalid"] = _NOT_AN_ADDRESS
        if "password1" in self.fields:
            self.fields["password1"].help_text = _(
                "At least 8 characters, and not a common password."
            )


class SignupForm(_OurWords, account_forms.SignupForm):
    """Sign-up, with the name that the account is then called by."""

    name = forms.CharField(
        max_length=150,
        label=_("Your name"),
        widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True}),
    )
    field_order = ["name", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("Password")


class LoginForm(_OurWords, account_forms.LoginForm):
    """The first step of signing in."""


class AddEmailForm(_OurWords, account_forms.AddEmailForm):
    """Another address of the same person."""


class ChangePasswordForm(_OurWords, account_forms.ChangePasswordForm):
    """A new password for somebody who knows the old one."""


class SetPasswordForm(_OurWords, account_forms.SetPasswordForm):
    """The first password of somebody who had none."""


class ResetPasswordForm(_OurWords, account_forms.ResetPasswordForm):
    """Asking for a link by mail."""


class ResetPasswordKeyForm(_OurWords, account_forms.ResetPasswordKeyForm):
    """A new password for somebody who followed the link."""


class PasswordAgainForm(_OurWords, account_forms.ReauthenticateForm):
    """Asked for once more, before something that matters."""


class ConfirmCodeForm(_OurWords, account_forms.ConfirmReauthenticationCodeForm):
    """The code that was sent."""


class SetUpAppForm(_OurWords, ActivateTOTPForm):
    """The first code of an authenticator app."""


class _CountedCode(_OurWords):
    """A code is tried as a password is: allauth's own limit, by user alone, would let one stranger
    use up everybody's tries."""

    user: User

    def clean_code(self) -> str:
        tries = Tries(context.request, self.user.email)
        try:
            tries.begin()
        except AppError as error:
            raise forms.ValidationError(error.page_message) from error
        code: str = super().clean_code()  # type: ignore[misc]
        tries.take_back()
        return code


class CodeForm(_CountedCode, AuthenticateForm):
    """The second step of signing in."""


class CodeAgainForm(_CountedCode, ReauthenticateForm):
    """The same once more, before something that matters."""
