"""What can be measured of a product's picture: color kept, the halo above it, contact below it.

Canvases are uint8 (h, w, 3) in sRGB, the product's matte uint8 (h, w). Lightness is CIE L*, 0 to 100, of D65.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

from processing.engine import arrays
from processing.engine.arrays import F32, U8, Mask

# Shares of the canvas's longer side: where the strip above begins and ends, and how far contact reaches.
_ABOVE = (0.003, 0.04)
_CONTACT = 0.01
# How far inside of the matte color is compared, and how many pixels of it at most.
_INSIDE, _MOST = 0.004, 200_000
# Less than this is the background, for an eye.
_NOTHING, _OPAQUE = 4, 250


@dataclass(frozen=True, slots=True)
class Measured:
    """What one picture comes to.

    - `color`: the mean CIEDE2000 between the product in the picture and as it was cut out, well inside of its matte.
    - `color_most`: the same for the tenth of the pixels that differ most.
    - `halo`: by how much the strip above the product (of each column, from 0.3 to 4 % of the side above the product's
      topmost pixel) is darker than without shadow, on average, in L*.
    - `contact`: the same within 1 % of the side below each column's lowest pixel.
    - `clipped`: the share of the product's pixels with a channel at 255 that wasn't when it was cut out.
    """

    color: float
    color_most: float
    halo: float
    contact: float
    clipped: float


def measured(shaded: U8, unshaded: U8, product: U8, matte: U8) -> Measured:
    """Compare a picture with the same without a shadow, and with the product alone on its canvas."""
    inside = _inside(matte)
    apart = _apart(shaded[inside], product[inside])
    darker = _lightness(unshaded) - _lightness(shaded)
    above, below = _strips(matte)
    fresh = (shaded[inside] == 255) & (product[inside] < 255)
    return Measured(
        color=float(apart.mean()),
        color_most=float(np.sort(apart)[-max(1, apart.size // 10) :].mean()),
        halo=_mean(darker, above),
        contact=_mean(darker, below),
        clipped=float(fresh.any(axis=-1).mean()),
    )


def color_kept(cutout: U8, alpha: U8, photo: U8) -> float:
    """The mean CIEDE2000 between a cutout and its photo, of one size, well inside of the matte."""
    inside = _inside(alpha)
    return float(_apart(cutout[inside], photo[inside]).mean())


def _inside(matte: U8) -> Mask:
    """Opaque pixels away from the edge; all opaque ones of a product as thin as a chain. Raises ValueError without any."""
    side = max(1, round(_INSIDE * max(matte.shape)))
    opaque = (matte >= _OPAQUE).astype(np.uint8)
    kernel = np.ones((2 * side + 1, 2 * side + 1), np.uint8)
    inside = cv2.erode(opaque, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0
    found = inside if inside.any() else opaque > 0
    if not found.any():
        raise ValueError("Nothing of the product is opaque.")
    return np.asarray(found, np.bool_)


def _apart(one: U8, other: U8) -> F32:
    """CIEDE2000 of pixels (n, 3), of evenly chosen ones where there are many."""
    step = max(1, len(one) // _MOST)
    labs = [rgb2lab(pixels[::step][None] / 255.0) for pixels in (one, other)]
    return np.asarray(deltaE_ciede2000(*labs), np.float32).ravel()  # type: ignore[no-untyped-call]


def _lightness(rgb: U8) -> F32:
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[..., 0])


def _strips(matte: U8) -> tuple[Mask, Mask]:
    """What lies above and below of each column's product, and is nothing of it."""
    height, longer = matte.shape[0], max(matte.shape)
    solid = matte >= arrays.SOLID
    rows = np.arange(height)[:, None]
    top = np.where(solid.any(axis=0), solid.argmax(axis=0), -height)
    bottom = np.where(solid.any(axis=0), height - 1 - solid[::-1].argmax(axis=0), 2 * height)
    first, last = (round(share * longer) for share in _ABOVE)
    nothing = matte < _NOTHING
    above = nothing & (rows <= top - first) & (rows >= top - last)
    below = nothing & (rows > bottom) & (rows <= bottom + round(_CONTACT * longer))
    return above, below


def _mean(values: F32, where: Mask) -> float:
    return float(values[where].mean()) if where.any() else 0.0
