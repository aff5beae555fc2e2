"""Signing in for programs: the same users, sessions and second factor as the pages have."""

from __future__ import annotations

from uuid import UUID

from allauth.account import app_settings as allauth_settings
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    authenticate,
    load_backend,
    login,
)
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext

from accounts import services
from accounts.http import ACCOUNT_KEY
from accounts.limits.sign_in_tries import Tries
from accounts.models import Account, Session, User, normalised_email
from accounts.signing.sessions import SessionStore
from config.errors import AppError, invalid

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


def check_credentials(request: HttpRequest, *, email: str, password: str, code: str) -> User:
    """The user, or an AppError that never tells whether the e-mail address is known.

    Wrong passwords and wrong codes count as tries (accounts.limits.sign_in_tries).

    allauth's backend hashes the password for unknown addresses too, so the time tells nothing.
    """
    tries = Tries(request, email)
    tries.begin()
    user = authenticate(request, email=normalised_email(email), password=password)
    if not isinstance(user, User):
        raise AppError(
            "INVALID_CREDENTIALS", gettext("Wrong e-mail address or password."), status=401
        )
    if is_mfa_enabled(user):
        if not code:
            tries.take_back()  # how programs find out that they need one
        _check_second_factor(user, code)
    tries.take_back()
    services.check_open(services.account_of(user))
    tries.succeeded()
    if verification_is_mandatory() and not _has_verified_address(user):
        raise AppError(
            "EMAIL_NOT_VERIFIED",
            gettext("Follow the link in the e-mail we sent you, then sign in."),
            status=403,
        )
    return user


def confirm(request: HttpRequest, user: User, *, password: str, code: str) -> None:
    """Make sure that it is still ``user`` who asks, before something that can't be undone.

    Raises AppError VALIDATION_ERROR by field: who asks is signed in, so it is no 401.
    """
    if not user.has_usable_password():
        raise invalid("password", gettext("This account has no password: do it on its page."))
    tries = Tries(request, user.email)
    tries.begin()
    if authenticate(request, email=user.email, password=password) != user:
        raise invalid("password", gettext("The password is wrong."))
    if is_mfa_enabled(user):
        if not code:
            raise invalid("code", gettext("Enter the code from your authenticator app."))
        if not _has_code(user, code):
            raise invalid("code", gettext("The code is wrong or was already used."))
    tries.take_back()


def verification_is_mandatory() -> bool:
    method = allauth_settings.EMAIL_VERIFICATION
    return bool(method == allauth_settings.EmailVerificationMethod.MANDATORY)


def check_account(user: User, account_id: UUID) -> Account:
    """Find an account that a person wants to work in. Raises AppError VALIDATION_ERROR where they are
    not in it, and ACCOUNT_BLOCKED."""
    account = Account.objects.filter(pk=account_id, members=user).first()
    if account is None:
        raise invalid("account", "You are not in this account.")
    services.check_open(account)
    return account


def open_session(request: HttpRequest, user: User, account: Account | None = None) -> str:
    """Sign in the browser (the cookie leaves with the answer); the key is the program's token."""
    login(request, user, backend=BACKEND)
    if account is not None:
        request.session[ACCOUNT_KEY] = str(account.pk)
    request.session.save()
    return str(request.session.session_key)


def new_token(user: User) -> str:
    """A session without a browser."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = BACKEND
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    _keep_account(store, user)
    store.save()
    return str(store.session_key)


def keep_account(request: HttpRequest, user: User, **signal: object) -> None:
    """Have a new session work in one account for good, whatever the person chooses elsewhere.

    Told by Django whenever somebody signs in to the pages.
    """
    _keep_account(request.session, user)


def _keep_account(session: SessionBase, user: User) -> None:
    account = services.known_account_of(user)
    if account is not None:
        session[ACCOUNT_KEY] = str(account.pk)


def user_of(store: SessionStore) -> User | None:
    """Find whose session this is; None where it has ended, or the password was changed since.

    Django's own get_user would give the session a new key after a change of SECRET_KEY: right for
    a cookie, but a program would lose its token.
    """
    path, user_id = store.get(BACKEND_SESSION_KEY), store.get(SESSION_KEY)
    if user_id is None or path is None or path not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = load_backend(path).get_user(UUID(user_id))
    if not isinstance(user, User):
        return None
    kept = store.get(HASH_SESSION_KEY, "")
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return user if any(constant_time_compare(kept, one) for one in hashes) else None


def sessions_of(user: User) -> QuerySet[Session]:
    return Session.objects.filter(user=user, expire_date__gt=timezone.now())


def end_others(user: User, here: UUID | None) -> int:
    """Sign the person out everywhere but here; from how many places."""
    others = Session.objects.filter(user=user)
    ended, _ = (others.exclude(pk=here) if here else others).delete()
    return ended


def end_session(session_id: UUID) -> None:
    Session.objects.filter(pk=session_id).delete()


def _check_second_factor(user: User, code: str) -> None:
    if not code:
        raise AppError(
            "MFA_REQUIRED", "Send the code from your authenticator app as `code`.", status=401
        )
    if not _has_code(user, code):
        raise AppError(
            "INVALID_CREDENTIALS", gettext("The code is wrong or was already used."), status=401
        )


def _has_code(user: User, code: str) -> bool:
    return any(_accepts(factor, code) for factor in Authenticator.objects.filter(user=user))


def _accepts(factor: Authenticator, code: str) -> bool:
    checks = {Authenticator.Type.TOTP: TOTP, Authenticator.Type.RECOVERY_CODES: RecoveryCodes}
    check = checks.get(factor.type)
    return check is not None and bool(check(factor).validate_code(code))


def _has_verified_address(user: User) -> bool:
    return bool(EmailAddress.objects.filter(user=user, verified=True).exists())
