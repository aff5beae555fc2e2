"""How the site is: queues, workers, failures, slow work, storage, networks, versions."""

from __future__ import annotations

import platform
import shutil
from dataclasses import dataclass
from datetime import timedelta
from importlib import metadata
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.db.models import Count, F, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.limits import operations
from accounts.models import User
from config import VERSION, observability
from config.failures.outages import QUEUE_ERRORS
from media_library.lifecycle import sweeps
from media_library.models import Image, Matte
from processing.engine import ENGINE_VERSION
from processing.engine.networks import weights
from processing.engine.networks.weights import ModelWeights
from processing.models import ENDED_STATES, OPEN_STATES, Job, JobState
from processing.worker import fetching

_SLOWEST = 10
_STORAGE_SECONDS = 600  # it adds up all pictures
_PACKAGES = (
    "Django",
    "dramatiq",
    "pillow",
    "opencv-python-headless",
    "numpy",
    "onnxruntime",
    "MNN",
)


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    _check(request)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Health"),
        **_queue(),
        "open": Job.objects.filter(state__in=OPEN_STATES).count(),
        "spans": [_span(gettext("Last hour"), hours=1), _span(gettext("Last day"), hours=24)],
        "slowest": _slowest(),
        "storage": _storage(),
        "networks": [_network(entry) for entry in weights.catalogue()],
        "may_fetch": bool(getattr(request.user, "is_superuser", False)),
        "versions": _versions(),
    }
    return render(request, "admin/health.html", context)


@require_POST
def fetch(request: HttpRequest, name: str) -> HttpResponse:
    """Have a worker fetch a network; superusers alone, as it takes disk and memory."""
    user = request.user
    if not (isinstance(user, User) and user.is_superuser):
        raise PermissionDenied
    entry = weights.find(name)
    if entry is None:
        raise Http404
    try:
        fetching.ask(entry.name)
    except QUEUE_ERRORS:
        messages.error(request, gettext("The queue can’t be reached, so no worker was asked."))
    else:
        LogEntry.objects.create(
            user=user,
            object_repr=entry.name,
            action_flag=CHANGE,
            change_message=f"Had a worker fetch {entry.name}.",
        )
        messages.success(request, gettext("A worker fetches %s.") % entry.name)
    return redirect("admin-health")


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm("processing.view_job"):
        raise PermissionDenied


def _queue() -> dict[str, Any]:
    """Queues and workers with the jobs that they have; an empty page's worth where it is away."""
    try:
        queues, workers = observability.queue_standings(), observability.worker_standings()
    except QUEUE_ERRORS:
        return {"is_queue_away": True, "queues": [], "workers": []}
    claims = {claim for one in workers for claim in one.claims if _is_uuid(claim)}
    running = Job.objects.filter(state=JobState.PROCESSING)
    jobs = {str(job.claim_id): job for job in running.filter(claim_id__in=claims)}
    shown = [(one, [jobs[claim] for claim in one.claims if claim in jobs]) for one in workers]
    # Of workers elsewhere nobody can see which job is theirs.
    others = running.exclude(claim_id__in=claims).order_by("started_at")[:_SLOWEST]
    return {"queues": queues, "workers": shown, "others": others}


@dataclass(frozen=True)
class Span:
    """What became of the work that was asked for in a stretch of time."""

    title: str
    operations: list[dict[str, Any]]
    codes: list[dict[str, Any]]


def _span(title: str, *, hours: int) -> Span:
    jobs = Job.objects.filter(created_at__gte=timezone.now() - timedelta(hours=hours)).order_by()
    counted = jobs.values("operation").annotate(
        completed=Count("pk", filter=Q(state=JobState.COMPLETED)),
        failed=Count("pk", filter=Q(state=JobState.FAILED)),
        cancelled=Count("pk", filter=Q(state=JobState.CANCELLED)),
        open=Count("pk", filter=Q(state__in=OPEN_STATES)),
    )
    rows = []
    for row in counted.order_by("operation"):
        ended = row["completed"] + row["failed"]
        rate = round(100 * row["failed"] / ended, 1) if ended else None
        rows.append(row | {"title": operations.named(row["operation"]).of_one, "rate": rate})
    failed = jobs.filter(state=JobState.FAILED).values("error_code").annotate(n=Count("pk"))
    codes: list[Any] = list(failed.order_by("-n", "error_code"))
    return Span(title, rows, codes)


def _slowest() -> list[Any]:
    since = timezone.now() - timedelta(days=1)
    rows = Job.objects.filter(created_at__gte=since, state__in=ENDED_STATES)
    timed = rows.filter(started_at__isnull=False).annotate(took=F("ended_at") - F("started_at"))
    found: list[Any] = list(timed.select_related("account").order_by("-took")[:_SLOWEST])
    for job in found:
        job.title, job.seconds = operations.named(job.operation).of_one, job.took.total_seconds()
    return found


def _storage() -> dict[str, Any]:
    found: dict[str, Any] | None = cache.get("packshot:storage")
    if found is None:
        images = Image.objects.exclude(file_key="").aggregate(n=Count("pk"), bytes=Sum("bytes"))
        found = {"images": images["n"], "bytes": images["bytes"] or 0, "at": timezone.now()}
        found["mattes"] = Matte.objects.aggregate(bytes=Sum("bytes"))["bytes"] or 0
        estimate = sweeps.estimate_orphans()
        if estimate is not None:
            found["orphans"] = estimate
        cache.set("packshot:storage", found, _STORAGE_SECONDS)
    is_local = isinstance(default_storage, FileSystemStorage)
    folder = Path(settings.MEDIA_ROOT if is_local else settings.VAR_DIR)
    disk = shutil.disk_usage(folder if folder.exists() else settings.BASE_DIR)
    return {**found, "is_local": is_local, "free": disk.free, "total": disk.total}


@dataclass(frozen=True)
class Network:
    entry: ModelWeights
    size: int
    is_there: bool
    standing: dict[str, Any]


def _network(entry: ModelWeights) -> Network:
    """By the files' sizes: whoever put them there has checked their hashes."""
    paths = [(settings.MODELS_DIR / file.file, file.size) for file in entry.files]
    is_there = all(path.is_file() and path.stat().st_size == size for path, size in paths)
    size = sum(size for _, size in paths)
    return Network(entry, size, is_there, fetching.standing(entry.name))


def _versions() -> list[tuple[str, str]]:
    found = [("Packshot", VERSION), ("engine", str(ENGINE_VERSION))]
    found.append(("Python", platform.python_version()))
    found += [(name, version) for name in _PACKAGES if (version := _version_of(name))]
    connection.ensure_connection()
    server = ".".join(map(str, connection.get_database_version()))
    found.append((str(connection.display_name), server))
    try:
        info: Any = observability.queue_client().info("server")
    except QUEUE_ERRORS:
        return found
    version = info.get("valkey_version") or info["redis_version"]
    found.append((str(info.get("server_name", "redis")), str(version)))
    return found


def _version_of(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
