"""Signing in with Google, where the site's owner has registered it there: allauth's hooks for it.

Google's addresses are fixed in allauth and named by no customer, so they are asked directly instead
of by `config.outbound`: over TLS alone, without redirects, proxies or credentials of the environment.
"""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from typing import Any, NoReturn

import requests
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from accounts import services
from accounts.models import User, normalised_email
from config.errors import AppError

PROVIDER = "google"
ANSWER_SECONDS = 5
LATELY_SECONDS = 300  # as long as allauth takes a password that was typed again for enough


class SocialAdapter(DefaultSocialAccountAdapter):
    error_messages = {
        **DefaultSocialAccountAdapter.error_messages,
        "no_password": gettext_lazy("Choose a password first: Google is your only way to sign in."),
        "no_verified_email": gettext_lazy(
            "Confirm your e-mail address first: Google is your only way to sign in."
        ),
    }

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[Any]:
        """From the settings alone: what the database might name is no way in."""
        from allauth.socialaccount.models import SocialApp  # an app that loads after this one

        app = SocialApp(
            provider=PROVIDER,
            name="Google",
            client_id=settings.GOOGLE_CLIENT_ID,
            secret=settings.GOOGLE_CLIENT_SECRET,
        )
        is_asked_for = provider in (None, PROVIDER) and client_id in (None, app.client_id)
        return [app] if is_asked_for else []

    def get_requests_session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.request = functools.partial(  # type: ignore[method-assign]
            session.request, timeout=ANSWER_SECONDS, allow_redirects=False
        )
        return session

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        """Take name and address; of what Google tells nothing else is kept."""
        user = sociallogin.user
        names = (str(data.get(part) or "").strip() for part in ("first_name", "last_name"))
        user.name = " ".join(filter(None, names))[:150]
        user.email = normalised_email(str(data.get("email") or ""))
        for address in sociallogin.email_addresses:
            address.email = normalised_email(address.email)
        sociallogin.account.extra_data = {"email": user.email}
        return user

    def authenticate_by_email(self, sociallogin: Any) -> tuple[User, str] | None:
        """Find whose account it is by an address that Google has seen to, and we have, too.

        Else a stranger could sign up here with somebody's address, and wait for them to come.
        """
        told = [one.email for one in sociallogin.email_addresses if one.verified]
        rows = EmailAddress.objects.select_related("user").filter(email__in=told, verified=True)
        found = rows.first()
        return (found.user, found.email) if found else None

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Refuse who has no account yet and can't get one by this; connecting is up to its owner."""
        if sociallogin.is_existing or sociallogin.state.get("process") == "connect":
            return
        told = [one.email for one in sociallogin.email_addresses if one.verified]
        if not told:
            _refuse(request, "unverified")
        if services.email_known(told[0]):
            _refuse(request, "taken", told[0])

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        """Signing up this way makes the account too."""
        user: User = sociallogin.user
        user.set_unusable_password()
        try:
            with transaction.atomic():
                sociallogin.save(request)
                services.make_account(user)
        except IntegrityError as error:  # in two windows at once
            raise AppError(
                "CONFLICT", gettext("That was asked twice. Sign in."), status=409
            ) from error
        return user

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("socialaccount_connections")


def is_on() -> bool:
    return bool(settings.GOOGLE_CLIENT_ID)


def connected_address(user: User) -> str | None:
    """Name the Google account that the person signs in with; None where there is none."""
    from allauth.socialaccount.models import SocialAccount  # an app that loads after this one

    account = SocialAccount.objects.filter(user=user, provider=PROVIDER).first()
    return str(account.extra_data.get("email") or "Google") if account else None


def is_only_way_in(user: User) -> bool:
    return not user.has_usable_password() and connected_address(user) is not None


def signed_in_lately(user: User) -> bool:
    """Whether the session's owner has just come from Google, which then stands for a password."""
    records = get_authentication_records(context.request, user)
    times = [one["at"] for one in records if one.get("method") == "socialaccount"]
    return bool(times) and time.time() - max(times) < LATELY_SECONDS


@dataclass(frozen=True)
class Google:
    """What templates ask: whether the site has it, and who is connected."""

    user: Any
    is_on: bool

    @property
    def connected(self) -> str | None:
        return connected_address(self.user) if isinstance(self.user, User) else None


def google(request: HttpRequest) -> dict[str, object]:
    """What templates call ``google``."""
    # A request to a host that isn't ours has its page before anybody was looked up.
    return {"google": Google(getattr(request, "user", None), is_on())}


def _refuse(request: HttpRequest, why: str, email: str = "") -> NoReturn:
    page = render(request, "socialaccount/refused.html", {"why": why, "email": email}, status=409)
    raise ImmediateHttpResponse(page)
