"""Five languages, one file each: the same tables in all, words that agree, and what lacks is told."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from listings import vocabulary
from listings.models import Condition, Platform
from listings.vocabulary.measures import NAMES, Age, Measure
from listings.writers import languages
from listings.writers.base import (
    DEPARTMENTS,
    LANGUAGES,
    SMELLS,
    Brief,
    Draft,
    Facts,
    Fallback,
    Language,
    Limits,
)
from listings.writers.rules import RulesWriter
from tests.listings.writers.test_rules import DAY, FACTS, facts

RECOGNISED = Path(languages.__file__).parents[2] / "recognition"
DRESS = facts(
    "dress",
    brand="Zara",
    department="women",
    size="38",
    condition="like-new",
    colors=("black",),
    materials=("cotton",),
    measurements=(("chest", Measure("45", "cm")), ("length", Measure("40.5", "in"))),
    flaws="",
    smokers=False,
    given=frozenset({"size"}),
)


def write(told: Facts, language: Language, platform: str = "vinted", english: Any = "us") -> Draft:
    limits = Limits.of(platform, DAY)
    brief = Brief(told, platform, limits, language=language, english=english, today=DAY)
    return RulesWriter().write(brief)


@pytest.mark.parametrize(
    ("language", "title", "description"),
    [
        (
            "en",
            "Zara women's black cotton dress, size 38, like new",
            "Measurements: chest 17.7 in (45 cm), length 40.5 in. No known flaws.\n\n"
            "From a smoke-free home.",
        ),
        (
            "de",
            "Zara Kleid Damen, Gr. 38, schwarz, Baumwolle, wie neu",
            "Maße: Brustweite 45 cm, Länge 102,9 cm (40,5 in). Keine bekannten Mängel.\n\n"
            "Aus einem Nichtraucherhaushalt.",
        ),
        (
            "fr",
            "Robe Zara noire, femme, taille 38, coton, comme neuve",
            "Dimensions : largeur aisselle à aisselle 45 cm, longueur 102,9 cm (40,5 in). "
            "Aucun défaut connu.\n\nFoyer non-fumeur.",
        ),
        (
            "es",
            "Vestido Zara negro, mujer, talla 38, algodón, como nuevo",
            "Medidas: ancho de axila a axila 45 cm, largo 102,9 cm (40,5 in). "
            "Sin defectos conocidos.\n\nDe una casa sin humo.",
        ),
        (
            "it",
            "Vestito Zara nero, donna, taglia 38, cotone, come nuovo",
            "Misure: larghezza da ascella ad ascella 45 cm, lunghezza 102,9 cm (40,5 in). "
            "Nessun difetto noto.\n\nDa una casa senza fumo.",
        ),
    ],
)
def test_each_language_has_its_words_units_and_forms(
    language: Language, title: str, description: str
) -> None:
    draft = write(DRESS, language)
    assert (draft.title, draft.fallbacks) == (title, ())
    assert description in draft.description


def test_words_agree_with_the_noun_in_gender_and_number() -> None:
    shoes = replace(DRESS, category=vocabulary.categories()["trainers"], brand=None, materials=())
    assert write(shoes, "fr").title == "Baskets noires, femme, pointure 38, comme neuves"
    assert write(shoes, "es").title == "Zapatillas negras, mujer, número 38, como nuevas"
    assert write(shoes, "it").title == "Sneakers nere, donna, numero 38, come nuove"
    two = replace(DRESS, colors=("black", "white"), pattern="patterned", materials=())
    assert "Robe Zara noir et blanc à motifs" in write(two, "fr").title
    assert "Vestito Zara nero e bianco fantasia" in write(two, "it").title


def test_what_a_file_lacks_stands_as_it_came_and_is_told() -> None:
    told = replace(DRESS, colors=("Midnight",), materials=("Baumwolle", "tencel"))
    draft = write(told, "de")
    assert "Midnight" in draft.title
    assert set(draft.fallbacks) == {Fallback("color", "Midnight"), Fallback("material", "tencel")}


def test_every_kind_has_a_name_in_every_language() -> None:
    kinds = vocabulary.categories().values()
    for language in LANGUAGES:
        words = languages.Words(language, "us")
        assert all(words.noun(kind).text for kind in kinds)
        assert words.missed == {}
    boots = replace(DRESS, category=vocabulary.categories()["boots"], materials=())
    assert write(boots, "de").title == "Zara Stiefel Damen, Gr. 38, schwarz, wie neu"
    assert write(boots, "fr").title == "Bottes Zara noires, femme, pointure 38, comme neuves"
    table = facts("accent-table", colors=("black",))
    assert write(table, "es").title == "Mesas decorativas color negro"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_table(language: Language) -> None:
    table, english = languages.table(language), languages.table("en")
    names = {name for name, one in english.items() if isinstance(one, dict)}
    assert names <= set(table)
    for name in ("labels", "age", "vintage", "home", "size_title", "claims"):
        assert set(table[name]) == set(english[name])
    for name in ("condition_name", "condition_title"):
        assert list(table[name]) == Condition.values
    assert set(table["condition"]["neutral"]) == set(Condition.values)
    assert set(table["department"]) == set(table["department_name"]) == set(DEPARTMENTS)
    assert set(table["smell"]) == set(SMELLS)
    assert list(table["measurement"]) == list(NAMES)
    assert set(table["platforms"]) <= set(Platform.values)
    if language != "en":
        for name in ("colors", "materials"):
            seen = tomllib.loads((RECOGNISED / f"{name}.toml").read_text())
            assert set(seen) <= set(table[name])


def test_every_platform_has_a_text_within_its_limits_in_every_language() -> None:
    long = replace(FACTS, brand="B" * 60, model="M" * 60, flaws="f" * 400, notes="n" * 1900)
    for language in LANGUAGES:
        for platform in Platform.values:
            limits = Limits.of(platform, DAY)
            for told in (FACTS, long, facts(None, notes="Alt.")):
                draft = write(told, language, platform)
                assert 0 < len(draft.title) <= limits.title
                assert 0 < len(draft.description) <= limits.description
                assert "{" not in draft.title + draft.description


@pytest.mark.parametrize(
    ("said", "age", "vintage", "title"),
    [
        ("1990s", Age(year=1990, decade=True), True, "Vintage 90s "),
        ("2000s", Age(year=2000, decade=True), False, ""),
        ("1974", Age(year=1974), True, "Vintage 1974 "),
        ("25 years", Age(years=25), True, "Vintage "),
        ("3 Jahre", Age(years=3), False, ""),
        ("6 mois", Age(months=6), False, ""),
        ("anni 1980", Age(year=1980, decade=True), True, "Vintage 80s "),
    ],
)
def test_only_what_is_twenty_years_old_is_vintage(
    said: str, age: Age, vintage: bool, title: str
) -> None:
    assert Age.read(said) == age
    assert age.is_vintage(DAY) is vintage
    assert write(replace(FACTS, age=age), "en").title.startswith(f"{title}Levi's 501")
