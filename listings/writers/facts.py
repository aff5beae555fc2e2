"""What was seen and what the seller says, put together: the seller's word counts for more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from listings import vocabulary
from listings.models import Platform
from listings.recognition.result import Evidence, Recognition
from listings.vocabulary import tree
from listings.vocabulary.measures import NAMES, Age, Measure
from listings.writers import languages
from listings.writers.base import Facts, Hints, Language

_ADVICE: Final = " Set hints.category."
# A candidate that is less likely is not worth a sentence.
_WORTH_SAYING: Final = 0.05
_NAMED: Final = frozenset(
    ("category", "brand", "model", "department", "size", "condition", "color", "material", "flaws")
)
_NO_FLAWS: Final = frozenset(
    (
        "none",
        "no",
        "no flaws",
        "keine",
        "aucun",
        "aucune",
        "ninguno",
        "ninguna",
        "nessuno",
        "nessuna",
    )
)


def merge(seen: Recognition, hints: Hints) -> Facts:
    """Where the category stays open, what the group is called stands for it, unless the seller's notes
    say what the item is."""
    key = hints.category or seen.category
    category = vocabulary.categories().get(key) if key else None
    confidence = 1.0 if hints.category else seen.category_confidence
    shows_item = seen.subject in ("item", "several") and seen.candidates
    if category is None and shows_item and not hints.notes:
        category, confidence = tree.kind_of_group(seen.group), seen.group_confidence
    named = hints.model_dump(include=set(_NAMED))
    given = frozenset(name for name, value in named.items() if value)
    return Facts(
        category=category,
        confidence=round(confidence, 3) if category else 0.0,
        brand=hints.brand or seen.brand,
        model=hints.model,
        department=hints.department,
        size=hints.size or seen.size,
        condition=hints.condition or "",
        colors=(hints.color,) if hints.color else seen.colors,
        pattern=seen.pattern,
        materials=(hints.material,) if hints.material else seen.materials,
        measurements=tuple(
            (name, Measure.read(said, of=name))
            for name in NAMES
            if (said := hints.measurements.get(name))
        ),
        flaws=_flaws(hints.flaws),
        age=Age.read(hints.age) if hints.age else None,
        smell=hints.smell,
        smokers=hints.smokers,
        pets=hints.pets,
        notes=hints.notes or "",
        texts=seen.texts,
        given=given,
    )


def _flaws(said: str | None) -> str | None:
    if said is None:
        return None
    return "" if said.casefold().rstrip(".!") in _NO_FLAWS else said


def evidence(seen: Recognition, hints: Hints) -> list[Evidence]:
    """Where each fact comes from; what the seller overruled is left out."""
    told = hints.model_dump(include=set(_NAMED))
    found = [
        Evidence("colour" if name == "color" else name, value, "hint", None, 1.0)
        for name, value in told.items()
        if value
    ]
    overruled = {one.field for one in found}
    return [*found, *(one for one in seen.evidence if one.field not in overruled)]


def doubts(seen: Recognition, hints: Hints, facts: Facts) -> Iterator[str]:
    """What the seller should look at before publishing: contradictions, and what nobody knows."""
    if hints.brand and seen.brand and not _same_brand(hints.brand, seen.brand):
        yield f"You say the brand is {hints.brand}; the photos show {seen.brand}."
    if hints.size and seen.size and vocabulary.plain(hints.size) != vocabulary.plain(seen.size):
        yield f"You say the size is {hints.size}; the photos show {seen.size}."
    if hints.category and seen.category and hints.category != seen.category:
        names = vocabulary.categories()
        yield (
            f"You say the category is {names[hints.category].name}; the photos look like "
            f"{names[seen.category].name}."
        )
    if facts.category is None or facts.category.is_group:
        yield f"The item was not recognized.{maybe(seen)}{_ADVICE}"
    if seen.subject == "several":
        yield "The photos show many things at once, and a listing is about one."
    if seen.subject == "person":
        yield "The photos show a person. Photograph the item alone."
    if not facts.brand:
        yield "No brand was seen or given."
    if not facts.condition:
        yield "The condition was not given, and photos alone don't show it."
    for one in seen.quality:
        yield f"Photo {one.image + 1}: {one.message}"


def of_market(platform: str, language: Language) -> Iterator[str]:
    """A warning where a platform's buyers read other languages."""
    if platform not in languages.table(language)["platforms"]:
        yield f"Few buyers on {Platform(platform).label} read this language."


def for_people(warning: str) -> str:
    """A warning as pages show it: without the API's name of what would help."""
    return warning.replace(_ADVICE, "")


def maybe(seen: Recognition) -> str:
    """The categories that may be meant, as a sentence with a space before it, or nothing."""
    likely = [key for key, chance in seen.candidates[:3] if chance >= _WORTH_SAYING]
    names = [vocabulary.categories()[key].name for key in likely]
    if not names:
        return ""
    return f" It may be {' or '.join(f'a {n}' if not n.endswith('s') else n for n in names)}."


def _same_brand(one: str, other: str) -> bool:
    return vocabulary.brand_key(one) == vocabulary.brand_key(other)
