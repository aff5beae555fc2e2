"""Registration by the API, which must not tell a stranger who has an account where mail is sent."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts import services
from accounts.models import User, normalised_email
from accounts.signing.sign_in import verification_is_mandatory


def sign_up(request: HttpRequest, *, email: str, password: str, name: str) -> User | None:
    """The new user; None where a mail was sent and its link must be followed first.

    With verification a known address gets a mail that says so, and the caller the same answer.
    """
    if not verification_is_mandatory():
        return services.register(email, password=password, name=name)
    address = normalised_email(email)
    services.check_password(password, User(email=address, name=name))
    if services.email_known(address):
        make_password(password)  # takes as long as a new user would
        get_adapter(request).send_account_already_exists_mail(address)
        return None
    user = services.register(address, password=password, name=name)
    EmailAddress.objects.get(user=user, email=address).send_confirmation(request, signup=True)
    return None
