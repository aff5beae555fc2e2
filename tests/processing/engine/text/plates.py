"""Number plates, drawn onto photos."""

from __future__ import annotations

import cv2
import numpy as np

from processing.engine.arrays import U8


def with_plate(
    rgb: U8, at: tuple[int, int], words: str, *, width: int = 200, turned: float = 0.0
) -> U8:
    """A copy of a photo, uint8 (h, w, 3), on which a plate stands: `at` is its left top corner, `turned` how many
    degrees it is turned about its middle."""
    plate = np.full((110, 520, 3), 240, np.uint8)
    cv2.rectangle(plate, (3, 3), (516, 106), (20, 20, 20), 4)
    size, _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_DUPLEX, 2.4, 6)
    place = ((520 - size[0]) // 2, (110 + size[1]) // 2)
    cv2.putText(plate, words, place, cv2.FONT_HERSHEY_DUPLEX, 2.4, (15, 15, 15), 6, cv2.LINE_AA)
    small = cv2.resize(plate, (width, round(110 * width / 520)), interpolation=cv2.INTER_AREA)
    tall = len(small)
    turn = cv2.getRotationMatrix2D((width / 2, tall / 2), turned, 1.0)
    turn[:, 2] += at
    shown, whole = rgb.copy(), (rgb.shape[1], rgb.shape[0])
    cover = cv2.warpAffine(np.ones((tall, width), np.float32), turn, whole)[..., None]
    drawn = cv2.warpAffine(small, turn, whole)
    return np.asarray(np.rint(shown * (1 - cover) + drawn * cover), np.uint8)
