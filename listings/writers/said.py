"""An item's facts in the words of one language, for titles and sentences alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from listings.models import Condition
from listings.vocabulary.measures import Age
from listings.writers import wording
from listings.writers.base import Brief, Facts
from listings.writers.languages import Noun, Words, in_form

_MOST_MATERIALS: Final = 2
_EXTENT: Final = ("length", "width", "depth", "height")
_WORN: Final = ("clothing", "shoes", "bags", "accessories")


@dataclass(frozen=True, slots=True)
class Said:
    """Every text is "" where its fact is not known. `size` and `condition` are as titles have them, and
    the latter is `new` or `used` as well: some platforms have the one first and the other last."""

    noun: str
    brand: str
    model: str
    department: str
    department_name: str
    colours: str
    pattern: str
    material: str
    materials: str
    size: str
    condition: str
    new: str
    used: str
    condition_name: str
    vintage: str
    age: str
    measurements: str
    home: str
    np: str
    """The item with what is known of its looks: "blue cotton shirt"."""


def said(brief: Brief, words: Words) -> Said:
    facts = brief.facts
    noun = words.noun(facts.category) if facts.category else Noun("")
    materials = [words.word("materials", "material", one, "") for one in facts.materials]
    condition = _condition(facts, words, noun.form)
    is_new = facts.condition.startswith("new")
    return Said(
        noun="" if wording.is_said_by_model(facts, noun.text) else noun.text,
        brand="" if wording.is_unbranded(facts.brand) else facts.brand or "",
        model=wording.model(facts),
        department=words.text("department", facts.department) if facts.department else "",
        department_name=words.text("department_name", facts.department) if facts.department else "",
        colours=_colours(facts, words, noun.form),
        pattern=_pattern(facts, words, noun.form),
        material=_material(materials, noun.text),
        materials=words.listed(materials),
        size=_size(facts, words),
        condition=condition,
        new=condition if is_new else "",
        used="" if is_new else condition,
        condition_name=words.text("condition_name", facts.condition) if facts.condition else "",
        vintage=_vintage(facts, brief, words),
        age=_age(facts.age, words) if facts.age else "",
        measurements=_measurements(facts, words),
        home=_home(facts, words),
        np=_np(brief, words, noun, materials),
    )


def _colours(facts: Facts, words: Words, form: str) -> str:
    names = wording.color_names(facts)
    if words.is_english:
        names = [wording.mid_sentence(name) for name in names]
    several = len(names) > 1 and words.table.get("colors_stay", False)
    found = words.listed(
        [words.word("colors", "color", one, "m" if several else form) for one in names]
    )
    formless = words.table.get("phrase", {}).get("formless", "")
    return str(formless).format(colours=found) if formless and found and not form else found


def _pattern(facts: Facts, words: Words, form: str) -> str:
    name = wording.pattern(facts)
    return words.word("patterns", "pattern", name, form) if name else ""


def _material(materials: list[str], noun: str) -> str:
    """One material or two, as titles have them; more are a matter of the label."""
    if not 0 < len(materials) <= _MOST_MATERIALS:
        return ""
    return "/".join(one for one in materials if one.casefold() not in noun.casefold())


def _size(facts: Facts, words: Words) -> str:
    """With a word that says what it is, unless it says so itself."""
    if not facts.size:
        return _extent(facts)
    if wording.says_size(facts.size):
        return facts.size
    group = facts.category.group if facts.category else ""
    table = words.table["size_title"]
    return str(table.get(group, table["other"])).format(size=facts.size)


def _extent(facts: Facts) -> str:
    """How large a thing is that has no sizes, where the seller measured it: "120 x 80 x 75 cm"."""
    if facts.category is None or facts.category.group in _WORN:
        return ""
    measured = dict(facts.measurements)
    found = [measured[name] for name in _EXTENT if name in measured]
    if len(found) < 2 or len({one.unit for one in found}) > 1:
        return ""
    return f"{' x '.join(one.text for one in found)} {found[0].unit}"


def _condition(facts: Facts, words: Words, form: str) -> str:
    if not facts.condition:
        return ""
    worn = facts.category is not None and facts.category.group in _WORN
    found = words.table["condition_title"][facts.condition]
    if worn:
        found = words.table["condition_title_clothing"].get(facts.condition, found)
    return in_form(found, form)


def _vintage(facts: Facts, brief: Brief, words: Words) -> str:
    age = facts.age
    if age is None or not age.is_vintage(brief.today) or facts.condition == Condition.NEW:
        return ""
    which = "decade" if age.decade else "made" if age.year else "years"
    short = f"{age.year % 100:02d}" if age.year >= 1900 and age.year < 2000 else str(age.year)
    return words.text("vintage", which).format(n=age.year, short=short)


def _age(age: Age, words: Words) -> str:
    if age.year:
        return words.text("age", "decade" if age.decade else "made").format(n=age.year)
    unit, number = ("year", age.years) if age.years else ("month", age.months)
    return words.text("age", unit if number == 1 else f"{unit}s").format(n=number)


def _measurements(facts: Facts, words: Words) -> str:
    decimal = str(words.table["decimal"])
    return ", ".join(
        f"{words.text('measurement', name)} "
        f"{measure.shown(imperial=words.is_imperial, decimal=decimal)}"
        for name, measure in facts.measurements
    )


def _home(facts: Facts, words: Words) -> str:
    """What the seller says of where it was kept, in sentences."""
    if (facts.smokers, facts.pets) == (False, False):
        homes = ["neither"]
    else:
        told = {
            "smoke-free": facts.smokers is False,
            "smokers": facts.smokers is True,
            "pet-free": facts.pets is False,
            "pets": facts.pets is True,
        }
        homes = [name for name, is_so in told.items() if is_so]
    smell = [words.text("smell", facts.smell)] if facts.smell else []
    return " ".join([*(words.text("home", name) for name in homes), *smell])


def _np(brief: Brief, words: Words, noun: Noun, materials: list[str]) -> str:
    facts = brief.facts
    if words.is_english:
        return wording.described(facts, brief.english)
    phrase = words.table["phrase"]
    colours, pattern = _colours(facts, words, noun.form), _pattern(facts, words, noun.form)
    called = "" if wording.is_said_by_model(facts, noun.text) else noun.text
    parts = {
        "noun": " ".join(filter(None, (called, wording.model(facts)))),
        "colours": phrase["colours"].format(colours=_cased(colours, words)) if colours else "",
        "pattern": pattern,
        "department": str(phrase["department"][facts.department]) if facts.department else "",
        "material": phrase["material"].format(material=materials[0])
        if len(materials) == 1 and materials[0].casefold() not in noun.text.casefold()
        else "",
    }
    return " ".join(parts[name] for name in phrase["order"] if parts[name])


def _cased(colours: str, words: Words) -> str:
    """German has its colors as nouns after "in"."""
    if not words.table.get("colors_are_nouns", False):
        return colours
    conjunction = str(words.table["and"])
    return " ".join(
        one if one == conjunction else one[:1].upper() + one[1:] for one in colours.split(" ")
    )
