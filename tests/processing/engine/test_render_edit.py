"""One pass over a product photo, from back to front."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from processing.engine.backdrops.provider import Backdrop, BackdropRequest
from processing.engine.errors import InvalidPlan, NothingFound, ProviderFailed
from processing.engine.plans.cutout import Cutting
from processing.engine.plans.edit import (
    Background,
    BackgroundImage,
    Blur,
    EditPlan,
    Export,
    Generated,
    Gradient,
    Layout,
    Light,
    Outline,
    Shadow,
    Sides,
    Upscale,
)
from processing.engine.render_edit import Tools, render_edit
from processing.engine.rendered import Rendered
from tests.processing.engine.pictures import opened, saved

RED, GREY, BLUE = (200, 20, 20), (120, 120, 120), (0, 0, 255)
PLAIN = Cutting(edge="none")


class Middle:
    """The middle half of any picture is the subject."""

    asked = 0

    def resolve(self, name: str) -> str:
        return "middle"

    def provider(self, name: str) -> str:
        return "rembg/middle"

    def side(self, name: str) -> int:
        return 64

    def matte(self, name: str, rgb: Any) -> Any:
        self.asked += 1
        height, width = rgb.shape[:2]
        matte = np.zeros((height, width), np.float32)
        matte[height // 4 : height * 3 // 4, width // 4 : width * 3 // 4] = 1.0
        return matte


class Words:
    """A provider that paints what its seed says."""

    name = "words"

    def generate(self, request: BackdropRequest) -> Backdrop:
        width, height = request.size
        self.request = request
        rgb = np.full((height, width, 3), request.seed % 256, np.uint8)
        return Backdrop(rgb, "words/1", request.seed, not_understood=("flurb",))


class Broken:
    name = "broken"

    def generate(self, request: BackdropRequest) -> Backdrop:
        raise ProviderFailed("No.")


class Twice:
    """Enlarges by two, which is easy to tell."""

    def upscale(self, rgb: Any, alpha: Any, wanted: Upscale) -> Any:
        twice = rgb.repeat(2, 0).repeat(2, 1)
        return twice, None if alpha is None else alpha.repeat(2, 0).repeat(2, 1)


def photo(size: tuple[int, int] = (80, 80)) -> bytes:
    picture = Image.new("RGB", size, GREY)
    width, height = size
    picture.paste(RED, (width // 4, height // 4, width * 3 // 4, height * 3 // 4))
    return saved(picture, "PNG")


def tools(**changes: Any) -> Tools:
    providers = {None: Words(), "words": Words(), "broken": Broken(), "studio": Words()}
    blue = saved(Image.new("RGB", (10, 10), BLUE), "PNG")
    standard = Tools(
        models=Middle(),
        images={"blue": blue}.__getitem__,
        backdrop=providers.__getitem__,  # type: ignore[arg-type]
        texts=None,  # type: ignore[arg-type]
        upscaler=Twice(),  # type: ignore[arg-type]
        max_pixels=10_000_000,
    )
    return replace(standard, **changes)


def edited(
    plan: EditPlan, data: bytes | None = None, **changes: Any
) -> tuple[Image.Image, Rendered]:
    result = render_edit(data or photo(), plan, tools(**changes))
    return opened(result.data), result


def plan(**parts: Any) -> EditPlan:
    return EditPlan(**{"cutting": PLAIN, **parts})


def test_without_wishes_the_subject_fills_the_frame_on_nothing() -> None:
    picture, result = edited(plan())
    assert (picture.mode, picture.size) == ("RGBA", (80, 80))
    assert picture.getpixel((40, 40)) == (*RED, 255)
    assert (result.subject_box, result.provider) == ((20, 20, 60, 60), "rembg/middle")
    assert (result.backdrop, result.texts) == (None, None)


def test_padding_leaves_the_color_free() -> None:
    layout = Layout(size="200x100", padding=Sides.all(0.1))
    picture, _ = edited(plan(layout=layout, background=Background(color="#00ff00")))
    assert picture.mode == "RGB"
    red = np.asarray(picture)[..., 0] > 150
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    # 100 less a tenth at both ends: a square of 80 in the middle of 200.
    assert abs(rows[0] - 10) <= 1
    assert abs(rows[-1] - 89) <= 1
    assert abs(columns[0] - 60) <= 1
    assert abs(columns[-1] - 139) <= 1
    assert picture.getpixel((5, 50)) == (0, 255, 0)


def test_a_jpeg_of_nothing_is_white() -> None:
    layout = Layout(size="200x100")
    picture, result = edited(plan(layout=layout, export=Export(format="jpg")))
    assert picture.format == "JPEG"
    assert min(picture.getpixel((5, 50))) >= 250  # type: ignore[type-var]
    assert result.has_alpha is False


@pytest.mark.parametrize("format", ["png", "jpg", "webp", "avif"])
def test_every_format_is_written(format: str) -> None:
    picture, result = edited(plan(export=Export(format=format)))  # type: ignore[arg-type]
    assert picture.format == {"jpg": "JPEG"}.get(format, format.upper())
    assert (result.format, result.width, result.height) == (format, 80, 80)


def test_a_picture_behind_fills_or_fits() -> None:
    layout = Layout(size="200x100", padding=Sides.all(0.2))
    fill = Background(image=BackgroundImage("blue"))
    fit = Background(color="#00ff00", image=BackgroundImage("blue", scaling="fit"))
    assert edited(plan(layout=layout, background=fill))[0].getpixel((5, 50)) == BLUE
    picture, _ = edited(plan(layout=layout, background=fit))
    assert picture.getpixel((5, 50)) == (0, 255, 0)
    assert picture.getpixel((60, 50)) == BLUE


def test_a_gradient_runs_behind() -> None:
    background = Background(gradient=Gradient(colors=("#000000", "#ffffff")))
    picture, _ = edited(plan(layout=Layout(padding=Sides.all(0.3)), background=background))
    assert max(picture.getpixel((2, 1))) < 20 < 235 < min(picture.getpixel((2, 78)))  # type: ignore


def test_its_own_background_stays_but_blurred() -> None:
    background = Background(blur=Blur(radius=0.02))
    layout = Layout(reference_box="originalImage")
    picture, _ = edited(plan(background=background, layout=layout))
    assert picture.mode == "RGB"
    near, far = picture.getpixel((14, 40)), picture.getpixel((2, 2))
    # No red of the product has run into what lies behind it.
    for pixel in (near, far):
        assert np.allclose(pixel, GREY, atol=6)
    assert np.allclose(picture.getpixel((40, 40)), RED, atol=2)


def test_an_outline_runs_around_the_subject() -> None:
    layout = Layout(reference_box="originalImage")
    outline = Outline(color="#0000ff", width=0.05)
    picture, _ = edited(plan(layout=layout, outline=outline))
    assert picture.getpixel((40, 40))[:3] == RED  # type: ignore[index]
    red, green, blue, alpha = picture.getpixel((17, 40))  # type: ignore[misc]
    assert (red, green, blue, alpha) == (0, 0, 255, 255)
    assert picture.getpixel((8, 40))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("mode", ["soft", "hard", "floating"])
def test_a_shadow_darkens_the_ground_and_not_the_product(mode: Any) -> None:
    layout = Layout(size="200x200", padding=Sides.all(0.25))
    white = Background(color="white")
    without, _ = edited(plan(layout=layout, background=white))
    picture, _ = edited(plan(layout=layout, background=white, shadow=Shadow(mode=mode)))
    before, after = np.asarray(without, int), np.asarray(picture, int)
    assert (after <= before).all()
    assert (before - after).max() > 20
    assert np.array_equal(after[80:120, 80:120], before[80:120, 80:120])


def test_the_pose_in_the_photo_decides_where_the_shadow_falls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layout, white = Layout(padding=Sides.all(0.3)), Background(color="white")

    def shaded(found: str, **shadow: Any) -> bytes:
        monkeypatch.setattr("processing.engine.render_edit.pose_of", lambda *_: found)
        wanted = plan(layout=layout, background=white, shadow=Shadow(**shadow))
        return edited(wanted)[0].tobytes()

    pictures = {pose: shaded(pose) for pose in ("lying", "hanging", "standing")}
    assert len(set(pictures.values())) == 3
    assert shaded("unsure") in (pictures["lying"], pictures["standing"])
    # Who says how it is posed is believed.
    assert shaded("hanging", pose=90) == shaded("lying", pose=90) == pictures["standing"]


def test_a_photo_that_keeps_its_background_is_laid_out_whole() -> None:
    layout = Layout(size="200x100")
    picture, result = edited(
        EditPlan(cutting=None, layout=layout, background=Background(color="#00ff00"))
    )
    assert picture.getpixel((5, 50)) == (0, 255, 0)
    assert np.allclose(picture.getpixel((52, 2)), GREY, atol=2)
    assert (result.subject_box, result.provider, result.model) == (None, "none", "")


def test_where_no_text_was_a_translucent_picture_keeps_its_colors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def without(rgb: Any, *_: Any) -> Any:
        painted = rgb.copy()
        painted[:10] = BLUE
        return painted, 1

    monkeypatch.setattr("processing.engine.text.remove.remove", without)
    glass = saved(Image.new("RGBA", (80, 80), (*RED, 100)), "PNG")
    picture, result = edited(EditPlan(cutting=None, text_removal="all"), glass)
    assert result.texts == 1
    assert picture.getpixel((40, 5)) == (*BLUE, 100)
    assert picture.getpixel((40, 40)) == (*RED, 100)


def test_upscaling_comes_first() -> None:
    _, result = edited(EditPlan(cutting=None, upscale=Upscale()))
    assert (result.width, result.height) == (160, 160)


def test_light_leaves_the_frame_alone() -> None:
    layout = Layout(padding=Sides.all(0.2))
    lit, _ = edited(plan(layout=layout, background=Background(color="white"), light=Light()))
    assert lit.getpixel((2, 2)) == (255, 255, 255)


def test_words_become_a_background_by_their_seed() -> None:
    layout = Layout(padding=Sides.all(0.3))
    generated = Generated(prompt="oak", seed=7)
    picture, result = edited(plan(layout=layout, background=Background(generated=generated)))
    assert picture.getpixel((2, 2)) == (7, 7, 7)
    assert (result.backdrop, result.seed, result.not_understood) == ("words/1", 7, ("flurb",))


def test_without_a_seed_the_words_choose_it() -> None:
    one, other = (
        edited(plan(background=Background(generated=Generated(prompt=prompt))))[1]
        for prompt in ("oak", "pine")
    )
    again = edited(plan(background=Background(generated=Generated(prompt="oak"))))[1]
    assert one.seed == again.seed != other.seed
    assert one.data == again.data


def test_the_studio_stands_in_only_where_it_may() -> None:
    generated = Generated(prompt="oak", provider="broken")
    with pytest.raises(ProviderFailed):
        edited(plan(background=Background(generated=generated)))
    allowed = Background(generated=replace(generated, fallback=True))
    assert edited(plan(background=allowed))[1].backdrop == "words/1"


def test_the_provider_is_told_where_the_product_stands() -> None:
    words = Words()
    layout = Layout(size="200x100", padding=Sides.all(0.1), vertical="bottom")
    background = Background(generated=Generated(prompt="oak", guidance_image_id="blue"))
    edited(plan(layout=layout, background=background), backdrop=lambda name: words)
    assert words.request.size == (200, 100)
    assert words.request.subject == (60, 10, 140, 90)
    assert words.request.guidance.shape == (10, 10, 3)  # type: ignore[union-attr]


class Repainting:
    """Answers the whole canvas painted over, the product's place too, in other colors each time."""

    name = "repainting"

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def generate(self, request: BackdropRequest) -> Backdrop:
        width, height = request.size
        rgb = self.random.integers(0, 256, (height, width, 3), dtype=np.uint8)
        return Backdrop(rgb, "repainting/1", request.seed)


def test_the_products_own_pixels_are_never_repainted() -> None:
    random = np.random.default_rng(5)
    own = random.integers(0, 256, (80, 80, 3), dtype=np.uint8)
    background = Background(generated=Generated(prompt="oak"))
    shadow = Shadow(mode="soft")
    results = [
        np.asarray(
            edited(
                plan(
                    background=background,
                    shadow=shadow,
                    layout=Layout(reference_box="originalImage"),
                ),
                saved(Image.fromarray(own), "PNG"),
                backdrop=lambda name, seed=seed: Repainting(seed),
            )[0].convert("RGB")
        )
        for seed in (1, 2)
    ]
    # The matte is the middle half; one pixel of its edge may be mixed.
    inside = (slice(21, 59), slice(21, 59))
    assert [np.abs(result[inside].astype(int) - own[inside]).max() for result in results] == [0, 0]
    assert (results[0] != results[1]).any(axis=2).mean() > 0.7


class Nothing(Middle):
    """Finds no subject in any picture."""

    def matte(self, name: str, rgb: Any) -> Any:
        return np.zeros((32, 32), np.float32)


@pytest.mark.parametrize(
    "parts",
    [
        {"layout": Layout(size="100x100")},
        {"layout": Layout(reference_box="originalImage"), "background": Background(color="white")},
        {"background": Background(blur=Blur(radius=0.02))},  # its own, which would blur everything
        {"light": Light(), "outline": Outline(), "shadow": Shadow()},
    ],
)
def test_where_nothing_is_found_nothing_is_laid_out(parts: dict[str, Any]) -> None:
    with pytest.raises(NothingFound):
        edited(plan(**parts), models=Nothing())


def test_where_nothing_is_found_no_backdrop_is_made() -> None:
    words = Words()
    background = Background(generated=Generated(prompt="oak"))
    with pytest.raises(NothingFound):
        edited(plan(background=background), models=Nothing(), backdrop=lambda name: words)
    assert not hasattr(words, "request")


def test_a_photo_that_is_not_cut_out_needs_no_subject() -> None:
    picture, _ = edited(EditPlan(cutting=None), models=Nothing())
    assert picture.size == (80, 80)


def test_a_target_without_a_pixel_is_refused() -> None:
    layout = Layout(size="100x100", padding=Sides.all("50px"))
    with pytest.raises(InvalidPlan):
        edited(plan(layout=layout))


def test_equal_work_has_equal_bytes() -> None:
    whole = plan(
        layout=Layout(size="150x120", padding=Sides.all(0.1)),
        background=Background(color="#ffeedd"),
        shadow=Shadow(mode="hard"),
        light=Light(),
        outline=Outline(width=0.01),
    )
    assert edited(whole)[1].data == edited(whole)[1].data


@pytest.mark.parametrize("share", [0.0333, 0.075, 0.1234, 0.2471])
@pytest.mark.parametrize("haze", [0, 100])
def test_what_is_seen_lies_where_the_fractions_say(share: float, haze: int) -> None:
    """A product of 200 x 100, cut out already, on 317 x 211; haze about it neither moves nor shrinks
    it."""
    picture = Image.new("RGBA", (400, 300), (*RED, 0))
    picture.paste((*RED, haze), (0, 150, 400, 151))
    picture.paste((*RED, 255), (100, 100, 300, 200))
    layout = Layout(size="317x211", margin=Sides.all(share), padding=Sides.all(share))
    kept = Cutting(keep_existing_alpha=True)
    result, _ = edited(plan(cutting=kept, layout=layout), saved(picture, "PNG"))
    seen = result.getchannel("A").point(lambda alpha: 255 * (alpha >= 128)).getbbox()
    left, top = 317 * (share + share * (1 - 2 * share)), 211 * (share + share * (1 - 2 * share))
    scale = min((317 - 2 * left) / 200, (211 - 2 * top) / 100)
    exact = [(317 - 200 * scale) / 2, (211 - 100 * scale) / 2]
    exact += [317 - exact[0], 211 - exact[1]]
    assert np.abs(np.subtract(seen, exact)).max() <= (0.5001 if haze == 0 else 1)


def test_a_preview_shows_the_result() -> None:
    result = render_edit(photo(), plan(export=Export(format="jpg")), tools(), preview_side=40)
    assert result.preview is not None
    shown, whole = opened(result.preview), opened(result.data)
    assert (shown.format, shown.mode, max(shown.size)) == ("WEBP", "RGB", 40)
    assert shown.getpixel((0, 0)) == pytest.approx(whole.getpixel((0, 0)), abs=6)


def test_pixels_of_another_color_space_have_no_preview() -> None:
    export = Export(color_space="original")
    assert render_edit(photo(), plan(export=export), tools(), preview_side=40).preview is None
