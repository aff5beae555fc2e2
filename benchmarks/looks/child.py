"""Renders one build's pictures (see benchmarks/figures/serve.py).

This file uses nothing of the project but what builds have had for long, and leaves out what an earlier one doesn't know.
"""

import inspect
import sys
import time
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, cast

# The settings by which builds are graded: the scenes are asked for in sellers' words.
SCENES = {
    "wooden-table": "on a wooden table in soft window light",
    "marble-table": "on a marble table, warm window light",
    "beach": "on a beach at sunset",
    "pink-studio": "pastel pink studio",
}
CUTOUT, WHITE = "cutout", "white"
SETTINGS = (CUTOUT, WHITE, *SCENES)
# The product alone on the same canvas, and each scene without a shadow: what the pictures are compared with.
PRODUCT, UNSHADED = "product", "unshaded"
_PADDING, _SEED = 0.1, 1
MOST_PIXELS = 100_000_000


def _render(
    photo: str, out: str, side: int, models_dir: str, settings: list[str], network: str
) -> dict[str, dict[str, float]]:
    """Write each setting's picture of the photo into the folder `out` as SETTING.png, with what it is compared with;
    the seconds of its stages, and of all of it (`whole`). Empty where no product is found."""
    from processing.engine.errors import EngineError
    from processing.engine.plans.cutout import CutoutPlan
    from processing.engine.render_cutout import render
    from processing.engine.render_edit import render_edit

    data, tools = Path(photo).read_bytes(), _tools(models_dir)
    keeps = "keeps_matte" in inspect.signature(render).parameters
    seconds: dict[str, dict[str, float]] = {}
    kept: dict[str, Any] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        done = work()
        seconds[name] = {**done.timings, "whole": time.perf_counter() - start}
        Path(out, f"{name}.png").write_bytes(done.data)
        return done

    try:
        cutout = partial(render, data, CutoutPlan(model=network), tools.models)
        done = timed(CUTOUT, partial(cutout, keeps_matte=True) if keeps else cutout)
        if keeps:
            kept["kept"] = done.matte
        for name, plan in _plans(side, network, settings).items():
            timed(name, partial(render_edit, data, plan, tools, **kept))
    except EngineError as error:
        print(f"{photo}: {error}", file=sys.stderr)
        return {}
    return seconds


def _plans(side: int, network: str, settings: list[str]) -> dict[str, Any]:
    """Everything but the cutout, whose matte these start from."""
    from processing.engine.plans.cutout import Cutting
    from processing.engine.plans.edit import (
        Background,
        EditPlan,
        Generated,
        Layout,
        Shadow,
        Sides,
    )

    cutting = Cutting(model=network)
    on_canvas = EditPlan(
        cutting=cutting, layout=Layout(size=f"{side}x{side}", padding=Sides.all(_PADDING))
    )
    shaded = replace(on_canvas, shadow=Shadow())
    plans = {PRODUCT: on_canvas}
    if WHITE in settings:
        plans[WHITE] = replace(shaded, background=Background(color="white"))
    for name, words in SCENES.items():
        if name in settings:
            scene = Background(generated=Generated(prompt=words, seed=_SEED))
            plans[name] = replace(shaded, background=scene)
            plans[f"{name}-{UNSHADED}"] = replace(on_canvas, background=scene)
    return plans


@cache
def _tools(models_dir: str) -> Any:
    """What the build's edits need, without anything that these plans don't use."""
    from processing.engine.backdrops import Studio
    from processing.engine.networks.registry import Registry
    from processing.engine.render_edit import Tools
    from processing.engine.text.detect import TextFinder

    studio, made = Studio(), cast(Any, Tools)
    known = {
        "models": Registry(Path(models_dir)),
        "backdrop": lambda name: studio,
        "texts": TextFinder(),
        "max_pixels": MOST_PIXELS,
    }
    return made(**{part.name: known.get(part.name) for part in fields(Tools)})


WORKS = {"render": _render}
