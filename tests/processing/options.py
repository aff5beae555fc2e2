"""Cutout plans in which nothing is left as it would be without being asked for."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from processing.engine.plans.cutout import Area, CleanUp, CutoutPlan, Spot, choices_of, types_of

# What can't be found by itself: another value than the default.
_OTHERS = {
    "model": "high",
    "edge": 75.0,
    "bg_color": "#102030",
    "box": Area(0.1, 0.2, 0.7, 0.9),
    "point": Spot(0.3, 0.4),
    "mask": "5c0c6a1e-8f0e-4c57-9a47-0d6f0d4d0c11",
    "clean_up": CleanUp(
        islands=False, pinholes=False, holes=False, shadow=False, keep_hanger=False
    ),
}


def names(definition: type[CutoutPlan] = CutoutPlan) -> set[str]:
    return {part.name for part in fields(definition)}


def other(name: str, definition: type[CutoutPlan] = CutoutPlan) -> Any:
    """A value that the option does not have by itself."""
    if name in _OTHERS:
        return _OTHERS[name]
    default = getattr(definition(), name)
    if types_of(definition)[name] is bool:
        return not default
    return next(value for value in choices_of(definition, name) if value != default)


def changed(*plans: CutoutPlan) -> set[str]:
    """The options that one of the plans has otherwise than the default."""
    return {
        name
        for plan in plans
        for name in names()
        if getattr(plan, name) != getattr(CutoutPlan(), name)
    }
