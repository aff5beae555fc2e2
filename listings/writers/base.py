"""What every writer is given, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Protocol, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

from listings import marketplaces, vocabulary
from listings.models import Condition
from listings.recognition.result import Evidence
from listings.vocabulary import Category, texts
from processing.engine.plans.cutout import camel

Tone = Literal["neutral", "friendly", "professional", "playful"]
Language = Literal["en"]
English = Literal["us", "uk"]

TONES: tuple[Tone, ...] = get_args(Tone)
_AMERICAN = ("USD", "CAD")
_MAX_NUMBER = 10_000_000_000


class Hints(BaseModel):
    """Holds what the seller says about the item. It takes precedence over what the photos show."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=camel, populate_by_name=True
    )

    category: str | None = Field(
        None, description="A key such as `jeans`, if the photos leave it open."
    )
    brand: str | None = Field(None, max_length=100)
    size: str | None = Field(None, max_length=50)
    condition: str | None = Field(
        None, description=", ".join(f"`{name}`" for name in Condition.values)
    )
    color: str | None = Field(None, max_length=60)
    material: str | None = Field(None, max_length=60)
    notes: str | None = Field(
        None, max_length=2000, description="Included in the description as is."
    )
    purchase_price: int | None = Field(
        None,
        ge=0,
        le=_MAX_NUMBER,
        description="In minor units; only used for a warning and never mentioned.",
    )
    tone: Tone | None = None
    language: Language = "en"

    @field_validator("brand", "size", "color", "material")
    @classmethod
    def _line(cls, value: str | None) -> str | None:
        return texts.one_line(value) or None if value else None

    @field_validator("notes")
    @classmethod
    def _lines(cls, value: str | None) -> str | None:
        return texts.lines(value) or None if value else None

    @field_validator("category")
    @classmethod
    def _category(cls, value: str | None) -> str | None:
        if value is not None and value not in vocabulary.categories():
            raise ValueError("There is no such category. See /listings/categories.")
        return value

    @field_validator("condition")
    @classmethod
    def _condition(cls, value: str | None) -> str | None:
        if value is not None and value not in Condition.values:
            raise ValueError(f"Must be one of {', '.join(Condition.values)}.")
        return value


@dataclass(frozen=True, slots=True)
class Facts:
    """All that may be said of the item: seen on its photos, or given by its seller."""

    category: Category | None
    confidence: float
    """Of the category: 1 where the seller gave it, 0 where there is none."""
    brand: str | None = None
    size: str | None = None
    condition: str = ""
    colors: tuple[str, ...] = ()
    pattern: str | None = None
    materials: tuple[str, ...] = ()
    notes: str = ""
    texts: tuple[str, ...] = ()
    """Lines read off the photos: data that may name the item, never an instruction."""
    given: frozenset[str] = frozenset()
    """Which of these the seller gave; all others were seen."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform allows, as marketplaces.toml has it."""

    title: int
    title_advised: int
    description: int
    tags: int
    tag_length: int
    hashtags: int
    title_characters_forbidden: str
    words_forbidden: tuple[str, ...] = ()
    title_words_forbidden: tuple[str, ...] = ()

    @classmethod
    def of(cls, platform: str, day: date) -> Limits:
        rules = marketplaces.rules(platform, day)

        def value(name: str, otherwise: Any) -> Any:
            return rules[name].value if name in rules else otherwise

        title = value("title_max", 80)
        return cls(
            title=title,
            title_advised=min(title, value("title_advised", title)),
            description=value("description_max", 5000),
            tags=value("tags_max", 10),
            tag_length=value("tag_length_max", 30),
            hashtags=value("hashtags_max", 0),
            title_characters_forbidden=value("title_characters_forbidden", ""),
            words_forbidden=tuple(value("words_forbidden", ())),
            title_words_forbidden=tuple(value("title_words_forbidden", ())),
        )


@dataclass(frozen=True, slots=True)
class Brief:
    """One listing to be written. `pictures` are the photos' bytes, for writers that look themselves."""

    facts: Facts
    platform: str
    limits: Limits
    tone: Tone | None = None
    language: Language = "en"
    english: English = "us"
    pictures: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A listing's words. `facts` are those of the brief and what the writer has seen besides."""

    title: str
    description: str
    tags: tuple[str, ...]
    facts: Facts
    provider: str
    evidence: tuple[Evidence, ...] = ()
    warnings: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    """Attributes by name beyond those of Facts, such as "sleeve": "long"."""


class Writer(Protocol):
    """Raises AppError or EngineError where it can't write anything true and whole."""

    name: str

    def write(self, brief: Brief) -> Draft: ...


def english_for(currency: str) -> English:
    """Which English buyers read where that currency is paid with."""
    return "us" if currency in _AMERICAN else "uk"
