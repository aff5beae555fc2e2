"""An account's own data as one ZIP: asked for, made by a worker, kept for a day.

A worker that makes one says from time to time that it still does; where it doesn't, the clock asks
again. Whoever asks a second time meanwhile is refused, by the database too.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from smtplib import SMTPException
from typing import IO, Any, Final
from uuid import UUID

import dramatiq
import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone

from accounts.lifecycle import own_data
from accounts.lifecycle.own_data import DataFile, as_json
from accounts.mails import writing
from accounts.models import Account, User
from config import public_ids
from config.errors import AppError, not_found
from config.failures.outages import QUEUE_ERRORS
from media_library import shares
from media_library.files import archives, storage
from media_library.files.archives import Entry, Names
from media_library.models import DataExport, DataExportState, Image, ImageKind, Project, Share

KEPT: Final = timedelta(days=1)
A_DAY: Final = 3
_PATIENCE: Final = timedelta(minutes=10)
_RENEW_SECONDS: Final = 30.0
_TRIES: Final = 3
_LEFT_FREE: Final = 1_000_000_000  # bytes
_FOLDERS: Final = {
    ImageKind.ORIGINAL: "photos",
    ImageKind.DERIVED: "results",
    ImageKind.MASK: "masks",
    ImageKind.MATERIAL: "backgrounds and logos",
}

log = structlog.get_logger(__name__)


class _NoLongerWanted(Exception):
    """The account was closed meanwhile, or another worker was faster."""


def newest_of(account: Account) -> DataExport | None:
    """The last one that was asked for, as long as it is remembered."""
    return DataExport.objects.filter(account=account).order_by("-created_at").first()


def export_for(account: Account, export_id: UUID) -> DataExport:
    """One that can be fetched. Raises AppError NOT_FOUND, also for other people's."""
    ready = DataExport.objects.filter(state=DataExportState.READY, expires_at__gt=timezone.now())
    found = ready.filter(account=account, pk=export_id).first()
    if found is None:
        raise not_found("Export")
    return found


def ask(account: Account, user: User) -> DataExport:
    """Have everything gathered; the one before goes. Raises AppError CONFLICT while one is being made,
    RATE_LIMITED for one too many in a day."""
    now = timezone.now()
    rows = DataExport.objects.filter(account=account)
    if rows.filter(state=DataExportState.WAITING).exists():
        raise _being_made()
    lately = rows.filter(created_at__gt=now - timedelta(days=1)).order_by("created_at")
    if lately.count() >= A_DAY:
        again = lately[0].created_at + timedelta(days=1) - now
        raise AppError(
            "RATE_LIMITED",
            f"Your data can be exported {A_DAY} times a day. Try again later.",
            status=429,
            retry_after=max(1, round(again.total_seconds())),
        )
    try:
        with transaction.atomic():
            export = DataExport.objects.create(account=account, asked_by=user, due_at=now)
    except IntegrityError as error:
        raise _being_made() from error
    _forget_files(rows.filter(state=DataExportState.READY))
    _send(export.pk)
    return export


@dramatiq.actor(queue_name="accounts", max_retries=0)
def make_data_export(export_id: str) -> None:
    """Make one that waits; nothing where it doesn't, or somebody else makes it."""
    due = DataExport.objects.filter(
        pk=export_id, state=DataExportState.WAITING, due_at__lte=timezone.now()
    )
    if not due.update(due_at=timezone.now() + _PATIENCE, attempts=F("attempts") + 1):
        return
    export = DataExport.objects.select_related("account", "asked_by").get(pk=export_id)
    if not _has_room_for(export):
        log.error("data_export.no_room", export=export_id)
        _waiting(export).update(state=DataExportState.FAILED, due_at=None)
        return
    try:
        _make(export)
    except _NoLongerWanted:
        log.info("data_export.dropped", export=export_id)


def file_name(export: DataExport) -> str:
    """What the ZIP is called on whoever's disk it lands."""
    return f"packshot-data-{export.created_at:%Y-%m-%d}.zip"


def pieces_of(export: DataExport) -> Iterator[bytes]:
    """The file, piece by piece. Raises AppError NOT_FOUND where it is gone."""
    try:
        file = storage.open_file(export.file_key)
    except FileNotFoundError as error:
        raise not_found("Export") from error
    return _read(file)


def sweep() -> None:
    """What the clock does: ask again for what nobody makes, remove what is over."""
    now = timezone.now()
    lost = DataExport.objects.filter(state=DataExportState.WAITING, due_at__lt=now)
    lost.filter(attempts__gte=_TRIES).update(state=DataExportState.FAILED, due_at=None)
    for pk in list(lost.values_list("pk", flat=True)[:100]):
        _send(pk)
    over = DataExport.objects.filter(state=DataExportState.READY, expires_at__lte=now)
    _forget_files(over)
    closed = (DataExportState.GONE, DataExportState.FAILED)
    DataExport.objects.filter(state__in=closed, created_at__lt=now - KEPT).delete()


def of_library(account_id: UUID) -> Iterator[DataFile]:
    """Every picture that isn't in the trash, and a list of them."""
    names, listed = Names(), []
    images = Image.live.filter(account=account_id).select_related("project", "parent")
    for image in images.order_by("created_at", "pk").iterator(chunk_size=500):
        folder = _FOLDERS[ImageKind(image.kind)]
        entry = archives.entry_of(image, names, folder)
        listed.append(_described(image, entry))
        yield DataFile(entry.name, key=entry.key, made_at=entry.made_at)
    yield as_json("pictures.json", listed)
    projects = Project.objects.filter(account=account_id).order_by("created_at")
    yield as_json("projects.json", list(projects.values("name", "description", "created_at")))
    links = (
        Share.objects.filter(account=account_id).select_related("project").order_by("created_at")
    )
    listed = [_link(share) for share in shares.with_ids(links).iterator(chunk_size=500)]
    yield as_json("shared links.json", listed)


def _link(share: Any) -> dict[str, object]:
    path = shares.path_of(share)
    return {
        "id": share.public_id,
        "title": share.title,
        "url": f"{settings.SITE_URL}{path}" if path else None,
        "state": shares.state_of(share),
        "project": share.project.name if share.project else None,
        "images": [public_ids.encode("img", row.image_id) for row in share.pictures.all()],
        "mayDownload": share.may_download,
        "hasPassword": bool(share.password),
        "createdAt": share.created_at,
        "expiresAt": share.expires_at,
    }


def _described(image: Image, entry: Entry) -> dict[str, object]:
    return {
        "id": image.public_id,
        "file": entry.name,
        "kind": image.kind,
        "madeFrom": image.parent.public_id if image.parent else None,
        "project": image.project.name,
        "width": image.width,
        "height": image.height,
        "bytes": image.bytes,
        "sha256": image.sha256,
        "createdAt": image.created_at,
        "sourceUrl": image.source_url or None,
        "favorite": image.is_favorite,
        "shows": image.shows,
        "tags": image.tag_names,
    }


def _has_room_for(export: DataExport) -> bool:
    """Whether the disk holds it twice, on its way and stored, and has room left for everybody's work."""
    pictures = Image.live.filter(account=export.account_id).aggregate(all=Sum("bytes", default=0))
    return shutil.disk_usage(settings.VAR_DIR).free > 2 * int(pictures["all"]) + _LEFT_FREE


def _make(export: DataExport) -> None:
    # Not where the system keeps such files, which may be its memory.
    with tempfile.TemporaryFile(dir=settings.VAR_DIR) as file:
        renewed = time.monotonic()
        for piece in _zip(export.account_id):
            file.write(piece)
            if time.monotonic() - renewed > _RENEW_SECONDS:
                _renew(export)
                renewed = time.monotonic()
        size = file.tell()
        file.seek(0)
        _renew(export)
        key = storage.rendition_key(export.account_id, export.pk, kind="data", extension="zip")
        with storage.removed_unless_kept([key]) as undo:
            storage.save_file(key, file)
            now = timezone.now()
            changes = {"file_key": key, "bytes": size, "ended_at": now, "due_at": None}
            if not _waiting(export).update(
                state=DataExportState.READY, expires_at=now + KEPT, **changes
            ):
                raise _NoLongerWanted
            undo.pop_all()
    _tell(export)


def _tell(export: DataExport) -> None:
    """Write to whoever asked, where the site sends mail; its page says it in any case."""
    person = export.asked_by
    if person is None or not settings.MAIL_IS_SENT:
        return
    told = {"url": f"{settings.SITE_URL}{reverse('your-data')}"}
    try:
        writing.write("media_library/email/data_ready", told, user=person).send()
    except (OSError, SMTPException) as error:
        log.warning("data_export.not_told", export=export.public_id, error=str(error))


def _zip(account_id: UUID) -> Iterator[bytes]:
    """The ZIP's bytes: stored files as they come, and texts, which are read whole, at the end."""
    texts: dict[str, str | bytes] = {}

    def stored() -> Iterator[Entry]:
        for file in own_data.files_of(account_id):
            if file.key:
                yield Entry(file.name, file.key, file.made_at)
            else:
                texts[file.name] = file.text

    return archives.stream(stored(), texts=texts)


def _waiting(export: DataExport) -> QuerySet[DataExport]:
    return DataExport.objects.filter(
        pk=export.pk, state=DataExportState.WAITING, account__closed_at=None
    )


def _renew(export: DataExport) -> None:
    if not _waiting(export).update(due_at=timezone.now() + _PATIENCE):
        raise _NoLongerWanted


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(256 * 1024):
            yield chunk


def _forget_files(exports: QuerySet[DataExport]) -> None:
    """The rows stay for a while: they say how often somebody asked."""
    for export in list(exports):
        storage.delete([export.file_key])
        DataExport.objects.filter(pk=export.pk).update(state=DataExportState.GONE, file_key="")


def _being_made() -> AppError:
    message = "Your data is being gathered already. You can fetch it here when it is ready."
    return AppError("CONFLICT", message, status=409)


def _send(export_id: UUID) -> None:
    """Ask a worker. Where the queue is down, the clock asks again."""
    try:
        make_data_export.send(str(export_id))
    except QUEUE_ERRORS as error:
        log.warning("data_export.not_queued", export=str(export_id), error=str(error))
