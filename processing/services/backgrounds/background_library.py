"""The library of backgrounds: everybody's built-in ones, and what an account has added to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args
from urllib.parse import urljoin
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.templatetags.static import static

from accounts.models import Account
from config.api.ids import decoded
from config.errors import AppError, not_found
from media_library.files.links import content_url
from media_library.intake.ingest import Incoming
from media_library.models import Background, BackgroundCategory, Image
from media_library.projects import visible_name
from media_library.services import delete_image
from processing.engine.plans.edit import Background as Plan
from processing.engine.plans.edit import BackgroundImage, Scaling
from processing.services.backgrounds import material
from processing.services.backgrounds.builtin_backgrounds import Builtin, builtins
from processing.services.backgrounds.material import tidy_tags

Source = Literal["builtin", "upload", "generated"]
SOURCES: Final = get_args(Source)
OWN: Final = "own"
MAX_BACKGROUNDS: Final = 1_000

# What lists hold: recipes, and the account's rows with their images.
Entry = Builtin | Background


@dataclass(frozen=True)
class BackgroundFilter:
    """Which backgrounds a list shows; what is None or empty leaves the choice open.

    ``search`` is a part of the name or of a tag; ``among`` are public ids; ``source`` is one of SOURCES, or
    OWN for all that are not built in.
    """

    category: str | None = None
    tag: str = ""
    search: str = ""
    source: str | None = None
    among: frozenset[str] | None = None


@dataclass(frozen=True)
class BackgroundDetails:
    """What an account says of a background of its own, checked. Raises AppError VALIDATION_ERROR."""

    name: str
    category: str = BackgroundCategory.CUSTOM
    tags: Sequence[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", visible_name(self.name))
        object.__setattr__(self, "tags", tidy_tags(self.tags))


def page_of(
    account: Account, wanted: BackgroundFilter, *, start: int, count: int
) -> tuple[list[Entry], int]:
    """One page of the account's own, newest first, and then the built-in ones; and how many there
    are in all."""
    keys = list(_matching(account, wanted))
    page = keys[start : start + count]
    rows = own(account).in_bulk([key for key in page if isinstance(key, UUID)])
    found = [rows.get(key) if isinstance(key, UUID) else key for key in page]
    return [entry for entry in found if entry is not None], len(keys)


def own(account: Account) -> QuerySet[Background]:
    """The account's backgrounds whose picture is still there."""
    return Background.objects.filter(account=account, image__deleted_at=None).select_related(
        "image"
    )


def find(account: Account, public_id: str) -> Entry:
    """A built-in one or one of the account's own. Raises AppError NOT_FOUND."""
    return builtins().get(public_id) or find_own(account, public_id)


def find_own(account: Account, public_id: str) -> Background:
    """Raises AppError NOT_FOUND, also for other people's; CONFLICT for a built-in one."""
    if public_id in builtins():
        raise AppError("CONFLICT", "Built-in backgrounds can't be changed or deleted.", status=409)
    return row_for(account, decoded("bg", public_id, "Background"))


def row_for(account: Account, pk: UUID) -> Background:
    """Raises AppError NOT_FOUND, also for other people's."""
    row = own(account).filter(pk=pk).first()
    if row is None:
        raise not_found("Background")
    return row


def plan_of(entry: Entry, scaling: Scaling = "fill") -> Plan:
    """What an edit has as its background to show this one. ``scaling`` is for pictures: what is
    drawn fits any frame."""
    if isinstance(entry, Builtin):
        return entry.plan
    return Plan(image=BackgroundImage(str(entry.image_id), scaling))


def source_of(entry: Entry) -> Source:
    if isinstance(entry, Builtin):
        return "builtin"
    return "generated" if entry.made_from else "upload"


def check_room(account: Account) -> None:
    """Raises AppError CONFLICT for one background too many."""
    if own(account).count() >= MAX_BACKGROUNDS:
        message = f"An account can have at most {MAX_BACKGROUNDS:,} backgrounds of its own."
        raise AppError("CONFLICT", message, status=409)


def upload(
    account: Account, file: Incoming, described: BackgroundDetails, *, pk: UUID | None = None
) -> Background:
    """Keep a picture as a background. Raises AppError (see media_library.checks.check), CONFLICT for one too
    many."""
    with material.kept(account, [file], check=lambda: check_room(account)) as [image]:
        return keep(account, image, described, pk=pk)


def keep(
    account: Account,
    image: Image,
    described: BackgroundDetails,
    *,
    made_from: Mapping[str, Any] | None = None,
    pk: UUID | None = None,
) -> Background:
    """Make a picture of the account's one of its backgrounds."""
    return Background.objects.create(
        id=pk or uuid4(),
        account=account,
        image=image,
        name=described.name,
        category=described.category,
        tags=list(described.tags),
        made_from=dict(made_from or {}),
    )


def change(row: Background, **changes: Any) -> None:
    """Give it another ``name``, ``category`` or ``tags``. Raises AppError VALIDATION_ERROR."""
    before = {"name": row.name, "category": row.category, "tags": row.tags}
    described = BackgroundDetails(**{**before, **changes})
    row.name, row.category, row.tags = described.name, described.category, list(described.tags)
    row.save(update_fields=["name", "category", "tags"])


def remove(row: Background) -> None:
    """Forget a background with its picture. What was made with it stays."""
    delete_image(row.image)


def _matching(account: Account, wanted: BackgroundFilter) -> Iterator[UUID | Builtin]:
    """Names and tags are compared here, because databases differ in how they look into JSON and in
    what they take for the same letter."""
    for row in own(account).select_related(None).defer("image"):
        if _matches(row, wanted):
            yield row.pk
    for one in builtins().values():
        if _matches(one, wanted):
            yield one


def _matches(entry: Entry, wanted: BackgroundFilter) -> bool:
    built_in = isinstance(entry, Builtin)
    return (
        wanted.category in (None, entry.category)
        and (wanted.source in (None, source_of(entry)) or (wanted.source == OWN and not built_in))
        and (wanted.among is None or entry.public_id in wanted.among)
        and material.is_called(entry.name, entry.tags, tag=wanted.tag, search=wanted.search)
    )


def thumbnail_url(entry: Entry, *, base: str) -> str | None:
    """The address of its small picture; None until it is made."""
    if isinstance(entry, Builtin):
        return urljoin(base, static(entry.thumbnail))
    if not entry.image.thumbnail_key:
        return None
    return content_url(entry.image, "thumbnail", base=base)
