"""Passkeys: where they work, and allauth's forms of them in the site's words."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User

NAME_LENGTH = 60
T = TypeVar("T")


@dataclass(frozen=True)
class Passkeys:
    """What templates ask."""

    request: HttpRequest

    @property
    def work_here(self) -> bool:
        """Browsers make them for names alone, over TLS or on the machine itself."""
        host = self.request.get_host().rpartition(":")[0] or self.request.get_host()
        if host == "localhost" or host.endswith(".localhost"):
            return True
        return self.request.is_secure() and not _is_number(host)

    @property
    def count(self) -> int:
        user = self.request.user
        return of_user(user).count() if isinstance(user, User) else 0


def passkeys(request: HttpRequest) -> dict[str, object]:
    """What templates call ``passkeys``."""
    return {"passkeys": Passkeys(request)}


def of_user(user: User) -> Any:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)


class _Told(forms.Form):
    """Whatever a browser sends that is no passkey's answer is refused in one sentence."""

    def told(self, clean: Callable[[], T]) -> T:
        try:
            return clean()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise _refusal() from error
        except forms.ValidationError as error:
            if error.code == "incorrect_code":
                raise _refusal() from error
            raise


class AddPasskeyForm(_Told, webauthn_forms.AddWebAuthnForm):
    """A passkey that signs in by itself: it asks for a finger, a face or a PIN."""

    name = forms.CharField(max_length=NAME_LENGTH, required=False, label=_("Name"))
    passwordless = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean_passwordless(self) -> bool:
        return True

    def clean(self) -> dict[str, Any] | None:
        return self.told(super().clean)


class NamePasskeyForm(webauthn_forms.EditWebAuthnForm):
    name = forms.CharField(max_length=NAME_LENGTH, label=_("Name"))


class LoginPasskeyForm(_Told, webauthn_forms.LoginWebAuthnForm):
    """Signing in with it alone."""

    def clean_credential(self) -> Any:
        return self.told(super().clean_credential)


class SecondPasskeyForm(_Told, webauthn_forms.AuthenticateWebAuthnForm):
    """The second step of signing in."""

    def clean_credential(self) -> Any:
        return self.told(super().clean_credential)


class PasskeyAgainForm(_Told, webauthn_forms.ReauthenticateWebAuthnForm):
    """The same once more, before something that matters."""

    def clean_credential(self) -> Any:
        return self.told(super().clean_credential)


def _refusal() -> forms.ValidationError:
    return forms.ValidationError(gettext("The passkey was not accepted. Try again."))


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
