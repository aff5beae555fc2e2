"""What the site answers about listings, as frozen models."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from packshot.models import Answer


class Evidence(Answer):
    """Where a listing's fact comes from."""

    field: str
    value: str
    source: str
    image_id: str | None
    confidence: float


class Price(Answer):
    """How a suggested price was found."""

    basis: str
    n: int
    is_estimate: bool
    note: str


class Question(Answer):
    """What buyers want to know and nobody has said; the hint of that name answers it."""

    hint: str
    question: str
    answer: str
    choices: list[str] | None
    example: str | None
    is_required: bool


class NoteProblem(Answer):
    """What in the seller's own words is against the hints or a platform's rules."""

    hint: str
    code: str
    message: str
    found: str


class Candidate(Answer):
    """A category that the photos may show: send the right one's ``category`` as a hint."""

    category: str
    name: str
    group: str
    confidence: float


class ListingDraft(Answer):
    """A listing written from photos, with prices in the currency's minor unit.

    ``client.create_listing(job_id=draft.job_id)`` keeps it.
    """

    title: str
    description: str
    suggested_price: int | None
    price_range_min: int | None
    price_range_max: int | None
    platform: str
    currency: str
    price: Price
    category: str | None
    group: str | None
    candidates: list[Candidate]
    attributes: dict[str, Any]
    tags: list[str]
    confidence: float
    evidence: list[Evidence]
    provider: str
    warnings: list[str]
    questions: list[Question]
    problems: list[NoteProblem]
    job_id: str


class Listing(Answer):
    """What is for sale, with its texts, price and photos."""

    id: str
    state: str
    title: str
    description: str
    category: str
    brand: str
    size: str
    condition: str
    colors: list[str]
    materials: list[str]
    tags: list[str]
    attributes: dict[str, Any]
    currency: str
    price: int | None
    sku: str
    quantity: int
    cover_image_id: str | None
    version: int
    created_at: datetime
    updated_at: datetime


class ListingPage(Answer):
    items: list[Listing]
    page: int
    page_size: int
    total: int
