"""Photos of one item in, all that they show out: the one door to recognition.

Runs in workers only. Nothing leaves the machine, and what is written on an item is data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from django.conf import settings

from listings.recognition import (
    barcodes,
    certain,
    choosing,
    colors,
    numbers,
    quality,
    reading,
    subjects,
)
from listings.recognition.certain import Told
from listings.recognition.choosing import Choice
from listings.recognition.colors import Colors
from listings.recognition.network import Looks, Network
from listings.recognition.result import Evidence, Quality, Recognition, SeenNumber
from processing.engine.arrays import F32, U8, fit_within, shrink
from processing.engine.files import decode
from processing.engine.networks.faces import FaceFinder
from processing.engine.networks.registry import Models
from processing.engine.text.detect import Text, TextFinder
from processing.worker import runtime

PROVIDER = "packshot:efficientnet-lite0"
_MODEL = "fast"
# Everything is seen on a copy of this longer side: the text finder looks no closer.
_SIDE = 1600
# A JPEG whose shorter side is at least twice this is decoded at a half or a quarter.
_MIN_SIDE = 1200


@dataclass(frozen=True, slots=True)
class Tools:
    """What recognising works with; without `texts`, nothing is read off the photos, and without `faces`
    none is looked for."""

    models: Models
    network: Network
    texts: TextFinder | None
    max_pixels: int
    faces: FaceFinder | None = None


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One photo, and what is known of it."""

    rgb: U8
    matte: F32
    size: tuple[int, int]
    texts: Sequence[Text]
    looks: Looks
    numbers: Sequence[SeenNumber]

    @property
    def empty(self) -> bool:
        return quality.nothing_there(self.matte)


@cache
def tools() -> Tools:
    """Return what this process recognizes with, as its settings say."""
    return Tools(
        models=runtime.registry(),
        network=Network(threads=runtime.threads()),
        texts=runtime.text_finder(),
        max_pixels=settings.MAX_PIXELS,
        faces=runtime.faces(),
    )


def recognise(pictures: Sequence[bytes], tools: Tools) -> Recognition:
    """Say what several photos of one item show, the first being the main one.

    Raises UnsupportedFormat, TooManyPixels, BrokenImage, ModelNotInstalled, and ValueError when
    there is no photo.
    """
    if not pictures:
        raise ValueError("There is no photo to recognize anything in.")
    views = [_view(data, image, tools) for image, data in enumerate(pictures)]
    choice = choosing.choose([None if view.empty else view.looks for view in views])
    painted = [None if view.empty else colors.of(view.rgb, view.matte) for view in views]
    shown = _shown(painted, choice.views)
    lines = [reading.lines(view.texts, image) for image, view in enumerate(views)]
    codes = [code for view in views for code in view.numbers]
    codes += [number for photo in lines for number in numbers.printed(photo)]
    number = numbers.of_item(codes)
    choice = numbers.named(number, choice)
    told = Told([*_about_category(choice, number), *_about_number(number)])
    if shown:
        certain.about_colors(told, *shown, choice.key)
    certain.about_print(told, lines, choice.key)
    evidence = told.facts
    return Recognition(
        category=choice.key,
        category_confidence=choice.confidence,
        candidates=choice.candidates,
        colors=_all(evidence, "colour"),
        pattern=shown[1].pattern if shown and _first(evidence, "pattern") else None,
        brand=_first(evidence, "brand"),
        size=_first(evidence, "size"),
        materials=_all(evidence, "material"),
        texts=tuple(dict.fromkeys(line.words for photo in lines for line in photo)),
        evidence=tuple(evidence),
        quality=tuple(_quality(views)),
        provider=PROVIDER,
        numbers=tuple(codes),
        doubts=tuple(numbers.doubts(codes)),
        suggested=tuple(told.suggested),
        group=choice.group,
        group_confidence=choice.group_confidence,
        subject=subjects.of(
            [(view.rgb, view.matte) for view in views],
            tools.faces,
            empty=all(view.empty for view in views),
            sure=choice.key is not None,
        ),
    )


def _view(data: bytes, image: int, tools: Tools) -> View:
    photo = decode.decode(data, max_pixels=tools.max_pixels, least=(_MIN_SIDE, _MIN_SIDE))
    whole = photo.visible
    rgb = shrink(whole, fit_within(whole.shape[1], whole.shape[0], _SIDE))
    if photo.alpha is not None and photo.alpha.min() < 255:
        matte = np.asarray(photo.alpha, np.float32) / np.float32(255)
    else:
        matte = tools.models.matte(_MODEL, rgb)
    texts = [] if tools.texts is None else tools.texts.find(rgb)
    looks, codes = tools.network.look([rgb]), barcodes.read(whole, rgb, image)
    return View(rgb, matte, photo.probe.oriented_size, texts, looks, codes)


def _about_category(choice: Choice, number: SeenNumber | None) -> list[Evidence]:
    if choice.key is None:
        return []
    if number and not choice.views:
        return [Evidence("category", choice.key, number.source, number.image, choice.confidence)]
    image = choice.views[0] if len(choice.views) == 1 else None
    return [Evidence("category", choice.key, "classifier", image, choice.confidence)]


def _about_number(number: SeenNumber | None) -> list[Evidence]:
    if number is None or number.kind is None:
        return []
    return [Evidence(number.kind, number.digits, number.source, number.image, 1.0)]


def _shown(painted: Sequence[Colors | None], speaking: Sequence[int]) -> tuple[int, Colors] | None:
    """The first photo that shows the item itself, with its colors: a label is white, too."""
    shown = [(image, found) for image, found in enumerate(painted) if found is not None]
    return next((one for one in shown if one[0] in speaking), shown[0] if shown else None)


def _quality(views: Sequence[View]) -> Iterator[Quality]:
    for image, view in enumerate(views):
        yield from quality.problems(image, view.rgb, view.matte, view.size, view.texts)


def _all(evidence: Sequence[Evidence], field: str) -> tuple[str, ...]:
    return tuple(one.value for one in evidence if one.field == field)


def _first(evidence: Sequence[Evidence], field: str) -> str | None:
    return next(iter(_all(evidence, field)), None)
