"""Where the subject stands: size, margins, paddings, alignment."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from processing.compat.fields import Fields, naming, wrong
from processing.compat.photoroom.background import SCALINGS
from processing.engine.plans.edit import (
    MAX_SIDE,
    Horizontal,
    Layout,
    ReferenceBox,
    Sides,
    Vertical,
    parse_size,
)

_SIDES = ("top", "right", "bottom", "left")
_NAMED_SIZES = ("auto", "originalImage", "croppedSubject")
_SIZE = re.compile(r"[0-9]{1,6}x[0-9]{1,6}")
_HORIZONTAL: dict[str, Horizontal] = {"left": "left", "center": "center", "right": "right"}
_VERTICAL: dict[str, Vertical] = {"top": "top", "center": "center", "bottom": "bottom"}
_BOXES: dict[str, ReferenceBox] = {"subjectBox": "subjectBox", "originalImage": "originalImage"}
SNAP = "ignorePaddingAndSnapOnCroppedSides"
NAMES = (
    *("outputSize", "maxWidth", "maxHeight", "scaling", "referenceBox", SNAP),
    *("horizontalAlignment", "verticalAlignment"),
    *(f"{kind}{side}" for kind in ("margin", "padding") for side in ("", *map(str.title, _SIDES))),
)


def read_layout(fields: Fields, base: Layout) -> Layout:
    """The template's layout ``base`` with what the request says in place of it."""
    size = _size(fields, base.size)
    changes: dict[str, Any] = {
        "max_width": _most(fields, "maxWidth", size),
        "max_height": _most(fields, "maxHeight", size),
        "scaling": fields.choice("scaling", SCALINGS),
        "horizontal": fields.choice("horizontalAlignment", _HORIZONTAL),
        "vertical": fields.choice("verticalAlignment", _VERTICAL),
        "reference_box": fields.choice("referenceBox", _BOXES),
        "snap": fields.flag(SNAP),
        "margin": _sides(fields, "margin", base.margin),
        "padding": _sides(fields, "padding", base.padding),
    }
    given = {name: value for name, value in changes.items() if value is not None}
    if size != base.size:  # the template's limits were meant for its own size
        given = {"max_width": None, "max_height": None, **given}
    return replace(base, size=size, **given)


def _size(fields: Fields, base: str) -> str:
    """``auto`` is the template's size where there is one."""
    size = fields.text("outputSize")
    if size is None or size == "auto":
        return base
    if size in _NAMED_SIZES:
        return size
    if not _SIZE.fullmatch(size):
        raise wrong(
            "outputSize",
            "must be auto, originalImage, croppedSubject or WIDTHxHEIGHT",
        )
    with naming("outputSize"):
        width, height = parse_size(size)
    return f"{width}x{height}"


def _most(fields: Fields, name: str, size: str) -> int | None:
    most = fields.whole(name, 1, MAX_SIDE)
    if most is not None and size not in ("originalImage", "croppedSubject"):
        raise wrong(
            name,
            "can only be provided if outputSize is originalImage or croppedSubject",
        )
    return most


def _sides(fields: Fields, kind: str, base: Sides) -> Sides:
    """One length for all sides, and others for single ones."""
    general = fields.length(kind)
    sides = base if general is None else Sides.all(general)
    single = {side: fields.length(f"{kind}{side.title()}") for side in _SIDES}
    return replace(sides, **{side: value for side, value in single.items() if value is not None})
