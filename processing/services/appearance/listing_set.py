"""A listing's set: the four pictures that a buyer looks for, of one photo, as ready looks.

All four cut the product out alike, so a photo is cut out once for its set. Each is a picture of its own, and counted as
one.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from processing.engine.plans.edit import (
    Background,
    EditPlan,
    Export,
    Generated,
    Gradient,
    Layout,
    Light,
    Shadow,
    Sides,
)
from processing.engine.plans.frame import Frame
from processing.services.appearance.ready_looks import PREFIX, ReadyLook, Reason

NAME: Final = "listing"  # what requests call this set
_KEYS: Final = ("listing-main", "listing-lifestyle", "listing-detail", "listing-hero")
IDS: Final = tuple(f"{PREFIX}{key}" for key in _KEYS)
_JPG: Final = Export(format="jpg", quality=90)
_SAND: Final = Background(gradient=Gradient(("#f8f4ee", "#e9dfd2"), "radial"))
# The scene has a camera by how the product lies, hangs or stands.
_SCENE: Final = Generated("light oak in soft morning light, a sprig of eucalyptus", seed=11)


def ready_looks() -> list[ReadyLook]:
    plans = (_main(), _lifestyle(), _detail(), _hero())
    words = (
        (_("Main picture"), _("Pure white, the product large and in its best light: the cover")),
        (
            _("Lifestyle"),
            _("On light oak with eucalyptus, seen as the product lies, hangs or stands"),
        ),
        (_("Detail"), _("What tells most, close: a label, a print, the fabric")),
        (_("Hero"), _("Large on a soft warm ground, 4:5, without size charts, text or badges")),
    )
    return [
        ReadyLook(key, name, "set", plan, (Reason(about, "ours"),))
        for key, plan, (name, about) in zip(_KEYS, plans, words, strict=True)
    ]


def _main() -> EditPlan:
    """What every marketplace takes: pure white to the edges, 2000 pixels, at least 85 % filled."""
    return EditPlan(
        light=Light(),
        layout=Layout(size="2000x2000", padding=Sides.all(0.05), snap=False),
        background=Background(color="#ffffff"),
        export=_JPG,
    )


def _lifestyle() -> EditPlan:
    return EditPlan(
        layout=Layout(size="2000x2000", padding=Sides.all(0.12)),
        background=Background(generated=_SCENE),
        shadow=Shadow(),
        export=_JPG,
    )


def _detail() -> EditPlan:
    return EditPlan(
        frame=Frame(detail=True),
        light=Light(),
        layout=Layout(size="1600x1600", reference_box="originalImage"),
        background=_SAND,
        export=_JPG,
    )


def _hero() -> EditPlan:
    return EditPlan(
        light=Light(),
        layout=Layout(size="1600x2000", padding=Sides.all(0.06)),
        background=_SAND,
        shadow=Shadow(),
        export=_JPG,
    )
