"""The looks that are watched, one small picture each.

No network decides about them: what `u2netp` saw of the two photos lies beside this file, small, and the
bottle is drawn with its own matte. Only `upscaled` needs weights.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from processing.engine import versions
from processing.engine.backdrops import Studio
from processing.engine.networks.upscaler import Upscaler
from processing.engine.plans.color_reference import ColorReference
from processing.engine.plans.cutout import CutoutPlan, Cutting
from processing.engine.plans.edit import (
    Background,
    BackgroundImage,
    Blur,
    EditPlan,
    Export,
    Generated,
    Gradient,
    Layout,
    Light,
    Outline,
    Shadow,
    Sides,
    Upscale,
)
from processing.engine.plans.frame import Frame
from processing.engine.render_cutout import render
from processing.engine.render_edit import Tools, render_edit
from processing.engine.text.detect import Text

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
MODELS = Path(os.environ.get("PACKSHOT_MODELS_DIR", ROOT / "var" / "models"))


@dataclass(frozen=True)
class Photo:
    """A source picture, and what a network sees in it."""

    data: bytes
    matte: Any


@dataclass(frozen=True)
class Look:
    """`photo` is one of PHOTOS. `most` and `mean`: how far a picture may be from the one accepted, in
    levels of 255, at its worst pixel and on average; see test_golden for what was measured."""

    photo: str
    plan: CutoutPlan | EditPlan
    watermark: bool = False
    most: float = 4
    mean: float = 0.02


@dataclass(frozen=True)
class Shot:
    """A look as the engine draws it now, and the engine's modules that ran for it."""

    picture: Image.Image
    ran: frozenset[str]


def _png(rgb: Any) -> bytes:
    out = BytesIO()
    Image.fromarray(rgb).save(out, "PNG")
    return out.getvalue()


def _clothing(name: str) -> Photo:
    with Image.open(ROOT / "tests/photos" / f"{name}.jpg") as photo:
        small = np.asarray(photo.convert("RGB").resize((120, 160), Image.Resampling.BOX))
    with Image.open(HERE / f"{name}-matte.png") as matte:
        return Photo(_png(small), np.asarray(matte, np.float32) / np.float32(255))


def _bottle(
    wall: tuple[int, int, int] = (190, 190, 195),
    glass: tuple[int, int, int] = (40, 130, 110),
    label: tuple[int, int, int] = (235, 225, 200),
    *,
    light: tuple[float, float, float] = (1, 1, 1),
) -> Photo:
    """A shaded bottle that stands before a wall, which shines onto its edges: drawn in four times its
    size."""
    side = 640
    matte = np.zeros((side, side), np.uint8)
    cv2.rectangle(matte, (220, 250), (420, 559), 255, cv2.FILLED)
    cv2.ellipse(matte, (320, 250), (100, 70), 0, 180, 360, 255, cv2.FILLED)
    cv2.rectangle(matte, (285, 90), (355, 230), 255, cv2.FILLED)
    across = np.linspace(-3.2, 3.2, side, dtype=np.float32)
    round_ = np.clip(1 - across**2, 0.1, 1)[None, :, None]
    rgb = np.float32(glass) * (0.45 + 0.75 * round_) * np.ones((side, 1, 1), np.float32)
    rgb[340:480] = np.float32(label) * (0.6 + 0.4 * round_[0])
    shine = np.float32(cv2.blur(255 - matte, (41, 41)))[..., None] / 255 * 0.6
    rgb = rgb + shine * (np.float32(wall) - rgb)
    rgb = np.where(matte[..., None] > 0, rgb, np.float32(wall)) * np.float32(light)
    small = cv2.resize(rgb.clip(0, 255).astype(np.uint8), (160, 160), interpolation=cv2.INTER_AREA)
    cover = cv2.resize(matte, (160, 160), interpolation=cv2.INTER_AREA)
    return Photo(_png(small), cover.astype(np.float32) / np.float32(255))


def _tuft() -> Photo:
    """Fine hair around something dark, of which the network has seen a blur."""
    side, random = 560, np.random.RandomState(5)
    cover = np.zeros((side, side), np.uint8)
    cv2.circle(cover, (280, 280), 130, 255, cv2.FILLED)
    for angle in np.sort(random.uniform(0, 2 * np.pi, 240)):
        far, turn = random.uniform(170, 235), angle + random.uniform(-0.2, 0.2)
        start = (round(280 + 120 * np.cos(angle)), round(280 + 120 * np.sin(angle)))
        end = (round(280 + far * np.cos(turn)), round(280 + far * np.sin(turn)))
        cv2.line(cover, start, end, 255, 2, cv2.LINE_AA)
    alpha = cover.astype(np.float32)[..., None] / np.float32(255)
    rgb = alpha * np.float32((70, 40, 30)) + (1 - alpha) * np.float32((225, 220, 205))
    matte = cv2.GaussianBlur(cv2.resize(cover, (80, 80), interpolation=cv2.INTER_AREA), (0, 0), 1.5)
    return Photo(_png(rgb.astype(np.uint8)), matte.astype(np.float32) / np.float32(255))


def _caption() -> Photo:
    """A cloth with the word SALE over it."""
    down, across = np.mgrid[0:96, 0:128].astype(np.float32)
    weave = 12 * np.sin(across / 2.5) * np.sin(down / 3.5)
    rgb = np.stack([150 + across / 3 + weave, 120 + down / 3 + weave, 100 + weave], axis=-1)
    rgb = np.ascontiguousarray(rgb.clip(0, 255).astype(np.uint8))
    cv2.putText(rgb, "SALE", (24, 60), cv2.FONT_HERSHEY_SIMPLEX, 1, (250, 250, 250), 3, cv2.LINE_AA)
    return Photo(_png(rgb), np.zeros((32, 32), np.float32))


class _Reader:
    """Reads the caption as long as it is there."""

    def find(self, rgb: Any, part: Any = None) -> list[Text]:
        left, top, right, bottom = part or (0, 0, rgb.shape[1], rgb.shape[0])
        if (rgb[top:bottom, left:right].min(axis=-1) > 235).sum() < 20:
            return []
        quad = np.array([[23, 34], [102, 34], [102, 63], [23, 63]], np.float32)
        return [Text(quad, "SALE", 0.99)]


class _Seen:
    """A registry whose one model has seen the photo already."""

    def __init__(self, matte: Any) -> None:
        self._matte = matte

    def resolve(self, name: str) -> str:
        return "seen"

    def provider(self, name: str) -> str:
        return "rembg/seen"

    def side(self, name: str) -> int:
        return 64

    def matte(self, name: str, rgb: Any) -> Any:
        return self._matte


@cache
def photo(name: str) -> Photo:
    drawn = {
        "bottle": _bottle,
        "bottle on green": lambda: _bottle((40, 200, 60), (150, 140, 150)),
        "bottle in cold light": lambda: _bottle(
            glass=(140, 140, 140), label=(235, 235, 235), light=(0.56, 0.6, 0.63)
        ),
        "caption": _caption,
        "tuft": _tuft,
    }
    return drawn[name]() if name in drawn else _clothing(name)


_WHITE = Background(color="#ffffff")
_DUSK = Background(gradient=Gradient(("#ffd9a0", "#d0507a", "#303a80")))
_SMALL = Layout(size="96x96", padding=Sides.all(0.12))
_LARGE = Layout(size="140x140")
_STANDING = Layout(size="96x96", padding=Sides(top=0.1, bottom=0.2, left=0.3, right=0.3))
_WIDE = Layout(size="120x80", padding=Sides(top=0.1, bottom=0.12))


def _edit(**parts: Any) -> EditPlan:
    return EditPlan(**{"layout": _SMALL, "background": _WHITE, **parts})


def _words(prompt: str, **parts: Any) -> EditPlan:
    made = Background(generated=Generated(prompt, seed=7, **parts))
    return EditPlan(layout=_WIDE, background=made, shadow=Shadow())


def _aligned(horizontal: Any, vertical: Any, **parts: Any) -> EditPlan:
    layout = Layout(
        size="96x72",
        margin=Sides.all("6px"),
        horizontal=horizontal,
        vertical=vertical,
        **parts,
    )
    return _edit(layout=layout, background=Background(color="#e8d8c8"))


LOOKS: dict[str, Look] = {
    "cutout-none": Look("wool-hat", CutoutPlan(edge="none")),
    "cutout-standard": Look("wool-hat", CutoutPlan()),
    "edge-standard": Look("tuft", _edit(layout=_LARGE, cutting=Cutting(edge="standard"))),
    "edge-fine": Look("tuft", _edit(layout=_LARGE, cutting=Cutting(edge="fine"))),
    "cutout-white-jpg": Look("wool-hat", CutoutPlan(format="jpg", crop=True)),
    "cutout-mask": Look("denim-shorts", CutoutPlan(output="mask")),
    "cutout-watermark": Look("bottle", CutoutPlan(format="webp", crop=True), watermark=True),
    "cutout-despilled": Look("bottle on green", CutoutPlan(despill=True, crop=True)),
    "edit-transparent": Look("denim-shorts", _edit(background=Background())),
    "edit-white-jpg": Look("denim-shorts", _edit(export=Export(format="jpg", quality=90))),
    "edit-watermark": Look("denim-shorts", _edit(), watermark=True),
    "align-left-top": Look("denim-shorts", _aligned("left", "top")),
    "align-right-bottom": Look("denim-shorts", _aligned("right", "bottom")),
    "align-center": Look(
        "denim-shorts", _aligned("center", "center", reference_box="originalImage")
    ),
    "align-filling": Look("denim-shorts", _aligned(None, None, scaling="fill")),
    "shadow-soft-lying": Look("denim-shorts", _edit(shadow=Shadow())),
    "shadow-hard-lying": Look("denim-shorts", _edit(shadow=Shadow(mode="hard"))),
    "shadow-floating-lying": Look("denim-shorts", _edit(shadow=Shadow(mode="floating"))),
    "shadow-soft-standing": Look("bottle", _edit(layout=_STANDING, shadow=Shadow(pose=90))),
    "shadow-hard-standing": Look(
        "bottle", _edit(layout=_STANDING, shadow=Shadow(mode="hard", pose=90))
    ),
    "shadow-floating-standing": Look(
        "bottle", _edit(layout=_STANDING, shadow=Shadow(mode="floating", pose=90))
    ),
    "shadow-told": Look(
        "bottle",
        _edit(
            layout=_STANDING,
            shadow=Shadow(direction=60, intensity=0.9, softness=0.2, spread=50, pose=90),
        ),
    ),
    "outline": Look("denim-shorts", _edit(background=_DUSK, outline=Outline())),
    "outline-blurred": Look(
        "bottle", _edit(background=_DUSK, outline=Outline("#ffff00", 0.05, 0.02))
    ),
    "gradient-linear": Look("bottle", _edit(background=_DUSK)),
    "gradient-radial": Look(
        "bottle", _edit(background=Background(gradient=Gradient(("#ffffff", "#8090a0"), "radial")))
    ),
    "picture-filling": Look(
        "bottle", _edit(background=Background(image=BackgroundImage("wool-hat")))
    ),
    "picture-fitting": Look(
        "bottle", _edit(background=Background("#204060", BackgroundImage("wool-hat", "fit")))
    ),
    **{
        f"blend-{mode}": Look(
            "denim-shorts",
            _edit(background=Background(gradient=_DUSK.gradient, blend=mode)),  # type: ignore[arg-type]
        )
        for mode in ("multiply", "screen", "overlay")
    },
    "blurred-gaussian": Look(
        "denim-shorts", _edit(background=Background(blur=Blur(radius=0.03)), layout=Layout())
    ),
    "blurred-bokeh": Look(
        "bottle",
        _edit(background=Background(image=BackgroundImage("wool-hat"), blur=Blur("bokeh", 0.04))),
    ),
    "light-auto": Look("bottle in cold light", _edit(light=Light())),
    "light-preserving": Look(
        "bottle in cold light", _edit(light=Light("preserve-hue-and-saturation"))
    ),
    "colors-matched": Look(
        "bottle in cold light", _edit(color_reference=ColorReference("wool-hat"))
    ),
    "studio-marble": Look("bottle", _words("white marble table, soft light from the left")),
    "studio-wood": Look("bottle", _words("rustic wooden table before a brick wall")),
    "studio-sand": Look("bottle", _words("sand, palm leaves, sunny")),
    "studio-forest": Look("bottle", _words("mossy stone in a forest")),
    "studio-city": Look("bottle", _words("black granite, city lights at night")),
    "studio-above": Look("bottle", _words("oak table, sunlight from a window", view="above")),
    "studio-painted": Look("bottle", _words("linen cloth", style="artistic")),
    "photo-laid-out": Look(
        "denim-shorts", _edit(cutting=None, background=Background(color="#e8d8c8"))
    ),
    "detail": Look(
        "denim-shorts", _edit(frame=Frame(rotate=90, detail=True), layout=Layout(size="96x96"))
    ),
    "text-removed": Look(
        "caption", EditPlan(cutting=None, text_removal="all", layout=Layout(size="128x96"))
    ),
    "upscaled": Look(
        "bottle",
        EditPlan(cutting=Cutting(), upscale=Upscale(), layout=_SMALL, background=_WHITE),
        most=8,  # processors that can run networks in half precision do
        mean=0.25,
    ),
}


@cache
def shot(name: str) -> Shot:
    """Draw a look now. Raises ModelNotInstalled for `upscaled` where its weights are missing."""
    look = LOOKS[name]
    source = photo(look.photo)
    models = _Seen(source.matte)
    tools = Tools(
        models=models,
        images=lambda name: photo(name).data,
        backdrop=lambda _: Studio(),
        texts=_Reader(),  # type: ignore[arg-type]
        upscaler=Upscaler(MODELS),
        max_pixels=1_000_000,
    )
    with _watched() as ran:
        if isinstance(look.plan, CutoutPlan):
            data = render(source.data, look.plan, models, watermark=look.watermark).data
        else:
            data = render_edit(source.data, look.plan, tools, watermark=look.watermark).data
    picture = Image.open(BytesIO(data))
    return Shot(picture.convert("RGBA" if picture.mode == "RGBA" else "RGB"), frozenset(ran))


def counted(name: str) -> frozenset[str]:
    """The modules that may run for a look: its version has them in it, or they have no effect."""
    look, modules = LOOKS[name], frozenset(versions.WITHOUT_EFFECT)
    plan = look.plan
    if isinstance(plan, CutoutPlan):
        steps = {"cutting", "watermark"} if look.watermark else {"cutting"}
        return modules | versions.modules_of("render_cutout", steps)
    steps = set(versions.steps_of(plan, watermark=look.watermark))
    modules |= versions.modules_of("render_edit", steps)
    if plan.background.generated is not None:
        modules |= versions.ENGINE.modules("processing.engine.backdrops.studio")
    return modules


@contextmanager
def _watched() -> Iterator[set[str]]:
    """The names of the engine's modules of which a function runs within the block."""
    ran: set[str] = set()

    def note(frame: Any, event: str, _: Any) -> None:
        if event == "call":
            name = frame.f_globals.get("__name__", "")
            if name.startswith("processing.engine"):
                ran.add(name)

    before = sys.getprofile()
    sys.setprofile(note)
    threading.setprofile(note)
    try:
        yield ran
    finally:
        sys.setprofile(before)
        threading.setprofile(None)  # type: ignore[arg-type]
