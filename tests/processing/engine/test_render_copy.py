"""Copies in another size or format, and small copies of rooms."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from processing.engine.errors import InvalidPlan
from processing.engine.files import gpano
from processing.engine.plans.copy import CopyPlan
from processing.engine.plans.edit import EditFormat, Export
from processing.engine.plans.room import RoomPlan
from processing.engine.render_copy import render_copy
from processing.engine.render_room import render_room
from tests.processing.engine.files.test_gpano import packet, picture
from tests.processing.engine.room.drawn import room

MAX = 10_000_000


def file_of(pixels: Any, format: str = "PNG", **options: Any) -> bytes:
    out = BytesIO()
    Pillow.fromarray(pixels).save(out, format, **options)
    return out.getvalue()


SOURCE = file_of(room((400, 300)))


@pytest.mark.parametrize(
    ("plan", "size"),
    [
        (CopyPlan(), (400, 300)),
        (CopyPlan(scale=0.25), (100, 75)),
        (CopyPlan(max_width=200), (200, 150)),
        (CopyPlan(scale=0.25, max_width=200), (100, 75)),
        (CopyPlan(max_width=9_999), (400, 300)),
        (CopyPlan(scale=1e-9), (1, 1)),
    ],
)
def test_sizes(plan: CopyPlan, size: tuple[int, int]) -> None:
    made = render_copy(SOURCE, plan, max_pixels=MAX)
    assert (made.width, made.height) == Pillow.open(BytesIO(made.data)).size == size


@pytest.mark.parametrize("format", ["jpg", "png", "webp"])
def test_a_copy_of_everything_around_tells_viewers_so_at_its_size(format: EditFormat) -> None:
    plan = CopyPlan(max_width=100, export=Export(format=format))
    source = picture(packet(), size=(400, 200))
    made = render_copy(source, plan, max_pixels=MAX)
    told = gpano.told_by(made.data)
    assert told is not None
    lengths = {name: told.properties[name] for name in told.properties if name.endswith("Pixels")}
    assert lengths == {
        "CroppedAreaImageWidthPixels": "100",
        "CroppedAreaImageHeightPixels": "50",
        "FullPanoWidthPixels": "100",
        "FullPanoHeightPixels": "50",
        "CroppedAreaLeftPixels": "0",
        "CroppedAreaTopPixels": "0",
    }
    assert b"GPS" not in made.data
    assert gpano.told_by(render_copy(SOURCE, plan, max_pixels=MAX).data) is None


def test_a_png_of_the_same_size_is_the_same_picture() -> None:
    made = render_copy(SOURCE, CopyPlan(export=Export(format="png")), max_pixels=MAX)
    assert np.array_equal(np.asarray(Pillow.open(BytesIO(made.data))), room((400, 300)))


def test_a_turned_file_is_upright_and_no_wider_than_asked() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    turned = file_of(room((400, 300)), "JPEG", exif=exif)
    made = render_copy(turned, CopyPlan(max_width=150), max_pixels=MAX)
    assert (made.width, made.height) == (150, 200)


def test_a_mark() -> None:
    plain, marked = (
        np.asarray(Pillow.open(BytesIO(one.data))).astype(int)
        for one in (
            render_copy(SOURCE, CopyPlan(), max_pixels=MAX, watermark=marked)
            for marked in (False, True)
        )
    )
    assert (np.abs(plain - marked).max(axis=2) > 40).mean() > 0.03


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"scale": 0.0}, "scale"),
        ({"scale": 1.01}, "scale"),
        ({"scale": float("nan")}, "scale"),
        ({"max_width": 0}, "maxWidth"),
    ],
)
def test_what_no_copy_can_have(options: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidPlan) as caught:
        CopyPlan(**options)
    assert caught.value.field == field


def test_a_room_made_small_is_the_room_made_small() -> None:
    """Enhanced first or shrunk first, it is the same look."""
    dark = file_of((room((800, 600)) * 0.5).astype(np.uint8))
    plan = RoomPlan(straighten=False)
    small = render_room(dark, plan, max_pixels=MAX, max_side=200)
    assert (small.width, small.height) == (200, 150)
    full = Pillow.open(BytesIO(render_room(dark, plan, max_pixels=MAX).data))
    there = np.asarray(full.resize((200, 150), Pillow.Resampling.BOX)).astype(int)
    here = np.asarray(Pillow.open(BytesIO(small.data))).astype(int)
    assert np.abs(there - here).mean() < 6
