"""The categories of categories.toml, and how ImageNet's classes show them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from processing.engine.arrays import F32

CATALOGUE = Path(__file__).resolve().parents[1] / "vocabulary/categories.toml"


@dataclass(frozen=True, slots=True)
class Category:
    """One table of categories.toml, as far as recognising needs it."""

    key: str
    label: str | None
    parent: str | None
    imagenet: tuple[int, ...]


@cache
def catalogue() -> Mapping[str, Category]:
    with CATALOGUE.open("rb") as file:
        tables = tomllib.load(file)
    return {
        key: Category(
            key,
            table.get("label"),
            table.get("parent"),
            tuple(int(name.split()[0]) for name in table.get("imagenet", ())),
        )
        for key, table in tables.items()
    }


def by_label() -> dict[str, str]:
    """The category of each class of the clothing head."""
    return {found.label: found.key for found in catalogue().values() if found.label}


def goods(chances: F32) -> dict[str, float]:
    """The share of ImageNet's probability (1000,) that falls to each category which is recognised by
    its classes alone."""
    return {
        found.key: float(chances[list(found.imagenet)].sum())
        for found in catalogue().values()
        if found.imagenet and found.label is None and found.parent is None
    }


def finer(parent: str, chances: F32) -> tuple[str, float] | None:
    """The likeliest category that refines `parent`, and its share (0 to 1) of ImageNet's whole
    probability (1000,); None when none refines it."""
    shares = [
        (float(chances[list(found.imagenet)].sum()), found.key)
        for found in catalogue().values()
        if found.parent == parent
    ]
    if not shares:
        return None
    share, key = max(shares)
    return key, share


def softmax(logits: F32) -> F32:
    """Probabilities along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)
