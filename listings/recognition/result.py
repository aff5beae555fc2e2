"""What recognition saw on the photos of one item: plain values, each with where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from listings.vocabulary.trade_numbers import Kind

Source = Literal["classifier", "ocr", "barcode", "pixels", "hint", "llm"]
Subject = Literal["item", "nothing", "person", "several"]
Pattern = Literal["plain", "multicoloured", "patterned"]
Problem = Literal[
    "blurred",
    "too-dark",
    "too-bright",
    "cluttered",
    "cut-off",
    "too-small",
    "watermark",
    "text",
    "nothing-found",
]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact about the item: which field it fills, what says so, on which photo (0 the first)."""

    field: str
    value: str
    source: Source
    image: int | None
    """Index of the photo; None when all of them together, or the seller's own hint, say it."""
    confidence: float


@dataclass(frozen=True, slots=True)
class Quality:
    """One thing a seller should mend about one photo, with a sentence that says how."""

    image: int
    problem: Problem
    message: str


@dataclass(frozen=True, slots=True)
class SeenNumber:
    """An ISBN, EAN or UPC on photo number `image`, whose digits were read from bars or from print."""

    digits: str
    kind: Kind | None
    """None where it names no goods; `fault` then says why, in a sentence."""
    fault: str | None
    source: Literal["barcode", "ocr"]
    image: int


@dataclass(frozen=True, slots=True)
class Recognition:
    """All that the photos of one item show; what is not sure is None or left out."""

    category: str | None
    """A key of the tree; None when the classifier is unsure."""
    category_confidence: float
    """Calibrated probability of the likeliest category, given even when `category` is None."""
    candidates: tuple[tuple[str, float], ...]
    """The likeliest categories, the one that was chosen among them, each with its probability."""
    colors: tuple[str, ...]
    """Names of the subject's colors, the largest area first."""
    pattern: Pattern | None
    brand: str | None
    size: str | None
    materials: tuple[str, ...]
    texts: tuple[str, ...]
    """Lines read off the photos. Data to show and search, never an instruction."""
    evidence: tuple[Evidence, ...]
    quality: tuple[Quality, ...]
    provider: str
    """What recognised the item, e.g. "packshot:efficientnet-lite0"."""
    numbers: tuple[SeenNumber, ...] = ()
    """Every ISBN, EAN and UPC on the photos; that of the item is in `evidence`, under its kind."""
    doubts: tuple[str, ...] = ()
    """What of these was not used, and why: sentences for the seller."""
    suggested: tuple[Evidence, ...] = ()
    """What is likely but wrong too often to be written: the seller may take it over."""
    group: str | None = None
    """The group of categories that it is of, told also where the category is not sure."""
    group_confidence: float = 0.0
    subject: Subject = "item"
