"""A picture decoded beside other work: the same one, by the same errors, and nobody waits."""

from __future__ import annotations

import threading
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from processing.engine.errors import BrokenImage, EngineError, OutOfMemory, TooManyPixels
from processing.engine.files import decode
from tests.processing.engine.files.test_decode import wide_gamut_profile, with_orientation
from tests.processing.engine.pictures import MP50, picture, saved
from tests.tables import in_turn

# Decoded at a half: twice 1.9 times 40 would be 152.
SIZE, SIDE = (301, 203), 40
PATIENCE = 20.0


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pictures of this size be decoded as photos of several megapixels are."""
    monkeypatch.setattr(decode, "_LARGE", 10_000)


def jpeg(mode: str = "RGB", size: tuple[int, int] = SIZE, **options: Any) -> bytes:
    return saved(picture(mode, size), "JPEG", **{"quality": 95, **options})


def as_a_phone_would() -> bytes:
    """Two pictures in one file (MPO), and a film behind."""
    out = BytesIO()
    picture(size=SIZE).save(out, "MPO", save_all=True, append_images=[picture(size=(90, 60))])
    return out.getvalue() + b"\xff\xd8\xff film \xff\xd9"


KINDS = {
    "plain": jpeg(),
    "progressive": jpeg(progressive=True),
    "full color": jpeg(subsampling=0),
    "grey": jpeg("L"),
    "cmyk": jpeg("CMYK"),
    "profile": jpeg(icc_profile=wide_gamut_profile()),
    "srgb profile": jpeg(icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()),
    "without an end": jpeg()[:-2],
    "phone": as_a_phone_would(),
    **{f"turned {turn}": jpeg(exif=with_orientation(turn)) for turn in range(2, 9)},
}  # fmt: skip


def same(one: decode.Decoded, other: decode.Decoded) -> bool:
    facts = [(each.probe, each.corrected, each.tone_curve, each.alpha) for each in (one, other)]
    return facts[0] == facts[1] and np.array_equal(one.rgb, other.rgb)


@in_turn("convert", [True, False])
@in_turn("kind", KINDS)
def test_the_whole_is_the_same_and_the_small_copy_like_it(kind: str, convert: bool) -> None:
    data = KINDS[kind]
    plain = decode.decode(data, max_pixels=MP50, convert=convert)
    with decode.coming(data, max_pixels=MP50, side=SIDE, convert=convert) as photo:
        assert same(photo.whole(), plain)
    small = photo.small
    assert small is not None
    height, width = plain.rgb.shape[:2]
    assert small.shape == (-(-height // 2), -(-width // 2), 3)
    one, other = (
        np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BOX), int)
        for pixels in (small, plain.rgb)
    )
    # The last row and column of an odd size count for two, which moves all by up to half a pixel.
    assert np.abs(one - other).max() <= 4
    assert np.abs(one - other).mean() <= 0.8


@pytest.mark.parametrize(
    ("data", "side"),
    [
        (saved(picture(size=SIZE), "PNG"), SIDE),
        (saved(picture(size=SIZE), "WEBP"), SIDE),
        (jpeg(size=(150, 66)), 10),  # few pixels
        (jpeg(size=(151, 151)), SIDE),  # less than twice the network's side and a little
        (jpeg(size=(1001, 81)), SIDE),
        (jpeg(size=(1, 20_000)), 1),
    ],
)
def test_others_have_no_small_copy(data: bytes, side: int) -> None:
    with decode.coming(data, max_pixels=MP50, side=side) as photo:
        assert photo.small is None
        assert same(photo.whole(), decode.decode(data, max_pixels=MP50))


@pytest.mark.parametrize(
    ("side", "width"), [(80, 301), (79, 151), (40, 151), (39, 76), (20, 76), (19, 38), (1, 38)]
)
def test_how_small_a_copy_may_be(side: int, width: int) -> None:
    with decode.coming(jpeg(size=(301, 301)), max_pixels=MP50, side=side) as photo:
        seen = photo.whole().rgb if photo.small is None else photo.small
        assert seen.shape == (width, width, 3)
    assert width >= int(1.9 * side)


BROKEN = {
    "cut short": jpeg()[:3000],
    "progressive, cut short": jpeg(progressive=True)[:3000],
    "cmyk, cut short": jpeg("CMYK")[:3000],
    "header alone": jpeg()[:300],
    "nothing": b"",
    "no picture": b"\xff\xd8\xff" + bytes(300),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_told_as_ever(name: str) -> None:
    told = []
    for attempt in (decode.decode, lambda data, max_pixels: enter(data, max_pixels)):
        with pytest.raises(EngineError) as error:
            attempt(BROKEN[name], max_pixels=MP50)
        told.append((type(error.value), str(error.value)))
    assert told[0] == told[1]
    assert told[0][0] is BrokenImage


def enter(data: bytes, max_pixels: int) -> None:
    with decode.coming(data, max_pixels=max_pixels, side=SIDE) as photo:
        photo.whole()


def test_too_many_pixels_are_refused_before_any_is_decoded() -> None:
    with pytest.raises(TooManyPixels, match="301 x 203"):
        enter(KINDS["plain"], 301 * 203 - 1)


@pytest.mark.parametrize(
    ("failure", "told"), [(MemoryError(), OutOfMemory), (BrokenImage("odd"), BrokenImage)]
)
def test_what_fails_in_the_other_thread_is_told_to_who_waits(
    failure: Exception, told: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(data: bytes) -> None:
        raise failure

    monkeypatch.setattr(decode, "_whole_jpeg", fail)
    with decode.coming(KINDS["plain"], max_pixels=MP50, side=SIDE) as photo:
        assert photo.small is not None
        with pytest.raises(told):
            photo.whole()


def test_decoding_goes_on_while_the_caller_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits for the other to have begun."""
    decoding, working = threading.Event(), threading.Event()
    plainly = decode._whole_jpeg

    def decoded(data: bytes) -> Any:
        decoding.set()
        assert working.wait(PATIENCE)
        return plainly(data)

    monkeypatch.setattr(decode, "_whole_jpeg", decoded)
    with decode.coming(KINDS["plain"], max_pixels=MP50, side=SIDE) as photo:
        assert decoding.wait(PATIENCE)
        working.set()
        assert photo.whole().rgb.shape == (203, 301, 3)


def test_a_caller_that_fails_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    with pytest.raises(KeyError):
        fail_beside(KINDS["plain"])
    assert threading.active_count() == before


def fail_beside(data: bytes) -> None:
    with decode.coming(data, max_pixels=MP50, side=SIDE) as photo:
        assert photo.small is not None
        raise KeyError
