"""The parameters of ``/removebg`` as a PlaceCutout."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from processing.commands import PlaceCutout
from processing.compat.fields import Fields, wrong
from processing.compat.removebg.geometry import (
    Length,
    read_around,
    read_position,
    read_roi,
    read_scale,
    region,
)
from processing.compat.removebg.sources import Sources, read_sources
from processing.engine.plans.color_names import parse_rgba
from processing.engine.plans.cutout import Cutting
from processing.engine.plans.edit import Background, BackgroundImage, Shadow, ShadowMode
from processing.engine.plans.placed import (
    Around,
    PlacedFormat,
    PlacedOutput,
    PlacedPlan,
)

MEGAPIXEL = 1_000_000
FULL, PNG_FULL = 25 * MEGAPIXEL, 10 * MEGAPIXEL
_SIZES = {
    **dict.fromkeys(("preview", "small", "regular"), 250_000),
    "medium": 1_500_000,
    "hd": 4_000_000,
    **dict.fromkeys(("full", "4k", "auto"), FULL),
    "50MP": 50 * MEGAPIXEL,
}
_FORMATS: dict[str, PlacedFormat] = {
    "auto": "auto",
    "png": "png",
    "jpg": "jpg",
    "webp": "webp",
    "zip": "zip",
}
_CHANNELS: dict[str, PlacedOutput] = {"rgba": "picture", "alpha": "mask"}
_FLAGS = {
    **dict.fromkeys(("true", "True", "1"), True),
    **dict.fromkeys(("false", "False", "0"), False),
}
# What `type` may be, with what a level of 1 and one above call it; None where nobody said, and nothing is known.
_TYPES: dict[str, tuple[str, str]] = {
    "auto": ("other", "other"),
    "person": ("person", "person"),
    "product": ("product", "product"),
    "animal": ("animal", "animal"),
    "car": ("car", "car"),
    "transportation": ("other", "transportation"),
    "graphic": ("other", "graphics"),
}
_LEVELS = {"none": None, "1": 0, "2": 1, "latest": 1}
# A drop shadow has no ground to lie on; all others do.
_SHADOWS: dict[str, ShadowMode] = {
    "auto": "soft",
    "drop": "floating",
    "3D": "soft",
    "car": "soft",
}
# Stands for the background's id in a plan, until it has one.
BEHIND = "background"


@dataclass(frozen=True)
class Asked:
    """What a request wants, before its photo's size is known."""

    sources: Sources
    size: int
    format: PlacedFormat
    output: PlacedOutput
    roi: list[Length] | None
    crop: bool
    around: Around
    scale: float | None
    position: tuple[float, float] | None
    color: str | None
    shadow: Shadow | None
    type: str | None

    def command(self, size: tuple[int, int], *, behind: str | None, is_opaque: bool) -> PlaceCutout:
        """For a photo of this size. ``behind`` is the id of the background that was sent, ``is_opaque`` whether
        that covers all that lies beneath it. Raises Refusal for a region that isn't in it."""
        background = Background(
            color=self.color, image=None if behind is None else BackgroundImage(behind)
        )
        plan = PlacedPlan(
            cutting=Cutting(model=settings.DEFAULT_MODEL),
            region=region(self.roi, *size),
            crop=self.crop,
            around=self.around,
            scale=self.scale,
            position=self.position,
            background=background,
            shadow=self.shadow,
            output=self.output,
            format=self.format,
            most_pixels=self._most_pixels(is_opaque=is_opaque and behind is not None),
        )
        return PlaceCutout(plan=plan)

    def _most_pixels(self, *, is_opaque: bool) -> int:
        if self.format == "auto":
            covered = is_opaque or (self.color is not None and parse_rgba(self.color)[3] == 255)
            is_png = self.output == "mask" or not covered
        else:
            is_png = self.format == "png"
        return min(self.size, PNG_FULL) if is_png else self.size


def read_asked(fields: Fields) -> Asked:
    """Raises AppError VALIDATION_ERROR naming the parameter, and Refusal for pictures that are not there, or too
    many of them."""
    sources = read_sources(fields)
    level = fields.choice("type_level", _LEVELS) if fields.has("type_level") else 0
    kind = fields.choice("type", _TYPES) or _TYPES["auto"]
    size = fields.choice("size", _SIZES) or _SIZES["preview"]
    crop, scale = _flag(fields, "crop") or False, read_scale(fields)
    _flag(fields, "semitransparency")  # of the windows of cars, which are cut out as all else is
    output = fields.choice("channels", _CHANNELS) or "picture"
    color, shadow = fields.color("bg_color"), _shadow(fields)
    return Asked(
        sources=sources,
        size=size,
        format=fields.choice("format", _FORMATS) or "auto",
        output=output,
        roi=read_roi(fields),
        crop=crop,
        around=read_around(fields),
        scale=scale,
        position=read_position(fields, is_scaled=scale is not None),
        color=None if output == "mask" else color,
        shadow=None if output == "mask" else shadow,
        type=None if level is None else kind[level],
    )


def _flag(fields: Fields, name: str) -> bool | None:
    word = fields.text(name)
    if word is not None and word not in _FLAGS:
        raise wrong(name, "must be true or false")
    return None if word is None else _FLAGS[word]


def _shadow(fields: Fields) -> Shadow | None:
    is_wanted = _flag(fields, "add_shadow") or False
    mode: ShadowMode | None = "soft"
    if fields.has("shadow_type"):
        mode = fields.choice("shadow_type", _SHADOWS, tolerated=("none",))
    opacity = fields.number("shadow_opacity", 0, 100)
    if not is_wanted or mode is None:
        return None
    return Shadow(mode, intensity=None if opacity is None else opacity / 100)
