"""Addresses to which files are put: signed, for one row and one media type, good once and for a while."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.signing import BadSignature, SignatureExpired, dumps, loads
from django.http import HttpResponse
from django.urls import resolve, reverse
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from accounts.http import Caller, remember_caller
from config.errors import AppError
from media_library.checks import too_large
from processing.compat.autoenhance.dialect import DIALECT, RATE_GROUP
from processing.compat.views import DialectView
from processing.models import RoomBracket, RoomPhoto
from processing.services.room_orders import photos

ANY_TYPE = "application/octet-stream"
_SALT = "processing.compat.autoenhance.uploads"
_ROWS: dict[str, type[RoomPhoto] | type[RoomBracket]] = {"image": RoomPhoto, "bracket": RoomBracket}


def upload_url(row: RoomPhoto | RoomBracket, *, base: str, media_type: str = ANY_TYPE) -> str:
    """Where the row's file is put, with this ``Content-Type``, once and for ``SIGNED_URL_SECONDS``."""
    kind = next(name for name, model in _ROWS.items() if isinstance(row, model))
    token = dumps([kind, row.pk.hex, media_type], salt=_SALT)
    return f"{base}{reverse('autoenhance-upload', args=[token])}"


class AddressAuthentication(BaseAuthentication):
    """The address is all the permission there is: it acts for who registered the file."""

    def authenticate(self, request: Request) -> tuple[Any, Caller]:
        row = _row_of(resolve(request._request.path_info).kwargs["token"])
        found = Caller(row.account, row.created_by)
        remember_caller(request._request, found)
        return row.created_by or AnonymousUser(), found


class Upload(DialectView):
    """Takes the file's bytes as they are."""

    dialect = DIALECT
    authentication_classes = [AddressAuthentication]
    permission_classes = [AllowAny]
    rate_group = RATE_GROUP
    http_method_names = ["put"]

    @classmethod
    def max_body(cls, content_type: str) -> int:
        return cls.dialect.max_file_bytes

    def put(self, request: Request, token: str) -> HttpResponse:
        row, signed = _row_of(token), _read(token)[2]
        if row.image_id is not None:
            raise photos.used_up()
        given = request._request.headers.get("Content-Type", "")
        if given.partition(";")[0].strip().lower() != signed:
            message = f"The Content-Type must be {signed}, for which this address was signed."
            raise AppError("FORBIDDEN", message, status=403)
        most = self.dialect.max_file_bytes
        # Not by a parser: the file is nothing but the body, of whatever type was signed.
        content = request._request.read(most + 1)
        if len(content) > most:
            raise too_large(most)
        photos.take_in(row, content)
        return HttpResponse(status=200)


def _row_of(token: str) -> RoomPhoto | RoomBracket:
    kind, pk, _ = _read(token)
    row = _ROWS[kind].objects.select_related("account", "created_by", "order__project")
    found = row.filter(pk=pk).first()
    if found is None:
        raise PermissionDenied("What this upload address was for has been deleted.")
    return found


def _read(token: str) -> tuple[str, str, str]:
    """Raises PermissionDenied for an address that is none of ours or too old."""
    try:
        kind, pk, media_type = loads(token, salt=_SALT, max_age=settings.SIGNED_URL_SECONDS)
    except SignatureExpired as error:
        raise PermissionDenied("This upload address has expired.") from error
    except BadSignature as error:
        raise PermissionDenied("This upload address is not valid.") from error
    return kind, pk, media_type
