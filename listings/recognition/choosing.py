"""From what the network says of several views of one item to one category, or to a few that it may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from listings.recognition import categories, clothing
from listings.recognition.network import Looks
from listings.vocabulary import tree
from processing.engine.arrays import F32

# Below this the answer is "unsure": measured where the head had not learned, 90 % of the photos are
# above it, and of those 90 % are right.
UNSURE = 0.5
# Goods are answered from here on, as much of what people sell is like none of ImageNet's classes: on 406
# photos of 28 kinds 33 % were right then and 6 % wrong; all others are candidates.
_UNSURE_GOODS = 0.7
# ImageNet's chances are too small: of what they call 0.3 half is right. Raised to this power they fit best
# (expected calibration error 0.09 on those photos, 0.28 without).
_SHARPNESS = 1.5
# What shows less of clothing than 99 of 100 clothes do is something else.
_CLOTHING = 0.42
# Goods of other kinds: 2 of 1,000 photos of clothes reach this by mistake.
_GOODS = 0.4
# The share of ImageNet's whole probability that a finer kind needs.
_FINER = 0.6
# The first photo is the one that shows the whole item.
_FIRST = 2.0
MAX_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """The category, None when unsure; `confidence` is that of the likeliest either way. `candidates`
    are the likeliest, the category itself among them. `group` is the group that most of the chances
    fall to, None where that is not half of them, and `group_confidence` its share. `views` are the
    photos that speak for the likeliest."""

    key: str | None
    confidence: float
    candidates: tuple[tuple[str, float], ...]
    views: tuple[int, ...]
    group: str | None = None
    group_confidence: float = 0.0


def choose(views: Sequence[Looks | None]) -> Choice:
    """The category of an item by its views, each one picture; None for a photo without a subject."""
    opinions = {image: _opinion(looks) for image, looks in enumerate(views) if looks is not None}
    if not opinions:
        return Choice(None, 0.0, (), ())
    total = _together(opinions)
    ranked = sorted(total.items(), key=lambda item: -item[1])
    key, confidence = ranked[0]
    speaking = tuple(
        image for image, one in opinions.items() if max(one, key=lambda k: one[k]) == key
    )
    group, share = _group(total)
    of_clothes = key in categories.by_label().values()
    sure = confidence >= (UNSURE if of_clothes else _UNSURE_GOODS)
    if sure and (finer := _finer(key, [views[image] for image in speaking])):
        # A finer kind is never surer than the one that it refines.
        ranked[:1] = [(finer[0], min(confidence, finer[1])), (key, confidence)]
    best, confidence = ranked[0]
    return Choice(
        key=best if sure else None,
        confidence=round(confidence, 3),
        candidates=tuple((one, round(chance, 3)) for one, chance in ranked[:MAX_CANDIDATES]),
        views=speaking,
        group=group if share >= UNSURE else None,
        group_confidence=round(share, 3),
    )


def _together(opinions: Mapping[int, Mapping[str, float]]) -> dict[str, float]:
    """The views' chances averaged, the first view's counted double."""
    weights = {image: _FIRST if image == 0 else 1.0 for image in opinions}
    total: dict[str, float] = {}
    for image, opinion in opinions.items():
        for key, chance in opinion.items():
            total[key] = total.get(key, 0.0) + chance * weights[image] / sum(weights.values())
    return total


def _group(chances: Mapping[str, float]) -> tuple[str, float]:
    shares: dict[str, float] = {}
    for key, chance in chances.items():
        group = tree.categories()[key].group
        shares[group] = shares.get(group, 0.0) + chance
    return max(shares.items(), key=lambda item: item[1])


def _opinion(looks: Looks) -> dict[str, float]:
    """Say what one picture may show, with probabilities."""
    chances = categories.softmax(looks.logits)[0]
    goods = categories.goods(chances)
    likeliest = max(goods, key=lambda key: goods[key])
    # Asked first: the clothing head knows garments alone, and would name any picture as one.
    head = clothing.head()
    if goods[likeliest] >= _GOODS or float(head.clothing(looks)[0]) < _CLOTHING:
        return categories.goods(_sharpened(looks))
    named = categories.by_label()
    return {
        named[label]: float(chance)
        for label, chance in zip(head.labels, head.chances(looks)[0], strict=True)
    }


def _sharpened(looks: Looks) -> F32:
    chances: F32 = categories.softmax(looks.logits * np.float32(_SHARPNESS))[0]
    return chances


def _finer(key: str, views: Sequence[Looks | None]) -> tuple[str, float] | None:
    """A finer category than `key` and how likely it is, where the views that speak for it agree."""
    of_clothes = key in categories.by_label().values()
    chances = [
        categories.softmax(looks.logits)[0] if of_clothes else _sharpened(looks)
        for looks in views
        if looks is not None
    ]
    if not chances:
        return None
    mean: F32 = np.mean(chances, axis=0)
    found = categories.finer(key, mean)
    return found if found is not None and found[1] >= _FINER else None
