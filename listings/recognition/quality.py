"""What a seller should mend about a photo. Rules over pixels: hints, never a verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from listings.recognition.result import Problem, Quality
from processing.engine.arrays import F32, U8, fit_within, shrink
from processing.engine.text import kind
from processing.engine.text.detect import Text

# Everything but the size is judged on a copy of this side, so that thresholds mean the same for all.
_SIDE = 512
# Marketplaces refuse less (eBay: 500 pixels on the longer side).
_MIN_SIDE = 500
# How much of a subject there must be, as a share of the photo, and how sure the model at its best.
_MIN_SUBJECT, _SURE = 0.004, 0.5
_BLURRED = 0.55
_DARK, _BRIGHT, _CLIPPED = 95.0, 250, 0.35
_CLUTTERED = 34.0
# A subject that runs along this share of a side is cut off there; a hook or a hanger is not.
_CUT_OFF = 0.12
_MARK = re.compile(
    r"www\.|https?:|\.(com|net|org|de|fr|it|shop)\b|[@©]|\d[./-]\d+[./-]\d{2,4}", re.IGNORECASE
)


def problems(
    image: int, rgb: U8, matte: F32, size: tuple[int, int], texts: Sequence[Text]
) -> list[Quality]:
    """List what is wrong with photo number `image`: `rgb` uint8 (h, w, 3), `matte` float32 0 to 1
    on any grid, `size` the file's (width, height), `texts` what was read on it."""
    found = [*_about_size(size), *_about_pixels(rgb, matte), *_about_texts(rgb, matte, texts)]
    return [Quality(image, problem, message) for problem, message in found]


def nothing_there(matte: F32) -> bool:
    """Whether the model saw no subject."""
    return bool(matte.max() < _SURE or (matte > 0.5).mean() < _MIN_SUBJECT)


def blur(grey: U8) -> float:
    """Measure how little a picture (h, w) loses by being blurred again: 0 sharp to 1 blurred.

    After Crete et al., "The blur effect" (2007): differences of neighbours before and after a
    box of nine pixels, along both axes, the worse of the two.
    """
    values = grey.astype(np.float32)
    worst = 0.0
    for axis, kernel in ((0, (1, 9)), (1, (9, 1))):
        softer = np.asarray(cv2.blur(values, kernel))
        before, after = (np.abs(np.diff(layer, axis=axis)) for layer in (values, softer))
        total = float(before.sum())
        # What a blur takes away was sharp; a picture that was blurred already has little to lose.
        kept = float(np.maximum(before - after, 0).sum())
        worst = max(worst, (total - kept) / total if total > 0 else 1.0)
    return worst


def _about_size(size: tuple[int, int]) -> Iterator[tuple[Problem, str]]:
    if max(size) < _MIN_SIDE:
        yield (
            "too-small",
            (
                f"The photo is {size[0]} x {size[1]} pixels; marketplaces require at least "
                f"{_MIN_SIDE} on the longer side, better 1600."
            ),
        )


def _about_pixels(rgb: U8, matte: F32) -> Iterator[tuple[Problem, str]]:
    size = fit_within(rgb.shape[1], rgb.shape[0], _SIDE)
    small = shrink(rgb, size)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    if np.percentile(grey, 95) < _DARK:
        yield "too-dark", "The photo is dark: take it near a window or add light."
    if nothing_there(matte):
        yield (
            "nothing-found",
            "No item stands out in this photo: show one item on a plain background.",
        )
        return
    laid = np.asarray(cv2.resize(matte, size, interpolation=cv2.INTER_LINEAR), np.float32)
    subject = laid > 0.5
    if (small.min(axis=2)[subject] >= _BRIGHT).mean() > _CLIPPED:
        yield "too-bright", "Much of the item is pure white: reduce the exposure a little."
    left, top, across, down = cv2.boundingRect(subject.astype(np.uint8))
    if blur(grey[top : top + down, left : left + across]) > _BLURRED:
        yield (
            "blurred",
            "The photo is not sharp: hold the camera still, focus on the item and clean the lens.",
        )
    if _clutter(grey, laid) > _CLUTTERED:
        yield (
            "cluttered",
            (
                "The photo shows much besides the item: use a plain background, or remove the "
                "background."
            ),
        )
    if sides := _touched(subject):
        yield (
            "cut-off",
            f"The item extends beyond the photo ({', '.join(sides)}): step back a little.",
        )


def _clutter(grey: U8, matte: F32) -> float:
    """The mean steepness of what surely is not the subject, 0 where hardly anything else is seen."""
    # Well away from the subject, whose own edge is steep.
    around = np.asarray(cv2.dilate(matte, np.ones((15, 15), np.uint8))) < 0.1
    if around.mean() < 0.05:
        return 0.0
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.5).astype(np.float32)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    return float(np.asarray(cv2.magnitude(across, down))[around].mean())


def _touched(subject: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> list[str]:
    """The sides of the picture that the subject (h, w) runs along."""
    rims = {
        "top": subject[:2].any(axis=0),
        "bottom": subject[-2:].any(axis=0),
        "left": subject[:, :2].any(axis=1),
        "right": subject[:, -2:].any(axis=1),
    }
    return [side for side, rim in rims.items() if rim.mean() > _CUT_OFF]


def _about_texts(rgb: U8, matte: F32, texts: Sequence[Text]) -> Iterator[tuple[Problem, str]]:
    laid_over = [text for text in texts if kind.kind(text, rgb, matte) == "artificial"]
    marks = [text.words for text in laid_over if _MARK.search(text.words)]
    if marks:
        yield (
            "watermark",
            f"The photo has a watermark (“{marks[0][:40]}”): most marketplaces reject it.",
        )
    elif laid_over:
        yield (
            "text",
            (
                f"The photo has text over it (“{laid_over[0].words[:40]}”): most marketplaces "
                "reject it."
            ),
        )
