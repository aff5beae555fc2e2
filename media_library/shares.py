"""Shared links: what strangers see without an account, for how long, and whether with a password.

An address ends in a token of 256 bits that is derived from the site's secret key and the row's salt:
whoever has the database alone can open no link, and the owner's list can still show them. Where the
secret key was replaced, links go on working, but can't be shown any more.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Case, Count, Prefetch, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import Account
from config.errors import AppError, invalid, not_found
from media_library import selectors
from media_library.models import Image, ImageKind, Project, Share, ShareImage

MAX_SHARES: Final = 1_000  # of an account, in force
MAX_IMAGES: Final = 500
MIN_PASSWORD: Final = 4
MAX_PASSWORD: Final = 128
# Ended links are listed for so long.
_KEPT: Final = timedelta(days=30)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a link shows: pictures in this order, or what is in a project whenever somebody looks."""

    images: Sequence[UUID] = ()
    project: Project | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A picture among those of a link; ``number`` counts from 1."""

    image: Image
    number: int
    total: int
    previous: Image | None
    following: Image | None


def in_force() -> Q:
    """The condition for links that open."""
    return Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=timezone.now()))


def of(account: Account) -> QuerySet[Share]:
    """The account's links, newest first; ended ones for a month."""
    kept = timezone.now() - _KEPT
    ended = Q(revoked_at__lt=kept) | Q(expires_at__lt=kept)
    found = Share.objects.filter(account=account).exclude(ended)
    return found.select_related("project").order_by("-created_at", "-id")


def in_force_first(shares: QuerySet[Share]) -> QuerySet[Share]:
    """The same, those that open before those that have ended."""
    ended = Case(When(in_force(), then=Value(0)), default=Value(1))
    return shares.order_by(ended, "-created_at", "-id")


def with_ids(shares: QuerySet[Share]) -> QuerySet[Share]:
    """The same, each with the rows of the pictures that are there (``pictures``), without the pictures."""
    there = ShareImage.objects.filter(image__deleted_at=None).order_by("position")
    return shares.prefetch_related(Prefetch("pictures", there))


def with_covers(shares: QuerySet[Share]) -> QuerySet[Share]:
    """The same, each with the number of its pictures (``picture_count``), and in a list the first one
    that can be shown (``covers``)."""
    there = Q(pictures__image__deleted_at=None, pictures__isnull=False)
    first = ShareImage.objects.filter(image__deleted_at=None).exclude(image__thumbnail_key="")
    first = first.select_related("image").order_by("position")[:1]
    counted = shares.annotate(picture_count=Count("pictures", filter=there))
    return counted.prefetch_related(Prefetch("pictures", first, to_attr="covers"))


def share_for(account: Account, share_id: UUID) -> Share:
    """The account's link. Raises AppError NOT_FOUND, also for other people's."""
    return one_of(with_ids(of(account)), share_id)


def one_of(shares: QuerySet[Share], share_id: UUID) -> Share:
    """The link of these with that id. Raises AppError NOT_FOUND."""
    found = shares.filter(pk=share_id).first()
    if found is None:
        raise not_found("Link")
    return found


def create(
    account: Account,
    chosen: Chosen,
    *,
    title: str = "",
    password: str = "",
    expires_at: datetime | None = None,
    may_download: bool = True,
    share_id: UUID | None = None,
) -> Share:
    """Raises AppError VALIDATION_ERROR, NOT_FOUND for pictures that aren't the account's, CONFLICT for
    one link too many."""
    _check_expiry(expires_at)
    share = Share(
        id=share_id or uuid4(),
        account=account,
        project=chosen.project,
        title=title.strip(),
        salt=secrets.token_hex(16),
        password=_hashed(password),
        may_download=may_download,
        expires_at=expires_at,
    )
    share.token_hash = _hash(_derived(share, settings.SECRET_KEY))
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        if Share.objects.filter(in_force(), account=account).count() >= MAX_SHARES:
            message = f"An account can have at most {MAX_SHARES:,} shared links."
            raise AppError("CONFLICT", message, status=409)
        share.save(force_insert=True)
        _choose(share, chosen.images)
    return share_for(account, share.pk)


def change(share: Share, **changes: Any) -> Share:
    """Give it another ``title``, ``password`` ("" for none), ``expires_at`` (None for never),
    ``may_download`` or ``images``. Raises AppError as ``create`` does; CONFLICT once it was revoked."""
    if share.revoked_at is not None:
        raise AppError("CONFLICT", "This link has been revoked. Make a new one.", status=409)
    if "images" in changes and share.project_id is not None:
        raise invalid("imageIds", "This link shows a project.")
    if "expires_at" in changes:
        _check_expiry(changes["expires_at"])
    if "password" in changes:
        changes["password"] = _hashed(changes["password"])
    images = changes.pop("images", None)
    with transaction.atomic():
        if changes:
            Share.objects.filter(pk=share.pk).update(**changes)
        if images is not None:
            _choose(share, images)
    return share_for(share.account, share.pk)


def revoke(share: Share) -> None:
    """End it at once and for good. Harmless when repeated."""
    Share.objects.filter(pk=share.pk, revoked_at=None).update(revoked_at=timezone.now())


def forget_old() -> int:
    """Delete what ended a month ago; how many links."""
    kept = timezone.now() - _KEPT
    old = Share.objects.filter(Q(revoked_at__lt=kept) | Q(expires_at__lt=kept))
    return old.delete()[1].get(Share._meta.label, 0)


# --- Addresses ----------------------------------------------------------------------------------------


def path_of(share: Share) -> str:
    """Where strangers find it; "" where it can't be shown any more."""
    token = _token_of(share)
    return reverse("share", args=[token]) if token else ""


def state_of(share: Share) -> str:
    """Return active, expired or revoked."""
    if share.revoked_at is not None:
        return "revoked"
    expired = share.expires_at is not None and share.expires_at <= timezone.now()
    return "expired" if expired else "active"


def opened(token: str) -> Share:
    """The link behind a token. Raises AppError NOT_FOUND, alike for one that was guessed, has expired
    or was revoked."""
    found = None
    if _TOKEN.fullmatch(token):
        shares = Share.objects.filter(in_force(), token_hash=_hash(token))
        whose = {"account__closed_at": None, "account__blocked_at": None}
        found = shares.filter(**whose).select_related("project").first()
    if found is None:
        message = "There is nothing at this address, or its owner has ended it."
        raise AppError("NOT_FOUND", message, status=404)
    return found


def unlocks(share: Share, password: str) -> bool:
    """Whether this is the link's password."""
    return check_password(password, share.password)


def proof_of(share: Share) -> str:
    """What a browser keeps that knew the password; another password makes it worthless."""
    value = f"{share.pk}:{share.password}"
    return salted_hmac("media_library.shares.proof", value, algorithm="sha256").hexdigest()


def is_unlocked(share: Share, proof: str) -> bool:
    """Whether a link has no password, or a browser has shown that it knew it."""
    return not share.password or constant_time_compare(proof, proof_of(share))


# --- Pictures -----------------------------------------------------------------------------------------


def count_of(share: Share) -> int:
    """How many pictures a link shows."""
    return _shown(share).count()


def pictures_of(share: Share, *, start: int = 0, count: int) -> list[Image]:
    """What a link shows. Of a project: each picture's newest result, or itself where there is none."""
    return _pictures(share, _shown(share)[start : start + count])


def picture_of(share: Share, image_id: UUID) -> Image:
    """One of the link's pictures. Raises AppError NOT_FOUND for all others."""
    return _found(share, image_id)[1]


def place_of(share: Share, image_id: UUID) -> Place:
    """One of the link's pictures with its place among them. Raises AppError NOT_FOUND for all others."""
    row, image = _found(share, image_id)
    rows = _shown(share)
    if isinstance(row, ShareImage):
        before, after = Q(position__lt=row.position), Q(position__gt=row.position)
    else:
        at, pk = row.created_at, row.pk  # the newest comes first
        before = Q(created_at__gt=at) | Q(created_at=at, pk__gt=pk)
        after = Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk)
    earlier = _pictures(share, rows.filter(before).reverse()[:1])
    later = _pictures(share, rows.filter(after)[:1])
    return Place(
        image=image,
        number=rows.filter(before).count() + 1,
        total=rows.count(),
        previous=earlier[0] if earlier else None,
        following=later[0] if later else None,
    )


def _shown(share: Share) -> QuerySet[Any]:
    """The rows behind what a link shows, in its order: of choices, or of a project's pictures."""
    if share.project is None:
        rows = ShareImage.objects.filter(share=share, image__deleted_at=None)
        return rows.select_related("image").order_by("position")
    return selectors.standing(share.project)


def _pictures(share: Share, rows: QuerySet[Any]) -> list[Image]:
    return [row.image for row in rows] if share.project is None else selectors.finished(rows)


def _found(share: Share, image_id: UUID) -> tuple[ShareImage | Image, Image]:
    """The row that shows this picture, and the picture."""
    row: ShareImage | Image | None = None
    if share.project is None:
        row = _shown(share).filter(image=image_id).first()
    else:
        image = Image.live.filter(account=share.account_id, pk=image_id).first()
        if image is not None:
            # Either it stands for itself, or it is the newest result of what does.
            row = _shown(share).filter(pk__in=[image.pk, image.parent_id]).first()
    if row is not None:
        shown = _pictures(share, _shown(share).filter(pk=row.pk))
        if shown and shown[0].pk == image_id:
            return row, shown[0]
    raise not_found("Picture")


def newest_results(images: Sequence[UUID]) -> list[UUID]:
    """For each picture its newest result, or itself where there is none, in the same order."""
    place = {pk: n for n, pk in enumerate(images)}
    shown = selectors.finished(Image.live.filter(pk__in=place))

    def where(one: Image) -> int:
        return place[one.pk] if one.pk in place else place.get(one.parent_id or one.pk, 0)

    return [one.pk for one in sorted(shown, key=where)]


def _choose(share: Share, images: Sequence[UUID]) -> None:
    """Make these the link's pictures, in this order."""
    if share.project_id is not None:
        return
    wanted = list(dict.fromkeys(images))
    if not 1 <= len(wanted) <= MAX_IMAGES:
        raise invalid("imageIds", f"Choose 1 to {MAX_IMAGES} pictures.")
    mine = Image.live.filter(account=share.account_id, pk__in=wanted)
    if mine.exclude(kind=ImageKind.MASK).count() < len(wanted):
        raise not_found("Image")
    ShareImage.objects.filter(share=share).delete()
    ShareImage.objects.bulk_create(
        ShareImage(share=share, image_id=pk, position=n) for n, pk in enumerate(wanted)
    )


def _check_expiry(expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= timezone.now():
        raise invalid("expiresAt", "The link must expire in the future.")


def _hashed(password: str) -> str:
    if not password:
        return ""
    if len(password) < MIN_PASSWORD:
        raise invalid("password", f"The password must have at least {MIN_PASSWORD} characters.")
    return make_password(password)


def _token_of(share: Share) -> str:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    derived = (_derived(share, key) for key in keys)
    return next((token for token in derived if _hash(token) == share.token_hash), "")


def _derived(share: Share, key: str) -> str:
    value = f"{share.pk}:{share.salt}"
    mac = salted_hmac("media_library.shares.token", value, secret=key, algorithm="sha256")
    return base64.urlsafe_b64encode(mac.digest()).rstrip(b"=").decode()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
