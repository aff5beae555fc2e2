"""Whom to ask about a photo, and whom to believe: one network, or those of `auto`.

`auto` asks `fast`, and once more about the part around a small subject. What `fast` can't decide is
shown to `high`, and what neither can to `fast` again, darkened, which brings out pale garments on pale
ground. Of several opinions the one is believed that doubts least and denies least of what another is
sure of. Rule and numbers were chosen on 136 photos by sellers, labelled by eye (benchmarks/graded).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from processing.engine import memory
from processing.engine.arrays import F32, U8, Box
from processing.engine.errors import ModelNotInstalled, OutOfMemory
from processing.engine.looking import second_look
from processing.engine.looking.opinions import Opinion
from processing.engine.networks.auto import CLOSER, FIRST, asked
from processing.engine.networks.registry import Models
from processing.engine.rendered import Look, Outcome, Reason

# The share of the subject in patches of doubt from which on another opinion is asked for.
_UNSURE = 0.03
# Two may be a pair of shoes.
_MANY_PIECES = 3
# What a cell of doubt weighs beside one that another network is sure of.
_DOUBT = 1.5
_GAMMA = 2.2


@dataclass(frozen=True, slots=True)
class Seen:
    """What is believed about a photo.

    - `matte`: float32 (n, n), 0 to 1, of a part of the photo or all of it (`region`); `whole`: one of all
      of it.
    - `model`, `provider`: the network that made it, by its own name, and what ran it.
    - `looks`: all looks, in their order; exactly one of them is believed.
    - `size`: width and height of the photo that was looked at, whose pixels regions count.
    """

    matte: F32
    whole: F32
    model: str
    provider: str
    looks: tuple[Look, ...]
    size: tuple[int, int]

    @property
    def region(self) -> Box | None:
        """The part of the photo (left, top, right, bottom) that `matte` covers; None for all of it."""
        return next(look.region for look in self.looks if look.outcome == "believed")

    @property
    def outvoted(self) -> tuple[Look, ...]:
        """All looks where none of them is believed after all."""
        return tuple(
            replace(look, outcome="outvoted") if look.outcome == "believed" else look
            for look in self.looks
        )

    def at(self, size: tuple[int, int]) -> "Seen":
        """The same for a copy of the photo of that width and height."""
        if size == self.size:
            return self
        across, down = size[0] / self.size[0], size[1] / self.size[1]
        looks = (replace(look, region=_scaled(look.region, across, down)) for look in self.looks)
        return replace(self, looks=tuple(looks), size=size)


@dataclass(frozen=True, slots=True)
class _Answer:
    opinion: Opinion
    look: Look


def check(models: Models, model: str) -> None:
    """Refuse a model that nobody knows. Raises UnknownModel."""
    models.resolve(asked(model)[0])


def look(models: Models, model: str, rgb: U8, *, first: F32 | None = None) -> Seen:
    """Ask the model, or for `auto` as many as it takes, about a photo uint8 (h, w, 3). `first` is the
    model's matte, or that of `auto`'s first network, where it was asked already.

    Raises UnknownModel; ModelNotInstalled, OutOfMemory where the model, or for `auto` its first network,
    can't look. Without the other one, or the last look, `auto` goes on, and the looks say so.
    """
    if len(asked(model)) == 1:
        return _believed(rgb, [_ask(models, model, rgb, "chosen", first)])
    one = _ask(models, FIRST, rgb, "first", first)
    reason = _why_another(one.opinion)
    if reason is None:
        return _looked_closer(models, one, rgb)
    given = [one, _ask_if_possible(models, CLOSER, lambda: rgb, reason)]
    if _is_unsure(_answers(given)):
        given.append(_ask_if_possible(models, FIRST, lambda: _darkened(rgb), "still-unsure"))
    return _believed(rgb, given)


def _ask(models: Models, name: str, rgb: U8, reason: Reason, matte: F32 | None = None) -> _Answer:
    said = Look(models.resolve(name), models.provider(name), None, reason)
    return _Answer(Opinion(models.matte(name, rgb) if matte is None else matte), said)


def _ask_if_possible(
    models: Models, name: str, picture: Callable[[], U8], reason: Reason
) -> _Answer | Look:
    """Ask a network that `auto` can do without; a look without an answer where it can't look."""
    try:
        with memory.shortage_told():
            return _ask(models, name, picture(), reason)
    except (ModelNotInstalled, OutOfMemory) as error:
        why: Outcome = "not-installed" if isinstance(error, ModelNotInstalled) else "out-of-memory"
        return Look(models.resolve(name), None, None, reason, why)


def _answers(given: Sequence[_Answer | Look]) -> list[_Answer]:
    return [one for one in given if isinstance(one, _Answer)]


def _why_another(first: Opinion) -> Reason | None:
    if first.area == 0:
        return "nothing-found"
    if first.doubt >= _UNSURE:
        return "unsure"
    return "in-pieces" if first.pieces >= _MANY_PIECES else None


def _looked_closer(models: Models, first: _Answer, rgb: U8) -> Seen:
    """The second look at a small subject, where there is one and it is better; else the first."""
    size, matte = (rgb.shape[1], rgb.shape[0]), first.opinion.matte
    region = second_look.region(matte, *size)
    if region is None:
        return _believed(rgb, [first])
    left, top, right, bottom = region
    second = _ask(models, FIRST, rgb[top:bottom, left:right], "small-subject")
    second = replace(second, look=replace(second.look, region=region))
    closer = second.opinion.matte
    sure = second.opinion.doubt < _UNSURE
    best = second if sure and second_look.is_better(closer, region, matte, size) else first
    seen = _believed(rgb, [first, second], best=best)
    if best is first:
        return seen
    return replace(seen, whole=second_look.laid(closer, region, matte.shape, size))


def _against(one: _Answer, given: Sequence[_Answer]) -> float:
    """What speaks against an opinion, in cells: its own doubt, and most of what one of the others is sure
    of and it denies."""
    denied = max(one.opinion.denies(other.opinion) for other in given)
    return _DOUBT * one.opinion.undecided + denied


def _is_unsure(given: Sequence[_Answer]) -> bool:
    """Whether too much speaks against even the best opinion, beside the largest subject that one sees."""
    largest = max(one.opinion.area for one in given)
    return largest > 0 and min(_against(one, given) for one in given) >= _UNSURE * largest


def _believed(rgb: U8, given: Sequence[_Answer | Look], *, best: _Answer | None = None) -> Seen:
    """Believe `best`, or what least speaks against; of equals, what was asked first."""
    answers = _answers(given)
    best = best or min(answers, key=lambda one: _against(one, answers))
    looks = [
        one
        if isinstance(one, Look)
        else replace(one.look, outcome="believed" if one is best else "outvoted")
        for one in given
    ]
    matte, told = best.opinion.matte, best.look
    return Seen(
        matte=matte,
        whole=matte,
        model=told.network,
        provider=told.provider or "",
        looks=tuple(looks),
        size=(rgb.shape[1], rgb.shape[0]),
    )


def _scaled(region: Box | None, across: float, down: float) -> Box | None:
    if region is None:
        return None
    left, top, right, bottom = region
    return round(left * across), round(top * down), round(right * across), round(bottom * down)


def _darkened(rgb: U8) -> U8:
    """The photo in linear light, taken for sRGB: pale tones lie further apart."""
    levels = np.arange(256, dtype=np.float64) / 255
    table = np.round(255 * levels**_GAMMA).astype(np.uint8)
    return np.asarray(cv2.LUT(rgb, table), dtype=np.uint8)
