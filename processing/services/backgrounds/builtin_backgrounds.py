"""The backgrounds that everybody has. None of them is a file: each is drawn where it is used."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.utils.translation import pgettext

from media_library.models import BackgroundCategory
from processing.engine.arrays import U8
from processing.engine.backdrops import Studio
from processing.engine.backdrops.provider import BackdropRequest
from processing.engine.canvas import fills
from processing.engine.canvas.resample import resample
from processing.engine.files import encode
from processing.engine.plans.edit import Background, Generated, Gradient

PREFIX: Final = "bg_builtin_"
THUMBNAIL_SIZE: Final = (320, 240)
_RECIPES = Path(__file__).with_name("builtin_backgrounds.toml")
# Drawn larger and made smaller, so that a thumbnail has the fineness of the whole.
_DRAWN = 2
_QUALITY = 72


@dataclass(frozen=True, slots=True)
class Builtin:
    """A recipe. `plan` is what an edit has as its background."""

    slug: str
    english: str
    category: str
    tags: tuple[str, ...]
    plan: Background

    @property
    def name(self) -> str:
        """What it is called in the reader's language."""
        return pgettext("background", self.english)

    @property
    def public_id(self) -> str:
        return f"{PREFIX}{self.slug}"

    @property
    def thumbnail(self) -> str:
        """Return where it lies among the static files."""
        return f"backgrounds/{self.slug}.webp"


@cache
def builtins() -> dict[str, Builtin]:
    """All of them by their public ids, in the order in which lists show them."""
    recipes = tomllib.loads(_RECIPES.read_text())
    found = [
        Builtin(slug, recipe["name"], category, tuple(recipe["tags"]), _plan(recipe))
        for category in BackgroundCategory.values
        for slug, recipe in recipes.get(category, {}).items()
    ]
    return {one.public_id: one for one in found}


def thumbnail_of(one: Builtin) -> bytes:
    """Draw it small, as a WebP file."""
    size = (THUMBNAIL_SIZE[0] * _DRAWN, THUMBNAIL_SIZE[1] * _DRAWN)
    small, _ = resample(_drawn(one.plan, size), None, THUMBNAIL_SIZE)
    return encode.encode(small, None, format="webp", quality=_QUALITY)


def _drawn(plan: Background, size: tuple[int, int]) -> U8:
    if plan.gradient is not None:
        return fills.gradient(plan.gradient, size)[0]
    if plan.generated is not None:
        wanted = plan.generated
        request = BackdropRequest(wanted.prompt, wanted.style, None, wanted.seed or 0, size)
        return Studio().generate(request).rgb
    return np.ascontiguousarray(fills.flat(plan.color or "white", size)[0])


def _plan(recipe: dict[str, Any]) -> Background:
    if "color" in recipe:
        return Background(color=recipe["color"])
    if "colors" in recipe:
        gradient = {name: recipe[name] for name in ("kind", "angle") if name in recipe}
        return Background(gradient=Gradient(tuple(recipe["colors"]), **gradient))
    return Background(generated=Generated(recipe["prompt"], seed=recipe["seed"], provider="studio"))
