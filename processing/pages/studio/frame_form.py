"""A frame in numbers, as the crop page's form has it, and in the one line that the studio's form carries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.told import told
from processing.engine.errors import InvalidPlan
from processing.engine.plans.cutout import Area
from processing.engine.plans.frame import MAX_STRAIGHTEN, Frame

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

TURNS = [
    (0, _("Not turned")),
    (90, _("90° clockwise")),
    (180, "180°"),
    (270, _("90° counterclockwise")),
]
_DETAIL = "detail"
_SIDES = ("left", "top", "right", "bottom")
_NUMBER = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,6})?")


def _percent(label: _StrPromise) -> forms.FloatField:
    box = forms.NumberInput(attrs={"step": "any"})
    return forms.FloatField(label=label, min_value=0, max_value=100, required=False, widget=box)


class FrameForm(forms.Form):
    """Reads a frame: sides in percent of the upright box around the turned photo."""

    rotate = forms.TypedChoiceField(
        label=_("Turn"), choices=TURNS, coerce=int, initial=0, required=False, empty_value=None
    )
    straighten = forms.FloatField(
        label=_("Straighten"), min_value=-MAX_STRAIGHTEN, max_value=MAX_STRAIGHTEN, required=False
    )
    left = _percent(_("Left"))
    top = _percent(_("Top"))
    right = _percent(_("Right"))
    bottom = _percent(_("Bottom"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            shares = [cleaned.get(side) for side in _SIDES]
            whole = (0.0, 0.0, 100.0, 100.0)
            sides = [
                (most if given is None else given) / 100
                for given, most in zip(shares, whole, strict=True)
            ]
            if sides[0] >= sides[2]:
                self.add_error(
                    "right", _("The right side must be further right than the left one.")
                )
            if sides[1] >= sides[3]:
                self.add_error("bottom", _("The bottom must be further down than the top."))
        if not self.errors:
            try:
                turn = cleaned.get("rotate") or 0, cleaned.get("straighten") or 0.0
                cleaned["frame"] = _frame(turn, sides)
            except InvalidPlan as error:
                self.add_error(None, told(error.message))
        return cleaned

    @property
    def frame(self) -> Frame | None:
        """The frame, once the form is valid; None for one that leaves the photo as it is."""
        found: Frame | None = self.cleaned_data["frame"]
        return found


def initial_of(frame: Frame | None) -> dict[str, Any]:
    """What the form shows of a frame."""
    frame = frame or Frame()
    area = frame.crop or Area()
    sides = {side: _short(100 * getattr(area, side)) for side in _SIDES}
    return {"rotate": frame.rotate, "straighten": _short(frame.straighten), **sides}


def line_of(frame: Frame | None) -> str:
    """A frame as the studio's form carries it: turn, degrees, and sides or the word for a detail; "" for none."""
    if frame is None:
        return ""
    if frame.detail:
        return f"{frame.rotate} {_short(frame.straighten)} {_DETAIL}"
    area = frame.crop or Area()
    numbers = (frame.rotate, frame.straighten, *(getattr(area, side) for side in _SIDES))
    return " ".join(_short(number) for number in numbers)


def frame_of(line: str) -> Frame | None:
    """Read such a line. Raises InvalidPlan."""
    if not line:
        return None
    words = line.split(" ")
    is_detail = words[2:] == [_DETAIL]
    if is_detail:
        words[2:] = ["0", "0", "1", "1"]
    if len(words) != 6 or not all(_NUMBER.fullmatch(word) for word in words):
        raise InvalidPlan(gettext("The crop can’t be read. Crop the picture anew."), field="frame")
    turn, straighten, *sides = (float(word) for word in words)
    if turn not in (0, 90, 180, 270):
        raise InvalidPlan(gettext("A picture is turned by 90, 180 or 270 degrees."), field="frame")
    return _frame((int(turn), straighten), sides, is_detail=is_detail)


def _frame(turn: tuple[int, float], sides: list[float], *, is_detail: bool = False) -> Frame | None:
    """None for what leaves the photo as it is, so that it costs no edit."""
    area = Area(*sides)
    frame = Frame(
        crop=None if area.is_whole else area,
        rotate=turn[0],  # type: ignore[arg-type]
        straighten=turn[1],
        detail=is_detail,
    )
    return None if frame == Frame() else frame


def _short(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".") or "0"
