"""``background.*``: what shall lie behind the subject."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from processing.compat.fields import Fields, naming, wrong
from processing.compat.photoroom.pictures import file_or_address
from processing.compat.pictures import PictureParam
from processing.engine.plans.color_names import parse_rgba
from processing.engine.plans.edit import (
    MAX_PROMPT,
    Background,
    BackgroundImage,
    Blur,
    BlurMode,
    Generated,
    Scaling,
)

# Stand for the pictures' ids in a plan, until the pictures have ids.
IMAGE, GUIDANCE = "background", "guidance"
SCALINGS: dict[str, Scaling] = {"fit": "fit", "fill": "fill"}
NAMES = (
    *("background.color", "background.imageFile", "background.imageUrl", "background.prompt"),
    *("background.guidance.imageFile", "background.guidance.imageUrl", "background.blur.mode"),
)
_BLURS: dict[str, BlurMode] = {"gaussian": "gaussian", "bokeh": "bokeh"}
# Clients take the time in milliseconds for a seed, or whatever their language has: the largest
# whole number that all of them write exactly. We have 32 bits, and an answer tells those.
_MAX_SEED = 2**53 - 1
_SEEDS = 2**32
_EXPAND = {"auto": None, "never": None}
_EXPAND_MODE = {"ai.auto": None, "ai.never": None}


@dataclass(frozen=True)
class Behind:
    """A background, and the pictures that it names by IMAGE and GUIDANCE."""

    plan: Background
    image: PictureParam | None = None
    guidance: PictureParam | None = None


def read_background(fields: Fields, base: Background) -> Behind:
    """The template's background ``base`` with what the request says in place of it."""
    image = file_or_address(fields, "background")
    guidance = file_or_address(fields, "background.guidance")
    prompt = _prompt(fields)
    _one_kind(image, guidance, prompt)
    color = fields.color("background.color")
    plan = base
    if image is not None:
        picture = BackgroundImage(IMAGE)
        plan = replace(plan, image=picture, gradient=None, generated=None, blur=None)
    elif prompt is not None or guidance is not None:
        generated = _generated(plan.generated, prompt, has_guidance=guidance is not None)
        plan = replace(plan, image=None, gradient=None, generated=generated, blur=None)
    elif color is not None:
        plan = Background()
    if color is not None:
        plan = replace(plan, color=color if parse_rgba(color)[3] else None)
    plan = replace(plan, image=_scaled(fields, plan.image), generated=_guided(fields, plan))
    return Behind(replace(plan, blur=_blur(fields, plan)), image, guidance)


def _prompt(fields: Fields) -> str | None:
    prompt = fields.text("background.prompt", most=MAX_PROMPT)
    if prompt is not None and not prompt.strip():
        raise wrong("background.prompt", "must not be empty")
    # Prompts are taken as they stand, so whether one may be expanded makes no difference.
    fields.choice("background.expandPrompt", _EXPAND)
    fields.choice("background.expandPrompt.mode", _EXPAND_MODE)
    return prompt


def _one_kind(
    image: PictureParam | None, guidance: PictureParam | None, prompt: str | None
) -> None:
    other = guidance.name if guidance else "background.prompt" if prompt is not None else None
    if image is not None and other is not None:
        raise wrong(other, f"can't be provided if {image.name} is provided")


def _generated(base: Generated | None, prompt: str | None, *, has_guidance: bool) -> Generated:
    """A template's style, seed and provider stay with another prompt or guidance."""
    if base is None:
        return Generated(prompt or "", guidance_image_id=GUIDANCE if has_guidance else None)
    return replace(
        base,
        prompt=base.prompt if prompt is None else prompt,
        guidance_image_id=GUIDANCE if has_guidance else base.guidance_image_id,
    )


def _scaled(fields: Fields, image: BackgroundImage | None) -> BackgroundImage | None:
    scaling = fields.choice("background.scaling", SCALINGS)
    if scaling is None:
        return image
    if image is None:
        raise wrong(
            "background.scaling",
            "can only be provided if background.imageUrl or background.imageFile is provided",
        )
    return replace(image, scaling=scaling)


def _guided(fields: Fields, plan: Background) -> Generated | None:
    seed = fields.whole("background.seed", 0, _MAX_SEED)
    given: dict[str, Any] = {
        "seed": None if seed is None else seed % _SEEDS,
        "negative_prompt": fields.text("background.negativePrompt", most=MAX_PROMPT),
        "guidance_scale": fields.number("background.guidance.scale", 0, 1),
    }
    if plan.generated is None:
        fields.ignore("background.seed", "background.negativePrompt", "background.guidance.scale")
        return None
    if plan.generated.guidance_image_id is None:
        fields.ignore("background.guidance.scale")
    changes = {name: value for name, value in given.items() if value is not None}
    return replace(plan.generated, **changes)


def _blur(fields: Fields, plan: Background) -> Blur | None:
    base = plan.blur
    mode = fields.choice("background.blur.mode", _BLURS)
    radius = fields.number("background.blur.radius", 0, 0.05)
    if fields.has("background.color") and plan.color and not (plan.image or plan.generated):
        # One color looks the same however it is blurred.
        fields.ignore("background.blur.mode", "background.blur.radius")
        return None
    if mode is not None:
        base = replace(base or Blur(), mode=mode)
    if radius is None or base is None:
        fields.ignore("background.blur.radius")
        return base
    with naming("background.blur.radius"):
        return replace(base, radius=radius)
