"""API keys: ``ps_<key id>_<secret>``, shown once, kept as an HMAC under a numbered pepper.

The pepper is no part of the database, so a stolen database can neither sign in nor check
guesses. New keys are signed under the highest number; older peppers keep working until removed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.translation import gettext

from accounts.access.scopes import ALL_SCOPES, READING_SCOPES
from accounts.http import Caller
from accounts.models import Account, ApiKey, Member, Role, User
from accounts.services import check_still_open
from accounts.team import roles
from config.errors import AppError, invalid, not_found
from config.failures.optional_writes import if_it_can_be_written

PREFIX = "ps_"
TOUCH_EVERY = timedelta(minutes=1)
_ID_LENGTH = 12
_SECRET_LENGTH = 40


@transaction.atomic
def give(
    found: Caller,
    *,
    name: str,
    scopes: Sequence[str] = ALL_SCOPES,
    expires_at: datetime | None = None,
    key_pk: UUID | None = None,
) -> tuple[ApiKey, str]:
    """A new key for a person's programs, and its plain text.

    Asks for the person's role as it is now that nobody changes it, so that no key outlives what its
    maker was. Raises AppError VALIDATION_ERROR for scopes that the role can't give, FORBIDDEN.
    """
    check_still_open(found.account, lock=True)
    user = found.user
    member = Member.objects.filter(account=found.account, user=user).first()
    if user is None or member is None:
        raise AppError("FORBIDDEN", gettext("You are not in this account any more."), status=403)
    if roles.scopes_for(Role(member.role), scopes) != list(scopes):
        message = gettext("Viewers can create keys that read, and no others: %(scopes)s.")
        raise invalid("scopes", message % {"scopes": ", ".join(READING_SCOPES)})
    return create(
        found.account, user, name=name, scopes=scopes, expires_at=expires_at, key_pk=key_pk
    )


def create(
    account: Account,
    user: User,
    *,
    name: str,
    scopes: Sequence[str] = ALL_SCOPES,
    expires_at: datetime | None = None,
    key_pk: UUID | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its plain text, which nobody can ask for again."""
    key_id = get_random_string(_ID_LENGTH)
    plain = f"{PREFIX}{key_id}_{get_random_string(_SECRET_LENGTH)}"
    pepper = max(settings.API_KEY_PEPPERS)
    key = ApiKey.objects.create(
        id=key_pk or uuid4(),
        account=account,
        created_by=user,
        name=name,
        key_id=key_id,
        digest=_digest(plain, pepper),
        pepper=pepper,
        scopes=list(scopes),
        expires_at=expires_at,
    )
    return key, plain


def find(plain: str) -> ApiKey | None:
    """The usable key behind a plain text.

    Unknown id, wrong secret, expired and switched off answer alike, after the same work.
    """
    if not plain.isprintable():  # an address may bring what no header can, and no database takes
        return None
    key_id = plain.removeprefix(PREFIX).partition("_")[0]
    key = ApiKey.objects.select_related("account__plan", "created_by").filter(key_id=key_id).first()
    pepper = key.pepper if key else max(settings.API_KEY_PEPPERS)
    # Hashed and compared for unknown ids, too: the time tells nobody which ids there are.
    matches = constant_time_compare(_digest(plain, pepper), key.digest if key else "")
    if key is None or not matches or pepper not in settings.API_KEY_PEPPERS:
        return None
    usable = key.usable(timezone.now()) and key.created_by.is_active
    return key if usable else None


def find_used(plain: str) -> ApiKey | None:
    """The same, with its use noted."""
    key = find(plain)
    if key is not None:
        touch(key)
    return key


def key_for(account: Account, key_pk: UUID) -> ApiKey:
    """The account's key. Raises AppError NOT_FOUND, also for somebody else's."""
    key = ApiKey.objects.filter(account=account, pk=key_pk).first()
    if key is None:
        raise not_found("API key")
    return key


def revoke(found: Caller, key_pk: UUID) -> None:
    """A key stops working at once. Raises AppError NOT_FOUND, and FORBIDDEN for a key that somebody
    else made, where it isn't an owner who asks."""
    key = key_for(found.account, key_pk)
    if key.created_by != found.user:
        roles.check(found, Role.OWNER)
    key.delete()


def touch(key: ApiKey) -> None:
    """Notes that the key was used: at most once a minute."""
    now = timezone.now()
    if key.last_used_at is not None and key.last_used_at > now - TOUCH_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - TOUCH_EVERY)
    with if_it_can_be_written("API key's last use"):
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def _digest(plain: str, pepper: int) -> str:
    secret = settings.API_KEY_PEPPERS.get(pepper, "")
    return hmac.new(secret.encode(), plain.encode(), hashlib.sha256).hexdigest()
