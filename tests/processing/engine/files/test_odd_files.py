"""Files that are valid, or hide no pixel behind their fault, are read; others hear the true reason."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tifffile
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from processing.engine import arrays
from processing.engine.errors import BrokenImage, TooManyPixels, UnsupportedFormat
from processing.engine.files import decode
from tests.processing.engine.files.test_decode import with_orientation
from tests.processing.engine.pictures import MP50, opened, picture, saved
from tests.tables import in_turn

COLOR = np.array([0.8, 0.4, 0.2])


def tiff(values: np.ndarray, photometric: str = "rgb", **options: Any) -> bytes:
    out = BytesIO()
    tifffile.imwrite(out, values, photometric=photometric, **options)
    return out.getvalue()


def plain(kind: type[np.generic], scale: float = 1.0) -> np.ndarray:
    return (np.broadcast_to(COLOR, (4, 6, 3)) * scale).astype(kind)


def with_alpha(values: np.ndarray, alpha: float) -> np.ndarray:
    return np.dstack([values, np.full((4, 6), alpha, values.dtype)])


@pytest.mark.parametrize(
    ("data", "alpha"),
    [
        (tiff(plain(np.float32)), None),
        (tiff(plain(np.float64)), None),
        (tiff(plain(np.float32), compression="zlib"), None),
        (tiff(plain(np.float32, 255.0)), None),
        (tiff(plain(np.uint32, 2**32 - 1)), None),
        (tiff(plain(np.float32), bigtiff=True), None),
        (tiff(plain(np.uint8, 255.0), bigtiff=True), None),
        (tiff(plain(np.uint16, 65535.0), bigtiff=True), None),
        (tiff(with_alpha(plain(np.float32), 0.5), extrasamples=["unassalpha"]), 128),
        (tiff(with_alpha(plain(np.float32, 0.5), 0.5), extrasamples=["assocalpha"]), 128),
        (tiff(with_alpha(plain(np.uint32, 2**31), 2**31), extrasamples=["assocalpha"]), 128),
    ],
    ids=[
        "32",
        "64",
        "deflate",
        "0 to 255",
        "integers",
        "BigTIFF",
        "BigTIFF of 8 bits",
        "BigTIFF of 16 bits",
        "alpha",
        "premultiplied",
        "premultiplied integers",
    ],
)
def test_a_tiff_of_deep_values_is_read(data: bytes, alpha: int | None) -> None:
    assert decode.verify(data, max_pixels=MP50).has_alpha is (alpha is not None)
    decoded = decode.decode(data, max_pixels=MP50)
    assert decoded.rgb.shape == (4, 6, 3)
    assert np.abs(decoded.rgb[2, 3].astype(int) - (204, 102, 51)).max() <= 1
    assert (None if decoded.alpha is None else int(decoded.alpha[2, 3])) == alpha


@pytest.mark.parametrize("channels", ["gray", "rgb"])
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.linspace(0, 1.1, 200), np.linspace(0, 280.5, 200).clip(0, 255)),
        ([*np.linspace(0, 1, 180), *[50.0] * 19, 3e38], [*np.linspace(0, 255, 180), *[255] * 20]),
        (np.arange(200), np.arange(200)),
        ([0, 1, 2, 3] * 50, [0, 1, 2, 3] * 50),
        (np.linspace(0, 40.2, 200), np.linspace(0, 40.2, 200)),
        ([0, 1] * 100, [0, 255] * 100),
    ],
    ids=["over", "highlights", "bytes", "dark bytes", "resized bytes", "mask"],
)
def test_highlights_of_floating_point_leave_the_rest_as_bright(
    channels: str, values: npt.ArrayLike, expected: npt.ArrayLike
) -> None:
    row = np.asarray(values, np.float32)[None].repeat(3, axis=0)
    is_gray = channels == "gray"
    data = tiff(row if is_gray else np.dstack([row] * 3), "minisblack" if is_gray else "rgb")
    rgb = decode.decode(data, max_pixels=MP50).rgb
    assert np.abs(rgb[1, :, 1].astype(float) - np.asarray(expected)).max() <= 1


def test_a_gray_tiff_of_32_bit_integers_is_not_black() -> None:
    data = tiff(np.full((4, 6), 0xCCCC_CCCC, np.uint32), "minisblack")
    assert decode.decode(data, max_pixels=MP50).rgb[2, 3].tolist() == [204, 204, 204]


def test_a_deep_tiff_keeps_its_profile() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = tiff(plain(np.float32), extratags=[(34675, "B", len(profile), profile)])
    assert decode.probe(data, max_pixels=MP50).has_profile


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_deep_tiff_is_turned_upright(orientation: int) -> None:
    values = np.asarray(picture()).astype(np.float32) / 255
    data = tiff(values, extratags=[(274, "H", 1, orientation, True)])
    probe = decode.probe(data, max_pixels=MP50)
    assert (probe.width, probe.height, probe.orientation) == (48, 32, orientation)
    upright = arrays.upright(np.asarray(picture()), orientation)
    assert (decode.decode(data, max_pixels=MP50).rgb == upright).all()
    small = opened(decode.thumbnail(data, max_side=48, max_pixels=MP50, format="png"))
    assert small.size == upright.shape[1::-1]


def test_a_deep_tiff_is_refused_by_its_size_before_it_is_decoded() -> None:
    with pytest.raises(TooManyPixels):
        decode.probe(tiff(plain(np.float32)), max_pixels=23)


def compressed_with(number: int) -> bytes:
    data = bytearray(saved(picture(), "TIFF"))
    tag = data.index(struct.pack("<HHI", 259, 3, 1))
    struct.pack_into("<H", data, tag + 8, number)
    return bytes(data)


SAVE_AS = "Save it with 8 or 16 bits per channel and LZW compression."


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (compressed_with(50001), f"TIFF with WebP compression can't be read. {SAVE_AS}"),
        (compressed_with(34712), f"TIFF with JPEG 2000 compression can't be read. {SAVE_AS}"),
        (
            tiff(plain(np.float16)),
            f"TIFF with 16-bit floating-point values can't be read. {SAVE_AS}",
        ),
        (
            tiff(np.moveaxis(plain(np.float32), 2, 0).copy(), planarconfig="separate"),
            "TIFF with 32-bit floating-point values in separate planes can't be read. " + SAVE_AS,
        ),
        (
            tiff(plain(np.uint16, 65535.0), "cielab"),
            "CIELAB TIFF with 16 bits per channel can't be read. Save it as RGB.",
        ),
        (
            tiff(plain(np.uint8), bigtiff=True, byteorder=">"),
            f"This kind of TIFF can't be read. {SAVE_AS}",
        ),
        (tiff(plain(np.int16, 9000.0)), f"This kind of TIFF can't be read. {SAVE_AS}"),
        (
            tiff(plain(np.uint8, 255.0), subfiletype=1),
            "The file is a camera's raw file, or another TIFF that begins with a preview of its "
            "picture. Export the picture as JPEG or PNG.",
        ),
    ],
    ids=["webp", "jpeg 2000", "float16", "planes", "lab16", "MM BigTIFF", "signed", "raw"],
)
def test_a_tiff_that_cannot_be_read_says_why(data: bytes, message: str) -> None:
    with pytest.raises(UnsupportedFormat) as caught:
        decode.verify(data, max_pixels=MP50)
    assert str(caught.value) == message


@pytest.mark.parametrize("compression", ["zstd", "tiff_lzw", "tiff_adobe_deflate"])
def test_usual_compressions_of_tiff_are_read(compression: str) -> None:
    decoded = decode.decode(saved(picture(), "TIFF", compression=compression), max_pixels=MP50)
    assert (decoded.rgb == np.asarray(picture())).all()


def test_a_cielab_tiff_of_8_bits_is_read() -> None:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    image = ImageCms.profileToProfile(
        Image.new("RGB", (6, 4), (204, 102, 51)), srgb, lab, outputMode="LAB"
    )
    assert image is not None
    decoded = decode.decode(saved(image, "TIFF"), max_pixels=MP50)
    assert np.abs(decoded.rgb[2, 3].astype(int) - (204, 102, 51)).max() <= 2


def test_a_damaged_tiff_is_still_damaged() -> None:
    data = saved(picture(), "TIFF", compression="tiff_lzw")
    with pytest.raises(BrokenImage, match="damaged or truncated"):
        decode.verify(data[: len(data) // 2], max_pixels=MP50)


def png_with(name: bytes, body: bytes, *, before: bytes, damaged: bool) -> bytes:
    data = saved(picture(), "PNG")
    checksum = zlib.crc32(name + body) ^ (1 if damaged else 0)
    chunk = struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)
    place = data.index(before) - 4
    return data[:place] + chunk + data[place:]


@pytest.mark.parametrize("before", [b"IDAT", b"IEND"])
@pytest.mark.parametrize("name", [b"tEXt", b"tRNS", b"iCCP", b"gAMA", b"vpAg"])
def test_a_png_may_have_a_wrong_checksum_beside_its_pixels(name: bytes, before: bytes) -> None:
    data = png_with(name, b"Comment\0hello", before=before, damaged=True)
    decoded = decode.decode(data, max_pixels=MP50)
    assert decoded.alpha is None
    assert (decoded.rgb == np.asarray(picture())).all()
    assert decode.verify(data, max_pixels=MP50).width == 48


@pytest.mark.parametrize(
    ("name", "head"),
    [(b"zTXt", b"Comment\0\0"), (b"iTXt", b"Comment\0\1\0\0\0"), (b"iCCP", b"Printer\0\0")],
)
def test_a_png_may_hold_much_beside_its_pixels(name: bytes, head: bytes) -> None:
    body = head + zlib.compress(bytes(2_000_000))
    data = png_with(name, body, before=b"IDAT", damaged=False)
    decoded = decode.decode(data, max_pixels=MP50)
    assert (decoded.rgb == np.asarray(picture())).all()


def test_a_png_may_not_have_one_in_its_header() -> None:
    data = bytearray(saved(picture(), "PNG"))
    data[data.index(b"IHDR") + 18] ^= 1
    with pytest.raises(BrokenImage):
        decode.decode(bytes(data), max_pixels=MP50)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("progressive", [True, False])
def test_a_jpeg_may_lack_its_end_marker_alone(mode: str, progressive: bool) -> None:
    whole = saved(picture(mode, (200, 120)), "JPEG", progressive=progressive)
    cut = whole[:-2]
    assert decode.verify(cut, max_pixels=MP50).width == 200
    expected = decode.decode(whole, max_pixels=MP50).rgb
    assert (decode.decode(cut, max_pixels=MP50).rgb == expected).all()


@pytest.mark.parametrize("lost", [3, 8, 40, 400])
def test_a_progressive_jpeg_that_lacks_pixels_is_broken(lost: int) -> None:
    pixels = np.random.default_rng(5).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    whole = saved(Image.fromarray(pixels), "JPEG", progressive=True)
    with pytest.raises(BrokenImage):
        decode.verify(whole[:-lost], max_pixels=MP50)


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf='
    b'"http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:tiff='
    b'"http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
)


@in_turn("exif", [None, 1, 3])
@in_turn("name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_orientation_in_xmp_turns_nothing_as_in_browsers(name: str, exif: int | None) -> None:
    options = {} if exif is None else {"exif": with_orientation(exif)}
    if name == "PNG":
        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", XMP.decode())
        data = saved(picture(), name, pnginfo=info, **options)
    elif name == "TIFF":
        data = saved(picture(), name, tiffinfo={700: XMP} | ({} if exif is None else {274: exif}))
    else:
        data = saved(picture(), name, xmp=XMP, **options)
    assert b"tiff:Orientation" in data
    probe = decode.verify(data, max_pixels=MP50)
    assert (probe.width, probe.height, probe.orientation) == (48, 32, exif or 1)
    rgb = decode.decode(data, max_pixels=MP50).rgb
    upright = np.asarray(picture())[::-1, ::-1] if exif == 3 else np.asarray(picture())
    assert np.abs(rgb.astype(int) - upright).max() < 24
