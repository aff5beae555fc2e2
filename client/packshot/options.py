"""What calls take, as typed dictionaries.

Arguments of methods are spelled as in Python (``bg_color``). What lies inside them, such as an edit, is JSON as
the API's document has it (``colorSpace``), so that it can be copied from there, from presets and from files.
"""

from __future__ import annotations

from typing import Any, Literal, Required

from typing_extensions import TypedDict

from packshot.plans import (
    Area,
    Blend,
    CleanUp,
    Downscale,
    Edge,
    EditPlan,
    Format,
    Scaling,
    ShadowMode,
    Spot,
    View,
)

Platform = Literal[
    "ebay",
    "poshmark",
    "mercari",
    "depop",
    "vinted",
    "etsy",
    "shopify",
    "amazon",
    "facebook",
    "google",
]
ListingState = Literal["draft", "ready", "listed", "sold", "archived"]
Display = Literal["data", "url"]


class CutoutOptions(TypedDict, total=False):
    """Options of `remove_background`."""

    model: str
    edge: Edge
    clean_up: CleanUp
    keep_existing_alpha: bool
    despill: bool
    box: Area | None
    point: Spot | None
    mask: str | None
    output: Literal["cutout", "mask"]
    format: Literal["png", "webp", "jpg"]
    bg_color: str | None
    crop: bool
    size: Literal["preview", "medium", "hd", "full", "original"]


class CutoutBody(CutoutOptions):
    image_id: Required[str]
    display: Display


class ReplaceOptions(TypedDict, total=False):
    """Options of `replace_background`."""

    color: str | None
    background_image_id: str | None
    background_id: str | None
    blend_mode: Blend
    scaling: Scaling
    shadow: Literal["none"] | ShadowMode
    format: Format


class ReplaceBody(ReplaceOptions):
    image_id: Required[str]
    display: Display


class SceneOptions(TypedDict, total=False):
    """Options of `generate_background`."""

    style_preset: str | None
    negative_prompt: str | None
    seed: int | None
    provider: str | None
    allow_fallback: bool
    view: View | None
    width: int | None
    height: int | None
    shadow: Literal["none"] | ShadowMode
    format: Format


class SceneBody(SceneOptions):
    image_id: Required[str]
    prompt: str
    display: Display


class UpscaleOptions(TypedDict, total=False):
    """Options of `upscale`."""

    mode: Literal["fast", "slow"]
    downscale_if_needed: Downscale
    format: Format


class UpscaleBody(UpscaleOptions):
    image_id: Required[str]
    display: Display


class TextOptions(TypedDict, total=False):
    """Options of `remove_text`."""

    mode: Literal["artificial", "natural", "all"]
    format: Format


class TextBody(TextOptions):
    image_id: Required[str]
    display: Display


class RoomOptions(TypedDict, total=False):
    """Options of `enhance` and `merge_hdr`."""

    look: Literal["neutral", "warm", "modern", "property", "property_usa", "authentic"] | None
    finetune: dict[str, Any]
    straighten: bool
    lens_correction: bool
    version: str
    privacy: bool
    upscale: bool
    sky: Literal["CLEAR", "LOW_CLOUD", "HIGH_CLOUD"] | None
    window_pull: Literal["NONE", "ONLY_WINDOWS", "WINDOWS_WITH_SKIES"]
    sky_light: Literal["NONE", "LOW", "MEDIUM", "HIGH"]
    threesixty: bool | None
    format: Format
    quality: int | None
    preset_id: str | None


class EnhanceBody(RoomOptions):
    image_id: Required[str]
    display: Display


class MergeBody(RoomOptions):
    image_ids: Required[list[str]]
    display: Display


class EditBody(TypedDict, total=False):
    image_id: Required[str]
    edit: EditPlan | None
    preset_id: str | None
    display: Display


class UploadFields(TypedDict, total=False):
    project_id: str


class AddressBody(UploadFields):
    url: Required[str]


class ImageFilter(TypedDict, total=False):
    """Which of the library's pictures."""

    cursor: str
    favorite: bool
    kind: Literal["original", "derived", "mask", "material"]
    needs_look: bool
    page: int
    page_size: int
    project: str
    search: str
    sort: Literal["createdAt", "-createdAt", "name", "-name", "bytes", "-bytes"]
    tag: str


class PageOptions(TypedDict, total=False):
    page: int
    page_size: int


BatchOperation = Literal[
    "remove-background",
    "edit",
    "enhance",
    "generate-background",
    "replace-background",
    "upscale",
    "remove-text",
]


class BatchBody(TypedDict, total=False):
    image_ids: Required[list[str]]
    operation: BatchOperation
    preset_id: str
    preset_ids: list[str]
    pack_ids: list[str]
    name_pattern: str
    options: dict[str, Any]


class Hints(TypedDict, total=False):
    """What a seller knows of an item."""

    category: str | None
    brand: str | None
    model: str | None
    department: Literal["women", "men", "unisex", "girls", "boys", "kids", "baby"] | None
    size: str | None
    condition: str | None
    color: str | None
    material: str | None
    notes: str | None
    flaws: str | None
    age: str | None
    smell: Literal["none", "smoke", "storage", "perfume"] | None
    purchasePrice: int | None
    tone: Literal["neutral", "friendly", "professional", "playful"] | None
    language: Literal["en", "de", "fr", "es", "it"]


class DraftOptions(TypedDict, total=False):
    """Options of `draft_listing`."""

    hints: Hints
    provider: str | None
    allow_fallback: bool


class DraftBody(DraftOptions):
    image_ids: Required[list[str]]
    platform: Required[Platform]


class ListingFields(TypedDict, total=False):
    """Fields of a new listing."""

    title: str
    description: str
    category: str
    brand: str
    size: str
    condition: str
    colors: list[str]
    materials: list[str]
    tags: list[str]
    attributes: dict[str, str]
    currency: str
    price: int | None
    quantity: int
    sku: str
    image_ids: list[str]
    state: Literal["draft", "ready"]
    job_id: str


class ListingFilter(TypedDict, total=False):
    """Which listings."""

    brand: str
    category: str
    page: int
    page_size: int
    platform: Platform
    search: str
    state: ListingState


class ExportOptions(TypedDict, total=False):
    """Options of `export_listings`; without ids or a state, all listings."""

    listing_ids: list[str]
    state: ListingState
    platform: Platform
    link: str
    picture_links: bool
    link_days: int
    ebay: dict[str, Any]
    ebay_drafts: dict[str, Any]
    shopify: dict[str, Any]


class ArchiveOptions(TypedDict, total=False):
    """Options of `archive_listings`."""

    listing_ids: list[str]
    state: ListingState


class ArchiveBody(ArchiveOptions):
    platform: Required[Platform]


ExportFormat = Literal["ebay", "ebayDrafts", "shopify", "google", "meta", "csv", "json"]
WebhookEvent = Literal["job.completed", "job.failed", "project.created", "batch.completed"]


class ExportBody(ExportOptions):
    format: Required[ExportFormat]


class WebhookBody(TypedDict, total=False):
    url: Required[str]
    events: Required[list[WebhookEvent]]
    description: str
    secret: str
