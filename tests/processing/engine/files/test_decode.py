"""Every kind of picture that we read comes out upright, 8-bit and in sRGB."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from processing.engine.errors import BrokenImage, TooManyPixels, UnsupportedFormat
from processing.engine.files import decode
from tests.processing.engine.pictures import MP50, opened, picture, saved
from tests.tables import in_turn

FORMATS = {
    "JPEG": ("jpeg", "image/jpeg", "jpg"),
    "PNG": ("png", "image/png", "png"),
    "WEBP": ("webp", "image/webp", "webp"),
    "HEIF": ("heic", "image/heic", "heic"),
    "AVIF": ("avif", "image/avif", "avif"),
    "TIFF": ("tiff", "image/tiff", "tif"),
    "BMP": ("bmp", "image/bmp", "bmp"),
    "GIF": ("gif", "image/gif", "gif"),
}


def with_orientation(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def difference(one: np.ndarray, other: Image.Image) -> int:
    return int(np.abs(one.astype(int) - np.asarray(other).astype(int)).max())


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_probed_and_decoded(name: str) -> None:
    data = saved(picture(), name)
    probe = decode.probe(data, max_pixels=MP50)
    assert (probe.format, probe.media_type, probe.extension) == FORMATS[name]
    assert (probe.width, probe.height, probe.orientation, probe.frames) == (48, 32, 1, 1)
    assert (probe.has_alpha, probe.has_profile) == (False, False)
    assert decode.verify(data, max_pixels=MP50) == probe
    decoded = decode.decode(data, max_pixels=MP50)
    assert (decoded.rgb.shape, decoded.rgb.dtype, decoded.alpha) == ((32, 48, 3), np.uint8, None)
    assert difference(decoded.rgb, picture()) < (40 if name == "GIF" else 24)
    assert (decoded.probe, decoded.corrected) == (probe, False)


@in_turn("orientation", range(1, 9))
@in_turn("name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_orientation_is_noted_and_applied(name: str, orientation: int) -> None:
    data = saved(picture(), name, exif=with_orientation(orientation))
    probe = decode.probe(data, max_pixels=MP50)
    assert (probe.width, probe.height, probe.orientation) == (48, 32, orientation)
    assert probe.oriented_size == ((32, 48) if orientation >= 5 else (48, 32))
    source = picture()
    source.getexif()[0x0112] = orientation
    upright = ImageOps.exif_transpose(source)
    decoded = decode.decode(data, max_pixels=MP50)
    assert difference(decoded.rgb, upright) < 24
    assert decoded.corrected == (orientation != 1)
    small = opened(decode.thumbnail(data, max_side=200, max_pixels=MP50, format="png"))
    assert difference(np.asarray(small), upright) < 24


def test_a_wrong_orientation_reads_as_upright() -> None:
    data = saved(picture(), "JPEG", exif=with_orientation(9))
    assert decode.probe(data, max_pixels=MP50).orientation == 1


def test_a_phones_two_pictures_in_one_jpeg_are_a_jpeg() -> None:
    data = saved(picture(), "MPO", save_all=True, append_images=[picture().rotate(180)])
    probe = decode.probe(data, max_pixels=MP50)
    assert (probe.format, probe.frames) == ("jpeg", 1)
    assert difference(decode.decode(data, max_pixels=MP50).rgb, picture()) < 24


@pytest.mark.parametrize(
    ("mode", "name"),
    [("L", "JPEG"), ("L", "PNG"), ("1", "PNG")],
)
def test_other_color_models_become_rgb(mode: str, name: str) -> None:
    decoded = decode.decode(saved(picture(mode), name), max_pixels=MP50)
    assert (decoded.rgb.shape, decoded.alpha) == ((32, 48, 3), None)
    assert difference(decoded.rgb, picture(mode).convert("RGB")) < 24


@pytest.mark.parametrize("name", ["PNG", "TIFF"])
def test_16_bits_are_scaled_and_not_cut_off(name: str) -> None:
    values = np.array([[0, 257, 32896, 65535]], np.uint16)
    decoded = decode.decode(saved(Image.fromarray(values), name), max_pixels=MP50)
    assert decoded.rgb[0, :, 0].tolist() == [0, 1, 128, 255]


@pytest.mark.parametrize("name", ["PNG", "WEBP", "AVIF", "TIFF", "HEIF"])
def test_alpha_survives_decoding(name: str) -> None:
    image = picture("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    decoded = decode.decode(saved(image, name), max_pixels=MP50)
    assert decoded.probe.has_alpha
    assert decoded.alpha is not None
    assert np.abs(decoded.alpha.astype(int) - np.asarray(image.getchannel("A"))).max() < 24


def test_a_palette_with_a_transparent_entry() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putdata([0, 1])
    for name in ("PNG", "GIF"):
        decoded = decode.decode(saved(image, name, transparency=1), max_pixels=MP50)
        assert decoded.alpha is not None
        assert decoded.alpha.tolist() == [[255, 0]]
        assert decoded.rgb[0, 0].tolist() == [255, 0, 0]


def test_grey_with_alpha() -> None:
    decoded = decode.decode(saved(Image.new("LA", (2, 2), (90, 40)), "PNG"), max_pixels=MP50)
    assert decoded.alpha is not None
    assert (decoded.rgb[0, 0].tolist(), int(decoded.alpha[0, 0])) == ([90, 90, 90], 40)


def test_an_animation_gives_its_first_frame() -> None:
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "lime", "blue")]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    decoded = decode.decode(data, max_pixels=MP50)
    assert decoded.probe.frames == 3
    assert decoded.rgb[4, 4].tolist() == [255, 0, 0]


def wide_gamut_profile() -> bytes:
    """sRGB's red and green swapped: exaggerated, so that applying it can't be missed."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(profile[128:132], "big")
    tags = {bytes(profile[132 + 12 * i : 136 + 12 * i]): 132 + 12 * i for i in range(count)}
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "Test".encode("utf-16-be"))


@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_a_profile_is_applied(name: str) -> None:
    data = saved(Image.new("RGB", (16, 16), (250, 0, 0)), name, icc_profile=wide_gamut_profile())
    assert decode.probe(data, max_pixels=MP50).has_profile
    red, green, blue = decode.decode(data, max_pixels=MP50).rgb[8, 8].tolist()
    assert (red < 20, green > 230, blue < 20) == (True, True, True)
    thumbnail = opened(decode.thumbnail(data, max_side=8, max_pixels=MP50, format="png"))
    assert thumbnail.getpixel((4, 4))[1] > 230
    assert "icc_profile" not in thumbnail.info


def test_a_broken_profile_is_ignored() -> None:
    data = saved(picture(), "PNG", icc_profile=b"not a profile")
    assert difference(decode.decode(data, max_pixels=MP50).rgb, picture()) == 0


def test_a_heic_turned_by_its_container_comes_upright() -> None:
    image = picture()
    image.info["exif"] = with_orientation(6).tobytes()
    data = saved(image, "HEIF")
    decoded = decode.decode(data, max_pixels=MP50)
    assert decoded.rgb.shape == (48, 32, 3)
    assert difference(decoded.rgb, picture().transpose(Image.Transpose.ROTATE_270)) < 24


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", BrokenImage),
        (b"just text, whatever its name says", UnsupportedFormat),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", UnsupportedFormat),
        (b"%PDF-1.7 ...", UnsupportedFormat),
        (b"BMW for sale, hardly used", BrokenImage),
        (b"\xff\xd8\xff\xe0", BrokenImage),
        (b"RIFF\x00\x00\x00\x00WEBP", BrokenImage),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, error: type[Exception]) -> None:
    for read in (decode.probe, decode.decode):
        with pytest.raises(error):
            read(data, max_pixels=MP50)


@pytest.mark.parametrize("name", FORMATS)
def test_the_pixel_limit_is_exact(name: str) -> None:
    data = saved(picture(), name)
    assert decode.probe(data, max_pixels=48 * 32).width == 48
    for read in (decode.probe, decode.decode):
        with pytest.raises(TooManyPixels):
            read(data, max_pixels=48 * 32 - 1)
    with pytest.raises(TooManyPixels):
        decode.thumbnail(data, max_side=8, max_pixels=48 * 32 - 1)


def test_one_pixel_is_a_picture() -> None:
    data = saved(Image.new("RGB", (1, 1), (1, 2, 3)), "PNG")
    assert decode.decode(data, max_pixels=MP50).rgb.tolist() == [[[1, 2, 3]]]
    assert opened(decode.thumbnail(data, max_side=100, max_pixels=MP50)).size == (1, 1)


@pytest.mark.parametrize(("size", "expected"), [((400, 100), (64, 16)), ((30, 20), (30, 20))])
def test_a_thumbnail_fits_and_is_never_enlarged(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    thumbnail = opened(
        decode.thumbnail(saved(picture(size=size), "JPEG"), max_side=64, max_pixels=MP50)
    )
    assert (thumbnail.size, thumbnail.format) == (expected, "WEBP")


def test_a_thumbnail_keeps_transparency_and_drops_metadata() -> None:
    exif = with_orientation(1)
    exif.get_ifd(0x8825)[1] = "N"
    data = saved(Image.new("RGBA", (40, 40), (200, 0, 0, 0)), "PNG", exif=exif)
    thumbnail = opened(decode.thumbnail(data, max_side=10, max_pixels=MP50))
    assert thumbnail.getchannel("A").getextrema() == (0, 0)
    assert dict(thumbnail.getexif()) == {}


def test_a_preview_of_pixels_is_the_thumbnail_of_their_file() -> None:
    across, down = np.meshgrid(np.linspace(0, 255, 400), np.linspace(0, 255, 300))
    rgb = np.dstack([across, down, 255 - across]).astype(np.uint8)
    alpha = np.zeros((300, 400), np.uint8)
    alpha[60:240, 100:300] = 255
    file = decode.encode(rgb, alpha, format="png")
    theirs = decode.thumbnail(file, max_side=96, max_pixels=MP50, format="png")
    ours = decode.preview(rgb, alpha, max_side=96, format="png")
    # Premultiplied: colors of what is hardly there say nothing.
    seen, expected = (np.asarray(opened(data).convert("RGBa"), np.int16) for data in (ours, theirs))
    assert seen.shape == expected.shape == (72, 96, 4)
    assert np.abs(seen - expected).mean() < 1
    assert (seen[:10] == 0).all()


def test_a_preview_is_never_enlarged_and_opaque_where_its_pixels_are() -> None:
    preview = opened(decode.preview(np.full((20, 30, 3), 90, np.uint8), None, max_side=64))
    assert (preview.format, preview.mode, preview.size) == ("WEBP", "RGB", (30, 20))


def test_a_preview_of_nothing_is_transparent() -> None:
    nothing = decode.preview(
        np.full((50, 70, 3), 90, np.uint8), np.zeros((50, 70), np.uint8), max_side=32
    )
    assert opened(nothing).getchannel("A").getextrema() == (0, 0)
