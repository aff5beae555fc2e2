"""What the site answers, as frozen models. Fields that this release doesn't know are left out.

Words that the API may add to, such as the names of states, are plain text here, so that an older client reads
the answers of a newer site.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Answer(BaseModel):
    """Part of an answer: ``snake_case`` here, ``camelCase`` in JSON."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class Image(Answer):
    """A picture in the library: an original, or made from one."""

    id: str
    name: str
    kind: str
    format: str
    media_type: str
    width: int
    height: int
    bytes: int
    has_alpha: bool
    parent_id: str | None
    project_id: str
    job_id: str | None
    created_at: datetime
    favorite: bool
    tags: list[str]
    needs_look: str | None
    url: str
    thumbnail_url: str | None


class ImagePage(Answer):
    """Some of the library's pictures; ``next_cursor`` leads on where pages were not asked for by number."""

    items: list[Image]
    page: int | None
    page_size: int
    total: int | None
    next_cursor: str | None


class Made(Answer):
    """A picture that a tool has made. ``display_url`` is signed and works for about an hour."""

    original_image_id: str
    processed_image_id: str | None
    display_url: str | None
    project_id: str


class Edited(Made):
    """What an edit came to; ``report`` says how."""

    report: dict[str, Any] | None


class Scene(Made):
    """A product in a scene from words, and what of the words the scene does without."""

    provider: str | None
    seed: int | None
    not_understood: list[str] | None
    pose: str | None
    view: str | None


class Failure(Answer):
    """Why a job failed."""

    code: str
    message: str


class Job(Answer):
    """One piece of work on the site's queue."""

    id: str
    operation: str
    state: str
    options: dict[str, Any]
    source_image_id: str | None
    result_image_id: str | None
    result_url: str | None
    error: Failure | None
    report: Any = None

    @property
    def ended(self) -> bool:
        return self.state in ("completed", "failed", "cancelled")


class BatchCreated(Answer):
    """A batch that was started, and how many results it is to make."""

    batch_id: str
    total_images: int


class BatchItem(Answer):
    """One picture of a batch under one of its looks."""

    position: int
    name: str
    look: str
    market: str = ""  # sites before packs have none
    image_id: str | None
    job_id: str | None
    needs_look: str | None
    state: str
    result_image_id: str | None
    result_url: str | None
    error: Failure | None


class BatchStatus(Answer):
    """How far a batch is."""

    batch_id: str
    operation: str
    looks: list[str]
    total_images: int
    state: str
    created_at: datetime
    ended_at: datetime | None
    counts: dict[str, int]
    progress: int
    items: list[BatchItem]


class ManifestItem(Answer):
    """One result of a batch, as its archive has it."""

    position: int
    source: str
    look: str | None
    market: str | None
    image_id: str | None
    state: str
    file: str | None
    width: int | None
    height: int | None
    bytes: int | None
    sha256: str | None
    code: str | None
    error: str | None


class Manifest(Answer):
    """What became of each photo of a batch, with sizes and hashes."""

    batch_id: str
    operation: str
    packs: list[str]
    name_pattern: str | None
    items: list[ManifestItem]


class BatchRetried(Answer):
    """How many failed pictures of a batch are made again."""

    retried: int
    batch: BatchStatus


class Preset(Answer):
    """A saved look. ``edit`` is null where it is one for rooms."""

    id: str
    name: str
    operation: str
    edit: dict[str, Any] | None


class PresetPage(Answer):
    items: list[Preset]
    page: int
    page_size: int
    total: int


class LookReason(Answer):
    """Why a ready look is as it is, and who says so."""

    text: str
    certainty: str
    source: str | None
    url: str | None


class ReadyPreset(Answer):
    """A look that is there from the start, such as a marketplace's."""

    id: str
    name: str
    group: str
    edit: dict[str, Any]
    reasons: list[LookReason]


class PackLook(Answer):
    """A look of a pack; ``name`` is null where there is no such look any more."""

    preset_id: str
    name: str | None
    market: str


class Pack(Answer):
    """An own pack: looks that are made of each photo."""

    id: str
    name: str
    looks: list[PackLook]


class PackPage(Answer):
    items: list[Pack]
    page: int
    page_size: int
    total: int


class ReadyPack(Answer):
    """A pack that is there from the start, one for each marketplace."""

    id: str
    name: str
    market: str
    looks: list[ReadyPreset]


class Plan(Answer):
    slug: str
    name: str


class Quota(Answer):
    """How much of an operation a month allows, and what is left of it."""

    operation: str
    limit: int
    used: int
    remaining: int
    resets_at: datetime


class Usage(Answer):
    """This month's quotas."""

    plan: Plan
    month: str
    quotas: list[Quota]


class User(Answer):
    id: str
    email: str
    name: str


class Account(Answer):
    id: str
    name: str
    currency: str


class Me(Answer):
    """Whose key it is, and what the account may use."""

    user: User
    account: Account
    role: str | None
    plan: Plan
    quotas: list[Quota]


class PendingArchive(Answer):
    """An archive of listings whose pictures are still being made."""

    ready: int
    total: int
    batch_ids: list[str]


class Webhook(Answer):
    """An address that is told of events. ``secret`` is shown once, when it is registered."""

    id: str
    url: str
    description: str
    events: list[str]
    enabled: bool
    secret: str | None


class Pending(Answer):
    """Work that goes on after the answer."""

    job_id: str
