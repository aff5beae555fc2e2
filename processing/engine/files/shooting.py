"""When and how a photo was taken, as its EXIF tells.

Whatever is missing, damaged or beyond what cameras do counts as absent.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite, log2
from typing import Any, Final

from processing.engine.files import opening

_EXIF_BLOCK: Final = 0x8769
_EXPOSURE_TIME, _F_NUMBER, _ISO = 0x829A, 0x829D, 0x8827
_TAKEN, _TAKEN_FRACTION = 0x9003, 0x9291
# Seconds, f-numbers and sensitivities that cameras have.
_TIMES: Final = (1e-6, 3600.0)
_F_NUMBERS: Final = (0.5, 128.0)
_ISOS: Final = (1.0, 10_000_000.0)
# The source was measured when it came in.
_ANY_SIZE: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Shot:
    """How a photo was taken; what isn't known is None.

    `stops`: how much light it was given, in stops: that of one second at f/1 and ISO 100 is 0. `taken`: when, in
    seconds on the camera's own clock. `camera`: its maker's and its own name.
    """

    stops: float | None = None
    taken: float | None = None
    camera: str | None = None


def shot(source: bytes) -> Shot:
    """Read how a photo was taken. An f-number that isn't told (a lens without contacts, a phone) is taken for
    the same in all of its brackets, and so is a sensitivity."""
    try:
        with opening.opened(source, max_pixels=_ANY_SIZE) as image:
            block = image.getexif()
            told = block.get_ifd(_EXIF_BLOCK)
            return Shot(_stops(told), _taken(told), _camera(block))
    except opening.DECODER_ERRORS:
        return Shot()


def _stops(told: Any) -> float | None:
    time = _number(told.get(_EXPOSURE_TIME), _TIMES)
    if time is None:
        return None
    aperture = _number(told.get(_F_NUMBER), _F_NUMBERS) or 1.0
    iso = _number(told.get(_ISO), _ISOS) or 100.0
    return log2(time) + log2(iso / 100) - 2 * log2(aperture)


def _number(value: Any, limits: tuple[float, float]) -> float | None:
    if isinstance(value, tuple) and value:  # some cameras repeat their sensitivity
        value = value[0]
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    least, most = limits
    return number if isfinite(number) and least <= number <= most else None


def _taken(told: Any) -> float | None:
    try:
        moment = datetime.strptime(str(told.get(_TAKEN)), "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    fraction = str(told.get(_TAKEN_FRACTION, "")).strip("\0 ")
    rest = float(f"0.{fraction}") if fraction.isascii() and fraction.isdigit() else 0.0
    return moment.timestamp() + rest


def _camera(block: Any) -> str | None:
    names = [str(block.get(tag) or "").strip("\0 ") for tag in (0x010F, 0x0110)]
    return " ".join(name for name in names if name) or None
