"""What may lie behind the subject: a color, a gradient, a picture. defocus.py blurs them."""

import numpy as np
import numpy.typing as npt

from processing.engine import arrays
from processing.engine.arrays import F32, F64
from processing.engine.canvas import layout, linear
from processing.engine.canvas.compose import Pixels, over
from processing.engine.canvas.resample import resample
from processing.engine.plans.color_names import parse_rgba
from processing.engine.plans.edit import Gradient, Scaling

# Steps along a gradient: more than any canvas has pixels.
_STEPS = 1 << 14
# From linear sRGB to the responses of the eye's cones and from their cube roots to lightness and two
# opponent colors (Ottosson, "A perceptual color space for image processing", 2020).
_TO_CONES: F64 = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_OKLAB: F64 = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_OKLAB, _FROM_CONES = np.linalg.inv(_TO_OKLAB), np.linalg.inv(_TO_CONES)


def flat(color: str, size: tuple[int, int]) -> Pixels:
    """One color on a canvas of (width, height); `alpha` is None where it is opaque."""
    red, green, blue, alpha = parse_rgba(color)
    rgb = arrays.filled((red, green, blue), size)
    return rgb, None if alpha == 255 else np.full(rgb.shape[:2], alpha, np.uint8)


def picture(pixels: Pixels, scaling: Scaling, size: tuple[int, int]) -> Pixels:
    """A picture, centred on a canvas of (width, height): `fill` covers it and loses what overhangs,
    `fit` shows all of it and leaves transparent bars."""
    rgb, alpha = pixels
    place = layout.spread((rgb.shape[1], rgb.shape[0]), size, cover=scaling == "fill")
    left, top, right, bottom = place
    seen = layout.clipped(place, size) or place
    window = (seen[0] - left, seen[1] - top, seen[2] - left, seen[3] - top)
    placed = resample(rgb, alpha, (right - left, bottom - top), window=window)
    if seen == (0, 0, *size):
        return placed
    return over(flat("transparent", size), placed, seen[:2])


def gradient(wanted: Gradient, size: tuple[int, int]) -> Pixels:
    """Colors that run into each other as evenly as the eye sees them, without bands.

    They are mixed in Oklab, weighed by alpha. Linear ones run as in CSS: the line's ends are where
    the corners get the pure colors; radial ones reach the farthest corner, as an ellipse of the
    canvas's proportions. A fixed pattern of less than one step of 8 bits (Bayer, 1973) dithers.
    """
    stops = np.array([parse_rgba(color) for color in wanted.colors], np.float64) / 255
    ramp = _ramp(stops)
    where = _radial(size) if wanted.kind == "radial" else _linear(size, wanted.angle)
    index = np.clip(where * np.float32(_STEPS - 1) + np.float32(0.5), 0, _STEPS - 1)
    values = ramp[index.astype(np.uint16)]
    height, width = index.shape
    tiles = np.tile(_bayer(), (-(-height // 8), -(-width // 8)))[:height, :width]
    # Thresholds below 1 and then cutting off: rounded up as often as the fraction says, and 255 is
    # never passed, as 255 * 256 + 254 is below 2**16.
    dithered = ((values + tiles[..., None]) >> 8).astype(np.uint8)
    rgb = np.ascontiguousarray(dithered[..., :3])
    return rgb, None if stops[:, 3].min() == 1 else np.ascontiguousarray(dithered[..., 3])


def _linear(size: tuple[int, int], angle: float) -> F32:
    """Measure how far along the gradient each pixel's center lies, 0 to 1: float32 (h, w)."""
    turn = np.deg2rad(angle)
    across, down = np.sin(turn), -np.cos(turn)
    # CSS Images Level 3, linear-gradient(): so long that the corners get the pure colors of the
    # ends.
    length = abs(size[0] * across) + abs(size[1] * down)
    x, y = _centred(size)
    found = x * np.float32(across / length) + y * np.float32(down / length) + np.float32(0.5)
    return np.asarray(found, dtype=np.float32)


def _radial(size: tuple[int, int]) -> F32:
    x, y = _centred(size)
    distance = np.hypot(x * np.float32(2 / size[0]), y * np.float32(2 / size[1]))
    # A corner lies at (1, 1), so at a distance of the root of 2.
    return np.asarray(distance * np.float32(np.sqrt(0.5)), dtype=np.float32)


def _centred(size: tuple[int, int]) -> tuple[F32, F32]:
    """Distances of pixel centres from the canvas's: a row (1, w) and a column (h, 1)."""
    x, y = (np.arange(side, dtype=np.float32) - np.float32((side - 1) / 2) for side in size)
    return x[None, :], y[:, None]


def _ramp(stops: F64) -> npt.NDArray[np.uint16]:
    """Evenly spaced stops (n, 4), 0 to 1, as _STEPS colors in 1/256 of an 8-bit step."""
    lab = np.cbrt(linear.decoded(stops[:, :3]) @ _TO_CONES.T) @ _TO_OKLAB.T
    at, places = np.linspace(0, 1, _STEPS), np.linspace(0, 1, len(stops))
    alpha = np.interp(at, places, stops[:, 3])
    # Premultiplied, or a transparent stop's color, which nobody sees, would stain its neighbors.
    weighed = lab * stops[:, 3:]
    mixed = np.stack([np.interp(at, places, weighed[:, channel]) for channel in range(3)], axis=1)
    # Where nothing covers there is no color: any will do.
    straight = mixed / np.maximum(alpha, 1e-9)[:, None]
    light = (straight @ _FROM_OKLAB.T) ** 3 @ _FROM_CONES.T
    srgb = linear.encoded(np.clip(light, 0, 1))
    values = np.concatenate([srgb, alpha[:, None]], axis=1) * (255 * 256)
    return np.round(values).astype(np.uint16)


def _bayer() -> npt.NDArray[np.uint16]:
    """The 8x8 matrix of evenly scattered thresholds, 2 to 254."""
    matrix = np.zeros((1, 1), np.uint16)
    for _ in range(3):
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    return (matrix * 4 + 2).astype(np.uint16)
