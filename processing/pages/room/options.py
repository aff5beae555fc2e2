"""What there is to choose for a photo of a room, in the order in which the studio shows it.

An option has the name that `RoomPlan` or `FineTune` has for it, so a new one is a line here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, TypeAlias

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from processing.engine.plans.room import FineTune

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Choices: TypeAlias = "Sequence[tuple[str, str | _StrPromise]]"

# What a form says for None.
NONE: Final = "none"
YES, NO = "yes", "no"
AS_THE_LOOK: Final = ""
LEVELS: Final[Choices] = [
    (AS_THE_LOOK, pgettext_lazy("level", "As the look")),
    ("NONE", pgettext_lazy("level", "Off")),
    ("LOW", pgettext_lazy("level", "Low")),
    ("MEDIUM", pgettext_lazy("level", "Medium")),
    ("HIGH", pgettext_lazy("level", "High")),
]
LOOKS: Final[Choices] = [
    ("neutral", _("Neutral")),
    ("warm", _("Warm")),
    ("modern", _("Modern")),
    ("property", _("Property")),
    ("property_usa", _("Property (USA)")),
    ("authentic", _("Authentic")),
    (NONE, _("None")),
]
ABOUT_LOOKS: Final[dict[str, str | _StrPromise]] = {
    "neutral": _("White walls, even light"),
    "warm": _("The light stays warm"),
    "modern": _("Cool and crisp"),
    "property": _("Bright corners, fuller colors"),
    "property_usa": _("Brighter still, rich colors"),
    "authentic": _("Close to what the camera saw"),
    NONE: _("Light and colors stay"),
}
SKIES: Final[Choices] = [
    (NONE, _("As it is")),
    ("CLEAR", _("Clear")),
    ("LOW_CLOUD", _("Low clouds")),
    ("HIGH_CLOUD", _("High clouds")),
]
WINDOWS: Final[Choices] = [
    ("NONE", _("As they are")),
    ("ONLY_WINDOWS", _("Darker")),
    ("WINDOWS_WITH_SKIES", _("And their skies")),
]
# The file itself may say so, see `RoomPlan`.
AROUND: Final[Choices] = [
    (NONE, _("As the file says")),
    (YES, _("Yes")),
    (NO, _("No")),
]
FORMATS: Final[Choices] = [("jpg", "JPG"), ("png", "PNG"), ("webp", "WebP"), ("avif", "AVIF")]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: of ``choices``, or where there are none on and off.

    - ``part``: what it stands under within its group.
    - ``only``: the option without which it means nothing.
    - ``is_of_one_photo``: whether it says something of a photo that isn't so of others.
    """

    name: str
    label: str | _StrPromise
    choices: Choices = ()
    help: str | _StrPromise = ""
    part: str | _StrPromise = ""
    only: str = ""
    is_of_one_photo: bool = False

    @property
    def is_of_look(self) -> bool:
        """Whether it changes what the look does, and so does nothing without one."""
        return self.name in FINE

    @property
    def depends_on(self) -> str:
        """The option without which it means nothing; "" for none."""
        return "look" if self.is_of_look else self.only


@dataclass(frozen=True, slots=True)
class Group:
    """Options that are shown together. ``name`` is the studio's tool for them, ``icon`` its picture."""

    name: str
    title: str | _StrPromise
    icon: str
    options: Sequence[Option]


FINE: Final = frozenset(one.name for one in fields(FineTune))
_INSIDE, _OUTSIDE = _("Inside alone"), _("Windows and sky alone")
GROUPS: Final = (
    Group("look", _("Look"), "icons/look.svg", [Option("look", _("Look"), LOOKS)]),
    Group(
        "light",
        _("Light"),
        "icons/sun.svg",
        [
            Option("brightness_boost", _("Brightness"), LEVELS),
            Option("contrast_boost", _("Contrast"), LEVELS),
            Option("brightness_boost_internal", _("Brightness"), LEVELS, part=_INSIDE),
            Option("contrast_boost_internal", _("Contrast"), LEVELS, part=_INSIDE),
            Option("brightness_boost_external", _("Brightness"), LEVELS, part=_OUTSIDE),
            Option("contrast_boost_external", _("Contrast"), LEVELS, part=_OUTSIDE),
        ],
    ),
    Group(
        "detail",
        _("Detail"),
        "icons/sliders.svg",
        [
            Option("clarity_level", _("Clarity"), LEVELS),
            Option("saturation_level", _("Pale colors"), LEVELS),
            Option("denoise_level", _("Noise removal"), LEVELS),
            Option("sharpen_level", _("Sharpness"), LEVELS),
        ],
    ),
    Group(
        "lines",
        _("Lines"),
        "icons/size.svg",
        [
            Option(
                "straighten",
                _("Straighten walls that lean"),
                help=_("The photo is cropped to what it then covers."),
            ),
            Option(
                "lens",
                _("Correct the lens"),
                help=_(
                    "Its distortion, colored fringes and dark corners, as far as they are known."
                ),
            ),
            Option("threesixty", _("Shows everything around, 360°"), AROUND, is_of_one_photo=True),
        ],
    ),
    Group(
        "sky",
        _("Outside"),
        "icons/cloud.svg",
        [
            Option(
                "sky",
                _("Another sky"),
                SKIES,
                help=_("Where a sky is found, for certain and by day."),
            ),
            Option(
                "sky_light",
                _("How far the house follows its light"),
                LEVELS[1:],
                only="sky",
            ),
            Option(
                "window_pull",
                _("Views through windows"),
                WINDOWS,
                help=_(
                    "As far as the photo, or the darkest of its exposures, holds them. What is white in it stays white."
                ),
            ),
        ],
    ),
    Group(
        "privacy",
        _("Privacy"),
        "icons/eye-off.svg",
        [
            Option(
                "privacy",
                _("Hide faces and number plates"),
                help=_(
                    "Beyond recovery. The result says how many were found: not every one is, so look at it."
                ),
            ),
        ],
    ),
)
FILE: Final = Group(
    "file",
    _("File"),
    "icons/export.svg",
    [
        Option("format", _("File format"), FORMATS),
        Option(
            "upscale",
            _("Enlarge it four times"),
            help=_("Four times as wide and high. It takes up to half a minute."),
            is_of_one_photo=True,
        ),
    ],
)
ALL: Final = tuple(option for group in (*GROUPS, FILE) for option in group.options)
