"""What allauth's pages do differently here."""

from __future__ import annotations

from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.http import client_ip
from accounts.limits.sign_in_tries import Tries
from accounts.mails import writing
from accounts.models import Session, User, normalised_email
from accounts.services import account_of, check_open, make_account
from accounts.signing import google
from accounts.signing.browsers import browser_name
from accounts.signing.sessions import key_hash
from config.errors import AppError

_WAYS: Final = {
    "reauthenticate": _("Use your password"),
    "reauthenticate_by_code": _("Get a code by mail"),
    "mfa_reauthenticate": _("Use your authenticator app or a recovery code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is switched off."),
        "duplicate_email": _("This is one of your addresses already."),
        "email_password_mismatch": _("The e-mail address or the password is wrong."),
        "email_taken": _("Somebody has an account with this e-mail address already."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": _("The code is wrong or was already used."),
        "incorrect_password": _("The password is wrong."),
        "max_email_addresses": _("You can have at most %d addresses."),
        "too_many_login_attempts": _("Too many tries. Wait a while, then try again."),
        "rate_limited": _("Too many tries. Wait a while, then try again."),
    }

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Signing up on the page makes the account too, as the API does."""
        user.name = str(form.cleaned_data.get("name") or "").strip()
        super().save_user(request, user, form, commit=False)
        user.email = normalised_email(user.email)
        if commit:
            with transaction.atomic():
                user.save()
                make_account(user)
        return user

    def set_password(self, user: User, password: str) -> None:
        """A changed password ends every other session, and the list of them shows it."""
        super().set_password(user, password)
        here = key_hash(self.request.session.session_key or "") if self.request else ""
        Session.objects.filter(user=user).exclude(key_hash=here).delete()

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try: here instead of allauth's own limit, which one stranger could use up for
        everybody."""
        try:
            Tries(request, credentials.get("email", "")).begin()
        except AppError as error:
            raise ValidationError(error.page_message, code="too_many_login_attempts") from error

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user is not None:
            Tries(request, credentials.get("email", "")).take_back()
            try:
                check_open(account_of(user))
            except AppError as error:
                raise ValidationError(error.page_message, code="account_blocked") from error
        return user

    def pre_login(self, request: HttpRequest, user: User, **login: Any) -> HttpResponse | None:
        """Keep out whose account is blocked, by whatever door: Google's and a passkey's, too."""
        refusal: HttpResponse | None = super().pre_login(request, user, **login)
        if refusal is None:
            try:
                check_open(account_of(user))
            except AppError as error:
                told = {"status": error.status, "message": error.page_message}
                return render(request, "error.html", told, status=error.status)
        return refusal

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """Whoever has no password and has just come from Google has said who they are."""
        if google.is_only_way_in(self.request.user) and google.signed_in_lately(self.request.user):
            return False
        return bool(super().is_reauthentication_required(app=app, **options))

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Name the ways to say who one is: no code by mail where no mail is sent."""
        ways = super().get_reauthentication_methods(user)
        found = [way | {"description": _WAYS.get(way["id"], way["description"])} for way in ways]
        if not settings.MAIL_IS_SENT:
            found = [way for way in found if way["id"] != "reauthenticate_by_code"]
        if google.is_on() and google.is_only_way_in(user):
            again = {"id": "google", "url": reverse("google-again")}
            found.insert(0, {**again, "description": _("Sign in with Google again")})
        return found

    def login(self, request: HttpRequest, user: User) -> None:
        """The last step, after the second factor."""
        super().login(request, user)
        addresses = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
        for address in {user.email, *addresses}:
            Tries(request, address).succeeded()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """The password was reset by mail."""
        Tries(request, credentials["email"]).forget()

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a person what was done to their account, by name and in their language."""
        told = {**(context or {}), "user": user}
        if self.request is not None:
            told["browser"] = browser_name(self.get_http_user_agent(self.request))
        super().send_notification_mail(template_prefix, user, told, email)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """Write allauth's mails as all others are."""
        user = context.get("user")
        address = email if isinstance(email, str) else email[0]
        person = user if isinstance(user, User) else None
        return writing.write(template_prefix, context, user=person, to=address, headers=headers)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip(request)
