"""What is done to the subject and to the file: shadow, light, outline, enlarging, export."""

from __future__ import annotations

from dataclasses import replace

from processing.compat.fields import Fields, wrong
from processing.engine.plans.edit import (
    ColorSpace,
    Downscale,
    EditFormat,
    Export,
    Light,
    LightMode,
    Metadata,
    Outline,
    Shadow,
    ShadowMode,
    TextRemovalMode,
    Upscale,
    UpscaleMode,
)

_WITH_OVERRIDES = "ai.auto-with-overrides"
_SHADOWS: dict[str, ShadowMode] = {
    "ai.soft": "soft",
    "ai.hard": "hard",
    "ai.floating": "floating",
    "ai.preset-soft": "soft",
    "ai.preset-hard": "hard",
    _WITH_OVERRIDES: "soft",
}
_DIRECTIONS = {
    name: 45.0 * turn
    for turn, name in enumerate(
        [
            *("behind", "behindLeft", "left", "frontLeft"),
            *("front", "frontRight", "right", "behindRight"),
        ]
    )
}
_SPREADS = {"short": 10.0, "medium": 45.0, "long": 90.0}
_POSES = {"flatlay": 0.0, "upright": 90.0}
_LIGHTS: dict[str, LightMode | None] = {
    "ai.auto": "auto",
    "ai.preserve-hue-and-saturation": "preserve-hue-and-saturation",
    "ai.optimize-portrait": None,
}
_TEXTS: dict[str, TextRemovalMode] = {
    "ai.artificial": "artificial",
    "ai.natural": "natural",
    "ai.all": "all",
}
_UPSCALES: dict[str, UpscaleMode] = {"ai.fast": "fast", "ai.slow": "slow"}
_DOWNSCALES: dict[str, Downscale] = {
    "never": "never",
    "always": "always",
    "skipUpscaleIfNotNeeded": "skip",
}
_FORMATS: dict[str, EditFormat] = {
    "png": "png",
    "jpeg": "jpg",
    "jpg": "jpg",
    "webp": "webp",
    "avif": "avif",
}
_METADATA: dict[str, Metadata] = {
    "never": "never",
    "xmp": "xmp",
    "exifSubset": "exifSubset",
    "exifSubsetWithXmpCompatibility": "exifSubsetWithXmp",
}
_COLOR_SPACES: dict[str, ColorSpace] = {"sRGB": "sRGB", "original": "original"}


def read_shadow(fields: Fields, base: Shadow | None, *, new_scene: bool) -> Shadow | None:
    """Read the shadow. In a new scene, nothing said means the native endpoint's own default."""
    overrides = {
        "direction": fields.angle("shadow.directionOverride", 360, _DIRECTIONS),
        "intensity": fields.number("shadow.intensityOverride", 0, 1),
        "softness": fields.number("shadow.softnessOverride", 0, 1),
        "spread": fields.angle("shadow.spreadOverride", 90, _SPREADS),
        "pose": fields.angle("shadow.subjectPoseOverride", 90, _POSES),
    }
    word = fields.text("shadow.mode")
    if new_scene and base is None and word is None:
        base = Shadow()
    mode = fields.choice("shadow.mode", _SHADOWS, tolerated=("none",))
    given = fields.first(
        f"shadow.{name}Override"
        for name in ("direction", "intensity", "softness", "spread", "subjectPose")
    )
    if given is not None and word != _WITH_OVERRIDES:
        raise wrong(given, f"can only be provided if shadow.mode is set to {_WITH_OVERRIDES}")
    return base if mode is None else Shadow(mode, **overrides)


def read_light(fields: Fields, base: Light | None) -> Light | None:
    mode = fields.choice("lighting.mode", _LIGHTS)
    if mode is not None:
        return Light(mode)
    if fields.has("lighting.mode"):
        raise wrong("lighting.mode", "ai.optimize-portrait is not available here")
    return base


def read_outline(fields: Fields, base: Outline | None) -> Outline | None:
    color = fields.color("outline.color")
    width = fields.number("outline.width", 0, 0.1)
    blur = fields.number("outline.blurRadius", 0, 0.025)
    if base is None and color is None:
        fields.ignore("outline.width", "outline.blurRadius")
        return None
    base = base or Outline()
    return Outline(
        color=base.color if color is None else color,
        width=base.width if width is None else width,
        blur=base.blur if blur is None else blur,
    )


def read_text_removal(fields: Fields, base: TextRemovalMode | None) -> TextRemovalMode | None:
    return fields.choice("textRemoval.mode", _TEXTS) or base


def read_upscale(fields: Fields, base: Upscale | None) -> Upscale | None:
    mode = fields.choice("upscale.mode", _UPSCALES, tolerated=("ai.auto",))
    downscale = fields.choice("upscale.downscaleIfNeeded", _DOWNSCALES)
    if mode is not None:
        base = replace(base or Upscale(), mode=mode)
    if base is None:
        fields.ignore("upscale.downscaleIfNeeded")
        return None
    return base if downscale is None else replace(base, downscale=downscale)


def read_export(fields: Fields, base: Export) -> Export:
    format = fields.choice("export.format", _FORMATS) or base.format
    dpi = fields.whole("export.dpi", 72, 1200)
    return Export(
        format=format,
        # A template's quality was meant for its own format.
        quality=base.quality if format == base.format else None,
        dpi=base.dpi if dpi is None else dpi,
        color_space=fields.choice("colorSpace", _COLOR_SPACES) or base.color_space,
        metadata=fields.choice("preserveMetadata", _METADATA) or base.metadata,
    )
