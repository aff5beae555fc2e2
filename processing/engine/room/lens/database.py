"""A lens's faults from lensfun's database, by what the photo's EXIF says of camera and lens.

The database is measured and kept by the lensfun project (https://lensfun.github.io, CC BY-SA 3.0); its library
(LGPL-3) computes the faults at a focal length and an aperture from those that were measured nearest.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Protocol

import numpy as np

from processing.engine.arrays import F64
from processing.engine.room.lens import distortion
from processing.engine.room.lens.distortion import Distortion

# Where the file doesn't say how far away the room was, in metres, and how wide the aperture.
_FAR: Final = 10.0
_APERTURE: Final = 8.0
# Focal lengths on either side of a zoom's range, as a share, that are still believed to be its own.
_ROUNDED: Final = 0.06
# Mounts of cameras with a mirror: as a rule these leave a lens's distortion in their JPEGs. Others take it back, as
# their viewfinders show what the sensor sees.
_MIRRORS: Final = frozenset(
    {
        *("Canon EF", "Canon EF-S", "Nikon F AF", "Nikon F AI-S", "Pentax KAF", "Pentax KAF2"),
        *(
            "Pentax KAF3",
            "Pentax KAF4",
            "Sony Alpha",
            "Minolta AF",
            "Pentax K",
            "Sigma SA",
            "4/3 System",
        ),
    }
)
# No lens of a photo with straight lines has faults beyond these.
_RATIOS: Final = (0.5, 2.0)
_LEAST_LIGHT: Final = 0.1


class Taken(Protocol):
    """With what a photo was taken, see files.metadata.Taken."""

    @property
    def make(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def lens(self) -> str: ...
    @property
    def focal_length(self) -> float | None: ...
    @property
    def aperture(self) -> float | None: ...
    @property
    def is_cropped(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """What the database has for a photo: camera and lens as it calls them, the lens's faults, and whether such
    cameras leave them in their photos."""

    camera: str
    lens: str
    distortion: Distortion
    has_mirror: bool


def find(taken: Taken, size: tuple[int, int]) -> Entry | None:
    """The entry for a photo of that size (width, height); None where camera or lens isn't known for sure, and for
    lenses that don't draw straight lines (fisheyes)."""
    if _library() is None or not taken.model or taken.focal_length is None or taken.is_cropped:
        return None
    cameras = _database().find_cameras(taken.make or None, taken.model)
    if not cameras:
        return None
    camera = cameras[0]
    lens = next(_lenses(camera, taken), None)
    if lens is None or lens.type != _library().LensType.RECTILINEAR:
        return None
    found = _distortion(lens, camera, taken, size)
    if found is None:
        return None
    has_mirror = camera.mount in _MIRRORS
    return Entry(
        _full(camera.maker, camera.model), _full(lens.maker, lens.model), found, has_mirror
    )


def _full(maker: str, model: str) -> str:
    """Maker and model, without a maker that the model names itself."""
    return model if model.lower().startswith(maker.split()[0].lower()) else f"{maker} {model}"


@cache
def _library() -> Any:
    """lensfun; None where it isn't installed, as there is a wheel for most systems and not for all."""
    try:
        import lensfunpy
    except ImportError:
        return None
    return lensfunpy


@cache
def _database() -> Any:
    return _library().Database(load_common=False)  # its own alone: the same on all machines


def _lenses(camera: Any, taken: Taken) -> Iterator[Any]:
    """Lenses that are the photo's: by its name, or the only one of a camera whose lens is part of it."""
    fixed = camera.mount[:1].islower()  # so the database has it
    if fixed:
        found = _database().find_lenses(camera)
        if len({lens.model for lens in found}) != 1:
            return
    elif taken.lens:
        found = _database().find_lenses(camera, None, taken.lens)
        found = [lens for lens in found if _is_called(lens.model, taken.lens)]
    else:
        return
    focal = taken.focal_length or 0.0
    for lens in found:
        low, high = lens.min_focal * (1 - _ROUNDED), lens.max_focal * (1 + _ROUNDED)
        if low <= focal <= high:
            yield lens


def _is_called(known: str, name: str) -> bool:
    """Whether a lens's name in a file means that of the database: all numbers of the file's are in it, and both
    are of the same generation."""
    numbers, generation = r"\d+(?:\.\d+)?", r"\b(II|III|IV|V|G2)\b"
    ours, theirs = (set(re.findall(numbers, one)) for one in (known, name))
    return theirs <= ours and set(re.findall(generation, known)) == set(
        re.findall(generation, name)
    )


def _distortion(lens: Any, camera: Any, taken: Taken, size: tuple[int, int]) -> Distortion | None:
    focal = taken.focal_length or 0.0
    radii = distortion.radii()
    ratios = _ratios(lens, camera, focal, size, radii)
    falloff = _falloff(lens, camera, taken, radii)
    if ratios is None and falloff is None:
        return None
    if ratios is None:
        ratios = np.ones((1, len(radii)))
    if falloff is None:
        falloff = np.ones(len(radii))
    return Distortion(radii, ratios, falloff)


def _ratios(lens: Any, camera: Any, focal: float, size: tuple[int, int], radii: F64) -> F64 | None:
    """The faults are asked at places to the right of the middle, as they are the same in all directions."""
    modifier = _library().Modifier(lens, camera.crop_factor, *size)
    flags = _library().ModifyFlags
    modifier.initialize(focal, _APERTURE, scale=1.0, flags=int(flags.DISTORTION) | int(flags.TCA))
    middle, down = (size[0] - 1) / 2, (size[1] - 1) / 2
    half = np.hypot(*size) / 2
    rows = []
    for radius in radii[1:] * half:
        at = modifier.apply_subpixel_geometry_distortion(middle + radius, down, 1, 1)
        if at is None:
            return None
        rows.append((at[0, 0, :, 0] - middle) / radius)
    found = np.array([rows[0], *rows], np.float64).T
    low, high = _RATIOS
    if not np.isfinite(found).all() or found.min() < low or found.max() > high:
        return None
    return found if np.ptp(found, axis=0).max() > 0 else found[:1]


def _falloff(lens: Any, camera: Any, taken: Taken, radii: F64) -> F64 | None:
    """The light that is left: 1 + a r² + b r⁴ + c r⁶, r in halves of the diagonal of the sensor that was measured."""
    aperture = taken.aperture or _APERTURE
    terms = lens.interpolate_vignetting(taken.focal_length, aperture, _FAR)
    if terms is None or terms.model != _library().VignettingModel.PA:
        return None
    square = (radii * lens.crop_factor / camera.crop_factor) ** 2
    first, second, third = terms.terms[:3]
    left = 1 + square * (first + square * (second + square * third))
    # The polynomial was fitted inside of the photo only.
    left = np.where(radii <= 1, left, left[np.searchsorted(radii, 1.0, side="right") - 1])
    if not np.isfinite(left).all() or left.min() < _LEAST_LIGHT or left.max() > 1 / _LEAST_LIGHT:
        return None
    return np.asarray(left, np.float64)
