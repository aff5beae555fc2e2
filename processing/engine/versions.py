"""Which code of the engine makes a picture, as one hash per plan.

A result is found again only as long as the code that would make it is the code that made it. So that
a better text detector doesn't make every plain cutout anew, a plan's version has only the steps that
the plan takes.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from processing.engine.plans.edit import EditPlan
from processing.engine.plans.placed import PlacedPlan
from processing.engine.plans.room import RoomPlan
from processing.engine.source_tree import SourceTree

_PACKAGE = __name__.rpartition(".")[0]
# What can't change a pixel: errors, how weights come here, and which runtime is chosen. Which weights
# they are, and what runs them, is part of a model's version (networks.registry.Registry.version).
WITHOUT_EFFECT = (
    f"{_PACKAGE}.errors",
    f"{_PACKAGE}.libraries",
    f"{_PACKAGE}.networks.npm",
    f"{_PACKAGE}.networks.runtimes.choice",
    f"{_PACKAGE}.networks.runtimes.records",
    f"{_PACKAGE}.networks.sources",
    f"{_PACKAGE}.networks.weights",
    "networks/weights.toml",
)
ENGINE = SourceTree({_PACKAGE: Path(__file__).parent}, without_effect=WITHOUT_EFFECT)

# The steps that a plan may leave out, and what only they run of all that the pipelines import. What is
# not named here counts for every plan.
STEPS: Mapping[str, tuple[str, ...]] = {
    "cutting": (
        *("looking.first_look", "looking.looks", "networks.registry"),
        *("cutout.given", "cutout.kept_matte", "cutout.subject"),
    ),
    "frame": ("cutout.framing",),
    "detail": ("cutout.detail_frame",),
    "pose": ("pose",),
    "reading": ("text.detect",),
    "text": ("text.remove",),
    "upscale": ("networks.upscaler",),
    "blur": ("canvas.defocus",),
    # What stands is told by its silhouette, whether or not it throws a shadow.
    "shadow": ("shadow.cast",),
    "light": ("light.correct", "light.lighting", "light.relight"),
    "colors": ("light.match",),
    "outline": ("canvas.outline",),
    "overlay": ("canvas.overlay",),
    "enhance": ("room.enhance",),
    "straighten": ("room.verticals",),
    "lens": ("room.lens",),
    "privacy": ("networks.faces", "room.hiding", "text.number_plates"),
    "outside": ("room.outside", "room.sky"),
    "watermark": ("canvas.watermark",),
}


# The modules that decide which steps are taken, by pipeline.
PIPELINES: Mapping[str, tuple[str, ...]] = {
    "render_cutout": ("render_cutout",),
    "render_edit": ("render_edit", "composing"),
    "render_placed": ("render_placed", "composing"),
    "render_mask": ("render_mask",),
    "render_room": ("render_room", "room.measuring", "room.viewing"),
    "render_copy": ("render_copy",),
    "render_hdr": ("render_hdr", "render_room", "room.measuring", "room.viewing"),
}


def of_cutout(*, watermark: bool) -> str:
    """The version of a plain cutout: `render_cutout`. The model's own version comes on top."""
    taken = {"cutting", "watermark"} if watermark else {"cutting"}
    return _version("render_cutout", taken)


def of_edit(plan: EditPlan, *, watermark: bool) -> str:
    """The version of an edit: `render_edit`. Those of the models, and of whoever makes a background
    from words, come on top."""
    return _version("render_edit", set(steps_of(plan, watermark=watermark)))


def of_placed(plan: PlacedPlan, *, watermark: bool) -> str:
    """The version of a cutout that is placed by shares: `render_placed`. The model's own version comes on top."""
    return _version("render_placed", set(steps_of(plan.edit(), watermark=watermark)))


def of_matte() -> str:
    """The version of a cutting-out itself, whatever is made of it then: what may change a kept matte.
    The model's own version comes on top."""
    roots = ("cutout.kept_matte", "cutout.subject", "looking.first_look")
    return ENGINE.version(*(f"{_PACKAGE}.{root}" for root in roots))


def of_mask() -> str:
    """The version of a mended matte: `render_mask`. The model's own version comes on top."""
    return _version("render_mask", {"cutting"})


def of_room(plan: RoomPlan, *, watermark: bool) -> str:
    """The version of an enhanced photo of a room: `render_room`. Those of the networks that it asks come on
    top."""
    return _version("render_room", _steps_of_room(plan, watermark=watermark))


def of_hdr(plan: RoomPlan, *, watermark: bool) -> str:
    """The version of a picture of a room that is merged from exposure brackets: `render_hdr`. Those of the
    networks come on top, too."""
    return _version("render_hdr", _steps_of_room(plan, watermark=watermark))


def of_merging() -> str:
    """The version of what exposure brackets are merged to, before anything else is done to it."""
    return _version("render_hdr", set())


def _steps_of_room(plan: RoomPlan, *, watermark: bool) -> set[str]:
    outside = plan.sky is not None or plan.window_pull != "NONE"
    taken = {
        # dark corners are lit as a look lights the photo
        "enhance": plan.look is not None or plan.lens,
        # a sky is drawn by the camera that it finds
        "straighten": plan.straighten or outside,
        "lens": plan.lens,
        "privacy": plan.privacy,
        "outside": outside,
        "reading": plan.privacy,  # number plates are found by it
        "upscale": plan.upscale,
        "watermark": watermark,
    }
    return {step for step, is_taken in taken.items() if is_taken}


def of_copy(*, watermark: bool) -> str:
    """The version of a copy in another size or format: `render_copy`."""
    return _version("render_copy", {"watermark"} if watermark else set())


def of_studio() -> str:
    """The version of the backgrounds that `studio` makes."""
    return ENGINE.version(f"{_PACKAGE}.backdrops.studio")


def modules_of(pipeline: str, steps: set[str]) -> frozenset[str]:
    """All modules that a pipeline may run when it takes these steps."""
    return ENGINE.modules(*_roots(pipeline), without=_without(steps))


def steps_of(plan: EditPlan, *, watermark: bool) -> Iterator[str]:
    """The steps that `render_edit` takes, as it decides about them."""
    detail = plan.frame is not None and plan.frame.detail
    taken = {
        "cutting": plan.cutting is not None,
        "frame": plan.frame is not None,
        "detail": detail,
        # A detail is found by the text on it, too.
        "reading": detail or plan.text_removal is not None,
        "text": plan.text_removal is not None,
        "pose": plan.asks_for_pose,
        "upscale": plan.upscale is not None,
        "blur": plan.background.blur is not None,
        "shadow": plan.shadow is not None,
        # What was made from words lights the product, too.
        "light": plan.light is not None or plan.background.generated is not None,
        "colors": plan.color_reference is not None,
        "outline": plan.outline is not None,
        "overlay": plan.overlay is not None,
        "watermark": watermark,
    }
    return (step for step, is_taken in taken.items() if is_taken)


def _version(pipeline: str, steps: set[str]) -> str:
    return ENGINE.version(*_roots(pipeline), without=_without(steps))


def _roots(pipeline: str) -> list[str]:
    return [f"{_PACKAGE}.{module}" for module in PIPELINES[pipeline]]


def _without(steps: set[str]) -> list[str]:
    return [
        f"{_PACKAGE}.{room}" for step, rooms in STEPS.items() if step not in steps for room in rooms
    ]
