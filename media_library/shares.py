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
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import Account
from config.errors import AppError, invalid, not_found
from media_library import selectors
from media_library.models import Image, Project, Share, ShareImage

MAX_SHARES: Final = 1_000  # of an account, in force
MAX_IMAGES: Final = 500
MIN_PASSWORD: Final = 4
# Ended links are listed for so long.
_KEPT: Final = timedelta(days=30)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a link shows: pictures in this order, or what is in a project whenever somebody looks."""

    images: Sequence[UUID] = ()
    project: Project | None = None


def in_force() -> Q:
    """The condition for links that open."""
    return Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=timezone.now()))


def of(account: Account) -> QuerySet[Share]:
    """The account's links with their pictures, newest first; ended ones for a month."""
    kept = timezone.now() - _KEPT
    ended = Q(revoked_at__lt=kept) | Q(expires_at__lt=kept)
    pictures = ShareImage.objects.filter(image__deleted_at=None).select_related("image")
    return (
        Share.objects.filter(account=account)
        .exclude(ended)
        .select_related("project")
        .prefetch_related(Prefetch("pictures", pictures.order_by("position")))
        .order_by("-created_at", "-id")
    )


def share_for(account: Account, share_id: UUID) -> Share:
    """The account's link. Raises AppError NOT_FOUND, also for other people's."""
    found = of(account).filter(pk=share_id).first()
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


def pictures_of(share: Share, *, start: int = 0, count: int | None = None) -> list[Image]:
    """What a link shows. Of a project: each picture's newest result, or itself where there is none."""
    stop = None if count is None else start + count
    if share.project is None:
        rows = ShareImage.objects.filter(share=share, image__deleted_at=None)
        chosen = rows.select_related("image").order_by("position")[start:stop]
        return [row.image for row in chosen]
    return selectors.finished(selectors.standing(share.project)[start:stop])


def picture_of(share: Share, image_id: UUID) -> Image:
    """One of the link's pictures. Raises AppError NOT_FOUND for all others."""
    image = Image.live.filter(account=share.account_id, pk=image_id).first()
    if image is not None and share.project is None:
        found = [image] if ShareImage.objects.filter(share=share, image=image).exists() else []
    elif image is not None and share.project is not None:
        # Either it stands for itself, or it is the newest result of what does.
        alone = selectors.standing(share.project).filter(pk__in=[image.pk, image.parent_id])
        found = selectors.finished(alone)
    else:
        found = []
    if image is None or image not in found:
        raise not_found("Picture")
    return image


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
    mine = Image.live.filter(account=share.account_id, pk__in=wanted).count()
    if mine < len(wanted):
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
