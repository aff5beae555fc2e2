"""What strangers see at a shared link: its pictures, one of them, and its files.

Everything is asked of the link anew at each request, files too, so that revoking it ends all at once.
Nobody is told whether an address was guessed, has expired or was revoked.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, Final
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe
from redis.exceptions import RedisError

from accounts.limits.guesses import Guesses
from accounts.limits.rate_limits import hit
from config.api.downloads import ZIP, download
from config.api.ids import decoded
from config.errors import AppError
from config.failures import outages
from config.web.requests import around, page_number
from media_library import shares
from media_library.files import archives, public_copies
from media_library.files.archives import Entry
from media_library.files.content import serve
from media_library.models import Image, Share

PAGE_SIZE: Final = 60
COOKIE: Final = "packshot_link"
_COOKIE_SECONDS: Final = 86_400
_TRY_AGAIN_SECONDS: Final = 5
_VARIANTS: Final = ("thumbnail", "view", "download")
MAX_ZIP: Final = shares.MAX_IMAGES

View = Callable[Concatenate[HttpRequest, str, ...], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Tile:
    """One of a link's pictures as its page shows it."""

    number: int
    page_url: str
    thumbnail_url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive to download: a link's pictures from one number to another."""

    url: str
    first: int
    last: int


def _visited(view: View) -> View:
    """A view for anybody who has a link's address; what it refuses is answered for people."""

    @wraps(view)
    def inner(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase
        try:
            _limit(request)
            response = view(request, token, *args, **kwargs)
        except (AppError, DatabaseError, OSError, RedisError) as error:
            known = error if isinstance(error, AppError) else outages.told(error)
            if known is None:
                raise
            response = _refusal(request, known)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response.headers.setdefault("Cache-Control", "private, no-store")
        # Django's log would write the address down, which is all that one needs.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    return inner


@_visited
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, token: str) -> HttpResponse:
    found = shares.opened(token)
    if request.method == "POST":
        return _unlock(request, found, token)
    if not _is_unlocked(request, found):
        return _locked(request, found)
    number = page_number(request)
    start = (number - 1) * PAGE_SIZE
    images = shares.pictures_of(found, start=start, count=PAGE_SIZE + 1)
    context = {
        "share": found,
        "tiles": [_tile(one, token, start + n) for n, one in enumerate(images[:PAGE_SIZE], 1)],
        "archives": _archives(found, token) if found.may_download else [],
        **around(number, has_more=len(images) > PAGE_SIZE),
    }
    return render(request, "media_library/shared_pictures.html", context)


@_visited
@require_safe
def picture(request: HttpRequest, token: str, image_id: str) -> HttpResponse:
    found = shares.opened(token)
    if not _is_unlocked(request, found):
        return redirect("share", token=token)
    place = shares.place_of(found, _picture_id(image_id))
    image = place.image
    width, height = _view_size(image)
    context = {
        "share": found,
        "back_url": reverse("share", args=[token]),
        "number": place.number,
        "total": place.total,
        "view_url": _file_url(token, image, "view"),
        "download_url": _file_url(token, image, "download") if found.may_download else "",
        "previous_url": _page_url(token, place.previous),
        "next_url": _page_url(token, place.following),
        "width": width,
        "height": height,
    }
    return render(request, "media_library/shared_picture.html", context)


@_visited
@require_safe
def file(request: HttpRequest, token: str, image_id: str, variant: str) -> HttpResponseBase:
    """A copy of a picture: small, for looking at, or in full where that is allowed."""
    found = shares.opened(token)
    if variant not in _VARIANTS:
        raise AppError("NOT_FOUND", gettext("There is nothing at this address."), status=404)
    if not _is_unlocked(request, found) or (variant == "download" and not found.may_download):
        raise AppError("FORBIDDEN", gettext("This link doesn’t show that."), status=403)
    image = shares.picture_of(found, _picture_id(image_id))
    key = _key(image, variant)
    name = f"{image.public_id}.{key.rpartition('.')[2]}"
    disposition = content_disposition_header(variant == "download", name) or "inline"
    return serve(request, image, key, disposition=disposition, life=0)


@_visited
@require_safe
def zipped(request: HttpRequest, token: str) -> HttpResponseBase:
    """A link's pictures, numbered; of very many as many as one archive holds, from a page of such on."""
    found = shares.opened(token)
    if not _is_unlocked(request, found) or not found.may_download:
        raise AppError("FORBIDDEN", gettext("This link doesn’t show that."), status=403)
    start = (page_number(request) - 1) * MAX_ZIP
    images = shares.pictures_of(found, start=start, count=MAX_ZIP)
    if not images:
        raise AppError("NOT_FOUND", gettext("There are no pictures here any more."), status=404)
    keys = public_copies.wait_for_all(images)
    if len(keys) < len(images):
        message = gettext("%(done)s of %(total)s pictures are ready. Try again in a few seconds.")
        raise _not_ready(message % {"done": len(keys), "total": len(images)})
    entries = []
    for number, image in enumerate(images, start=start + 1):
        name = f"{number:03}.{keys[image.pk].rpartition('.')[2]}"
        entries.append(Entry(name, keys[image.pk], image.created_at))
    return download(request, archives.stream(entries), name="pictures.zip", media_type=ZIP)


def _unlock(request: HttpRequest, found: Share, token: str) -> HttpResponse:
    """Judge a password. Tries are counted before it is hashed, by link and network."""
    if not found.password:
        return redirect("share", token=token)  # its owner took the password away meanwhile
    tries = Guesses(request, f"share:{found.pk}", _wait)
    tries.begin()
    if not shares.unlocks(found, request.POST.get("password", "")[:1000]):
        return _locked(request, found, is_wrong=True)
    tries.take_back()
    tries.succeeded()
    response = redirect("share", token=token)
    response.set_cookie(
        COOKIE,
        shares.proof_of(found),
        max_age=_COOKIE_SECONDS,
        path=reverse("share", args=[token]),
        secure=settings.COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _locked(request: HttpRequest, found: Share, *, is_wrong: bool = False) -> HttpResponse:
    """Ask for the password; nothing of what the link shows is told before."""
    status = 422 if is_wrong else 200
    context = {"is_wrong": is_wrong}
    return render(request, "media_library/shared_locked.html", context, status=status)


def _is_unlocked(request: HttpRequest, found: Share) -> bool:
    return shares.is_unlocked(found, request.COOKIES.get(COOKIE, ""))


def _picture_id(image_id: str) -> UUID:
    return decoded("img", image_id, "Picture")


def _archives(found: Share, token: str) -> list[Archive]:
    """What there is to download: one archive, or several where one can't hold all pictures."""
    total, url = shares.count_of(found), reverse("share-zip", args=[token])
    return [
        Archive(f"{url}?page={number}", start + 1, min(start + MAX_ZIP, total))
        for number, start in enumerate(range(0, total, MAX_ZIP), start=1)
    ]


def _key(image: Image, variant: str) -> str:
    """Where the copy lies. Raises AppError where there is none yet."""
    if variant == "thumbnail":
        if not image.thumbnail_key:
            raise AppError("NOT_FOUND", gettext("This picture has no preview yet."), status=404)
        return image.thumbnail_key
    column: public_copies.Column = "public_key" if variant == "download" else "view_key"
    key = str(getattr(image, column)) or public_copies.wait_for(image, column)
    if not key:
        message = gettext("This picture is being prepared. Try again in a few seconds.")
        raise _not_ready(message)
    return key


def _not_ready(message: str) -> AppError:
    return AppError("SERVICE_UNAVAILABLE", message, status=503, retry_after=_TRY_AGAIN_SECONDS)


def _tile(image: Image, token: str, number: int) -> Tile:
    return Tile(
        number=number,
        page_url=_page_url(token, image),
        thumbnail_url=_file_url(token, image, "thumbnail") if image.thumbnail_key else "",
        width=image.width,
        height=image.height,
    )


def _page_url(token: str, image: Image | None) -> str:
    return reverse("share-picture", args=[token, image.public_id]) if image else ""


def _file_url(token: str, image: Image, variant: str) -> str:
    return reverse("share-file", args=[token, image.public_id, variant])


def _view_size(image: Image) -> tuple[int, int]:
    """How large the copy for looking at is."""
    scale = min(1.0, public_copies.VIEW_SIDE / max(image.width, image.height))
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def _limit(request: HttpRequest) -> None:
    result = hit(request, "shared")
    if not result.allowed:
        message = gettext("Too many requests. Try again in some minutes.")
        raise AppError("RATE_LIMITED", message, status=429, retry_after=max(1, result.reset))


def _wait(seconds: float, where: str) -> AppError:
    message = gettext("Too many wrong passwords. Try again in %(minutes)s min.") % {
        "minutes": math.ceil(seconds / 60)
    }
    return AppError("RATE_LIMITED", message, status=429, retry_after=math.ceil(seconds))


def _refusal(request: HttpRequest, error: AppError) -> HttpResponse:
    again = request.get_full_path() if error.status == 503 and request.method == "GET" else ""
    context = {"status": error.status, "message": error.page_message, "again_url": again}
    response = render(request, "media_library/shared_refused.html", context, status=error.status)
    for name, value in error.headers.items():
        response[name] = value
    return response
