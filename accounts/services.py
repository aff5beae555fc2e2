"""Making users, accounts and keys. Every door (API, pages, command line) comes through here."""

from __future__ import annotations

from datetime import datetime

import structlog
from allauth.account.models import EmailAddress
from allauth.account.utils import filter_users_by_email
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import Account, Member, Plan, Role, User, normalised_email
from config.errors import AppError, invalid

log = structlog.get_logger(__name__)


def email_known(email: str) -> bool:
    return any(True for _ in filter_users_by_email(normalised_email(email)))


def register(
    email: str, *, password: str, name: str, verified: bool = False, with_account: bool = True
) -> User:
    """A new user, with an account of their own unless they join another one.

    Raises AppError VALIDATION_ERROR by field.
    """
    user = User(email=normalised_email(email), name=name.strip())
    check_password(password, user)
    if email_known(user.email):
        raise _taken()
    user.password = make_password(password)  # slow on purpose: before the transaction begins
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            EmailAddress.objects.create(
                user=user, email=user.email, primary=True, verified=verified
            )
            if with_account:
                make_account(user)
    except IntegrityError as error:
        raise _taken() from error
    return user


def check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise AppError(
            "VALIDATION_ERROR",
            f"password: {error.messages[0]}",
            fields={"password": list(error.messages)},
        ) from error


def make_account(user: User) -> Account:
    """An account owned by ``user``, on the plan for new ones. Call it inside a transaction.

    Raises AppError UNAVAILABLE where the setting names a plan that is not there.
    """
    plan = settings.NEW_ACCOUNT_PLAN
    if not Plan.objects.filter(slug=plan).exists():
        log.error("account.no_plan", setting="NEW_ACCOUNT_PLAN", plan=plan)
        raise AppError("UNAVAILABLE", "Accounts can't be made at the moment.", status=503)
    account = Account.objects.create(name=user.name or user.email, plan_id=plan)
    Member.objects.create(account=account, user=user, role=Role.OWNER)
    return account


def make_tryout(until: datetime) -> Account:
    """An account that nobody can sign in to, for trying the site: closed when its time is over."""
    plan = settings.NEW_ACCOUNT_PLAN
    return Account.objects.create(name="Try-out", plan_id=plan, tryout_until=until)


def change_person(user: User, *, name: str, language: str) -> None:
    """What a person is called, and the language of their pages ("" is the browser's)."""
    user.name, user.language = name, language
    user.save(update_fields=["name", "language"])


def change_currency(account: Account, currency: str) -> None:
    account.currency = currency
    account.save(update_fields=["currency"])


def check_open(account: Account) -> None:
    """Raises AppError ACCOUNT_BLOCKED for an account that staff blocked."""
    if account.blocked_at is None:
        return
    message = "This account is blocked by the site's staff"
    message += f": {account.blocked_reason}" if account.blocked_reason else "."
    raise AppError("ACCOUNT_BLOCKED", message, status=403)


def one_at_a_time(rows: QuerySet[Account]) -> QuerySet[Account]:
    """Lock accounts against whoever asks for the same, until the transaction ends.

    Not by their key as well: that would stand against every new row that refers to an account, and
    fifty requests at once would deadlock.
    """
    return rows.select_for_update(no_key=True)


def check_still_open(account: Account, *, lock: bool = False) -> None:
    """The same by the row as it is now, which may have changed since the request began. Raises
    AppError ACCOUNT_DELETED where it goes, or is gone. With ``lock`` no other request of the account
    passes here until the transaction ends."""
    rows = Account.objects.filter(pk=account.pk, closed_at=None)
    row = (one_at_a_time(rows) if lock else rows).first()
    if row is None:
        raise AppError("ACCOUNT_DELETED", "This account was deleted.", status=403)
    check_open(row)


def memberships_of(user: User) -> list[Member]:
    """The accounts a person is in, the oldest membership first. One of their own is made now for
    those who are in none: they came by another door (createsuperuser), or were removed from one."""
    if found := _memberships(user):
        return found
    with transaction.atomic():
        # Two first requests make one account.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if not _memberships(user):
            make_account(user)
        return _memberships(user)


def account_of(user: User) -> Account:
    """The account that signing in leads to: the one chosen last, of those that are not blocked."""
    return min(memberships_of(user), key=_rank).account


def known_account_of(user: User) -> Account | None:
    """The same, where the person is in any so far."""
    found = min(_memberships(user), key=_rank, default=None)
    return found.account if found is not None else None


def _memberships(user: User) -> list[Member]:
    rows = Member.objects.select_related("account__plan").filter(user=user)
    return list(rows.order_by("pk"))


def _rank(member: Member) -> tuple[bool, float]:
    chosen = member.chosen_at.timestamp() if member.chosen_at else 0.0
    return member.account.blocked_at is not None, -chosen


def _taken() -> AppError:
    return invalid("email", "An account with this e-mail address already exists.")
