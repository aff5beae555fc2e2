"""How many pictures, how large, in what format, and how the cover looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from listings.checks import problems
from listings.checks.look import look
from listings.checks.problems import Problem
from listings.checks.wording import Rules
from listings.offers import Offer
from listings.pictures import Picture
from media_library.models import Image

# Enlarging a picture is worth trying up to so much; beyond it a new photo is needed.
ENLARGES: Final = 4


def problems_of(offer: Offer, rules: Rules) -> Iterator[Problem]:
    yield from _count(offer, rules)
    for number, picture in enumerate(offer.pictures, start=1):
        name = "The cover" if number == 1 else f"Photo {number}"
        for problem in of_picture(picture.image, rules, name=name, cover=number == 1):
            yield replace(problem, image_id=picture.original.public_id)


def of_picture(image: Image, rules: Rules, *, name: str, cover: bool) -> Iterator[Problem]:
    """What is wrong with one picture; each a matter of a repair, or of a new photo."""
    yield from _sizes(image, rules, name)
    yield from _file(image, rules, name)
    if cover:
        yield from _cover(image, rules)


def format_of(image: Image) -> str:
    return "jpeg" if image.format == "jpg" else image.format


def mendable(picture: Picture, rules: Rules, *, cover: bool) -> list[Problem]:
    """What a repair of the picture would take care of, seen from the picture as it came."""
    found = of_picture(picture.original, rules, name="The photo", cover=cover)
    return [problem for problem in found if problem.mendable]


def _count(offer: Offer, rules: Rules) -> Iterator[Problem]:
    count = len(offer.pictures)
    rule = rules.get("photos_min")
    if rule and count < rule.value:
        message = f"The listing has too few photos: {count}, but the minimum is {rule.value}."
        yield Problem(rule, "error", "imageIds", message, count)
    rule = rules.get("photos_max")
    if rule and count > rule.value:
        message = (
            f"The listing has too many photos: {count}, but the maximum is {rule.value}. "
            "The others are left out."
        )
        yield problems.of(rule, "imageIds", message, found=count)


def _sizes(image: Image, rules: Rules, name: str) -> Iterator[Problem]:
    sides = {"longest": max(image.width, image.height), "shortest": min(image.width, image.height)}
    for which, side in sides.items():
        least = rules.get(f"picture_{which}_min")
        if least and side < least.value:
            message = (
                f"{name} has {side} pixels on its {which} side; at least {least.value} are "
                "required."
            )
            small = problems.of(least, "imageIds", message, found=side)
            yield replace(small, mendable=side * ENLARGES >= least.value)
            continue
        advised = rules.get(f"picture_{which}_advised")
        if advised and side < advised.value:
            message = (
                f"{name} has {side} pixels on its {which} side; {advised.value} are recommended."
            )
            yield problems.of(advised, "imageIds", message, found=side, level="advice")
    most = rules.get("picture_longest_max")
    if most and sides["longest"] > most.value:
        found = sides["longest"]
        message = (
            f"{name} has {found} pixels on its longest side; at most {most.value} are allowed."
        )
        yield replace(problems.of(most, "imageIds", message, found=found), mendable=True)


def _file(image: Image, rules: Rules, name: str) -> Iterator[Problem]:
    pixels = image.width * image.height
    rule = rules.get("picture_pixels_max")
    if rule and pixels > rule.value:
        message = (
            f"{name} has {pixels / 1e6:.1f} megapixels; at most {rule.value / 1e6:g} are allowed."
        )
        yield replace(problems.of(rule, "imageIds", message, found=pixels), mendable=True)
    rule = rules.get("picture_bytes_max")
    if rule and image.bytes > rule.value:
        message = (
            f"{name} has {image.bytes / 1e6:.1f} MB; at most {rule.value / 1e6:g} are allowed."
        )
        yield replace(problems.of(rule, "imageIds", message, found=image.bytes), mendable=True)
    rule = rules.get("picture_formats")
    if rule and format_of(image) not in rule.value:
        allowed = ", ".join(rule.value)
        message = f"{name} is a {format_of(image)} file; {allowed} are accepted."
        found = format_of(image)
        yield replace(problems.of(rule, "imageIds", message, found=found), mendable=True)


def _cover(image: Image, rules: Rules) -> Iterator[Problem]:
    square = rules.get("cover_square")
    if square and image.width != image.height:
        message = (
            f"The cover is {image.width}x{image.height}; only a square cover is shown uncropped."
        )
        found = f"{image.width}x{image.height}"
        told = problems.of(square, "imageIds", message, found=found, level="advice")
        yield replace(told, mendable=True)
    white = rules.get("cover_white")
    if white is None:
        return
    seen = look(image)
    if seen is None:
        message = "The cover's background has not been checked yet. Try again in a moment."
        yield problems.of(white, "imageIds", message, found=None, level="advice")
    elif not seen.white:
        what = "transparent" if seen.transparent else "not white"
        message = f"The cover's background is {what}; pure white is required."
        yield replace(problems.of(white, "imageIds", message, found=what), mendable=True)
    elif (fill := rules.get("cover_fill_min")) and (seen.fill or 0.0) < fill.value:
        share = round(seen.fill or 0.0, 2)
        message = (
            f"The product fills {share:.0%} of the cover; at least {fill.value:.0%} are required."
        )
        yield replace(problems.of(fill, "imageIds", message, found=share), mendable=True)
