"""How the classes of the clothing head and of ImageNet show the kinds of the tree."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from listings.vocabulary.tree import Category, categories, lineage
from processing.engine.arrays import F32


@cache
def by_label() -> Mapping[str, str]:
    """The category of each class of the clothing head."""
    return {found.label: found.key for found in categories().values() if found.label}


@cache
def _refined() -> Mapping[str, str]:
    """The kind that another refines, by the other's key: one above it that the clothing head knows, or
    that all of its classes show, too."""
    found = {}
    for key, one in categories().items():
        if not one.imagenet or one.label:
            continue
        for above in (categories()[above] for above in lineage(key)[1:]):
            if above.label or _holds(above, one):
                found[key] = above.key
                if above.label:
                    break
    return found


def _holds(above: Category, one: Category) -> bool:
    return set(one.imagenet) < set(above.imagenet)


@cache
def _shown() -> Mapping[str, Category]:
    """The kinds that are recognised by ImageNet's classes alone."""
    return {
        key: one
        for key, one in categories().items()
        if one.imagenet and not one.label and key not in _refined()
    }


@cache
def _finer() -> Mapping[str, list[Category]]:
    found: dict[str, list[Category]] = {}
    for key, refined in _refined().items():
        found.setdefault(refined, []).append(categories()[key])
    return found


def goods(chances: F32) -> dict[str, float]:
    """The share of ImageNet's probability (1000,) that falls to each category which is recognised by
    its classes alone."""
    return {key: float(chances[list(one.imagenet)].sum()) for key, one in _shown().items()}


def finer(parent: str, chances: F32) -> tuple[str, float] | None:
    """The likeliest category that refines `parent`, and its share (0 to 1) of ImageNet's whole
    probability (1000,); None when none refines it."""
    shares = [
        (float(chances[list(one.imagenet)].sum()), one.key) for one in _finer().get(parent, ())
    ]
    if not shares:
        return None
    share, key = max(shares)
    return key, share


def softmax(logits: F32) -> F32:
    """Probabilities along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)
