"""Serves pictures at their signed addresses: whole, in part (one range), or as a download."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.core.signing import BadSignature
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from config import public_ids
from media_library.checks import with_ending
from media_library.files import archives, grants, links, public_copies, storage
from media_library.models import Image

_CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)
_TRY_AGAIN_SECONDS = 5
_SHORTEST_PRESIGNED = 60  # long enough to be followed at once
_LONGEST_PRESIGNED = 7 * 86400  # of S3's signature, version 4
# A file that people sent must never act as a page of this site.
_SAFETY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@require_safe
def content(request: HttpRequest, image_id: str, variant: str) -> HttpResponseBase:
    """One file of a picture. The signature in the address is all the permission there is."""
    grant = request.GET.get("grant", "")
    try:
        seconds = links.seconds_left(
            image_id,
            variant,
            expires=request.GET.get("expires", ""),
            signature=request.GET.get("signature", ""),
            grant=grant,
        )
    except BadSignature:
        return _plain(403, "This link is invalid or has expired.")
    if not grants.holds(grant):
        return _plain(403, "This link was revoked.")
    image = _trashed_image(image_id) if variant == links.TRASHED else _live_image(image_id)
    if image and variant == links.PUBLIC and not image.public_key:
        image.public_key = public_copies.wait_for(image)
        if not image.public_key and _live_image(image_id):
            return _not_yet()
    key = getattr(image, links.VARIANTS.get(variant, ""), "")
    if not image or not key:
        return _plain(404, "This image no longer exists.")
    return serve(
        request,
        image,
        key,
        disposition=_disposition(request, image, variant, key=key),
        # What may be revoked has to be asked for each time.
        life=0 if grant else seconds,
    )


def serve(
    request: HttpRequest, image: Image, key: str, *, disposition: str, life: int
) -> HttpResponseBase:
    """Send one of a picture's files, or where the storage itself sends it. A browser may keep it for
    ``life`` seconds; with 0 it asks each time whether it may still show what it has."""
    media_type = image.media_type if key == image.file_key else storage.media_type_of(key)
    elsewhere = storage.presigned_url(
        key,
        seconds=min(max(1, life), _LONGEST_PRESIGNED) if life else _SHORTEST_PRESIGNED,
        disposition=disposition,
        media_type=media_type,
        method=request.method or "GET",
    )
    _give_back_connections()
    response = HttpResponseRedirect(elsewhere) if elsewhere else _file(request, image, key=key)
    if response.status_code in (200, 206):
        response["Content-Type"], response["Content-Disposition"] = media_type, disposition
    if response.status_code < 400:
        age = min(life, _LONGEST_PRESIGNED) if elsewhere else life
        response["Cache-Control"] = f"private, max-age={age}" if life else "private, no-cache"
    for name, value in _SAFETY.items():
        response[name] = value
    return response


def _give_back_connections() -> None:
    """Bytes may flow for minutes to a slow reader, who needs no database any more."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


def _live_image(public_id: str) -> Image | None:
    """Find a picture that is there. Those of a deleted account are gone before a worker comes."""
    wanted = {"pk": public_ids.decode("img", public_id), "account__closed_at": None}
    return Image.live.filter(**wanted).first()


def _trashed_image(public_id: str) -> Image | None:
    wanted = {"pk": public_ids.decode("img", public_id), "account__closed_at": None}
    return Image.objects.filter(**wanted, trash_until__gt=timezone.now()).first()


def _plain(status: int, message: str) -> HttpResponse:
    return HttpResponse(
        message,
        status=status,
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "no-store"},
    )


def _not_yet() -> HttpResponse:
    response = _plain(503, "This image is being prepared. Try again in a few seconds.")
    response["Retry-After"] = str(_TRY_AGAIN_SECONDS)
    return response


def _disposition(request: HttpRequest, image: Image, variant: str, *, key: str) -> str:
    if variant == links.PUBLIC:
        # The name that the owner gave is no business of strangers.
        name = with_ending(image.public_id, label="", extension=key.rpartition(".")[2])
        return content_disposition_header(request.GET.get("download") == "1", name) or "inline"
    label = "" if key == image.file_key else key.rpartition("/")[2].partition("-")[0]
    name = with_ending(image.name, label=label, extension=key.rpartition(".")[2])
    name = archives.portable_name(name)
    header = content_disposition_header(request.GET.get("download") == "1", name)
    return header or "inline"


def _file(request: HttpRequest, image: Image, *, key: str) -> HttpResponseBase:
    # Renditions are made anew under a new key, so the key stands for their bytes.
    etag = f'"{image.sha256 if key == image.file_key else key.rpartition("/")[2]}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        try:
            file = storage.open_file(key)
        except FileNotFoundError:
            return _plain(404, "This image no longer exists.")
        response = _whole_or_part(request, file, etag=etag)
    response["ETag"], response["Accept-Ranges"] = etag, "bytes"
    return response


def _whole_or_part(request: HttpRequest, file: IO[Any], *, etag: str) -> HttpResponseBase:
    size = file.seek(0, 2)
    if request.method == "HEAD":
        file.close()
        return HttpResponse(headers={"Content-Length": str(size)})
    wanted = _wanted_range(request, size=size, etag=etag)
    if wanted is None:
        return _stream(request, file, start=0, length=size)
    start, end = wanted
    if start >= end:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = _stream(request, file, start=start, length=end - start)
    response.status_code = 206
    response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return response


def _wanted_range(request: HttpRequest, *, size: int, etag: str) -> tuple[int, int] | None:
    """First byte and the one past the last; an empty span can't be satisfied; None is all.

    Several ranges, and what is no range at all, may be ignored (RFC 9110, 14.2): all is sent.
    """
    match = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if match is None or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = match.groups()
    if not first:
        return (max(0, size - int(last)), size) if last else None
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size


def _stream(
    request: HttpRequest, file: IO[Any], *, start: int, length: int
) -> StreamingHttpResponse:
    file.seek(start)
    # An ASGI server would read a plain iterator to its end before it sends the first byte.
    asynchronous = isinstance(request, ASGIRequest)
    chunks = _async_chunks(file, length) if asynchronous else _chunks(file, length)
    return StreamingHttpResponse(chunks, headers={"Content-Length": str(length)})


def _chunks(file: IO[Any], length: int) -> Iterator[bytes]:
    with file:
        while length > 0 and (chunk := file.read(min(_CHUNK, length))):
            length -= len(chunk)
            yield chunk


async def _async_chunks(file: IO[Any], length: int) -> AsyncIterator[bytes]:
    with file:
        while length > 0 and (chunk := await sync_to_async(file.read)(min(_CHUNK, length))):
            length -= len(chunk)
            yield chunk
