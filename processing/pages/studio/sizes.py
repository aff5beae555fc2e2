"""The sizes that the studio offers: of the photo, by ratio, of marketplaces, and one of the seller's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from processing.engine.plans.edit import Horizontal, Layout, Sides, Vertical, parse_size
from processing.services.appearance import ready_looks
from processing.services.appearance.ready_looks import ReadyLook

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

AUTO: Final = "auto"
CROPPED: Final = "croppedSubject"
OWN: Final = "own"
# The product stays where it is, and as large.
AS_THE_PHOTO: Final = Layout(reference_box="originalImage")
# What a canvas of a size of its own leaves around the product from the start, in percent.
ROOM: Final = 8


@dataclass(frozen=True, slots=True)
class Size:
    """A choice of the page. ``size`` is what the edit has, ``padding`` the room that belongs to it."""

    value: str
    words: str | _StrPromise
    size: str
    padding: int = ROOM
    note: str = ""

    @property
    def pixels(self) -> str:
        """The sides in pixels; "" for a size that follows from the photo."""
        if self.size in (AUTO, CROPPED):
            return ""
        width, height = parse_size(self.size)
        return f"{width} \u00d7 {height}"


PLAIN: Final = (
    Size(AUTO, _("As the photo"), AUTO, padding=0),
    Size(CROPPED, _("Cropped to the product"), CROPPED, padding=0),
)
RATIOS: Final = (
    Size("2000x2000", _("Square"), "2000x2000", note="1:1"),
    Size("1600x2000", _("Portrait"), "1600x2000", note="4:5"),
    Size("1500x2000", _("Portrait"), "1500x2000", note="3:4"),
    Size("2000x1500", _("Landscape"), "2000x1500", note="4:3"),
    Size("1920x1080", _("Banner"), "1920x1080", note="16:9"),
    Size("1080x1920", _("Story"), "1080x1920", note="9:16"),
)
# Where the product stands on a canvas of a size of its own, row by row.
PLACES: Final = [
    ("left-top", _("Upper left")),
    ("center-top", _("Top")),
    ("right-top", _("Upper right")),
    ("left-center", _("Left")),
    ("center-center", _("Center")),
    ("right-center", _("Right")),
    ("left-bottom", _("Lower left")),
    ("center-bottom", _("Bottom")),
    ("right-bottom", _("Lower right")),
]
# Centered, and where the photo cuts the product off, at that edge.
BY_ITSELF: Final = ("", _("By itself"))
_ACROSS: Final[dict[str, Horizontal]] = {"left": "left", "center": "center", "right": "right"}
_DOWN: Final[dict[str, Vertical]] = {"top": "top", "center": "center", "bottom": "bottom"}
_SIZES: Final = {one.value: one.size for one in (*PLAIN, *RATIOS)}


def marketplaces(ready: Sequence[ReadyLook]) -> list[Size]:
    """What marketplaces ask for, as the ready looks have it."""
    return [
        Size(look.key, look.name, look.plan.layout.size, round(100 * _room(look.plan.layout)))
        for look in ready
        if look.group == "marketplace"
    ]


def choices() -> list[tuple[str, str | _StrPromise]]:
    """All of them, for a form's choice."""
    known = (*PLAIN, *RATIOS, *marketplaces(ready_looks.ready_looks()))
    return [*((one.value, one.words) for one in known), (OWN, gettext("Another size"))]


def layout(chosen: str, *, own: str, padding: int, place: str = "") -> Layout:
    """The canvas of a choice; ``own`` is the seller's size, ``place`` one of PLACES, which only a canvas of
    a size of its own has. Raises InvalidPlan."""
    size = own if chosen == OWN else _SIZES.get(chosen) or _of_marketplace(chosen)
    if size == AUTO and padding == 0:
        return AS_THE_PHOTO
    room = Sides.all(padding / 100)
    if size in (AUTO, CROPPED) or not place:
        return Layout(size=size, padding=room)
    across, down = place.split("-")
    return Layout(size=size, padding=room, horizontal=_ACROSS[across], vertical=_DOWN[down])


def values_of(wanted: Layout) -> dict[str, str]:
    """What the form holds for a canvas, as near as it can say it."""
    if wanted.size in (AUTO, "originalImage"):
        chosen = {"size": AUTO}
    elif wanted.size == CROPPED or wanted.size in {one.value for one in RATIOS}:
        chosen = {"size": wanted.size}
    else:
        width, height = parse_size(wanted.size)
        chosen = {"size": OWN, "width": str(width), "height": str(height)}
    room = str(min(40, round(100 * _room(wanted))))
    return chosen | {"padding": room, "place": _place(wanted)}


def _of_marketplace(key: str) -> str:
    return next(one.size for one in marketplaces(ready_looks.ready_looks()) if one.value == key)


def _place(wanted: Layout) -> str:
    if wanted.horizontal is None and wanted.vertical is None:
        return ""
    return f"{wanted.horizontal or 'center'}-{wanted.vertical or 'center'}"


def _room(wanted: Layout) -> float:
    top = wanted.padding.top
    return top if isinstance(top, float) else 0.0
