"""The named looks of rooms: how much of each correction, as numbers.

All amounts are 0 for nothing. Levels of a fine-tuning replace or add to what a look has, see `tuned`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from processing.engine.plans.room import FineTune, Level, Look
from processing.engine.plans.room_versions import looks_of


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much of each correction.

    - `white_balance`: the share of a cast that is taken back, 0 to 1. `warmth`: what is added then, in
      logarithms of red over blue: 0.1 is a lamp a little warmer than daylight.
    - `exposure`: the share of the missing light that is made up for, 0 to 1.
    - `shadows`: how far dark parts are brought towards the middle, 0 to 1 (in logarithms of light).
    - `contrast`: how much steeper the middle of the curve is.
    - `clarity`: how much of the difference to the surroundings is added.
    - `denoise`: how many times the noise's standard deviation is smoothed. `sharpen`: how much of fine
      detail beyond that is added.
    - `saturation`: how much colors gain, the paler the more.
    - `inside`, `outside`, `inside_contrast`, `outside_contrast`: stops of light, and contrast, for all but
      windows and sky, and for those.
    """

    white_balance: float = 0.8
    warmth: float = 0.0
    exposure: float = 1.0
    shadows: float = 0.22
    contrast: float = 0.08
    clarity: float = 0.15
    denoise: float = 1.5
    sharpen: float = 0.3
    saturation: float = 0.08
    inside: float = 0.0
    outside: float = 0.0
    inside_contrast: float = 0.0
    outside_contrast: float = 0.0


def amounts(version: str, look: Look) -> Amounts:
    """What a look is in a version (see `plans.room_versions`). Raises KeyError where it has no such look."""
    return Amounts(**looks_of(version)[look])


_STOPS: Final[Mapping[Level, float]] = {"NONE": 0.0, "LOW": 0.15, "MEDIUM": 0.3, "HIGH": 0.5}
_CONTRAST: Final[Mapping[Level, float]] = {"NONE": 0.0, "LOW": 0.08, "MEDIUM": 0.16, "HIGH": 0.28}
_CLARITY: Final[Mapping[Level, float]] = {"NONE": 0.0, "LOW": 0.15, "MEDIUM": 0.3, "HIGH": 0.5}
_DENOISE: Final[Mapping[Level, float]] = {"NONE": 0.0, "LOW": 1.0, "MEDIUM": 2.0, "HIGH": 3.0}
_SHARPEN: Final[Mapping[Level, float]] = {"NONE": 0.0, "LOW": 0.25, "MEDIUM": 0.5, "HIGH": 0.9}
_SATURATION: Final[Mapping[Level, float]] = {"NONE": 0.0, "LOW": 0.1, "MEDIUM": 0.2, "HIGH": 0.35}


def tuned(own: Amounts, finetune: FineTune) -> Amounts:
    """A look's own amounts with a fine-tuning: levels of brightness are added to what the look makes of a photo,
    all others stand in place of the look's own."""

    def level(name: str, table: Mapping[Level, float], otherwise: float) -> float:
        chosen: Level | None = getattr(finetune, name)
        return otherwise if chosen is None else table[chosen]

    brighter = level("brightness_boost", _STOPS, 0.0)
    return replace(
        own,
        contrast=level("contrast_boost", _CONTRAST, own.contrast),
        clarity=level("clarity_level", _CLARITY, own.clarity),
        denoise=level("denoise_level", _DENOISE, own.denoise),
        sharpen=level("sharpen_level", _SHARPEN, own.sharpen),
        saturation=level("saturation_level", _SATURATION, own.saturation),
        inside=own.inside + brighter + level("brightness_boost_internal", _STOPS, 0.0),
        outside=own.outside + brighter + level("brightness_boost_external", _STOPS, 0.0),
        inside_contrast=level("contrast_boost_internal", _CONTRAST, 0.0),
        outside_contrast=level("contrast_boost_external", _CONTRAST, 0.0),
    )
