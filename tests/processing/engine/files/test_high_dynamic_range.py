"""PQ and HLG come to sRGB by ITU-R BT.2390's curve, and the report says so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from processing.engine.files import decode
from processing.engine.plans.cutout import CutoutPlan
from processing.engine.render_cutout import render
from tests.processing.engine.files.formats.png_chunks import cicp, png
from tests.processing.engine.pictures import MP50
from tests.processing.engine.test_render_cutout import RedFinder

PQ, HLG, SRGB_CURVE = 16, 18, 13
BT2020, P3 = 9, 12


def greys(*values: float) -> Any:
    """A row of greys, 0 to 1, in 16 bits."""
    row = np.round(np.array(values) * 65535).astype(np.uint16)
    return np.repeat(row[None, :, None], 3, axis=2)


def shown(pixels: Any, primaries: int, transfer: int) -> Any:
    decoded = decode.decode(png(pixels, cicp(primaries, transfer)), max_pixels=MP50)
    assert decoded.tone_curve == "ITU-R BT.2390"
    return decoded.rgb[0]


def pq(nits: float) -> float:
    power = (nits / 10_000) ** (2610 / 16384)
    return float(((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32))


def srgb(light: float) -> int:
    encoded = 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return round(255 * encoded)


@pytest.mark.parametrize("nits", [0.5, 5, 25, 50, 80])
def test_below_the_knee_pq_is_shown_as_it_is(nits: float) -> None:
    """203 cd/m2 are white."""
    assert shown(greys(pq(nits)), BT2020, PQ).tolist() == [[srgb(nits / 203)] * 3]


def test_above_it_pq_rolls_off_to_white_at_1000() -> None:
    ramp = shown(greys(*(pq(nits) for nits in (0, 80, 150, 203, 400, 700, 1000, 4000))), P3, PQ)
    assert ramp[:, 0].tolist() == [0, srgb(80 / 203), 213, 229, 250, 255, 255, 255]
    assert np.ptp(ramp, axis=1).max() == 0


def test_hlg_is_a_display_of_1000() -> None:
    """Half is a twelfth of the scene's light, so 1,000 / 12 ** 1.2 cd/m2; and 75 % is 203 (BT.2408),
    so it looks as that does in PQ."""
    ramp = shown(greys(0, 0.25, 0.5, 0.75, 1), BT2020, HLG)
    dark = [srgb(1000 * light**1.2 / 203) for light in (1 / 48, 1 / 12)]
    assert ramp[:, 1].tolist() == [0, *dark, 229, 255]


def test_hues_stay() -> None:
    """An orange of 900, 300 and 100 cd/m2 in sRGB's own primaries keeps its proportions."""
    bright = np.array([[[pq(900), pq(300), pq(100)]]])
    red, green, blue = (
        ((value / 255 + 0.055) / 1.055) ** 2.4
        for value in shown(np.round(bright * 65535).astype(np.uint16), 1, PQ)[0].tolist()
    )
    assert (red / green, red / blue) == (pytest.approx(3, rel=0.03), pytest.approx(9, rel=0.06))


def test_the_report_names_the_curve() -> None:
    red = np.zeros((20, 20, 3), np.uint8)
    red[5:15, 5:15] = (180, 20, 20)
    bright, plain = (png(red, cicp(BT2020, transfer)) for transfer in (PQ, SRGB_CURVE))
    assert render(bright, CutoutPlan(), RedFinder()).tone_curve == "ITU-R BT.2390"
    assert render(plain, CutoutPlan(), RedFinder()).tone_curve is None
