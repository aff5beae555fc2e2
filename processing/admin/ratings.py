"""What sellers say of results, for staff: the facts of each, and the pictures where the seller shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.limits import operations
from accounts.models import Account, User
from config.admin import ReadOnlyAdmin
from media_library.files.links import content_url
from media_library.models import Image
from processing.models import Rating, RatingReason, Verdict

_PAGE: Final = 20
_NO_MODEL: Final = "none"


@admin.register(Rating)
class RatingAdmin(ReadOnlyAdmin):
    """Rows without their pictures: those are on the page of ratings, which asks whether they may be shown."""

    list_display = [
        "updated_at",
        "account",
        "verdict",
        "reason",
        "score",
        "model",
        "may_show",
        "looked_at",
    ]
    list_filter = ["verdict", "reason", "may_show", ("looked_at", admin.EmptyFieldListFilter)]
    search_fields = ["account__name"]
    ids = {"img": ["image"], "job": ["job"], "acct": ["account"]}
    list_select_related = ["account", "image"]


@dataclass(frozen=True)
class Shown:
    """One picture: a small one, and the address of the whole."""

    url: str
    thumbnail_url: str

    @classmethod
    def of(cls, image: Image | None) -> Shown | None:
        """None for one that is gone or lies in the trash."""
        if image is None or image.deleted_at is not None:
            return None
        url = content_url(image)
        return cls(url, content_url(image, "thumbnail") if image.thumbnail_key else url)


@dataclass(frozen=True)
class Row:
    """One rating with the facts of the work."""

    rating: Rating

    @property
    def operation(self) -> str:
        job = self.rating.job
        return str(operations.named(job.operation).of_one) if job else ""

    @property
    def source(self) -> Shown | None:
        job = self.rating.job
        photo = job.source if job and job.source else self.rating.image.parent
        return Shown.of(photo) if self.rating.may_show else None

    @property
    def result(self) -> Shown | None:
        return Shown.of(self.rating.image) if self.rating.may_show else None

    @property
    def mark(self) -> str:
        """Of the rating as it is shown: what its seller has changed since is not marked unseen."""
        return self.rating.updated_at.isoformat()


@require_safe
def ratings(request: HttpRequest) -> HttpResponse:
    _check(request, "view")
    wanted = {name: request.GET.get(name, "") for name in ("verdict", "reason", "model", "looked")}
    number = _number(request.GET.get("page", ""))
    start = (number - 1) * _PAGE
    found = list(_filtered(wanted)[start : start + _PAGE + 1])
    kept = urlencode({name: value for name, value in wanted.items() if value})
    context = {
        **admin.site.each_context(request),
        "title": gettext("Ratings"),
        "rows": [Row(one) for one in found[:_PAGE]],
        "wanted": wanted,
        "verdicts": Verdict.choices,
        "reasons": RatingReason.choices,
        "models": [*Rating.objects.order_by("model").values_list("model", flat=True).distinct()],
        "no_model": _NO_MODEL,
        "may_mark": request.user.has_perm("processing.change_rating"),
        "kept": kept,
        "before": number - 1,
        "after": number + 1 if len(found) > _PAGE else 0,
    }
    return render(request, "admin/ratings.html", context)


@require_POST
def looked(request: HttpRequest, rating_id: UUID) -> HttpResponse:
    """Mark one as looked at, in the trail of the rating and of its account."""
    _check(request, "change")
    user = request.user
    rating = get_object_or_404(Rating.objects.select_related("account", "image"), pk=rating_id)
    seen = Rating.objects.filter(pk=rating.pk, looked_at=None)
    with transaction.atomic():
        is_as_shown = request.POST.get("mark", "") == rating.updated_at.isoformat()
        if not (is_as_shown and seen.filter(updated_at=rating.updated_at).update(**_by(user))):
            messages.error(request, gettext("This rating has changed since. Look at it again."))
        else:
            done = f"Looked at the rating of {rating.image.public_id}."
            admin.site.get_model_admin(Rating).log_change(request, rating, done)
            admin.site.get_model_admin(Account).log_change(request, rating.account, done)
            messages.success(request, gettext("Marked as looked at."))
    kept = request.POST.get("kept", "")
    return redirect(f"{reverse('admin-ratings')}?{kept}" if kept else reverse("admin-ratings"))


def _by(user: Any) -> dict[str, Any]:
    return {"looked_at": timezone.now(), "looked_by": user if isinstance(user, User) else None}


def _check(request: HttpRequest, verb: str) -> None:
    if not request.user.has_perm(f"processing.{verb}_rating"):
        raise PermissionDenied


def _filtered(wanted: dict[str, str]) -> QuerySet[Rating]:
    """What was asked for; without a word, what nobody has looked at."""
    rows = Rating.objects.select_related(
        "account", "image__parent", "job__source", "looked_by"
    ).order_by("-updated_at", "-pk")
    if wanted["verdict"] in Verdict.values:
        rows = rows.filter(verdict=wanted["verdict"])
    if wanted["reason"] in RatingReason.values:
        rows = rows.filter(reason=wanted["reason"])
    if model := wanted["model"].replace("\0", ""):
        rows = rows.filter(model="" if model == _NO_MODEL else model)
    return rows if wanted["looked"] == "all" else rows.filter(looked_at=None)


def _number(text: str) -> int:
    return (
        int(text) if text.isascii() and text.isdigit() and 1 <= len(text) <= 6 and int(text) else 1
    )
