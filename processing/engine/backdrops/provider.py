"""What makes backgrounds from words: the question, the answer, and who may give it."""

from dataclasses import dataclass
from typing import Protocol

from processing.engine.arrays import F32, U8, Box
from processing.engine.light.scene_light import SceneLight
from processing.engine.poses import Pose, View
from processing.engine.shadow.setting import Setting

# The shortest and the longest side, in pixels, that is asked for.
MIN_SIDE, MAX_SIDE = 64, 4096


@dataclass(frozen=True, slots=True, eq=False)
class BackdropRequest:
    """A background that is wanted, without the product.

    - `prompt`, `style`, `negative_prompt`: the caller's words; `style` names a preset or a style.
    - `seed`: 0 to 2**32 - 1. The same request with the same seed asks for the same picture.
    - `size`: (width, height) in pixels, exactly what the answer has.
    - `subject`: where the product will stand, in pixels of the canvas; it may overhang, and its foot
      is at `subject[3]`. None when nothing will stand there.
    - `pose`: how the product is posed in its photo, None when nothing will stand there; `view`: how the
      scene is to be seen whatever its words and the pose say, None when they decide.
    - `hook`: where the hook ends (x, y) from which the product hangs, None where none is to be seen.
    - `matte`: what of the canvas the product covers, uint8 (h, w) on a copy of any size; None where nobody
      knows more than `subject`.
    - `guidance`: a picture to follow, RGB (height, width, 3) of any size; `guidance_scale` from 0
      (ignore it) to 1 (stay close to it).
    """

    prompt: str
    style: str | None
    negative_prompt: str | None
    seed: int
    size: tuple[int, int]
    subject: Box | None = None
    guidance: U8 | None = None
    guidance_scale: float = 0.6
    pose: Pose | None = None
    view: View | None = None
    hook: tuple[float, float] | None = None
    matte: U8 | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """A background that was made.

    - `rgb`: uint8 (height, width, 3) in the size that was asked for, sRGB.
    - `provider`: who made it: `studio`, `openai/<model>`, `automatic1111/<model>`.
    - `seed`: the one that was used; a provider that takes none gives the request's own back.
    - `light`: what lights the scene, for the product's shadow and tint; None where nobody knows.
    - `fall`: how brightly light falls on what lies or hangs in it, as through a window, on a small copy of the
      canvas, float32 (h, w); None where it falls evenly, or nobody knows.
    - `setting`: what the product touches in it; None where the picture has no place, or nobody knows.
    - `view`: how the scene is seen, of another provider than `studio` how it was asked to be; None where
      nobody knows.
    - `not_understood`: the prompt's words that changed nothing, in their order.
    """

    rgb: U8
    provider: str
    seed: int
    light: SceneLight | None = None
    setting: Setting | None = None
    not_understood: tuple[str, ...] = ()
    view: View | None = None
    fall: F32 | None = None


class BackdropProvider(Protocol):
    """Anything that makes backgrounds from words."""

    @property
    def name(self) -> str:
        """Return its name as settings and callers write it, such as `studio`."""
        ...

    def generate(self, request: BackdropRequest) -> Backdrop:
        """Make the background. Raises ProviderFailed where it can't, InvalidPlan for words (such as
        an unknown style) that it can't take."""
        ...
