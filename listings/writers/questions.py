"""What a draft's seller is asked for: what buyers of such things want to know, and nobody has said yet."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from listings.models import Condition
from listings.vocabulary import tree
from listings.writers.base import DEPARTMENTS, SMELLS, Facts, Limits

_FILE: Final = Path(__file__).with_name("questions.toml")
_SENTENCES: Final = {
    "category": "What is it? Choose the category.",
    "condition": "What condition is it in?",
    "brand": "Which brand is it? Write “Unbranded” if it has none.",
    "model": "Which model is it, as makers or shops call it?",
    "model.books": "What is the title, and who wrote it?",
    "department": "Who is it made for?",
    "size": "Which size does the label say?",
    "size.electronics": "How much storage or what size does it have?",
    "size.sports": "Which size is it?",
    "size.beauty": "How much is in it?",
    "color": "What color is it?",
    "material": "What is it made of?",
    "flaws": "What is wrong with it: stains, holes, scratches, missing parts? Write “none” if nothing is.",
    "age": "How old is it, or from which year or decade?",
    "smell": "Does it smell of anything?",
    "smokers": "Do people smoke where it was kept?",
    "pets": "Do pets live where it was kept?",
    "measurements.chest": "How wide is it from armpit to armpit, laid flat?",
    "measurements.waist": "How wide is the waist, laid flat?",
    "measurements.hips": "How wide are the hips, laid flat?",
    "measurements.shoulders": "How wide is it from shoulder seam to shoulder seam?",
    "measurements.sleeve": "How long is the sleeve, from the shoulder seam?",
    "measurements.length": "How long is it?",
    "measurements.inseam": "How long is the inner leg, from the crotch down?",
    "measurements.rise": "How high is the rise, from the crotch up to the waistband?",
    "measurements.hem": "How wide is the hem, laid flat?",
    "measurements.insole": "How long is the insole?",
    "measurements.heel": "How high is the heel?",
    "measurements.shaft": "How high is the shaft?",
    "measurements.width": "How wide is it?",
    "measurements.height": "How high is it?",
    "measurements.depth": "How deep is it?",
    "measurements.diameter": "What diameter does it have?",
    "measurements.strap": "How far does the strap hang down?",
    "measurements.screen": "How large is the screen, from corner to corner?",
    "measurements.volume": "How much does it hold?",
    "measurements.weight": "How much does it weigh?",
}
_EXAMPLES: Final = {
    "age": "2 years",
    "measurements.volume": "500 ml",
    "measurements.weight": "2 kg",
    "measurements.screen": "27 in",
}
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "condition": tuple(Condition.values),
    "department": DEPARTMENTS,
    "smell": SMELLS,
}
# Of what is new there is nothing to tell of these.
_OF_USED: Final = ("flaws", "age", "smell", "smokers", "pets")


Answer = Literal["text", "choice", "yes-no", "measure"]
ANSWERS: tuple[Answer, ...] = get_args(Answer)


@dataclass(frozen=True, slots=True)
class Question:
    """`hint` is the hint that answers it, with a dot before a measurement's name; `choices` are
    all that it takes, None for other answers; `is_required` says that the platform wants it."""

    hint: str
    question: str
    answer: Answer
    choices: tuple[str, ...] | None
    example: str | None
    is_required: bool


def questions_of(facts: Facts, limits: Limits) -> list[Question]:
    """In the order in which the answers help."""
    group = facts.category.group if facts.category else ""
    is_open = facts.category is None or facts.category.is_group
    asked = ["category"] if is_open else []
    asked += [hint for hint in _hints(facts, group) if not _is_known(facts, hint)]
    return [_question(hint, group, limits) for hint in asked]


def _hints(facts: Facts, group: str) -> Iterator[str]:
    groups = _table()["groups"]
    wanted = groups.get(group, groups["other"])
    is_new = facts.condition == Condition.NEW
    for hint in wanted["ask"]:
        if hint == "measurements":
            for name in _measured(facts, wanted["measure"]):
                yield f"measurements.{name}"
        elif not (is_new and hint in _OF_USED):
            yield hint


def _measured(facts: Facts, otherwise: list[str]) -> list[str]:
    """What buyers want measured of a kind, as the nearest above it has it; else of its group."""
    table = _table()["measure"]
    lineage = tree.lineage(facts.category.key) if facts.category else []
    return next((list(table[key]) for key in lineage if key in table), otherwise)


def _is_known(facts: Facts, hint: str) -> bool:
    if hint.startswith("measurements."):
        return hint.removeprefix("measurements.") in dict(facts.measurements)
    found = getattr(facts, {"color": "colors", "material": "materials"}.get(hint, hint))
    return (found is not None and found not in ("", ())) or (hint == "flaws" and found == "")


def _question(hint: str, group: str, limits: Limits) -> Question:
    example = "52 cm" if hint.startswith("measurements.") else None
    return Question(
        hint=hint,
        question=_SENTENCES.get(f"{hint}.{group}", _SENTENCES[hint]),
        answer=_answer(hint),
        choices=_CHOICES.get(hint),
        example=_EXAMPLES.get(hint, example),
        is_required=hint in limits.required,
    )


def _answer(hint: str) -> Answer:
    if hint.startswith("measurements."):
        return "measure"
    if hint in ("smokers", "pets"):
        return "yes-no"
    return "choice" if hint in _CHOICES else "text"


@functools.cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
