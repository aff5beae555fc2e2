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
from listings.vocabulary import Category, texts, tree
from listings.vocabulary.measures import NAMES, Age, Measure
from processing.engine.plans.cutout import camel

Tone = Literal["neutral", "friendly", "professional", "playful"]
Language = Literal["en", "de", "fr", "es", "it"]
English = Literal["us", "uk"]
Department = Literal["women", "men", "unisex", "girls", "boys", "kids", "baby"]
Smell = Literal["none", "smoke", "storage", "perfume"]

LANGUAGES: tuple[Language, ...] = get_args(Language)
DEPARTMENTS: tuple[Department, ...] = get_args(Department)
SMELLS: tuple[Smell, ...] = get_args(Smell)
TONES: tuple[Tone, ...] = get_args(Tone)
_AMERICAN = ("USD", "CAD")
_MAX_NUMBER = 10_000_000_000
_MAX_CHOICES = 8


class Hints(BaseModel):
    """Holds what the seller says about the item. It takes precedence over what the photos show."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=camel, populate_by_name=True
    )

    category: str | None = Field(
        None,
        max_length=200,
        description=(
            "What it is, if the photos leave it open: a key such as `jeans`, a name or another word "
            "for it, or its id or full name in Google's or Shopify's taxonomy."
        ),
    )
    brand: str | None = Field(None, max_length=100)
    model: str | None = Field(
        None, max_length=100, description="Such as `501` or `iPhone 12`; of a book its title."
    )
    department: Department | None = Field(None, description="Who it is made for.")
    size: str | None = Field(None, max_length=50)
    condition: str | None = Field(
        None, description=", ".join(f"`{name}`" for name in Condition.values)
    )
    color: str | None = Field(None, max_length=60)
    material: str | None = Field(None, max_length=60)
    notes: str | None = Field(
        None, max_length=2000, description="Included in the description as is."
    )
    measurements: dict[str, str | None] = Field(
        default_factory=dict,
        description="What is measured, and a number with its unit: "
        f'`{{"chest": "52 cm"}}`. Known are {", ".join(f"`{name}`" for name in NAMES)}.',
    )
    flaws: str | None = Field(
        None, max_length=500, description="What is not right with it; `none` if nothing is."
    )
    age: str | None = Field(
        None, max_length=20, description="Such as `2 years`, `6 months`, `1990s` or `2019`."
    )
    smell: Smell | None = Field(None, description="What it smells of.")
    smokers: bool | None = Field(None, description="Whether people smoke where it was kept.")
    pets: bool | None = Field(None, description="Whether pets live where it was kept.")
    purchase_price: int | None = Field(
        None,
        ge=0,
        le=_MAX_NUMBER,
        description="In minor units; only used for a warning and never mentioned.",
    )
    tone: Tone | None = None
    language: Language = Field("en", description="The language that it is written in.")

    @field_validator("brand", "model", "size", "color", "material", "flaws", "age")
    @classmethod
    def _line(cls, value: str | None) -> str | None:
        return texts.one_line(value) or None if value else None

    @field_validator("notes")
    @classmethod
    def _lines(cls, value: str | None) -> str | None:
        return texts.lines(value) or None if value else None

    @field_validator("measurements")
    @classmethod
    def _measurements(cls, value: dict[str, str | None]) -> dict[str, str | None]:
        for name, said in value.items():
            if name not in NAMES:
                raise ValueError(f"'{name[:40]}' is none of {', '.join(NAMES)}.")
            if said is not None:
                Measure.read(said, of=name)
        return value

    @field_validator("age")
    @classmethod
    def _age(cls, value: str | None) -> str | None:
        if value is not None:
            Age.read(value)
        return value

    @field_validator("category")
    @classmethod
    def _category(cls, value: str | None) -> str | None:
        """The key, by whichever name the seller gives."""
        if value is None or value in vocabulary.categories():
            return value
        found = tree.find(value)
        if not found:
            raise ValueError("There is no such category. See /listings/categories.")
        if len(found) > 1:
            keys = ", ".join(found[:_MAX_CHOICES])
            raise ValueError(f"Several categories are called so. Choose one of these: {keys}.")
        return found[0]

    @field_validator("condition")
    @classmethod
    def _condition(cls, value: str | None) -> str | None:
        if value is not None and value not in Condition.values:
            raise ValueError(f"Must be one of {', '.join(Condition.values)}.")
        return value

    def changed(self, change: Hints) -> Hints:
        """These hints with those of another that were sent: null takes one back."""
        sent = {name: getattr(change, name) for name in change.model_fields_set}
        if "measurements" in sent:
            sent["measurements"] = self.measurements | change.measurements
        return self.model_copy(update=sent)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that may be said of the item: seen on its photos, or given by its seller."""

    category: Category | None
    confidence: float
    """Of the category: 1 where the seller gave it, 0 where there is none."""
    brand: str | None = None
    model: str | None = None
    department: Department | None = None
    size: str | None = None
    condition: str = ""
    colors: tuple[str, ...] = ()
    pattern: str | None = None
    materials: tuple[str, ...] = ()
    measurements: tuple[tuple[str, Measure], ...] = ()
    flaws: str | None = None
    """In the seller's words; "" where the seller says that there are none."""
    age: Age | None = None
    smell: Smell | None = None
    smokers: bool | None = None
    pets: bool | None = None
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
    required: tuple[str, ...] = ()

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
            required=tuple(value("required", ())),
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
    today: date = date.min
    """For what is vintage by now; nothing is where nobody says which day it is."""
    pictures: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Fallback:
    """A word that the language's file doesn't have, and that stands in the text as it came."""

    field: str
    word: str


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
    fallbacks: tuple[Fallback, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    """Attributes by name beyond those of Facts, such as "sleeve": "long"."""


class Writer(Protocol):
    """Raises AppError or EngineError where it can't write anything true and whole."""

    name: str

    def write(self, brief: Brief) -> Draft: ...


def english_for(currency: str) -> English:
    """Which English buyers read where that currency is paid with."""
    return "us" if currency in _AMERICAN else "uk"
