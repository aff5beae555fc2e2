"""Reading pictures: limits before decoding, one meaning of "broken"; small copies of them.

Every decoder sits behind the same three rules. The format is told from the bytes and only that
format's decoder is tried; the size is read from the header and refused before a pixel is decoded;
and whatever a decoder throws at hostile bytes leaves here as BrokenImage. Writing is in encode.py.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from PIL import Image

from processing.engine import arrays
from processing.engine.arrays import U8
from processing.engine.canvas import compose
from processing.engine.errors import BrokenImage
from processing.engine.files import color_profile, color_tags, metadata, samples
from processing.engine.files.encode import encode as encode
from processing.engine.files.formats import jpeg
from processing.engine.files.opening import opened, orientation
from processing.engine.files.sniff import EXTENSIONS, MEDIA_TYPES, PILLOW_NAMES, sniff

_WHITE = (255, 255, 255)
# A photo of fewer pixels is decoded in less time than doing it in parallel would save.
_LARGE = 2_000_000
# A small copy that is to be shrunk further has so many times the pixels along each side: from fewer,
# the result would hardly be that of the whole.
_SPARE = 1.9


@dataclass(frozen=True, slots=True)
class Probe:
    """What a picture's header says. `width` and `height` are as stored, before orientation."""

    format: str
    media_type: str
    width: int
    height: int
    orientation: int
    has_profile: bool
    has_alpha: bool
    frames: int

    @property
    def oriented_size(self) -> tuple[int, int]:
        """(width, height) as a viewer shows the picture."""
        return (self.height, self.width) if self.orientation >= 5 else (self.width, self.height)

    @property
    def extension(self) -> str:
        """The usual file extension, without a dot."""
        return EXTENSIONS[self.format]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture upright and in sRGB (unless it was decoded without conversion).

    `rgb` is uint8 (h, w, 3), `alpha` uint8 (h, w) or None; `corrected` tells that the source's
    orientation had to be applied, `tone_curve` the curve by which its high dynamic range was
    brought to sRGB's.
    """

    rgb: U8
    alpha: U8 | None
    probe: Probe
    corrected: bool
    tone_curve: str | None = None

    @property
    def visible(self) -> U8:
        """Return what a person sees of it, not the colors that lie under transparent pixels."""
        if self.alpha is None:
            return self.rgb
        return compose.flatten(self.rgb, self.alpha, _WHITE)


def probe(data: bytes, *, max_pixels: int) -> Probe:
    """Read the header only: about a millisecond whatever the size. A PNG is decoded, as its
    orientation may stand behind the pixels.

    Raises UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory, BrokenImage.
    """
    with opened(data, max_pixels=max_pixels) as image:
        return _probe(image)


def verify(data: bytes, *, max_pixels: int) -> Probe:
    """Prove that the (first) picture decodes to its end, and return what its header says.

    A JPEG is decoded at an eighth of its size, which still reads its whole entropy-coded stream:
    25 ms for 12 megapixels. The other formats are decoded in full.
    Raises UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory, BrokenImage.
    """
    with opened(data, max_pixels=max_pixels) as image:
        header = _probe(image)
        _shrink_on_load(image, 1)
        image.load()
        return header


@dataclass(frozen=True, slots=True)
class Coming:
    """A picture that is being decoded by another thread.

    `small` is a copy, uint8 (h, w, 3), upright and in sRGB as the whole will be, or None where none
    is to be had before. `whole` waits for the end, and raises what `decode` does.
    """

    small: U8 | None
    whole: Callable[[], Decoded]


@contextmanager
def coming(data: bytes, *, max_pixels: int, side: int, convert: bool = True) -> Iterator[Coming]:
    """Decode as `decode` does, but so that a network needn't wait for it, which looks at a square of
    `side` pixels.

    A large JPEG is decoded at a half, a quarter or an eighth first, which reads its whole stream and
    so proves that it isn't broken; then in full beside whatever the caller does. A picture of
    another format, or one that is not much larger than the square, has no small copy, and is decoded
    when `whole` is called.
    Raises UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory, BrokenImage.
    """
    small = _glimpse(data, max_pixels=max_pixels, side=side, convert=convert)
    whole = partial(_decode, data, max_pixels=max_pixels, convert=convert)
    if small is None:
        yield Coming(None, whole)
        return
    is_under_way = threading.Event()
    with ThreadPoolExecutor(1, thread_name_prefix="decoding") as pool:
        future = pool.submit(whole, is_proved=True, at_start=is_under_way.set)
        future.add_done_callback(lambda _: is_under_way.set())
        # A decoder runs without Python's lock, but has to get there before the caller loads a network, say,
        # which holds it for a while.
        is_under_way.wait()
        yield Coming(small, future.result)


def _glimpse(data: bytes, *, max_pixels: int, side: int, convert: bool) -> U8 | None:
    if sniff(data) != "jpeg":
        return None
    with opened(data, max_pixels=max_pixels) as image:
        whole, least = image.size, int(_SPARE * side)
        image.draft(None, (least, least))
        if image.size == whole or whole[0] * whole[1] < _LARGE:
            return None
        if not convert:
            _keep_space(image, data)
        image.load()
        rgb, _ = _split(color_profile.to_srgb(image, data))
        return arrays.upright(rgb, orientation(image))


def decode(
    data: bytes,
    *,
    max_pixels: int,
    convert: bool = True,
    least: tuple[int, int] | None = None,
) -> Decoded:
    """Decode the first frame at full size, upright and converted to sRGB.

    Where no more than `least` (width, height, upright) is needed, a JPEG is decoded at a half, a
    quarter or an eighth, but no smaller: its coefficients give that almost for nothing.
    With `convert` off, pixels whose profile can go along with them (metadata.rgb_profile) are left
    in its color space; all others are converted as ever.
    Raises UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory, BrokenImage.
    """
    return _decode(data, max_pixels=max_pixels, convert=convert, least=least)


def _decode(
    data: bytes,
    *,
    max_pixels: int,
    convert: bool,
    least: tuple[int, int] | None = None,
    is_proved: bool = False,
    at_start: Callable[[], None] = lambda: None,
) -> Decoded:
    """Decode a file that `is_proved` to be whole or isn't; `at_start` is called just before pixels
    are decoded."""
    with opened(data, max_pixels=max_pixels) as image:
        header = _probe(image)
        space = color_tags.space_of(image, data)
        if not convert:
            _keep_space(image, data)
        plain_jpeg = header.format == "jpeg" and image.mode in ("RGB", "L")
        if plain_jpeg and not color_profile.needs_conversion(image.info.get("icc_profile")):
            if not is_proved and not _is_drafted(image, header, least):
                # OpenCV fills in what a cut file lacks with grey and says nothing, so the stream is
                # proved whole first.
                _shrink_on_load(image, 1)
                image.load()
                is_proved = True
            at_start()
            alpha = None
            # At full size OpenCV's decoder is twice as fast as Pillow's.
            rgb = _whole_jpeg(data) if is_proved else np.asarray(image.convert("RGB"))
        else:
            samples.mend(image)
            if header.format == "jpeg":  # in one go, without Python's lock
                image.decodermaxblock = len(data)  # type: ignore[attr-defined]
            at_start()
            image.load()
            rgb, alpha = _split(color_profile.to_srgb(image, data, space))
        # Pillow turns TIFFs upright while loading them; nothing else is turned yet.
        turn = 1 if header.format == "tiff" else header.orientation
        return Decoded(
            rgb=arrays.upright(rgb, turn),
            alpha=None if alpha is None else arrays.upright(alpha, turn),
            probe=header,
            corrected=header.orientation != 1,
            tone_curve=space.tone_curve if space else None,
        )


def thumbnail(data: bytes, *, max_side: int, max_pixels: int, format: str = "webp") -> bytes:
    """A small copy, upright, in sRGB and without metadata; what is transparent stays so.

    `format` is webp, png or jpg (transparent parts then turn white).
    Raises UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory, BrokenImage.
    """
    rgb, alpha = reduced(data, max_side=max_side, max_pixels=max_pixels)
    return _encoded(rgb, alpha, format)


def preview(rgb: U8, alpha: U8 | None, *, max_side: int, format: str = "webp") -> bytes:
    """A small copy of pixels that are at hand, uint8 (h, w, 3) in sRGB and alpha (h, w) or None, as
    `thumbnail` makes one of a file."""
    height, width = rgb.shape[:2]
    size = arrays.fit_within(width, height, max_side=max_side)
    # First by a whole number, which averages quickly and usually leaves less than a factor of two; the rows
    # and columns that don't go into it are left out.
    step = min(width // size[0], height // size[1])
    even = (width // step, height // step)
    whole = np.s_[: even[1] * step, : even[0] * step]
    if alpha is None:
        small = cv2.resize(rgb[whole], even, interpolation=cv2.INTER_AREA)
    else:
        small = _premultiplied(rgb[whole], alpha[whole], step)
    small = cv2.resize(small, size, interpolation=cv2.INTER_LINEAR)
    if alpha is None:
        return _encoded(np.asarray(small, dtype=np.uint8), None, format)
    image = Image.frombuffer("RGBa", size, np.ascontiguousarray(small), "raw", "RGBa", 0, 1)
    return _encoded(*_split(image.convert("RGBA")), format)


def _premultiplied(rgb: U8, alpha: U8, step: int) -> U8:
    """Premultiplied colors and alpha, each `step` by `step` pixels averaged to one."""
    small = np.zeros((alpha.shape[0] // step, alpha.shape[1] // step, 4), np.uint8)
    # Only where there is something: around most subjects there is as much nothing.
    left, top, right, bottom = compose.visible_box(alpha)
    columns, rows = (left // step, -(-right // step)), (top // step, -(-bottom // step))
    part = np.s_[rows[0] * step : rows[1] * step, columns[0] * step : columns[1] * step]
    cover = alpha[part]
    if cover.size == 0:
        return small
    colors = cv2.multiply(rgb[part], cv2.merge([cover, cover, cover]), scale=1 / 255)
    pixels = cv2.cvtColor(colors, cv2.COLOR_RGB2RGBA)
    cv2.insertChannel(cover, pixels, 3)
    size = (columns[1] - columns[0], rows[1] - rows[0])
    small[slice(*rows), slice(*columns)] = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return small


def _encoded(rgb: U8, alpha: U8 | None, format: str) -> bytes:
    quality = 82 if format != "png" else None
    return encode(rgb, alpha, format=format, quality=quality, alpha_quality=90)


def reduced(data: bytes, *, max_side: int, max_pixels: int) -> tuple[U8, U8 | None]:
    """The pixels of a small copy, upright and in sRGB, and its alpha where it has any.

    A JPEG source is decoded at a reduced size, so a 12-megapixel photo takes about 30 ms to become a
    thumbnail. Never enlarges.
    Raises UnsupportedFormat, TooManyPixels, TooCostly, OutOfMemory, BrokenImage.
    """
    with opened(data, max_pixels=max_pixels) as image:
        _shrink_on_load(image, max_side)
        space = color_tags.space_of(image, data)
        samples.mend(image)
        image.load()
        # Plain colors are shrunk first and converted when they are few. Palettes and 16-bit
        # values can't be averaged, so they are converted first.
        plain = image.mode in ("RGB", "CMYK") and "transparency" not in image.info
        small = image if plain else color_profile.to_srgb(image, data, space)
        size = arrays.fit_within(*small.size, max_side=max_side)
        small = small.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        rgb, alpha = _split(color_profile.to_srgb(small, data, space) if plain else small)
        turn = 1 if image.format == "TIFF" else orientation(image)  # it is upright once loaded
    rgb = arrays.upright(rgb, turn)
    return rgb, None if alpha is None else arrays.upright(alpha, turn)


def _probe(image: Image.Image) -> Probe:
    # A phone's JPEG with a second picture inside (MPO) is an ordinary JPEG to us.
    plugin = "JPEG" if image.format == "MPO" else image.format
    name = next(key for key, value in PILLOW_NAMES.items() if value == plugin)
    turn = orientation(image)
    width, height = image.size
    if name == "tiff" and turn >= 5:  # Pillow already speaks of the upright picture
        width, height = height, width
    return Probe(
        format=name,
        media_type=MEDIA_TYPES[name],
        width=width,
        height=height,
        orientation=turn,
        has_profile=bool(image.info.get("icc_profile")),
        has_alpha=color_profile.is_transparent(image),
        # Neither the second picture in a phone's JPEG nor the pages of a TIFF are an animation, and
        # Pillow reads every page to count them.
        frames=1 if name in ("jpeg", "tiff") else int(getattr(image, "n_frames", 1)),
    )


def _shrink_on_load(image: Image.Image, side: int) -> None:
    """Let a JPEG be decoded at 1/2, 1/4 or 1/8 of its size, no smaller than `side`.

    Only JPEG: the HEIF plugin would answer with the thumbnail that some camera put into the file,
    which proves nothing about the picture.
    """
    if image.format in ("JPEG", "MPO"):
        image.draft(None, (side, side))


def _is_drafted(image: Image.Image, header: Probe, least: tuple[int, int] | None) -> bool:
    """Let a JPEG be decoded at a fraction where no more than `least` is needed; whether it will be."""
    width, height = header.oriented_size
    if least is None or width < 2 * least[0] or height < 2 * least[1]:
        return False
    image.draft(None, least if header.orientation < 5 else least[::-1])
    return True


def _whole_jpeg(data: bytes) -> U8:
    pixels = cv2.imdecode(
        np.frombuffer(jpeg.ended(data), np.uint8),
        cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION,
    )
    if pixels is None:
        raise BrokenImage("The JPEG file is damaged or truncated.")
    return np.asarray(pixels, dtype=np.uint8)


def _keep_space(image: Image.Image, data: bytes) -> None:
    """Leave pixels in their own color space where its profile can go along with them."""
    if metadata.rgb_profile(image, data) is not None:
        del image.info["icc_profile"]


def _split(image: Image.Image) -> tuple[U8, U8 | None]:
    if image.mode == "RGBA":
        pixels = np.asarray(image)
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB), np.uint8), pixels[..., 3].copy()
    return np.asarray(image), None
