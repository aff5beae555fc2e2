"""Everything that can be done to a photo of a room or a house, written down and checked before anything runs.

Like `plans.edit` the one definition of these options. All raise InvalidPlan.
"""

from dataclasses import dataclass, field, fields
from typing import Annotated, Literal, get_args

from processing.engine.errors import InvalidPlan
from processing.engine.plans import room_versions
from processing.engine.plans.cutout import STRICT, Words, one_of
from processing.engine.plans.edit import Export

Look = Literal["neutral", "warm", "modern", "property", "property_usa", "authentic"]
Level = Literal["NONE", "LOW", "MEDIUM", "HIGH"]
WindowPull = Literal["NONE", "ONLY_WINDOWS", "WINDOWS_WITH_SKIES"]
SkyKind = Literal["CLEAR", "LOW_CLOUD", "HIGH_CLOUD"]


@dataclass(frozen=True, slots=True)
class FineTune:
    """Describes how much of each correction is applied; what is left out is as the look has it.

    Indoors and outdoors are told apart by a photo's bright parts, see `room.tone`: `…_internal` speaks of
    everything else, `…_external` of what is seen through windows and of the sky.
    """

    __pydantic_config__ = STRICT

    brightness_boost: Annotated[Level | None, Words("How much the whole photo is brightened.")] = (
        None
    )
    brightness_boost_internal: Annotated[
        Level | None, Words("How much all but windows and sky is brightened.")
    ] = None
    brightness_boost_external: Annotated[
        Level | None, Words("How much windows and sky are brightened.")
    ] = None
    contrast_boost: Annotated[Level | None, Words("How much contrast the whole photo gains.")] = (
        None
    )
    contrast_boost_internal: Annotated[
        Level | None, Words("How much contrast all but windows and sky gains.")
    ] = None
    contrast_boost_external: Annotated[
        Level | None, Words("How much contrast windows and sky gain.")
    ] = None
    clarity_level: Annotated[Level | None, Words("How much texture is brought out.")] = None
    denoise_level: Annotated[Level | None, Words("How much noise is taken away.")] = None
    saturation_level: Annotated[Level | None, Words("How much pale colors gain.")] = None
    sharpen_level: Annotated[Level | None, Words("How much edges are sharpened.")] = None

    def __post_init__(self) -> None:
        for option in fields(self):
            value = getattr(self, option.name)
            if value is not None:
                one_of(option.name, value, get_args(Level))


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """Describes what is done to a photo of a room or a house.

    - `look`: the named set of corrections, see `room.looks`; None leaves light and colors as they are.
    - `finetune`: how much of each, where that is not as the look has it.
    - `version`: which set of looks, see `plans.room_versions`; a word such as `4.x` becomes the version that it
      means, so that the same plan gives the same picture when there are newer ones.
    - `straighten`: walls that lean become upright, and the photo is cropped to what it then covers.
    - `lens`: what the lens did is taken back: its distortion and, where the lens is known, colored fringes and dark
      corners.
    - `privacy`: faces and number plates are hidden beyond recovery.
    - `upscale`: the result is enlarged four times, by `plans.edit.Upscale()`.
    - `sky`: what is drawn in the place of a sky, where one is found; None leaves it as it is.
    - `window_pull`: whether highlights in a room's windows are pulled down as far as the file holds them; with
      skies, a blue sky behind a window is replaced too, by `sky`, or else a clear one.
    - `sky_light`: how far the house follows the new sky's light, where the old sky was grey.
    - `threesixty`: whether the photo shows everything around (equirectangular, twice as wide as high); None for
      what its file tells. Such a photo is enhanced without a join, and not straightened.
    """

    __pydantic_config__ = STRICT

    look: Look | None = "neutral"
    finetune: FineTune = field(default_factory=FineTune)
    straighten: bool = True
    export: Export = field(default_factory=lambda: Export(format="jpg", quality=90))
    version: str = "5.0"
    privacy: bool = False
    upscale: bool = False
    sky: SkyKind | None = None
    sky_light: Level = "LOW"
    threesixty: bool | None = None
    window_pull: WindowPull = "NONE"
    lens: bool = True

    def __post_init__(self) -> None:
        # The one way to normalise a frozen dataclass's field while it is being made.
        object.__setattr__(self, "version", room_versions.resolve(self.version))
        if self.look is not None:
            one_of("look", self.look, get_args(Look))
            known = room_versions.looks_of(self.version)
            if self.look not in known:
                raise InvalidPlan.of(
                    "look", f"must be one of {', '.join(known)} in version {self.version}."
                )
        if self.look is None and self.finetune != FineTune():
            raise InvalidPlan("Without a look there is nothing to fine-tune.", field="finetune")
        if self.sky is not None:
            one_of("sky", self.sky, get_args(SkyKind))
        one_of("sky_light", self.sky_light, get_args(Level))
        one_of("window_pull", self.window_pull, get_args(WindowPull))
        moved = self.straighten or self.lens
        asked = moved or self.privacy or self.upscale or self.sky
        if self.look is None and not asked and self.window_pull == "NONE":
            raise InvalidPlan(
                "Nothing is asked for: name a look, or anything else to do.", field="look"
            )
        if self.export.color_space != "sRGB":
            raise InvalidPlan.of("colorSpace", "must be sRGB for photos of rooms.")
