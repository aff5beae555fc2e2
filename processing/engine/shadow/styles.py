"""What the modes of shadows mean, in numbers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layer:
    """Darkness around the subject: `blur` as a share of its size, `opacity` where it is full."""

    blur: float
    opacity: float


@dataclass(frozen=True, slots=True)
class Style:
    """What a mode means.

    - `side`: shadows are soft, so they are drawn on a copy with this longer side.
    - `softness`, `spread`: what holds where nobody says otherwise.
    - `contact`: the line where the subject meets what it touches, dark on all sides.
    - `around`: the layers that fall from it away from the light (or lie below it, where it hovers).
    - `folds`: opacity of what lies between two parts of the subject, such as sleeve and body.
    - `thrown`: opacity of the cast shadow; `fade`: how much of it is gone at its far end.
    - `crisp`: its blur at the near end, as a share of the subject's size; `penumbra`: how much
      wider it gets for every pixel of height that throws it.
    """

    side: int
    softness: float
    spread: float
    contact: Layer
    around: tuple[Layer, ...]
    folds: float = 0.0
    thrown: float = 0.0
    fade: float = 0.0
    crisp: float = 0.0
    penumbra: float = 0.0


STYLES = {
    "soft": Style(
        side=400,
        softness=0.5,
        spread=25,
        contact=Layer(0.0035, 0.42),
        around=(Layer(0.012, 0.25), Layer(0.038, 0.27)),
        folds=0.3,
        thrown=0.3,
        fade=0.6,
        crisp=0.012,
        penumbra=0.16,
    ),
    "hard": Style(
        side=560,
        softness=0.15,
        spread=45,
        contact=Layer(0.0025, 0.42),
        around=(Layer(0.009, 0.22),),
        folds=0.15,
        thrown=0.5,
        fade=0.45,
        crisp=0.0025,
        penumbra=0.035,
    ),
    "floating": Style(
        side=300,
        softness=0.5,
        spread=25,
        contact=Layer(0.0, 0.0),
        around=(Layer(0.024, 0.34), Layer(0.042, 0.22)),
    ),
}
