"""The canvas of an edit, from back to front: background, shadow, outline, subject, overlay.

Every pixel of the subject is resampled once. The results of edits and their previews are drawn by
this, so that a preview shows what the result will be.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from processing.engine import arrays
from processing.engine.arrays import U8, Box
from processing.engine.backdrops.provider import (
    MAX_SIDE,
    MIN_SIDE,
    Backdrop,
    BackdropProvider,
    BackdropRequest,
)
from processing.engine.canvas import (
    blend,
    compose,
    contact,
    defocus,
    fills,
    outline,
    overlay,
    resample,
)
from processing.engine.canvas.compose import Pixels
from processing.engine.canvas.layout import Placement, clipped, lay_out
from processing.engine.canvas.resample import Light
from processing.engine.cutout.result import Cutout, Subject
from processing.engine.errors import ProviderFailed
from processing.engine.files import decode
from processing.engine.files.decode import Decoded
from processing.engine.light import correct, lighting, match, relight
from processing.engine.light.lighting import Lighting
from processing.engine.light.scene_light import SceneLight
from processing.engine.networks.registry import Models
from processing.engine.networks.upscaler import Upscaler
from processing.engine.photo_cache import PhotoCache
from processing.engine.plans.color_names import parse_rgba
from processing.engine.plans.edit import EditPlan, Generated, Shadow
from processing.engine.pose.hook import hook_of
from processing.engine.poses import Pose
from processing.engine.rendered import Clock
from processing.engine.shadow import cast, setting
from processing.engine.shadow.setting import Plane, Setting
from processing.engine.text.detect import TextFinder

STUDIO = "studio"
_BLACK = (0, 0, 0)
# Where a product lies is told to backdrops on a copy of this side.
_OUTLINE_SIDE = 128
# What a product touches that is posed like this.
_PLANES: Mapping[Pose, Plane] = {"lying": "surface", "hanging": "wall", "standing": "ground"}


@dataclass(frozen=True, slots=True)
class Tools:
    """What an edit needs beside its plan.

    `images` answers the bytes of a picture that the plan names; `backdrop` a provider by name, or
    the site's own choice for None. Both may raise what their caller wants to see.
    """

    models: Models
    images: Callable[[str], bytes]
    backdrop: Callable[[str | None], BackdropProvider]
    texts: TextFinder
    upscaler: Upscaler
    max_pixels: int


@dataclass(slots=True)
class Work:
    """A plan, what it needs, the clock that times it, and what it shares with others for the same photo."""

    plan: EditPlan
    tools: Tools
    clock: Clock = field(default_factory=Clock)
    cache: PhotoCache | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """What lies behind the subject, on the whole canvas, and who made it where it was generated."""

    pixels: Pixels
    backdrop: Backdrop | None = None

    @property
    def light(self) -> SceneLight | None:
        return self.backdrop.light if self.backdrop else None

    @property
    def setting(self) -> Setting | None:
        return self.backdrop.setting if self.backdrop else None


@dataclass(frozen=True, slots=True)
class _Front:
    """The subject on the canvas: its visible part, that part's place, where the subject's box stands
    (it may overhang), and its matte over the whole canvas."""

    rgb: U8
    cover: U8
    at: tuple[int, int]
    box: Box
    matte: U8


def placed_by(
    size: tuple[int, int], plan: EditPlan, box: Box | None = None, alpha: U8 | None = None
) -> Placement:
    """Lay out the subject (its box and matte), or the whole frame where nothing is cut out."""
    if box is None or alpha is None:
        return lay_out(plan.layout, size, (0, 0, *size))
    return lay_out(plan.layout, size, box, contact.cut_sides(alpha, box))


def composed(
    photo: Decoded, found: Subject, where: tuple[Placement, Box], work: Work
) -> tuple[Behind, Pixels]:
    """Draw the canvas; what of it lies behind the subject, and all of it. `where` is the placement and
    the box that it places."""
    (placement, box), plan, clock = where, work.plan, work.clock
    with clock.stage("layout"):
        front = _front(found.cutout, placement, work, box)
    with clock.stage("background"):
        behind = _background(photo, found, (placement, front), work)
    canvas = behind.pixels
    touched = _touched(found.pose, behind, plan.shadow)
    if plan.shadow is not None:
        with clock.stage("shadow"):
            opacity = cast.cast(front.matte, plan.shadow, behind.light, touched)
            canvas = compose.paint(canvas, _BLACK, opacity)
    with clock.stage("compose"):
        if plan.outline is not None:
            color = parse_rgba(plan.outline.color)[:3]
            canvas = compose.paint(canvas, color, outline.outline(front.matte, plan.outline))
        lit = blend.blended(
            _lit(front, (photo, found), (behind, touched), work),
            _under(front, behind.pixels),
            plan.background.blend,
        )
        canvas = compose.over(canvas, (lit, front.cover), front.at)
        return behind, _overlaid(canvas, work)


def _touched(pose: Pose | None, behind: Behind, shadow: Shadow | None) -> Setting | None:
    """What the subject touches: as the scene has it, else as it was posed in its photo; None where neither
    tells, or somebody says how it is posed."""
    told = shadow is not None and shadow.pose is not None
    if behind.setting is not None or told:
        return behind.setting
    plane = None if pose is None else _PLANES.get(pose)
    return None if plane is None else Setting(plane)


def _overlaid(canvas: Pixels, work: Work) -> Pixels:
    plan, tools = work.plan.overlay, work.tools
    if plan is None:
        return canvas
    picture = _named(plan.image_id, tools)
    return overlay.laid(canvas, (picture.rgb, picture.alpha), plan)


def _named(image_id: str, tools: Tools) -> Decoded:
    """Another picture that the plan names."""
    return decode.decode(tools.images(image_id), max_pixels=tools.max_pixels)


def _lit(
    front: _Front,
    given: tuple[Decoded, Subject],
    scene: tuple[Behind, Setting | None],
    work: Work,
) -> U8:
    """The subject in better light, in the colors of a reference, and in the scene's light."""
    rgb, plan = front.rgb, work.plan
    if plan.light is not None:
        rgb = correct.correct(rgb, front.cover, plan.light, _lighting(*given, plan))
    if plan.color_reference is not None:
        wanted = plan.color_reference
        seen = _named(wanted.image_id, work.tools)
        rgb = match.match(rgb, front.cover, (seen.rgb, seen.alpha), wanted.strength)
    behind, touched = scene
    if behind.light is None or behind.backdrop is None:
        return rgb
    fall, canvas = behind.backdrop.fall, front.matte.shape
    place = front.at, front.cover.shape
    falls = None if fall is None else relight.falling_on(fall, canvas, place)
    return relight.relit(
        rgb, front.cover, behind.light, setting.towards(touched, behind.light), falls
    )


def _lighting(photo: Decoded, found: Subject, plan: EditPlan) -> Lighting | None:
    """What the whole photo tells of its light; nothing of one that came without its surroundings."""
    own = plan.light is not None and plan.light.mode != "auto"
    if own or photo.alpha is not None:
        return None
    return lighting.measured(photo.rgb, found.cutout.alpha)


def _under(front: _Front, behind: Pixels) -> Pixels:
    """The part of the background that the subject covers."""
    (left, top), (height, width) = front.at, front.cover.shape
    box = (left, top, left + width, top + height)
    rgb, alpha = behind
    return compose.crop(rgb, box), None if alpha is None else compose.crop(alpha, box)


def _front(cutout: Cutout, placement: Placement, work: Work, whole: Box) -> _Front:
    """The subject's one resampling: only what is visible, and of that only what the canvas shows."""
    pixels: Pixels = cutout.rgb, cutout.alpha
    place = stands = placement.of(whole)
    light = None
    if work.plan.cutting is not None and (box := arrays.visible_box(cutout.alpha)) is not None:
        pixels = compose.crop(cutout.rgb, box), compose.crop(cutout.alpha, box)
        place = placement.of(box)
        light = work.cache.light(cutout, box) if work.cache is not None else None
    rgb, cover, seen = _placed(pixels, place, placement.canvas, light)
    if cover is None:
        cover = np.full(rgb.shape[:2], 255, np.uint8)
    matte = np.zeros(placement.canvas[::-1], np.uint8)
    compose.crop(matte, seen)[:] = cover
    return _Front(rgb, cover, seen[:2], stands, matte)


def _placed(
    pixels: Pixels, place: Box, canvas: tuple[int, int], light: Callable[[], Light] | None = None
) -> tuple[U8, U8 | None, Box]:
    """Pixels resampled to a place on the canvas: what of them can be seen, and where that is."""
    seen = clipped(place, canvas)
    if seen is None:  # quite outside: nothing at all of it shows
        return np.zeros((0, 0, 3), np.uint8), np.zeros((0, 0), np.uint8), (0, 0, 0, 0)
    size = (place[2] - place[0], place[3] - place[1])
    window = (seen[0] - place[0], seen[1] - place[1], seen[2] - place[0], seen[3] - place[1])
    rgb, alpha = resample.resample(*pixels, size, window=window, light=light)
    return rgb, alpha, seen


def _background(
    photo: Decoded, found: Subject, where: tuple[Placement, _Front], work: Work
) -> Behind:
    """The color, and over it a picture, a gradient, what was generated, or the photo's own."""
    placement, front = where
    background, size, tools = work.plan.background, placement.canvas, work.tools
    beneath = fills.flat(background.color or "transparent", size)
    backdrop = None
    if background.gradient is not None:
        layer = fills.gradient(background.gradient, size)
    elif background.generated is not None:
        backdrop = _generated(background.generated, size, (front, found.pose), work)
        layer = backdrop.rgb, None
    elif background.image is not None:
        picture = _named(background.image.image_id, tools)
        layer = fills.picture((picture.rgb, picture.alpha), background.image.scaling, size)
    elif background.keeps_original:
        own = defocus.behind(photo.rgb, found.cutout.alpha)
        frame = placement.of((0, 0, photo.rgb.shape[1], photo.rgb.shape[0]))
        rgb, alpha, seen = _placed((own, photo.alpha), frame, size)
        layer = compose.over(fills.flat("transparent", size), (rgb, alpha), seen[:2])
    else:
        return Behind(beneath)
    if background.blur is not None:
        layer = defocus.blurred(layer[0], layer[1], background.blur), layer[1]
    rgb, alpha = layer if layer[1] is None else compose.over(beneath, layer)
    opaque = alpha is None or alpha.min() == 255
    return Behind((rgb, None if opaque else alpha), backdrop)


def _generated(
    wanted: Generated, size: tuple[int, int], product: tuple[_Front, Pose | None], work: Work
) -> Backdrop:
    """A backdrop of the canvas's size for a product on it and its pose; very large and very small ones are
    made at a size that providers take, and resampled.

    Raises ProviderFailed, unless the plan allows the built-in studio to stand in.
    """
    (front, pose), tools = product, work.tools
    guidance = None
    if wanted.guidance_image_id is not None:
        guidance = _named(wanted.guidance_image_id, tools).rgb
    scale = _takeable(size)
    asked = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    left, top, right, bottom = (round(edge * scale) for edge in front.box)
    request = BackdropRequest(
        prompt=wanted.prompt,
        style=wanted.style,
        negative_prompt=wanted.negative_prompt,
        seed=_seed(wanted),
        size=asked,
        subject=(left, top, right, bottom),
        guidance=guidance,
        guidance_scale=wanted.guidance_scale,
        pose=pose,
        view=wanted.view,
        hook=_hook(front, pose, scale),
        matte=arrays.shrink(front.matte, arrays.fit_within(*size, _OUTLINE_SIDE)),
    )
    try:
        made = tools.backdrop(wanted.provider).generate(request)
    except ProviderFailed:
        if not wanted.fallback:
            raise
        made = tools.backdrop(STUDIO).generate(request)
    return replace(made, rgb=resample.resample(made.rgb, None, size)[0])


def _hook(front: _Front, pose: Pose | None, scale: float) -> tuple[float, float] | None:
    """Where the hook ends from which a hanging product hangs, on a canvas so many times as large."""
    found = hook_of(front.matte) if pose == "hanging" else None
    return None if found is None else (found[0] * scale, found[1] * scale)


def _takeable(size: tuple[int, int]) -> float:
    """Scale a canvas's sides into a backdrop's limits; the factor. A canvas too long and narrow for
    both is left to the provider to refuse."""
    if max(size) > MAX_SIDE:
        return MAX_SIDE / max(size)
    return max(1.0, min(MIN_SIDE / min(size), MAX_SIDE / max(size)))


def _seed(wanted: Generated) -> int:
    """The seed that was asked for, or one that follows from the words: equal requests have equal
    answers, and who wants another picture names another seed."""
    if wanted.seed is not None:
        return wanted.seed
    return zlib.crc32(f"{wanted.prompt}\n{wanted.style}\n{wanted.negative_prompt}".encode())
