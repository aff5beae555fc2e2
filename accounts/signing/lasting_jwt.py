"""Tokens for programs that sign in every three days: one JWT, and no way to renew it.

They are signed under keys that are made of ENCRYPTION_KEYS: the highest number signs and its number is the
token's ``kid``; an older one is good until it is taken away, three days later at the earliest. Behind each token
stands a session of the one table of all (accounts.signing.sessions), so it is listed with the others, and
ending it there, or changing the password, ends the token at once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.http import Caller
from accounts.models import Member, Session, User
from accounts.services import account_of
from accounts.signing.jwt import caller_by, program_session

LIFE = timedelta(days=3)
_ALGORITHM = "HS256"
_SALT = "accounts.signing.lasting_jwt"
_LONGEST = 4_000  # letters of a token that is worth looking at: a name may be long
_CLAIMS = ["sub", "sid", "name", "authorities", "iat", "exp"]


class Refused(Exception):
    """The token is none of ours, or not good any more; says which."""


def sign_in(request: HttpRequest, user: User) -> str:
    """A session for a program, as a token that holds as long as it does."""
    session = program_session(request, user, life=LIFE)
    now, number = timezone.now(), max(settings.ENCRYPTION_KEYS)
    claims = {
        "sub": str(user.pk),
        "name": user.name,
        "authorities": _authorities(user),
        "sid": str(session.pk),
        "iat": now,
        "exp": now + LIFE,
    }
    return jwt.encode(claims, _key(number), algorithm=_ALGORITHM, headers={"kid": str(number)})


def caller_of(request: HttpRequest, token: str) -> Caller:
    """Find who shows a token of ours, whose session and user are still good. Raises Refused."""
    claims = _claims(token)
    session = Session.objects.filter(
        pk=claims["sid"], expire_date__gt=timezone.now(), refresh_token__isnull=True
    ).first()
    found = caller_by(request, session) if session is not None else None
    if found is None or found.user is None or str(found.user.pk) != claims["sub"]:
        raise Refused("The token was revoked. Sign in again.")
    return found


def _authorities(user: User) -> list[str]:
    """What the person was when the token was made. Nothing asks the token: what holds is in the tables."""
    account = account_of(user)
    roles = Member.objects.filter(account=account, user=user).values_list("role", flat=True)
    return [*(f"ROLE_{role.upper()}" for role in roles), f"PLAN_{account.plan_id.upper()}"]


def _claims(token: str) -> dict[str, Any]:
    if len(token) > _LONGEST:
        raise Refused("The token is not valid.")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(_number(jwt.get_unverified_header(token))),
            # Named here: a token must not choose how it is checked (RFC 8725, section 3.1).
            algorithms=[_ALGORITHM],
            options={"require": _CLAIMS},
        )
        return {**claims, "sid": UUID(claims["sid"])}
    except jwt.ExpiredSignatureError as error:
        raise Refused("The token has expired. Sign in again.") from error
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError) as error:
        raise Refused("The token is not valid.") from error


def _number(header: dict[str, Any]) -> int:
    """Which key a token names. Raises ValueError for one that isn't there."""
    kid = header.get("kid")
    found = next((number for number in settings.ENCRYPTION_KEYS if str(number) == kid), None)
    if found is None:
        raise ValueError("There is no such key.")
    return found


def _key(number: int) -> bytes:
    secret = settings.ENCRYPTION_KEYS[number]
    return salted_hmac(_SALT, "bearer", secret=secret, algorithm="sha256").digest()
