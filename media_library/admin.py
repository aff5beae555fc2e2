"""Staff may look at rows of pictures and projects, superusers at the pictures; changing them is their owners' business."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.html import format_html

from config.admin import ReadOnlyAdmin
from media_library.files.links import content_url
from media_library.models import ASIDE, Background, Image, Project


class DeletedFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("live", "Live"), ("deleted", "Deleted")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Image]) -> QuerySet[Image]:
        if self.value() is None:
            return queryset
        return queryset.filter(deleted_at__isnull=self.value() == "live")


@admin.register(Image)
class ImageAdmin(ReadOnlyAdmin):
    list_display = [
        *("thumbnail", "__str__", "account", "project", "kind", "format", "width", "height"),
        *("bytes", "created_at", "deleted_at"),
    ]
    list_display_links = ["__str__"]
    list_filter = ["kind", "format", DeletedFilter, "created_at"]
    list_select_related = ["account", "project"]
    search_fields = ["name", "account__name"]
    search_help_text = "A picture's, job's, project's or account's id, a name"
    ids = {
        "img": ["pk", "parent"],
        "job": ["job_id"],
        "proj": ["project"],
        "acct": ["account"],
    }
    ordering = ["-created_at", "-id"]
    exclude = ["file_key", "thumbnail_key", "corrected_key", "public_key"]
    readonly_fields = ["public_id", "thumbnail", "files"]

    def get_list_display(self, request: HttpRequest) -> Any:
        return _without_previews(request, self.list_display)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return _without_previews(request, self.readonly_fields)

    @admin.display(description="Preview")
    def thumbnail(self, image: Image) -> str:
        if not image.thumbnail_key or image.deleted_at:
            return "-"
        return format_html(
            '<a href="{}"><img src="{}" alt="" width="64" loading="lazy"></a>',
            content_url(image),
            content_url(image, "thumbnail"),
        )

    @admin.display(description="Files")
    def files(self, image: Image) -> str:
        return "\n".join(image.keys) or "-"


def _without_previews(request: HttpRequest, names: Sequence[Any]) -> list[Any]:
    """What others than superusers see of pictures: facts. Ratings show them those that sellers show."""
    sees = bool(getattr(request.user, "is_superuser", False))
    return [name for name in names if sees or name != "thumbnail"]


@admin.register(Project)
class ProjectAdmin(ReadOnlyAdmin):
    list_display = ["name", "account", "is_default", "pictures", "created_at"]
    list_filter = ["is_default", "created_at"]
    list_select_related = ["account"]
    search_fields = ["name", "account__name"]
    ids = {"proj": ["pk"], "acct": ["account"]}
    ordering = ["-created_at", "-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        live = Image.live.filter(project=OuterRef("pk")).exclude(kind__in=ASIDE)
        counts = live.order_by().values("project")
        total = Coalesce(Subquery(counts.annotate(n=Count("pk")).values("n")), 0)
        projects: QuerySet[Project] = super().get_queryset(request)
        return projects.annotate(pictures=total)

    @admin.display(ordering="pictures")
    def pictures(self, project: Any) -> int:
        return int(project.pictures)


@admin.register(Background)
class BackgroundAdmin(ReadOnlyAdmin):
    list_display = ["name", "account", "category", "created_at"]
    list_filter = ["category", "created_at"]
    list_select_related = ["account"]
    search_fields = ["name", "account__name"]
    ids = {"bg": ["pk"], "img": ["image"], "acct": ["account"]}
