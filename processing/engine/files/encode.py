"""Writing pictures: PNG, JPEG, WebP and AVIF, the same bytes for the same pixels and settings.

Nothing is written beside the pixels but what a plan's Export asks for; see metadata.Tags.
"""

import struct
import zlib
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from PIL import Image

from processing.engine.arrays import U8
from processing.engine.canvas import compose
from processing.engine.errors import InvalidPlan
from processing.engine.files import metadata, png
from processing.engine.files.formats import jpeg_strips
from processing.engine.files.metadata import Tags
from processing.engine.files.sniff import MEDIA_TYPES
from processing.engine.plans.edit import EditFormat, Export

_WHITE = (255, 255, 255)
_QUALITY = {"jpg": 92, "webp": 90, "avif": 90}
_EXPORT_QUALITY = {"jpg": 80, "webp": 90, "avif": 90}
# What the formats, their libraries or, for AVIF, decoders' usual limits allow.
_LONGEST_SIDE = {"jpg": 65_500, "webp": 16_383, "avif": 32_768}
_INCHES_PER_METRE = 1 / 0.0254
_PER_METRE = 1
_PER_INCH = 1
# JPEG: the JFIF segment is the first and of fixed length; others may follow it.
_JFIF = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
_JFIF_END, _JFIF_DENSITY = 20, slice(13, 18)
_APP1 = b"\xff\xe1"
_EXIF_NAME = b"Exif\x00\x00"
_XMP_NAME = b"http://ns.adobe.com/xap/1.0/\x00"


@dataclass(frozen=True, slots=True)
class _Settings:
    format: str
    quality: int
    tags: Tags = field(default_factory=Tags)
    alpha_quality: int = 100


def media_type(format: EditFormat) -> str:
    """The MIME type of an export format."""
    return MEDIA_TYPES["jpeg" if format == "jpg" else format]


def write(
    rgb: U8, alpha: U8 | None, export: Export, source: bytes, *, packet: bytes | None = None
) -> bytes:
    """Write a result as its plan's Export says.

    `rgb` is uint8 (h, w, 3), in sRGB, or for color space `original` as decode.decode(convert=False)
    gave it; `alpha` uint8 (h, w) or None. From `source`, the photo's file, come profile and
    metadata; it is not looked at unless they are asked for. `dpi` goes into a PNG's pHYs and a
    JPEG's JFIF header; WebP and AVIF have no such field, so there it is an EXIF resolution.
    `packet` is XMP that is written in place of the photo's own.
    A JPEG of a transparent result lies on white.
    Raises InvalidPlan where the format can't hold a picture of that size.
    """
    quality = export.quality or _EXPORT_QUALITY.get(export.format, 0)
    tags = metadata.tags(export, source)
    settings = _Settings(
        export.format, quality, tags if packet is None else replace(tags, xmp=packet)
    )
    return _written(rgb, alpha, settings)


def encode(
    rgb: U8,
    alpha: U8 | None,
    *,
    format: str,
    quality: int | None = None,
    alpha_quality: int = 100,
    background: tuple[int, int, int] | None = None,
) -> bytes:
    """Write sRGB pixels as png, jpg, webp or avif, with no metadata and no profile.

    `rgb` is uint8 (h, w, 3), or (h, w) for grey, which png and jpg write as such; grey has no alpha.
    A `background` flattens; a jpg is always flat, on white where no background is given. Colors
    under fully transparent pixels are dropped: they would leak what was cut away, and cost bytes.
    Below 100, `alpha_quality` lets webp round alpha, which takes half the time.
    Raises InvalidPlan where the format can't hold a picture of that size.
    """
    format = "jpg" if format == "jpeg" else format
    if alpha is not None and background is not None:
        rgb, alpha = compose.flatten(rgb, alpha, background), None
    quality = quality or _QUALITY.get(format, 0)
    return _written(rgb, alpha, _Settings(format, quality, alpha_quality=alpha_quality))


def _written(rgb: U8, alpha: U8 | None, settings: _Settings) -> bytes:
    limit = _LONGEST_SIDE.get(settings.format)
    if limit is not None and max(rgb.shape[:2]) > limit:
        raise InvalidPlan(
            f"An image in {settings.format} can't be longer than {limit} pixels; use png."
        )
    match settings.format:
        case "png":
            return png.encode(rgb, alpha, ancillary=_png_chunks(settings.tags))
        case "jpg":
            flat = rgb if alpha is None else compose.flatten(rgb, alpha, _WHITE)
            return _jpg(flat, settings)
        case "webp":
            rounded = {"alpha_quality": settings.alpha_quality}
            return _by_pillow(rgb, alpha, settings, format="WEBP", method=1, **rounded)
        case "avif":
            # More threads would be faster and write other bytes; 4 megapixels take half a second.
            return _by_pillow(
                rgb, alpha, settings, format="AVIF", speed=8, max_threads=1, autotiling=False
            )
    raise InvalidPlan(f"'{settings.format}' is not one of png, jpg, webp, avif.")


def _png_chunks(tags: Tags) -> list[png.Chunk]:
    """PNG specification, third edition, sections 11.3.2.3, 11.3.4.3, 11.3.3.4 and 11.3.4.5."""
    chunks = []
    if tags.profile is not None:
        chunks.append((b"iCCP", b"icc\0\0" + zlib.compress(tags.profile)))
    if tags.dpi is not None:
        density = round(tags.dpi * _INCHES_PER_METRE)
        chunks.append((b"pHYs", struct.pack(">IIB", density, density, _PER_METRE)))
    if tags.xmp is not None:
        chunks.append((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + tags.xmp))
    if (exif := tags.exif()) is not None:
        chunks.append((b"eXIf", exif))
    return chunks


def _jpg(rgb: U8, settings: _Settings) -> bytes:
    data, tags = jpeg_strips.encode(rgb, settings.quality), settings.tags
    if data is None:
        raise InvalidPlan("An image of this size can't be written as jpg.")
    head = bytearray(data[:_JFIF_END])
    if not head.startswith(_JFIF):
        raise RuntimeError("OpenCV's JPEG does not begin with a JFIF header.")
    if tags.dpi is not None:
        head[_JFIF_DENSITY] = struct.pack(">BHH", _PER_INCH, tags.dpi, tags.dpi)
    exif = tags.exif()
    segments = [
        _APP1 + struct.pack(">H", 2 + len(name) + len(body)) + name + body
        for name, body in ((_EXIF_NAME, exif), (_XMP_NAME, tags.xmp))
        if body is not None
    ]
    return b"".join([head, *segments, data[_JFIF_END:]])


def _by_pillow(
    rgb: U8, alpha: U8 | None, settings: _Settings, *, format: str, **options: Any
) -> bytes:
    if alpha is not None:
        rgb = np.asarray(cv2.bitwise_and(rgb, rgb, mask=alpha), dtype=np.uint8)
    image = Image.fromarray(rgb)
    if alpha is not None:
        image.putalpha(Image.fromarray(alpha))
    tags = settings.tags
    beside = {"exif": tags.exif(dpi=tags.dpi), "xmp": tags.xmp}
    options |= {name: body for name, body in beside.items() if body is not None}
    out = BytesIO()
    image.save(out, format, quality=settings.quality, **options)
    return out.getvalue()
