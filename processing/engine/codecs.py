"""Reading and writing pictures: limits before decoding, one meaning of "broken", no metadata out.

Every decoder sits behind the same three rules. The format is told from the bytes and only that
format's decoder is tried; the size is read from the header and refused before a pixel is decoded;
and whatever a decoder throws at hostile bytes leaves here as BrokenImage.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
import pillow_heif
from PIL import Image

from processing.engine import colour, compose, geometry
from processing.engine.errors import BrokenImage, InvalidPlan, TooManyPixels, UnsupportedFormat
from processing.engine.geometry import U8
from processing.engine.sniff import EXTENSIONS, MEDIA_TYPES, PILLOW_NAMES, sniff, webp_size

pillow_heif.register_heif_opener()

# What Pillow's plugins were seen or are documented to raise on damaged bytes. Listed, so that a
# mistake of our own (NameError, AssertionError) still surfaces as one.
_DECODER_ERRORS = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError,
    OverflowError, ZeroDivisionError, RuntimeError, MemoryError, struct.error, zlib.error,
    cv2.error,
)  # fmt: skip
_ORIENTATION_TAG = 0x0112
_JPEG_QUALITY = 92
_WEBP_QUALITY = 90
_LONGEST_SIDE = {"webp": 16_383, "jpg": 65_535}


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
    """A picture upright and in sRGB: `rgb` uint8 (h, w, 3), `alpha` uint8 (h, w) or None.

    `corrected` tells that the source's orientation had to be applied.
    """

    rgb: U8
    alpha: U8 | None
    probe: Probe
    corrected: bool


def probe(data: bytes, *, max_pixels: int) -> Probe:
    """Read the header only. Costs about a millisecond whatever the size.

    Raises UnsupportedFormat, TooManyPixels, BrokenImage.
    """
    with _opened(data, max_pixels=max_pixels) as image:
        return _probe(image)


def verify(data: bytes, probe: Probe) -> None:
    """Prove that the (first) picture decodes to its end; raises BrokenImage when it does not.

    A JPEG is decoded at an eighth of its size, which still reads its whole entropy-coded stream:
    25 ms for 12 megapixels. The other formats are decoded in full.
    """
    with _opened(data, max_pixels=probe.width * probe.height) as image:
        _shrink_on_load(image, 1)
        image.load()


def decode(data: bytes, *, max_pixels: int) -> Decoded:
    """Decode the first frame at full size, upright and converted to sRGB.

    Raises UnsupportedFormat, TooManyPixels, BrokenImage.
    """
    with _opened(data, max_pixels=max_pixels) as image:
        header = _probe(image)
        plain_jpeg = header.format == "jpeg" and image.mode in ("RGB", "L")
        if plain_jpeg and not colour.needs_conversion(image.info.get("icc_profile")):
            rgb, alpha = _decode_jpeg(data, header), None
        else:
            image.load()
            rgb, alpha = _split(colour.to_srgb(image))
        # Pillow turns TIFFs upright while loading them; nothing else is turned yet.
        turn = 1 if header.format == "tiff" else header.orientation
        return Decoded(
            rgb=geometry.upright(rgb, turn),
            alpha=None if alpha is None else geometry.upright(alpha, turn),
            probe=header,
            corrected=header.orientation != 1,
        )


def thumbnail(data: bytes, *, max_side: int, max_pixels: int, format: str = "webp") -> bytes:
    """A small copy, upright, in sRGB and without metadata; what is transparent stays so.

    `format` is webp, png or jpg (transparent parts then turn white). A JPEG source is decoded at a
    reduced size, so a 12-megapixel photo takes about 30 ms. Never enlarges.
    Raises UnsupportedFormat, TooManyPixels, BrokenImage.
    """
    with _opened(data, max_pixels=max_pixels) as image:
        _shrink_on_load(image, max_side)
        image.load()
        # Plain colours are shrunk first and converted when they are few. Palettes and 16-bit
        # values can't be averaged, so they are converted first.
        plain = image.mode in ("RGB", "CMYK") and "transparency" not in image.info
        small = image if plain else colour.to_srgb(image)
        size = geometry.fit_within(*small.size, max_side=max_side)
        small = small.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        rgb, alpha = _split(colour.to_srgb(small) if plain else small)
        turn = _orientation(image)
    rgb = geometry.upright(rgb, turn)
    alpha = None if alpha is None else geometry.upright(alpha, turn)
    return encode(rgb, alpha, format=format, quality=82 if format != "png" else None)


def encode(
    rgb: U8,
    alpha: U8 | None,
    *,
    format: str,
    quality: int | None = None,
    background: tuple[int, int, int] | None = None,
) -> bytes:
    """Write sRGB pixels as png, webp or jpg, with no metadata and no profile.

    A `background` flattens; a jpg is always flat, on white where no background is given. Colours
    under fully transparent pixels are dropped: they would leak what was cut away, and cost bytes.
    Raises InvalidPlan where the format can't hold a picture of that size.
    """
    if format == "jpeg":
        format = "jpg"
    limit = _LONGEST_SIDE.get(format)
    if limit is not None and max(rgb.shape[:2]) > limit:
        raise InvalidPlan(f"A {format} picture can't be longer than {limit} pixels; use png.")
    if alpha is not None and (background is not None or format == "jpg"):
        rgb, alpha = compose.flatten(rgb, alpha, background or (255, 255, 255)), None
    if alpha is not None:
        rgb = np.asarray(cv2.bitwise_and(rgb, rgb, mask=alpha), dtype=np.uint8)
    if format == "png":
        return _encode_png(rgb, alpha)
    if format == "webp":
        return _encode_webp(rgb, alpha, quality or _WEBP_QUALITY)
    if format == "jpg":
        bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
        return _cv2_encode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality or _JPEG_QUALITY])
    raise InvalidPlan(f"'{format}' is not one of png, webp, jpg.")


@contextmanager
def _opened(data: bytes, *, max_pixels: int) -> Iterator[Image.Image]:
    """Open lazily under the rules in this module's docstring."""
    if not data:
        raise BrokenImage("The file is empty.")
    name = sniff(data)
    if name is None:
        raise UnsupportedFormat("The file is not a picture of a supported kind: " + _kinds())
    if name == "webp" and (size := webp_size(data)):
        _check_size(*size, max_pixels=max_pixels)
    try:
        with Image.open(BytesIO(data), formats=[PILLOW_NAMES[name]]) as image:
            _check_size(*image.size, max_pixels=max_pixels)
            yield image
    except Image.DecompressionBombError as error:
        raise TooManyPixels(_too_many(max_pixels)) from error
    except _DECODER_ERRORS as error:
        raise BrokenImage(f"The {name.upper()} file is damaged or cut short.") from error


def _check_size(width: int, height: int, *, max_pixels: int) -> None:
    if width * height > max_pixels:
        raise TooManyPixels(f"{_too_many(max_pixels)} It claims {width} x {height}.")


def _too_many(max_pixels: int) -> str:
    return f"The picture is larger than {max_pixels / 1e6:g} megapixels."


def _kinds() -> str:
    return "send JPEG, PNG, WebP, HEIC, AVIF, TIFF, BMP or GIF."


def _probe(image: Image.Image) -> Probe:
    # A phone's JPEG with a second picture inside (MPO) is an ordinary JPEG to us.
    plugin = "JPEG" if image.format == "MPO" else image.format
    name = next(key for key, value in PILLOW_NAMES.items() if value == plugin)
    orientation = _orientation(image)
    width, height = image.size
    if name == "tiff" and orientation >= 5:  # Pillow already speaks of the upright picture
        width, height = height, width
    return Probe(
        format=name,
        media_type=MEDIA_TYPES[name],
        width=width,
        height=height,
        orientation=orientation,
        has_profile=bool(image.info.get("icc_profile")),
        has_alpha=colour.is_transparent(image),
        frames=1 if plugin == "JPEG" else int(getattr(image, "n_frames", 1)),
    )


def _orientation(image: Image.Image) -> int:
    """EXIF orientation; a photo whose EXIF is damaged is still a photo, so that reads as 1."""
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except _DECODER_ERRORS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _shrink_on_load(image: Image.Image, side: int) -> None:
    """Let a JPEG be decoded at 1/2, 1/4 or 1/8 of its size, no smaller than `side`.

    Only JPEG: the HEIF plugin would answer with the thumbnail that some camera put into the file,
    which proves nothing about the picture.
    """
    if image.format in ("JPEG", "MPO"):
        image.draft(None, (side, side))


def _decode_jpeg(data: bytes, header: Probe) -> U8:
    """OpenCV's JPEG decoder: twice as fast as Pillow's, but it fills in what a cut file lacks with
    grey and says nothing, so the stream is proved whole first."""
    verify(data, header)
    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if pixels is None:
        raise BrokenImage("The JPEG file is damaged or cut short.")
    return np.asarray(pixels, dtype=np.uint8)


def _split(image: Image.Image) -> tuple[U8, U8 | None]:
    if image.mode == "RGBA":
        pixels = np.asarray(image)
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB), np.uint8), pixels[..., 3].copy()
    return np.asarray(image), None


def _encode_png(rgb: U8, alpha: U8 | None) -> bytes:
    """zlib level 1 with the one filter UP: a fifth of the time of Pillow's default level, and on
    photos no larger than level 1 with a filter chosen per row."""
    if alpha is None:
        pixels = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    else:
        pixels = np.empty((*alpha.shape, 4), np.uint8)
        cv2.mixChannels([rgb, alpha], [pixels], [0, 2, 1, 1, 2, 0, 3, 3])
    settings = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP]
    return _cv2_encode(".png", pixels, settings)


def _encode_webp(rgb: U8, alpha: U8 | None, quality: int) -> bytes:
    image = Image.fromarray(rgb)
    if alpha is not None:
        image.putalpha(Image.fromarray(alpha))
    out = BytesIO()
    image.save(out, "WEBP", quality=quality, method=1)
    return out.getvalue()


def _cv2_encode(extension: str, pixels: object, settings: list[int]) -> bytes:
    done, encoded = cv2.imencode(extension, np.asarray(pixels), settings)
    if not done:
        raise InvalidPlan(f"A picture of this size can't be written as {extension[1:]}.")
    return encoded.tobytes()
