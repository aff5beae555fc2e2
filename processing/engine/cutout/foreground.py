"""The subject's own colors at soft pixels, so that no halo of the old background remains.

Blur fusion (Forte and Pitie, "Approximate Fast Foreground Color Estimation", 2021): what lies
behind each other at a soft pixel is guessed from weighted box averages of what is visible nearby.
Both guesses are smooth, so they are made on a small copy and looked up at full size, where the
picture's own detail is put back.
"""

import cv2
import numpy as np

from processing.engine.arrays import F32

# As a share of the longer side: wide enough to reach sure colors across any band of doubt.
_WIDE = 0.06
_NARROW = 7
_TINY = np.float32(1e-5)


def blur_fusion(image: F32, alpha: F32) -> tuple[F32, F32]:
    """Colors of subject and background as they would go on behind each other, each (h, w, 3).

    `image` float32 (h, w, 3) and `alpha` float32 (h, w), 0 to 1. Two passes as in the paper: a wide
    one that reaches into the sure areas, a narrow one that keeps local color.
    """
    wide = max(3, round(max(alpha.shape) * _WIDE)) | 1
    foreground, background = _fuse(image, image, alpha, wide)
    sharp = unmix(image, alpha, foreground, background)
    # From the sharpened foreground, not from the photo, whose soft pixels hold the background.
    return _fuse(sharp, background, alpha, _NARROW)


def unmix(image: F32, alpha: F32, foreground: F32, background: F32) -> F32:
    """Find the foreground colors (..., 3) that explain `image` (..., 3) best near the guesses."""
    cover = alpha[..., None]
    # I - aF - (1 - a)B, what the guesses leave unexplained: F takes its share a of it.
    residue = image - background - cover * (foreground - background)
    return np.asarray(np.clip(foreground + cover * residue, 0, 1), dtype=np.float32)


def _fuse(subject: F32, backdrop: F32, alpha: F32, side: int) -> tuple[F32, F32]:
    # The paper weighs by alpha; its cube listens to the nearly pure colors first.
    front, back = alpha**3, (1 - alpha) ** 3
    before, behind = (cv2.blur(part, (side, side))[..., None] for part in (front, back))
    foreground = cv2.blur(subject * front[..., None], (side, side)) / (before + _TINY)
    background = cv2.blur(backdrop * back[..., None], (side, side)) / (behind + _TINY)
    return foreground.astype(np.float32), background.astype(np.float32)


def nearby_mean(rgb: F32, weight: F32) -> F32:
    """Average the color of the pixels with weight around each place, from as near as there are any."""
    total, mass = np.zeros_like(rgb), np.full(weight.shape, 1e-6, np.float32)
    weighted = rgb * weight[..., None]
    # Wider means weigh so little that they count only where narrower ones found nothing.
    for share, belief in ((0.08, 1.0), (0.3, 0.02), (1.0, 0.0004)):
        side = max(3, round(share * max(weight.shape))) | 1
        total += np.float32(belief) * cv2.blur(weighted, (side, side))
        mass += np.float32(belief) * cv2.blur(weight, (side, side))
    return np.asarray(total / mass[..., None], dtype=np.float32)
