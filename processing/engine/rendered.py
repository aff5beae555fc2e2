"""What the engine answers, and the clock that times its stages."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from processing.engine.arrays import Box
from processing.engine.poses import Pose, View

Reason = Literal[
    "chosen", "first", "small-subject", "nothing-found", "unsure", "in-pieces", "still-unsure"
]
Straightened = Literal["done", "level", "too-steep", "no-verticals", "not-for-360", "not-asked"]
LensSource = Literal["database", "lines", "straight", "not-known", "not-for-360", "not-asked"]
LensFault = Literal["distortion", "fringes", "falloff"]
NoSky = Literal["no-sky", "night", "not-for-360"]
Outcome = Literal["believed", "outvoted", "not-installed", "out-of-memory"]


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a photo.

    - `network`: the model's own name; `provider`: what ran it, None where it could not.
    - `region`: the part looked at (left, top, right, bottom) in pixels of the upright photo at the size at
      which it was worked on; None for the whole.
    - `reason`: `chosen` by name; or by `auto`: the `first`, for a `small-subject`, as `nothing-found` or
      the subject `in-pieces`, as one network was `unsure`, or several `still-unsure`.
    - `outcome`: `believed`, `outvoted`, or why there is none: `not-installed`, `out-of-memory`.
    """

    network: str
    provider: str | None
    region: Box | None
    reason: Reason
    outcome: Outcome = "outvoted"


@dataclass(frozen=True, slots=True)
class Hidden:
    """What was hidden for privacy's sake.

    - `faces`: how many; `provider`: who found them ("onnxruntime/centerface").
    - `plates`: how many number plates; `plates_provider`: who found them ("rapidocr").
    """

    faces: int
    provider: str
    plates: int
    plates_provider: str


@dataclass(frozen=True, slots=True)
class SkyFacts:
    """What became of the sky in a photo: whether one was `found` and `replaced`, its `share` of the photo, 0 to 1,
    and for what `reason` it wasn't: `no-sky` for certain, the sky of a `night`, or `not-for-360` degrees."""

    found: bool
    replaced: bool
    share: float
    reason: NoSky | None


@dataclass(frozen=True, slots=True)
class WindowFacts:
    """What became of a room's windows: how many were `found`, in how many of them anything was `recovered` (all
    others are clipped, or show nothing too bright), and behind how many the sky was replaced (`skies`)."""

    found: int
    recovered: int
    skies: int = 0


@dataclass(frozen=True, slots=True)
class LensFacts:
    """What is known of a photo's lens, and from where its faults were taken back.

    - `source`: `database` (lensfun's), `lines` (edges that should be straight), `straight` (there is no distortion to
      take back: edges are straight, or straighter than without that of the database), `not-known`, `not-for-360`,
      `not-asked`.
    - `camera`, `lens`: as the database calls them, where it has them.
    - `distortion`: the parameter of the division model, by `lines`; negative for a barrel.
    - `corrected`: what was taken back: `distortion`, `fringes` (of color), `falloff` (dark corners).
    """

    source: LensSource
    camera: str | None = None
    lens: str | None = None
    distortion: float | None = None
    corrected: tuple[LensFault, ...] = ()


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """What was found in a photo of a room, and done about it.

    - `cast`: the light's color, logarithms of red and of blue over green; `noise` in levels of 255. Both
      None where light and colors were left alone.
    - `roll` (clockwise) and `pitch` (upwards) of the camera in degrees; None where no walls showed them, or
      nobody asked.
    - `straightened`: `done`, `level` (nothing to do), `too-steep`, `no-verticals`, `not-for-360`,
      `not-asked`.
    - `privacy`: what was hidden; None where nobody asked.
    - `sky`: None where nobody asked for another. `windows`: None where nobody asked for their views.
    - `upscaled_by`: the network that enlarged the photo ("ncnn/realesr-animevideov3-x4"); None where it was not.
    - `threesixty`: whether the photo was taken for one that shows everything around.
    - `lens`: what is known of the lens.
    """

    cast: tuple[float, float] | None
    noise: float | None
    roll: float | None
    pitch: float | None
    straightened: Straightened
    privacy: Hidden | None = None
    sky: SkyFacts | None = None
    threesixty: bool = False
    windows: WindowFacts | None = None
    upscaled_by: str | None = None
    lens: LensFacts = LensFacts("not-asked")


@dataclass(frozen=True, slots=True)
class HdrFacts:
    """What was found in exposures that became one picture; each tuple in their order.

    - `reference`: the one that the others were laid on, and that moving things were taken from, from 0.
    - `stops`: each one's exposure, less the reference's; `stops_from`: whether the files told (`exif`), or it
      was measured (`brightness`).
    - `shifts`: how many pixels the corner was moved that was moved farthest; None where too little was to be
      seen to know.
    - `moving`: the share of the picture in which something moved.
    """

    reference: int
    stops: tuple[float, ...]
    stops_from: Literal["exif", "brightness"]
    shifts: tuple[float | None, ...]
    moving: float


@dataclass(frozen=True, slots=True)
class PlacedFacts:
    """Where a subject came to stand that was placed by shares.

    - `canvas`: width and height of the result as large as it could be, in pixels of the photo.
    - `box`: the subject's (left, top, right, bottom) in the result; `in_photo`: in the upright photo.
    """

    canvas: tuple[int, int]
    box: Box
    in_photo: Box


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished picture.

    - `data`, `format` ("png", "webp", "jpg", "avif", "zip"), `media_type`, `width`, `height`, `has_alpha`:
      the result.
    - `subject_box`: (left, top, right, bottom) of the subject in the upright source, in pixels of the
      size at which it was worked on (see CutoutPlan.size, Upscale); None where nothing was cut out.
    - `model` ("u2netp", "" where none was believed) and `provider` ("mnn/u2netp"; "existing-alpha" where
      the file's own transparency was kept, see `cutout.own_alpha`; "room" for a photo of a room, by rules;
      "none" where nothing was cut out): of several that `auto` asked, the one that was believed.
    - `matte`: the file from which the same cutout is made again (`cutout.kept_matte`), where one was
      asked for and the subject was cut out anew; otherwise None.
    - `from_kept`: whether it was made from such a file; whoever hands it over says so.
    - `looks`: every look that a model took at the photo, in their order, see Look.
    - `uncertainty`: 0 (sure) to 1, see `cutout.edges.uncertainty`.
    - `is_clipped`: whether the subject goes on outside of the photo.
    - `corrected`, `corrected_media_type`: the whole source upright, where the plan asked for it and
      the source needed it; otherwise None.
    - `preview`: a small WebP of the result, where one was asked for; otherwise None.
    - `timings`: seconds by stage.
    - `backdrop`, `seed`, `not_understood`: who made a generated background ("studio"), from which
      seed, and the words of the prompt that meant nothing to it; otherwise None and empty.
    - `pose`: how the product is posed in the photo; `view`: how the generated background looks at it. None
      where nobody asked, and where who made the background doesn't tell.
    - `texts`: how many texts were removed; None where none were looked for.
    - `hook`: whether a hanger's hook was taken off; None where none was looked for.
    - `room`: what was found in a photo of a room; None for all else.
    - `hdr`: what was found in exposures that became one picture; None for all else.
    - `placed`: where the subject stands; None for what was not placed by shares.
    - `tone_curve`: the curve that brought a source of high dynamic range to sRGB; otherwise None.
    """

    data: bytes
    format: str
    media_type: str
    width: int
    height: int
    has_alpha: bool
    subject_box: Box | None
    model: str
    provider: str
    uncertainty: float
    timings: dict[str, float]
    is_clipped: bool = False
    corrected: bytes | None = None
    corrected_media_type: str | None = None
    preview: bytes | None = None
    backdrop: str | None = None
    seed: int | None = None
    not_understood: tuple[str, ...] = ()
    pose: Pose | None = None
    view: View | None = None
    texts: int | None = None
    hook: bool | None = None
    tone_curve: str | None = None
    looks: tuple[Look, ...] = ()
    room: RoomFacts | None = None
    hdr: HdrFacts | None = None
    matte: bytes | None = None
    from_kept: bool = False
    placed: PlacedFacts | None = None


@dataclass(slots=True)
class Clock:
    """Seconds by stage; a stage that runs twice adds up."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
