"""The ways in: bytes, uploads, addresses and results become Image rows with their files.

A file is stored before its row commits and removed if that fails: there may be a file without a row
after a crash (a sweep finds it), never a row without its file. The original is kept byte for byte;
turning it upright, converting it to sRGB and dropping what it tells of its owner is done when
something is made from it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Subquery
from django.utils import timezone

from accounts.models import Account
from config import outbound
from config.errors import AppError
from media_library.checks import (
    CheckedFile,
    check,
    display_name,
    label_of,
    one_of_several,
    renamed_with,
    with_ending,
)
from media_library.files import renditions, storage, thumbnails
from media_library.models import Image, ImageKind, Project
from media_library.projects import default_project
from processing.engine.files.sniff import EXTENSIONS, MEDIA_TYPES

# How long a thumbnail may take before the sweep asks for it again.
THUMBNAIL_PATIENCE = timedelta(seconds=30)
# How long a file may wait to be sent: so long do browsers keep it (uploads.js).
LONGEST_ON_ITS_WAY = timedelta(days=7)
# Beside pictures, what work may come to: colors and matte as two of them.
_EXTENSIONS = {
    **{media_type: EXTENSIONS[name] for name, media_type in MEDIA_TYPES.items()},
    "application/zip": "zip",
}


@dataclass(frozen=True)
class Incoming:
    """A file on its way in. ``read`` may be called twice: once to check it, once to store it."""

    name: str
    read: Callable[[], bytes]
    field: str = "file"
    source_url: str = ""
    max_bytes: int | None = None  # where the door has a limit of its own
    id: UUID = dataclass_field(default_factory=uuid.uuid4)
    mask_of: Image | None = None
    is_material: bool = False  # a background or a logo, no picture of the library
    # When a person chose it, for its place in lists: of several that arrive at once, any may be the first.
    chosen_at: datetime | None = None


@dataclass(frozen=True)
class ResultFacts:
    """What the engine says about a picture it made. ``label`` goes into its name."""

    format: str
    media_type: str
    width: int
    height: int
    has_alpha: bool
    uncertainty: float | None = None
    label: str = "cutout"
    kind: ImageKind = ImageKind.DERIVED


def ingest(
    account: Account,
    data: bytes,
    *,
    name: str,
    project: Project | None = None,
    source_url: str = "",
) -> Image:
    """Check and keep one picture. Raises AppError (see media_library.checks.check)."""
    incoming = Incoming(name, lambda: data, source_url=source_url)
    return ingest_all(account, [incoming], project=project)[0]


def ingest_url(
    account: Account, url: str, *, project: Project | None = None, image_id: UUID | None = None
) -> Image:
    """Fetch a picture from the open internet and keep it. Refusals name the field ``url``."""
    fetched = outbound.fetch(
        url, max_bytes=settings.MAX_UPLOAD_BYTES, timeout=settings.URL_FETCH_SECONDS
    )
    name = unquote(urlsplit(fetched.url).path).rpartition("/")[2]
    # What follows the "?" is often somebody's temporary permission: not ours to keep.
    incoming = Incoming(
        name,
        lambda: fetched.data,
        field="url",
        source_url=url.partition("?")[0][:2000],
        id=image_id or uuid.uuid4(),
    )
    return ingest_all(account, [incoming], project=project)[0]


def ingest_all(
    account: Account, incoming: Sequence[Incoming], *, project: Project | None = None
) -> list[Image]:
    """Keep several pictures, or none: one that can't be kept refuses them all."""
    with stored(account, incoming, project=project) as images, transaction.atomic():
        keep_all(images)
    return images


@contextmanager
def stored(
    account: Account, incoming: Sequence[Incoming], *, project: Project | None = None
) -> Iterator[list[Image]]:
    """Pictures whose files are stored; their rows are the block's to write by ``keep_all``, in one
    transaction with what they are for. Where it comes to no rows, the files go.

    Files are read one at a time, so that twenty large ones don't lie in memory together.
    """
    checked = _check_all(account, incoming)
    project = project or default_project(account)
    images = [
        _original(project, item, facts) for item, facts in zip(incoming, checked, strict=True)
    ]
    with ExitStack() as undo:
        undo.callback(_remove_without_rows, images)
        for image, item in zip(images, incoming, strict=True):
            storage.save(image.file_key, item.read())
        yield images
        undo.pop_all()


def keep_all(images: Sequence[Image]) -> None:
    """Write the rows of pictures that are ``stored``. Call it inside a transaction."""
    Image.objects.bulk_create(images)
    _ask_after_commit(images)


def _remove_without_rows(images: Sequence[Image]) -> None:
    """Whatever broke off, and when: a row keeps its file. Who can't ask leaves it to the sweep."""
    with suppress(DatabaseError):
        ids = [image.pk for image in images]
        kept = set(Image.objects.filter(pk__in=ids).values_list("pk", flat=True))
        storage.delete(image.file_key for image in images if image.pk not in kept)


@contextmanager
def new_result(
    owner: Image | Project,
    *,
    job_id: UUID,
    data: bytes,
    facts: ResultFacts,
    preview: bytes | None = None,
) -> Iterator[Image]:
    """What a job made of a picture, or from nothing for a project: its file is stored, its row is
    the block's to ``keep``. Where its thumbnail was made with it (``preview``), nobody is asked for
    one.

    The files go if the block raises. Storing it may take a while (S3), so it is done before the
    block begins the transaction in which result and job are written.
    """
    result = _derived(owner, job_id=job_id, data=data, facts=facts)
    files = {result.file_key: data}
    if preview is not None:
        result.thumbnail_key = thumbnails.key_of(result)
        result.thumbnail_due_at = None
        files[result.thumbnail_key] = preview
    with storage.removed_unless_kept(files) as undo:
        for key, content in files.items():
            storage.save(key, content)
        yield result
        undo.pop_all()


@contextmanager
def result_again(result: Image, *, parent: Image, job_id: UUID) -> Iterator[Image]:
    """An earlier result for the same work: itself where it was made of ``parent``, else a copy with
    a file of its own, whose row is the block's to ``keep``."""
    if result.parent_id == parent.pk:
        yield result
        return
    facts = ResultFacts(
        format=result.format,
        media_type=result.media_type,
        width=result.width,
        height=result.height,
        has_alpha=result.has_alpha,
        uncertainty=result.uncertainty,
        label=label_of(result.name),
        kind=ImageKind(result.kind),
    )
    data = storage.read(result.file_key)
    with new_result(parent, job_id=job_id, data=data, facts=facts) as copy:
        yield copy


def keep(result: Image) -> None:
    """Write the row of a new result, in the project in which its picture lies by now. Call it inside a
    transaction.

    Raises IntegrityError where the job has a result already.
    """
    parent = result.parent
    if parent is not None:
        found = _held_place(parent.pk)
        if found is not None:
            result.project_id, name_now = found
            result.name = renamed_with(result.name, before=parent.name, after=name_now)
            _tell_apart(result, name_now)
    result.save(force_insert=True)
    _ask_after_commit([result])


def _tell_apart(result: Image, source: str) -> None:
    """Give a result another name than those have that were made of the same picture. Masks are no files
    that people choose among."""
    label = label_of(result.name)
    if not label or result.kind != ImageKind.DERIVED:
        return
    beside = Image.objects.filter(parent=result.parent_id, kind=ImageKind.DERIVED)
    result.name = one_of_several(
        source,
        label=label,
        extension=result.name.rpartition(".")[2],
        taken=set(beside.values_list("name", flat=True)),
    )


def _held_place(image_id: UUID) -> tuple[UUID, str] | None:
    """Where a picture lies, and what it is called by now. Its project isn't deleted before the transaction ends; where that happened
    while the work ran, or in between, the picture lies elsewhere."""
    for _ in range(2):
        image = Image.objects.filter(pk=image_id)
        rows = Project.objects.select_for_update(no_key=True).filter(pk__in=image.values("project"))
        called = Subquery(image.values("name")[:1])
        found = rows.annotate(called=called).values_list("pk", "called").first()
        if found is not None:
            return found
    return None


def store_corrected(image: Image, data: bytes, media_type: str) -> None:
    """Keep the original turned upright. The first one stays; a second is dropped."""
    renditions.keep(image, "corrected", data, extension=_EXTENSIONS[media_type])
    image.refresh_from_db(fields=["corrected_key"])


def _check_all(account: Account, incoming: Sequence[Incoming]) -> list[CheckedFile]:
    """Every file's facts, or one refusal that names every file that is wrong."""
    checked, wrong = [], {}
    for item in incoming:
        try:
            data = item.read()
            checked.append(
                check(
                    data,
                    account_id=account.pk,
                    name=item.name,
                    field=item.field,
                    max_bytes=item.max_bytes,
                )
            )
        except AppError as error:
            if len(incoming) == 1 or error.code != "VALIDATION_ERROR":
                raise
            wrong[item.field] = [f"{display_name(item.name) or 'A file'}: {error.message}"]
    if wrong:
        message = next(iter(wrong.values()))[0]
        raise AppError("VALIDATION_ERROR", message, status=400, fields=wrong)
    return checked


def _original(project: Project, item: Incoming, facts: CheckedFile) -> Image:
    probe = facts.probe
    width, height = probe.oriented_size
    return Image(
        id=item.id,
        account_id=project.account_id,
        project=project,
        kind=_kind_of(item),
        parent=item.mask_of,
        name=facts.name,
        format=probe.format,
        media_type=probe.media_type,
        width=width,
        height=height,
        bytes=facts.size,
        sha256=facts.sha256,
        orientation=probe.orientation,
        frames=probe.frames,
        has_profile=probe.has_profile,
        has_alpha=probe.has_alpha,
        file_key=storage.original_key(project.account_id, item.id, probe.extension),
        source_url=item.source_url,
        thumbnail_due_at=timezone.now() + THUMBNAIL_PATIENCE,
        created_at=_begun(item.chosen_at),
    )


def oldest() -> datetime:
    """When what arrives now can have been chosen at the earliest."""
    return timezone.now() - LONGEST_ON_ITS_WAY


def _begun(chosen_at: datetime | None) -> datetime:
    now = timezone.now()
    return now if chosen_at is None else min(max(chosen_at, oldest()), now)


def _kind_of(item: Incoming) -> ImageKind:
    if item.mask_of is not None:
        return ImageKind.MASK
    return ImageKind.MATERIAL if item.is_material else ImageKind.ORIGINAL


def _derived(owner: Image | Project, *, job_id: UUID, data: bytes, facts: ResultFacts) -> Image:
    image_id, extension = uuid.uuid4(), _EXTENSIONS[facts.media_type]
    parent = owner if isinstance(owner, Image) else None
    return Image(
        id=image_id,
        account_id=owner.account_id,
        project_id=owner.project_id if isinstance(owner, Image) else owner.pk,
        kind=facts.kind,
        parent=parent,
        job_id=job_id,
        name=with_ending(parent.name if parent else "", label=facts.label, extension=extension),
        format=facts.format,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        has_alpha=facts.has_alpha,
        uncertainty=facts.uncertainty,
        file_key=storage.original_key(owner.account_id, image_id, extension),
        thumbnail_due_at=timezone.now() + THUMBNAIL_PATIENCE,
    )


def _ask_after_commit(images: Iterable[Image]) -> None:
    # robust: the rows are there by then, so nothing that goes wrong here may remove their files.
    ids = [image.id for image in images if not image.thumbnail_key]
    transaction.on_commit(partial(thumbnails.request, ids), robust=True)
