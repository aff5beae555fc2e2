"""Tokens for programs that expect a pair: a JWT for an hour, and a refresh token that rotates.

Behind each pair stands a session of the one table of all (accounts.signing.sessions), so that it is listed
with the others and ending it there ends the pair at once. A refresh token holds once: whoever
comes with one that was exchanged before may have stolen it, or been stolen from, and the session
ends for both.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import structlog
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.http import Caller, client_ip, program
from accounts.models import RefreshToken, Session, User
from accounts.signing.sessions import SessionStore, key_hash
from accounts.signing.sign_in import new_token, user_of
from config.errors import AppError

ACCESS_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=30)
_ALGORITHM = "HS256"
_SALT = "accounts.signing.jwt"
_LONGEST = 2_000  # letters of a token that is worth looking at

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str


def sign_in(request: HttpRequest, user: User) -> Tokens:
    """A session for a program, with its first pair of tokens."""
    session = program_session(request, user, life=REFRESH_LIFE)
    refresh = _new_refresh_token(session.pk)
    RefreshToken.objects.create(session=session, digest=key_hash(refresh))
    return Tokens(_access_token(user, session.pk), refresh)


def program_session(request: HttpRequest, user: User, *, life: timedelta) -> Session:
    """Open a session for a program, which is listed with the others. Nobody learns its own token: JWTs
    that name it are all there is to use it by."""
    session = Session.objects.get(key_hash=key_hash(new_token(user)))
    session.expire_date = timezone.now() + life
    session.ip, session.user_agent = client_ip(request), _user_agent(request)
    session.save(update_fields=["expire_date", "ip", "user_agent"])
    return session


def exchange(refresh_token: str) -> tuple[User, Tokens]:
    """Exchange a refresh token, which is used up by that, for the next pair.

    Raises AppError INVALID_TOKEN for one that is not ours, was used, has expired, or whose user
    changed the password or may not sign in any more.
    """
    session_id = _session_of(refresh_token)
    now, fresh = timezone.now(), _new_refresh_token(session_id)
    # One UPDATE compares and replaces, so of two who come with the same token one is too late.
    replaced = RefreshToken.objects.filter(
        pk=session_id, digest=key_hash(refresh_token), session__expire_date__gt=now
    ).update(digest=key_hash(fresh), rotated_at=now)
    session = Session.objects.filter(pk=session_id).first()
    user = user_of(_store_of(session)) if session is not None and replaced else None
    if user is None:
        if session is not None:
            log.warning("refresh_token_refused", session=session.public_id, reused=not replaced)
            # Whoever came second, thief or owner: the session ends for both (RFC 9700, section
            # 4.14).
            session.delete()
        raise _refused()
    Session.objects.filter(pk=session_id).update(expire_date=now + REFRESH_LIFE)
    return user, Tokens(_access_token(user, session_id), fresh)


def caller_of(request: HttpRequest, access_token: str) -> Caller | None:
    """Find who shows a JWT of ours, whose session and user are still good; None for any other."""
    claims = _claims(access_token)
    if claims is None:
        return None
    session = Session.objects.filter(
        pk=claims["sid"], expire_date__gt=timezone.now(), refresh_token__isnull=False
    ).first()
    found = caller_by(request, session) if session is not None else None
    if found is None or found.user is None or str(found.user.pk) != claims["sub"]:
        return None
    return found


def caller_by(request: HttpRequest, session: Session) -> Caller | None:
    """Find who calls by a program's session; None where its user may not any more."""
    store = _store_of(session)
    user = user_of(store)
    if user is None:
        return None
    store.row, store.ip = session, client_ip(request)
    store.user_agent = _user_agent(request)
    store.touch()
    return program(user, store, session.pk)


def _access_token(user: User, session_id: UUID) -> str:
    now = timezone.now()
    claims = {"sub": str(user.pk), "sid": str(session_id), "iat": now, "exp": now + ACCESS_LIFE}
    return jwt.encode(claims, _key(settings.SECRET_KEY), algorithm=_ALGORITHM)


def _claims(access_token: str) -> dict[str, Any] | None:
    if len(access_token) > _LONGEST:
        return None
    # A change of SECRET_KEY signs nobody out, as long as the old one is among the fallbacks.
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            claims: dict[str, Any] = jwt.decode(
                access_token,
                _key(secret),
                # Named here: a token must not choose how it is checked (RFC 8725, section 3.1).
                algorithms=[_ALGORITHM],
                options={"require": ["sub", "sid", "iat", "exp"]},
            )
            return {**claims, "sid": UUID(claims["sid"])}
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
            continue
    return None


def _key(secret: str) -> bytes:
    return salted_hmac(_SALT, "access", secret=secret, algorithm="sha256").digest()


def _signer() -> Signer:
    return Signer(salt=f"{_SALT}.refresh")


def _new_refresh_token(session_id: UUID) -> str:
    """Signed, so that nobody ends a session with a token that was never its own."""
    return _signer().sign(f"{session_id.hex}.{secrets.token_urlsafe(32)}")


def _session_of(refresh_token: str) -> UUID:
    if len(refresh_token) > _LONGEST or not refresh_token.isascii():
        raise _refused()
    try:
        return UUID(_signer().unsign(refresh_token).partition(".")[0])
    except BadSignature as error:
        raise _refused() from error


def _store_of(session: Session) -> SessionStore:
    store = SessionStore()
    store.update(store.decode(session.session_data))
    return store


def _user_agent(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")[:300]


def _refused() -> AppError:
    message = "The refresh token is invalid, was already used or has expired. Sign in again."
    return AppError("INVALID_TOKEN", message, status=401)
