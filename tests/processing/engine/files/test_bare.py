"""A file that is nothing but its picture, and all that makes it more."""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from processing.engine.files import bare, encode
from tests.tables import in_turn

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def saved(format: str, mode: str = "RGB", **options: Any) -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize((48, 40)).convert(mode).save(out, format, **options)
    return out.getvalue()


def with_chunk(png: bytes, name: bytes, body: bytes = b"\0" * 8) -> bytes:
    """The PNG with one more chunk behind its header."""
    chunk = len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)
    return png[:33] + chunk + png[33:]


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """The JPEG with one more segment at its beginning."""
    return jpeg[:2] + bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2) + body + jpeg[2:]


def told() -> PngInfo:
    info = PngInfo()
    info.add_text("Author", "Anna")
    return info


@pytest.mark.parametrize(
    "data",
    [
        saved("JPEG"),
        saved("JPEG", "L"),
        saved("JPEG", progressive=True, quality=97, subsampling=0),
        saved("JPEG", restart_marker_blocks=1),
        saved("JPEG", dpi=(300, 300)),
        saved("PNG"),
        saved("PNG", "RGBA", dpi=(72, 72)),
        saved("PNG", "P"),
        with_chunk(with_chunk(saved("PNG"), b"gAMA"), b"sRGB", b"\0"),
        encode.encode(np.zeros((8, 8, 3), np.uint8), None, format="jpg"),
        encode.encode(np.zeros((8, 8, 3), np.uint8), np.eye(8, dtype=np.uint8), format="png"),
    ],
)
def test_nothing_but_a_picture(data: bytes) -> None:
    assert bare.is_bare(data)


@in_turn(
    "data",
    [
        saved("JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"),
        saved("JPEG", comment=b"by Anna"),
        saved("JPEG", icc_profile=SRGB),
        saved("JPEG", xmp=b"<x:xmpmeta/>"),
        saved("JPEG", "CMYK"),
        saved("JPEG") + b"a film",
        saved("JPEG") + saved("JPEG"),
        saved("JPEG")[:-2],
        with_segment(saved("JPEG"), 0xED, b"Photoshop 3.0\0 8BIM"),
        with_segment(saved("JPEG"), 0xE0, b"JFXX\0\x10 a thumbnail"),
        with_segment(saved("JPEG"), 0xEB, b"Maker's own"),
        saved("PNG", pnginfo=told()),
        saved("PNG", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"),
        saved("PNG", icc_profile=SRGB),
        saved("PNG", "I;16"),
        saved("PNG") + b"a film",
        saved("PNG")[:-12],
        with_chunk(saved("PNG"), b"gAMA"),
        with_chunk(saved("PNG"), b"tIME"),
        with_chunk(saved("PNG"), b"caBX"),
        saved("WEBP"),
        saved("GIF"),
        b"\xff\xd8",
        b"\x89PNG\r\n\x1a\n",
        b"",
    ],
)
def test_more_than_a_picture_or_less(data: bytes) -> None:
    assert not bare.is_bare(data)
