"""The pictures that a request of another service's client brings along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from accounts.models import Account
from config import outbound
from config.errors import AppError
from media_library.intake import uploads
from media_library.intake.ingest import Incoming, stored
from media_library.models import Image
from processing.compat.fields import MAX_URL


@dataclass(frozen=True)
class PictureParam:
    """A picture on its way in, under the name of its parameter: a file, or an address.

    ``max_bytes`` is the service's own limit, where it has one.
    """

    name: str
    content: UploadedFile[Any] | str
    max_bytes: int | None = None

    def incoming(self) -> Incoming:
        """Fetches what is an address. Raises AppError (see config.outbound) under our name."""
        if not isinstance(self.content, str):
            return uploads.incoming(self.content, self.name, max_bytes=self.max_bytes)
        try:
            fetched = outbound.fetch(
                self.content,
                max_bytes=self.max_bytes or settings.MAX_UPLOAD_BYTES,
                timeout=settings.URL_FETCH_SECONDS,
            )
        except outbound.OutboundError as error:
            message = f"{self.name}: {error.message}"
            fields = {self.name: [error.message]}
            raise AppError(error.code, message, status=error.status, fields=fields) from error
        file_name = unquote(urlsplit(fetched.url).path).rpartition("/")[2]
        # What follows the "?" is often somebody's temporary permission: not ours to keep.
        address = self.content.partition("?")[0][:MAX_URL]
        return Incoming(file_name, lambda: fetched.data, field=self.name, source_url=address)


@contextmanager
def uploaded_images(
    account: Account, sent: Sequence[PictureParam], *, is_material: bool = False
) -> Iterator[list[Image]]:
    """The pictures, all of them or none, for the block to submit: they get their rows together with
    the job that is for them. If it comes to no job, they go.

    The first is worked on, unless it, too, ``is_material``; the others lie behind it.
    """
    incoming = [one.incoming() for one in sent]
    incoming = [
        replace(one, is_material=is_material or number > 0) for number, one in enumerate(incoming)
    ]
    with stored(account, incoming) as images:
        yield images
