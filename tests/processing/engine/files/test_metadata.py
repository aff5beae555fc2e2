"""Profile, rights and XMP go from a photo to its result when asked for, and nothing else ever."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from processing.engine.errors import EngineError
from processing.engine.files import decode, encode, metadata
from processing.engine.files.metadata import Tags
from processing.engine.plans.edit import EditFormat, Export
from tests.processing.engine.pictures import MP50, opened, picture, saved

COPYRIGHT = "© Zoë, 2026"
COMMENT = b"ASCII\0\0\0found in the attic"
PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
    '<rdf:Description rdf:about="" xmp:Rating="4" exif:GPSLatitude="52,31N"/>'
    "</rdf:RDF></x:xmpmeta>"
)
FORMATS = get_args(EditFormat)


def telling_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x8298] = "Camera & Co", COPYRIGHT.encode("latin-1")
    exif.get_ifd(0x8769)[0x9286] = COMMENT
    exif.get_ifd(0x8769)[0xA431] = "serial number 7"
    exif.get_ifd(0x8825)[1] = "N"
    return exif


def source(name: str = "JPEG") -> bytes:
    exif = telling_exif()
    options: dict[str, Any] = {"xmp": PACKET.encode()}
    if name == "PNG":
        options = {"pnginfo": PngInfo()}
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", PACKET)
    elif name == "TIFF":
        options, exif[700] = {}, PACKET.encode()
    return saved(picture(), name, exif=exif, **options)


def result(export: Export, photo: bytes) -> Image.Image:
    rgb = np.asarray(picture())
    return opened(encode.write(rgb, None, export, photo))


def told(image: Image.Image) -> dict[int, Any]:
    """All EXIF there is, the sub-blocks' tags among the others."""
    exif = image.getexif()
    inner = exif.get_ifd(0x8769) | exif.get_ifd(0x8825)
    return {tag: value for tag, value in exif.items() if tag not in (0x8769, 0x8825)} | inner


def packet_of(image: Image.Image) -> str:
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    return packet if isinstance(packet, str) else packet.decode()


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF"])
def test_rights_come_from_every_format(name: str) -> None:
    tags = metadata.tags(Export(metadata="exifSubsetWithXmp"), source(name))
    assert tags.copyright == COPYRIGHT.encode("latin-1")
    # Pillow writes no inner blocks into a TIFF.
    assert tags.user_comment == (None if name == "TIFF" else COMMENT)
    assert tags.xmp is not None
    assert b'xmp:Rating="4"' in tags.xmp


@pytest.mark.parametrize("format", FORMATS)
def test_the_subset_and_no_more(format: EditFormat) -> None:
    image = result(Export(format, metadata="exifSubset"), source())
    assert told(image) == {0x8298: COPYRIGHT, 0x9286: COMMENT}
    assert packet_of(image) == ""


@pytest.mark.parametrize("format", FORMATS)
def test_xmp_without_the_place(format: EditFormat) -> None:
    image = result(Export(format, metadata="xmp"), source())
    assert 'xmp:Rating="4"' in packet_of(image)
    assert "GPS" not in packet_of(image)
    assert told(image) == {}


@pytest.mark.parametrize("format", FORMATS)
def test_everything_at_once(format: EditFormat) -> None:
    image = result(Export(format, dpi=300, metadata="exifSubsetWithXmp"), source())
    assert 'xmp:Rating="4"' in packet_of(image)
    kept = told(image)
    assert (kept.pop(0x8298), kept.pop(0x9286)) == (COPYRIGHT, COMMENT)
    if format in ("png", "jpg"):
        assert (kept, round(image.info["dpi"][0])) == ({}, 300)
    else:
        assert kept == {0x011A: 300, 0x011B: 300, 0x0128: 2}
    assert np.abs(np.asarray(image.convert("RGB")).astype(int) - np.asarray(picture())).max() < 30


def test_never_does_not_even_look() -> None:
    assert metadata.tags(Export(dpi=96), b"not a picture") == Tags(dpi=96)


@pytest.mark.parametrize("policy", ["xmp", "exifSubset", "exifSubsetWithXmp"])
def test_a_photo_that_says_nothing(policy: Any) -> None:
    assert metadata.tags(Export(metadata=policy), saved(picture(), "JPEG")) == Tags()


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_exif_counts_as_none(name: str) -> None:
    whole = saved(picture(), name, exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40)
    assert metadata.tags(Export(metadata="exifSubset"), whole) == Tags()


def test_oversized_and_odd_notes_are_left_out() -> None:
    exif = Image.Exif()
    exif[0x8298] = b"c" * 9_000
    exif.get_ifd(0x8769)[0x9286] = "text where bytes belong"
    assert (
        metadata.tags(Export(metadata="exifSubset"), saved(picture(), "JPEG", exif=exif)) == Tags()
    )


def wide_gamut() -> bytes:
    """An sRGB profile with red and green swapped: whoever applies it can't hide it."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(profile[128:132], "big")
    tags = {bytes(profile[132 + 12 * i : 136 + 12 * i]): 132 + 12 * i for i in range(count)}
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "Test".encode("utf-16-be"))


ORIGINAL = Export(color_space="original")


@pytest.mark.parametrize(("name", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "P")])
def test_the_original_color_space_keeps_pixels_and_profile(name: str, mode: str) -> None:
    photo = saved(picture(mode), name, icc_profile=wide_gamut())
    plain = decode.decode(saved(picture(mode), name), max_pixels=MP50)
    kept = decode.decode(photo, max_pixels=MP50, convert=False)
    assert np.array_equal(kept.rgb, plain.rgb)
    image = opened(encode.write(kept.rgb, kept.alpha, ORIGINAL, photo))
    assert image.info["icc_profile"] == wide_gamut()
    assert np.array_equal(np.asarray(image)[..., :3], kept.rgb)


@pytest.mark.parametrize(
    ("mode", "profile"),
    [("CMYK", wide_gamut()), ("L", wide_gamut()), ("RGB", b"not a profile"), ("RGB", b"")],
)
def test_a_profile_that_does_not_fit_stays_behind(mode: str, profile: bytes) -> None:
    photo = saved(picture(mode), "JPEG", icc_profile=profile)
    converted = decode.decode(photo, max_pixels=MP50)
    assert np.array_equal(decode.decode(photo, max_pixels=MP50, convert=False).rgb, converted.rgb)
    assert metadata.tags(ORIGINAL, photo) == Tags()


def test_a_broken_source_is_named() -> None:
    with pytest.raises(EngineError):
        metadata.tags(ORIGINAL, b"\xff\xd8\xff\xe0")
