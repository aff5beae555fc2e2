"""From what the network says of several views of one item to one category, or to none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from listings.recognition import categories, clothing
from listings.recognition.network import Looks
from processing.engine.arrays import F32

# Below this the answer is "unsure": measured where the head had not learned, 90 % of the photos are
# above it, and of those 90 % are right.
UNSURE = 0.5
# What shows less of clothing than 99 of 100 clothes do is something else.
_CLOTHING = 0.42
# Goods of other kinds: 2 of 1,000 photos of clothes reach this by mistake.
_GOODS = 0.4
# The share of ImageNet's whole probability that a finer kind needs.
_FINER = 0.6
# The first photo is the one that shows the whole item.
_FIRST = 2.0
_MIN_ALTERNATIVE, _MAX_ALTERNATIVES = 0.05, 4


@dataclass(frozen=True, slots=True)
class Choice:
    """The category, None when unsure; `confidence` is that of the likeliest either way. `views` are
    the photos that speak for it."""

    key: str | None
    confidence: float
    alternatives: tuple[tuple[str, float], ...]
    views: tuple[int, ...]


def choose(views: Sequence[Looks | None]) -> Choice:
    """The category of an item by its views, each one picture; None for a photo without a subject."""
    opinions: dict[int, dict[str, float]] = {
        image: opinion
        for image, looks in enumerate(views)
        if looks is not None and (opinion := _opinion(looks))
    }
    if not opinions:
        return Choice(None, 0.0, (), ())
    total: dict[str, float] = {}
    weights = {image: _FIRST if image == 0 else 1.0 for image in opinions}
    for image, opinion in opinions.items():
        for key, chance in opinion.items():
            total[key] = total.get(key, 0.0) + chance * weights[image] / sum(weights.values())
    ranked = sorted(total.items(), key=lambda item: -item[1])
    key, confidence = ranked[0]
    speaking = tuple(
        image for image, one in opinions.items() if max(one, key=lambda k: one[k]) == key
    )
    sure = confidence >= UNSURE
    if sure and (finer := _finer(key, [views[image] for image in speaking])):
        # A finer kind is never surer than the one that it refines.
        ranked[:1] = [(finer[0], min(confidence, finer[1])), (key, confidence)]
    others = ranked[1:] if sure else ranked
    alternatives = tuple(
        (other, round(chance, 3))
        for other, chance in others[:_MAX_ALTERNATIVES]
        if chance >= _MIN_ALTERNATIVE
    )
    best, confidence = ranked[0]
    return Choice(best if sure else None, round(confidence, 3), alternatives, speaking)


def _opinion(looks: Looks) -> dict[str, float]:
    """Say what one picture may show, with probabilities; empty when it is like nothing known."""
    chances = categories.softmax(looks.logits)[0]
    goods = categories.goods(chances)
    likeliest = max(goods, key=lambda key: goods[key])
    # Asked first: the clothing head knows garments alone, and would name any picture as one.
    if goods[likeliest] >= _GOODS:
        return goods
    head = clothing.head()
    if float(head.clothing(looks)[0]) < _CLOTHING:
        return {key: chance for key, chance in goods.items() if chance >= _MIN_ALTERNATIVE}
    named = categories.by_label()
    return {
        named[label]: float(chance)
        for label, chance in zip(head.labels, head.chances(looks)[0], strict=True)
    }


def _finer(key: str, views: Sequence[Looks | None]) -> tuple[str, float] | None:
    """A finer category than `key` and how likely it is, where the views that speak for it agree."""
    chances = [categories.softmax(looks.logits)[0] for looks in views if looks is not None]
    if not chances:
        return None
    mean: F32 = np.mean(chances, axis=0)
    found = categories.finer(key, mean)
    return found if found is not None and found[1] >= _FINER else None
