"""What the engine answers, and the clock that times its stages."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from processing.engine.arrays import Box


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished picture.

    - `data`, `format` ("png", "webp", "jpg", "avif"), `media_type`, `width`, `height`, `has_alpha`:
      the result.
    - `subject_box`: (left, top, right, bottom) of the subject in the upright source, in pixels of the
      size at which it was worked on (see CutoutPlan.size, Upscale); None where nothing was cut out.
    - `model` ("u2netp", "" where none ran) and `provider` ("mnn/u2netp"; "existing-alpha" where the
      file's own transparency was kept, see `cutout.own_alpha`; "none" where nothing was cut out).
    - `uncertainty`: 0 (sure) to 1, see `cutout.edges.uncertainty`.
    - `corrected`, `corrected_media_type`: the whole source upright, where the plan asked for it and
      the source needed it; otherwise None.
    - `timings`: seconds by stage.
    - `backdrop`, `seed`, `not_understood`: who made a generated background ("studio"), from which
      seed, and the words of the prompt that meant nothing to it; otherwise None and empty.
    - `texts`: how many texts were removed; None where none were looked for.
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
    corrected: bytes | None = None
    corrected_media_type: str | None = None
    backdrop: str | None = None
    seed: int | None = None
    not_understood: tuple[str, ...] = ()
    texts: int | None = None
    tone_curve: str | None = None


@dataclass(slots=True)
class Clock:
    """Seconds by stage; a stage that runs twice adds up."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
