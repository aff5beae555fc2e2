"""A result from a kept matte has the same bytes as one for which the photo is cut out anew."""

from __future__ import annotations

from io import BytesIO
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from processing.engine.cutout import kept_matte
from processing.engine.files import decode
from processing.engine.networks.registry import Models
from processing.engine.plans.cutout import CleanUp, CutoutPlan
from processing.engine.plans.edit import (
    Background,
    Blur,
    EditPlan,
    Export,
    Gradient,
    Layout,
    Light,
    Shadow,
)
from processing.engine.render_cutout import render
from processing.engine.render_edit import Tools, render_edit
from tests.stand_ins import MiddleModel

SIZE = (180, 120)


class NoModel:
    """Fails where anybody is asked about a photo."""

    def __getattr__(self, name: str) -> Any:
        if name == "resolve":
            return lambda _: "middle"
        raise AssertionError(f"A model was asked for its {name}.")


def photo(format: str = "JPEG", *, alpha: bool = False, **options: Any) -> bytes:
    """A green and red checkered thing with a soft edge on a lively ground."""
    rng = np.random.default_rng(1)
    pixels = rng.integers(90, 160, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
    pixels[28:92, 43:137] = (40, 190, 60)
    pixels[40:80, 60:120] = (200, 30, 30)
    picture = Image.fromarray(pixels).resize(SIZE, Image.Resampling.BICUBIC, reducing_gap=None)
    if alpha:
        cover = np.full((SIZE[1], SIZE[0]), 255, np.uint8)
        cover[:, :30] = 0
        cover[:, 30:40] = 128
        picture.putalpha(Image.fromarray(cover))
    out = BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()


def tools(models: object) -> Tools:
    unused = cast(Any, None)
    return Tools(cast(Models, models), unused, unused, unused, unused, max_pixels=10**6)


@pytest.mark.parametrize(
    ("source", "plan"),
    [
        (photo(), CutoutPlan()),
        (photo(), CutoutPlan(edge="fine", format="webp")),
        (photo(), CutoutPlan(edge="none", format="jpg", bg_color="#fff", crop=True)),
        (photo(), CutoutPlan(output="mask")),
        (photo(), CutoutPlan(despill=True, clean_up=CleanUp.off())),
        (photo("PNG", alpha=True), CutoutPlan()),
        (photo("PNG", alpha=True), CutoutPlan(keep_existing_alpha=True)),
    ],
)
def test_cutouts(source: bytes, plan: CutoutPlan) -> None:
    anew = render(source, plan, cast(Models, MiddleModel()), keeps_matte=True)
    assert anew.matte is not None
    again = render(source, plan, cast(Models, NoModel()), kept=anew.matte, keeps_matte=True)
    assert again.data == anew.data
    assert again.matte is None
    for fact in ("provider", "model", "uncertainty", "looks", "subject_box", "has_alpha"):
        assert getattr(again, fact) == getattr(anew, fact)


@pytest.mark.parametrize(
    "plan",
    [
        EditPlan(),
        EditPlan(shadow=Shadow(), background=Background(color="white"), light=Light()),
        EditPlan(layout=Layout(size="300x300"), background=Background(blur=Blur(radius=0.02))),
        EditPlan(background=Background(gradient=Gradient(("red", "blue"))), export=Export("webp")),
    ],
)
def test_one_matte_serves_every_edit(plan: EditPlan) -> None:
    matte = render(photo(), CutoutPlan(), cast(Models, MiddleModel()), keeps_matte=True).matte
    anew = render_edit(photo(), plan, tools(MiddleModel()), keeps_matte=True)
    assert anew.matte == matte
    assert render_edit(photo(), plan, tools(NoModel()), kept=matte).data == anew.data


def test_it_is_a_grey_picture_of_the_photos_size() -> None:
    matte = render(photo(), CutoutPlan(), cast(Models, MiddleModel()), keeps_matte=True).matte
    picture = Image.open(BytesIO(matte or b""))
    assert (picture.format, picture.mode, picture.size) == ("PNG", "L", SIZE)
    mask = render(photo(), CutoutPlan(output="mask"), cast(Models, MiddleModel())).data
    assert np.array_equal(np.asarray(picture), np.asarray(Image.open(BytesIO(mask))))


def test_another_photo_is_refused() -> None:
    matte = render(photo(), CutoutPlan(), cast(Models, MiddleModel()), keeps_matte=True).matte
    other = decode.decode(photo("PNG"), max_pixels=10**6)
    turned = decode.decode(photo("JPEG", exif=turned_exif()), max_pixels=10**6)
    assert kept_matte.applied(matte or b"", other).provider == "rembg/middle"
    with pytest.raises(ValueError, match="another photo"):
        kept_matte.applied(matte or b"", turned)


def turned_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif
