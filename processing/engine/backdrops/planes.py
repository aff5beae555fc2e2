"""Where the camera sees what: a table or ground in true perspective, and a wall behind it.

The camera looks level and its frame is shifted down, as a view camera's is, so uprights stay upright
and the ground's vanishing line is a row of the canvas.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from processing.engine.arrays import F32, Box

Doubles = npt.NDArray[np.float64]

# A product is taken to be about this large, in metres. It sets how large grain and planks look.
PRODUCT = 0.42
# ... and what is laid out or hung up is mostly a garment.
GARMENT = 0.58
# How much of the canvas lies between the foot and the table's far edge, how many times farther from
# the camera that edge is, and the slope of the look down at the foot.
_GAP, _EDGE, LOOK_DOWN = 0.175, 2.6, 0.32
# A wall alone is so many times farther from the camera than the product that hangs before it.
HANGING = 1.5
# A foot higher than this leaves no room for what is behind the table.
_HIGHEST_FOOT, _DEFAULT_FOOT = 0.3, 0.84
_DEFAULT_SIDE = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A surface as the canvas's pixels see it.

    `u` (rightwards) and `v` (away from the camera, or up), in metres, float32 (h, w); `du` and
    `dv`, metres per pixel in both directions, float32 (h, 1), positive. `v` falls from row to row.
    `lying` tells a ground from a wall. `turn`: by how many radians its axes are turned in the picture,
    anticlockwise.
    """

    u: F32
    v: F32
    du: F32
    dv: F32
    lying: bool = False
    turn: float = 0.0

    @property
    def shape(self) -> tuple[int, int]:
        return self.u.shape[0], self.u.shape[1]

    def every(self, step: int) -> "Plane":
        """The same plane on a coarser grid whose pixels cover `step` of these."""
        height, width = self.shape
        rows = max(2, -(-height // step))
        columns = max(2, -(-width // step))

        def coarser(part: F32, across: int) -> F32:
            smaller = cv2.resize(part, (across, rows), interpolation=cv2.INTER_LINEAR)
            return np.asarray(smaller, dtype=np.float32).reshape(rows, across)

        return Plane(
            coarser(self.u, columns),
            coarser(self.v, columns),
            coarser(self.du, 1) * np.float32(step),
            coarser(self.dv, 1) * np.float32(step),
            lying=self.lying,
            turn=self.turn,
        )


@dataclass(frozen=True, slots=True)
class Stage:
    """The canvas (pixels) and what stands where on it, rows counted from the top.

    - `foot`: the row on which the product stands; `middle`: its middle column.
    - `horizon`: the ground's vanishing line; `edge`: the table's far edge.
    - `scale`: pixels per metre at the product; `side`: the product's longer side in pixels.
    - `hook`: where the hook ends (x, y) from which it hangs.
    - `reach`: how far the product reaches from the canvas's middle towards eight sides, from the right
      anticlockwise; below 0 where it ends before the middle.
    """

    width: int
    height: int
    middle: float
    foot: float
    horizon: float
    edge: float
    scale: float
    side: float
    hook: tuple[float, float] | None = None
    reach: tuple[float, ...] = (0.0,) * 8

    @classmethod
    def of(
        cls,
        size: tuple[int, int],
        subject: Box | None,
        *,
        gap: float | None = None,
        metres: float = PRODUCT,
    ) -> "Stage":
        """A stage of (width, height) for a product that fills the box, wholly or partly in it, and is taken
        to be so many `metres` long. `gap` is the part of the canvas from its foot to the table's far edge,
        where it is not the usual one."""
        width, height = size
        behind = (_GAP if gap is None else gap) * height
        if subject is None:
            side = _DEFAULT_SIDE * min(size)
            middle, foot = width / 2, _DEFAULT_FOOT * height
        else:
            left, top, right, bottom = subject
            side = float(np.clip(max(right - left, bottom - top), min(size) / 6, max(size)))
            middle, foot = (left + right) / 2, float(bottom)
        foot = float(np.clip(foot, _HIGHEST_FOOT * height, height))
        edge = foot - behind
        # Solves (foot - horizon) / (edge - horizon) = _EDGE for the horizon: distances on level
        # ground go as one over the rows below it.
        horizon = foot - behind * _EDGE / (_EDGE - 1)
        middle = float(np.clip(middle, 0, width))
        return cls(width, height, middle, foot, horizon, edge, side / metres, side)

    def at(self, scale: float) -> "Stage":
        """The same stage drawn `scale` times as large."""
        lengths = ("middle", "foot", "horizon", "edge", "scale", "side")
        return replace(
            self,
            width=max(2, round(self.width * scale)),
            height=max(2, round(self.height * scale)),
            hook=None if self.hook is None else (self.hook[0] * scale, self.hook[1] * scale),
            reach=tuple(one * scale for one in self.reach),
            **{name: getattr(self, name) * scale for name in lengths},
        )

    @property
    def distance(self) -> float:
        """Metres from the camera to the product."""
        # (foot - horizon) / slope is the focal length in pixels, and scale = focal length /
        # distance.
        return (self.foot - self.horizon) / LOOK_DOWN / self.scale

    def ground(self, top: int) -> Plane:
        """The ground from row `top`, which lies below the horizon, to the canvas's end."""
        # Centers of pixels. A row on the horizon would be divided by 0: `top` lies below it.
        rows = np.arange(top, self.height, dtype=np.float64)[:, None] + 0.5
        columns = np.arange(self.width, dtype=np.float64) + 0.5
        farther = (self.foot - self.horizon) / (rows - self.horizon)
        u = (columns - self.middle) / self.scale * farther
        v = np.broadcast_to(self.distance * (farther - 1), u.shape)
        du = farther / self.scale
        # The derivative of v by the row, without its sign.
        dv = self.distance * farther**2 / (self.foot - self.horizon)
        return Plane(*_arrays(u, v, du, dv), lying=True)

    def wall(self, *, farther: float = 1.0) -> Plane:
        """A wall over the whole canvas, `farther` times as far away as the product; v is 0 at the
        row `edge`."""
        metre = self.scale / farther
        rows = np.arange(self.height, dtype=np.float64)[:, None] + 0.5
        columns = np.arange(self.width, dtype=np.float64) + 0.5
        u = np.broadcast_to((columns - self.middle) / metre, (self.height, self.width))
        v = np.broadcast_to((self.edge - rows) / metre, (self.height, self.width))
        step = np.full((self.height, 1), 1 / metre)
        return Plane(*_arrays(u, v, step, step))

    def facing(self, *, lying: bool, turn: float = 0.0) -> Plane:
        """A plane that faces the camera over the whole canvas, as far away as the product, with its zero in
        the middle: a floor from straight above where it is `lying`, else a wall. `turn` in degrees,
        anticlockwise."""
        x = ((np.arange(self.width) + 0.5) - self.width / 2)[None, :] / self.scale
        y = (self.height / 2 - (np.arange(self.height) + 0.5))[:, None] / self.scale
        angle = float(np.radians(turn))
        u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        step = np.full((self.height, 1), 1 / self.scale)
        return Plane(*_arrays(u, v, step, step), lying=lying, turn=angle)

    @property
    def edge_distance(self) -> float:
        """Say how many times farther from the camera than the product the table's far edge is."""
        return (self.foot - self.horizon) / (self.edge - self.horizon)


def _arrays(u: Doubles, v: Doubles, du: Doubles, dv: Doubles) -> tuple[F32, F32, F32, F32]:
    one, two, three, four = (
        np.ascontiguousarray(part, dtype=np.float32) for part in (u, v, du, dv)
    )
    return one, two, three, four
