"""Django's session engine over accounts.models.Session, where a stolen database opens no door.

The key (the cookie's value, and the API's token) is never stored: the row is found by its SHA-256.
The keys are random, 32 characters of 36, so a plain hash is enough. One row serves pages,
allauth and API; deleting it signs out at once.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import IntegrityError, transaction
from django.utils import timezone

from config import encryption
from config.failures.optional_writes import if_it_can_be_written

if TYPE_CHECKING:
    from accounts.models import Session

SECRET_SESSION_KEY = "mfa.totp.secret"  # as allauth calls it  # noqa: S105
TOUCH_EVERY = timedelta(minutes=1)


def key_hash(session_key: str) -> str:
    return hashlib.sha256(session_key.encode()).hexdigest()


class SessionStore(DatabaseStore):
    """``ip`` and ``user_agent`` are set by whoever opens it and go into the row."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.row: Session | None = None
        self.ip: str | None = None
        self.user_agent = ""

    @classmethod
    def get_model_class(cls) -> type[Session]:  # type: ignore[override]
        from accounts.models import Session  # the engine may be imported before the models

        return Session

    @property
    def row_id(self) -> UUID | None:
        return self.row.id if self.row else None

    def encode(self, session_dict: dict[str, Any]) -> str:
        """A secret that somebody is just giving to an authenticator app stays secret, too."""
        if secret := session_dict.get(SECRET_SESSION_KEY):
            session_dict = {**session_dict, SECRET_SESSION_KEY: encryption.encrypt(secret)}
        return super().encode(session_dict)

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        found: dict[str, Any] = super().decode(session_data)
        try:
            if token := found.get(SECRET_SESSION_KEY):
                found[SECRET_SESSION_KEY] = encryption.decrypt(token)
        except encryption.DecryptionError:
            del found[SECRET_SESSION_KEY]  # the page that asks for it makes another one
        return found

    def _get_session_from_db(self) -> Session | None:
        self.row = (
            self.get_model_class()
            .objects.filter(key_hash=key_hash(self.session_key or ""))
            .filter(expire_date__gt=timezone.now())
            .first()
        )
        if self.row is None:
            # An unknown key is never taken on: else somebody could sign others in under a key of
            # theirs.
            self._session_key = None
        return self.row

    async def _aget_session_from_db(self) -> Session | None:
        return await sync_to_async(self._get_session_from_db)()

    def exists(self, session_key: str) -> bool:
        return self.get_model_class().objects.filter(key_hash=key_hash(session_key)).exists()

    async def aexists(self, session_key: str) -> bool:
        return await sync_to_async(self.exists)(session_key)

    def create_model_instance(self, data: dict[str, Any]) -> Session:  # type: ignore[override]
        key: str = self._get_or_create_session_key()  # type: ignore[attr-defined]
        return self.get_model_class()(
            key_hash=key_hash(key),
            user_id=data.get(SESSION_KEY),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            ip=self.ip,
            user_agent=self.user_agent,
        )

    async def acreate_model_instance(  # type: ignore[override]
        self, data: dict[str, Any]
    ) -> Session:
        return await sync_to_async(self.create_model_instance)(data)

    def save(self, must_create: bool = False) -> None:
        """Write the data; what the row knows of where it was opened stays as it is."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        row = self.create_model_instance(data)
        if must_create:
            try:
                with transaction.atomic():
                    row.save(force_insert=True)
            except IntegrityError as error:
                raise CreateError from error
            self.row = row
            return
        # UPDATE only: a request that still holds a session must not bring it back to life after it
        # was ended elsewhere.
        changed = self.get_model_class().objects.filter(key_hash=row.key_hash)
        if not changed.update(
            user_id=row.user_id, session_data=row.session_data, expire_date=row.expire_date
        ):
            raise UpdateError

    async def asave(self, must_create: bool = False) -> None:
        await sync_to_async(self.save)(must_create)

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is None:
            return
        self.get_model_class().objects.filter(key_hash=key_hash(key)).delete()
        if self.row is not None and self.row.key_hash == key_hash(key):
            self.row = None

    async def adelete(self, session_key: str | None = None) -> None:
        await sync_to_async(self.delete)(session_key)

    def touch(self) -> None:
        """Note that the session was used, from where and by what: at most once a minute."""
        now = timezone.now()
        if self.row is None or self.row.last_used_at > now - TOUCH_EVERY:
            return
        # Asked again of the database: of many requests in the same moment, one writes.
        rows = self.get_model_class().objects.filter(
            pk=self.row.pk, last_used_at__lte=now - TOUCH_EVERY
        )
        with if_it_can_be_written("session's last use"):
            rows.update(last_used_at=now, ip=self.ip, user_agent=self.user_agent)
