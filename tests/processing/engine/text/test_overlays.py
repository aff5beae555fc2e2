"""What lies over a photo goes with all that belongs to it: plates, bars, watermarks; the photo stays as it was."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from processing.engine.text import blend, remove, watermark
from processing.engine.text.bar import bar
from processing.engine.text.detect import Text
from processing.engine.text.plate import plate
from processing.engine.text.strokes import strokes

HEIGHT, WIDTH = 240, 320
WHITE, BLACK, RED, YELLOW = (255, 255, 255), (15, 15, 15), (214, 24, 40), (255, 221, 0)


class Reader:
    """Reads the same lines as long as nothing was removed, then nothing."""

    def __init__(self, *lines: Text) -> None:
        self._lines = list(lines)

    def find(self, rgb: np.ndarray, part: tuple[int, int, int, int] | None = None) -> list[Text]:
        lines, self._lines = self._lines, []
        return lines


def photo() -> np.ndarray:
    """Cloth with grain and folds, darker to the left, and a brighter floor beside it."""
    down, across = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    grain = cv2.blur(np.random.default_rng(7).normal(0, 6, (HEIGHT, WIDTH)), (2, 2))
    level = 70 + across / 5 + 14 * np.sin(across / 17 + down / 40) + grain
    level[:, 250:] += 60
    return np.clip(level[..., None] * (1.0, 0.9, 0.75), 0, 255).astype(np.uint8)


def cover(
    words: str, left: int, foot: int, turn: float = 0, scale: float = 0.8, thick: int = 2
) -> tuple[np.ndarray, Text]:
    """How much of each pixel letters cover, float32 (h, w), and the line as a reader sees it."""
    (wide, high), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_DUPLEX, scale, thick)
    drawn = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.putText(drawn, words, (left, foot), cv2.FONT_HERSHEY_DUPLEX, scale, 255, thick, cv2.LINE_AA)
    right, top, low = left + wide + 3, foot - high - 4, foot + 5
    corners = np.array([[left - 3, top], [right, top], [right, low], [left - 3, low]], np.float32)
    matrix = cv2.getRotationMatrix2D((left + wide / 2, foot - high / 2), turn, 1)
    shares = cv2.warpAffine(drawn, matrix, (WIDTH, HEIGHT)).astype(np.float32) / 255
    return shares, Text(cv2.transform(corners[None], matrix)[0].astype(np.float32), words, 0.99)


def over(
    rgb: np.ndarray, shares: np.ndarray, color: tuple[int, int, int], opacity: float = 1.0
) -> np.ndarray:
    alpha = opacity * shares[..., None]
    return np.rint(rgb * (1 - alpha) + alpha * np.array(color)).astype(np.uint8)


def shape(draw: Callable[[np.ndarray], object]) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    draw(mask)
    return mask.astype(np.float32) / 255


def star(mask: np.ndarray) -> None:
    angles = np.arange(32) * np.pi / 16
    reach = np.where(np.arange(32) % 2, 50, 60)
    points = np.stack([140 + reach * np.cos(angles), 120 + reach * np.sin(angles)], axis=-1)
    cv2.fillPoly(mask, [np.rint(points).astype(np.int32)], 255)


def ribbon(mask: np.ndarray) -> None:
    corners = np.array([[-60, 180], [180, -60], [225, -15], [-15, 225]])
    cv2.fillPoly(mask, [corners], 255)


PLATES: dict[str, tuple[Callable[[np.ndarray], object], tuple[tuple[str, int, int], ...], float]] = {
    "disc, two lines": (lambda m: cv2.circle(m, (140, 120), 60, 255, -1), (("-30%", 105, 115), ("SALE", 108, 145)), 0),
    "star, two lines": (star, (("HOT", 112, 115), ("DEAL", 108, 145)), 0),
    "bar to the rim": (lambda m: cv2.rectangle(m, (0, 190), (WIDTH, HEIGHT), 255, -1), (("12,50 EUR", 80, 225),), 0),
    "corner banner": (lambda m: cv2.rectangle(m, (0, 0), (170, 44), 255, -1), (("FREE SHIP", 14, 30),), 0),
    "tilted ribbon": (ribbon, (("NEW IN", 35, 91),), 45),
}  # fmt: skip


@pytest.mark.parametrize("name", PLATES)
def test_a_plate_goes_with_all_its_lines_and_nothing_else_changes(name: str) -> None:
    draw, lines, turn = PLATES[name]
    ground = shape(draw)
    picture = over(photo(), ground, YELLOW)
    texts = []
    for words, left, foot in lines:
        shares, text = cover(words, left, foot, turn)
        picture = over(picture, shares, BLACK)
        texts.append(text)
    found = plate(texts[0], strokes(texts[0], picture), picture)
    assert found is not None
    whole = np.zeros_like(ground)
    left, top, right, bottom = found.box
    whole[top:bottom, left:right] = found.mask / 255
    assert np.minimum(whole, ground).sum() > 0.93 * np.maximum(whole, ground).sum()
    without, count = remove.remove(picture, None, "artificial", Reader(*texts))
    assert count == len(lines)
    near = cv2.dilate(ground, np.ones((21, 21), np.uint8)) > 0
    assert np.array_equal(without[~near], picture[~near])
    # Nothing of the plate's yellow is left, nor of the letters.
    assert int((without[..., 0].astype(int) - without[..., 2]).max()) < 130
    assert without.min() > 20


def test_a_gradient_is_a_plate_and_a_part_of_the_photo_is_none() -> None:
    disc = shape(lambda mask: cv2.circle(mask, (140, 120), 60, 255, -1))
    shares, text = cover("PRICE", 95, 128)
    down = np.arange(HEIGHT, dtype=np.float32)[:, None, None]
    gradient = np.clip((40, 90, 200) + (down - 60) * (0.7, -0.4, -0.3), 0, 255)
    picture = np.where(disc[..., None] > 0, gradient, photo()).astype(np.uint8)
    picture = over(picture, shares, WHITE)
    found = plate(text, strokes(text, picture), picture)
    assert found is not None
    assert np.count_nonzero(found.mask) == pytest.approx(disc.sum(), rel=0.06)
    label = over(over(photo(), disc, (220, 220, 215), 0.6), shares, BLACK)  # cloth shows in it
    assert plate(text, strokes(text, label), label) is None


def test_a_product_that_looks_like_a_plate_stays() -> None:
    """A black box with level letters, before cloth: the letters go, as ever, but not the box."""
    box = shape(lambda mask: cv2.rectangle(mask, (80, 60), (240, 180), 255, -1))
    shares, text = cover("PRICE", 115, 128)
    picture = over(over(photo(), box, (12, 12, 12)), shares, WHITE)
    for matte in (None, box):
        without, count = remove.remove(picture, matte, "artificial", Reader(text))
        assert count == 1
        assert np.abs(without[box > 0].astype(int) - 12).max() == 0


@pytest.mark.parametrize(("color", "ink"), [(BLACK, WHITE), (WHITE, BLACK)])
@pytest.mark.parametrize("box", [(0, 150, WIDTH, 210), (20, 150, 300, 210)])
def test_a_translucent_bar_is_taken_off(
    color: tuple[int, int, int], ink: tuple[int, int, int], box: tuple[int, int, int, int]
) -> None:
    left, top, right, bottom = box
    ground = np.zeros((HEIGHT, WIDTH), np.float32)
    ground[top:bottom, left:right] = 1
    shares, text = cover("19.99 EUR", 80, 190)
    picture = over(over(photo(), ground, color, 0.55), shares, ink)
    found = bar(text, picture)
    assert found is not None
    assert np.abs(np.array(found.box) - box).max() <= 1
    assert found.veil.shines == pytest.approx(0.45, abs=0.04)
    assert np.abs(found.veil.color - color).max() < 16
    without, count = remove.remove(picture, None, "artificial", Reader(text))
    assert count == 1
    apart = np.abs(without.astype(int) - photo())
    assert apart[ground > 0].mean() < 4
    edge = cv2.dilate(ground, np.ones((9, 9), np.uint8)) > 0
    assert not apart[~edge].any()


def test_a_caption_without_a_bar_has_none() -> None:
    shares, text = cover("19.99 EUR", 80, 190)
    assert bar(text, over(photo(), shares, WHITE)) is None


def test_a_veil_is_fitted_whatever_a_tenth_of_the_pairs_says() -> None:
    random = np.random.default_rng(1)
    below = random.uniform(20, 220, (400, 3)).astype(np.float32)
    seen = 0.6 * below + np.float32(0.4) * np.array((250, 240, 230), np.float32)
    seen[::10] = random.uniform(0, 255, (40, 3))
    veil = blend.fitted(seen, below)
    assert veil is not None
    assert veil.shines == pytest.approx(0.6, abs=0.01)
    assert veil.color == pytest.approx([250, 240, 230], abs=3)


@pytest.mark.parametrize(
    ("shines", "spread"),
    [pytest.param(0, 60, id="opaque"), pytest.param(0.6, 2, id="even ground")],
)
def test_no_veil(shines: float, spread: float) -> None:
    random = np.random.default_rng(1)
    below = random.normal(120, spread, (400, 3)).astype(np.float32)
    seen = shines * below + random.normal(60, 4, (400, 3))
    assert blend.fitted(seen.astype(np.float32), below) is None


def test_a_tilted_watermark_is_taken_off_and_not_bitten_out() -> None:
    shares, text = cover("Anna", 80, 130, 30, 1.8, 7)
    picture = over(photo(), shares, WHITE, 0.4)
    without, count = remove.remove(picture, None, "artificial", Reader(text))
    assert count == 1
    apart = np.abs(without.astype(int) - photo())
    assert apart[shares > 0.1].mean() < 8
    assert not apart[cv2.dilate(shares, np.ones((25, 25), np.uint8)) == 0].any()


def test_a_repeated_watermark_goes_where_nobody_reads_it_too() -> None:
    shares = np.zeros((HEIGHT, WIDTH), np.float32)
    texts = []
    for left, foot in (
        (-40, 40),
        (110, 40),
        (35, 100),
        (185, 100),
        (110, 160),
        (-40, 160),
        (185, 220),
        (35, 220),
    ):
        one, text = cover("Shop", left, foot, 30)
        shares = np.maximum(shares, one)
        texts.append(text)
    picture = over(photo(), shares, WHITE, 0.4)
    read = [texts[1], texts[2], texts[4], texts[7]]
    found = watermark.repeated(read, picture)
    assert found is not None
    mark, copies = found
    assert mark.veil.shines == pytest.approx(0.6, abs=0.05)
    assert copies == read
    without, count = remove.remove(picture, None, "artificial", Reader(*read))
    assert count == 4
    apart = np.abs(without.astype(int) - photo()).mean(axis=2)
    before = np.abs(picture.astype(int) - photo()).mean(axis=2)
    assert apart[shares > 0.1].mean() < 0.25 * before[shares > 0.1].mean()
    unread = cv2.dilate(cover("Shop", 185, 100, 30)[0], np.ones((5, 5), np.uint8)) > 0
    assert apart[unread].mean() < 0.3 * before[unread].mean()


def test_prints_are_kept() -> None:
    """Dye that is tilted, opaque, with the cloth's own shading; and colored where it is thin."""
    for color, opacity in (((170, 60, 60), 1.0), ((40, 120, 60), 0.9), ((240, 235, 230), 1.0)):
        shares, text = cover("SUMATRA", 90, 130, 6, 1.1)
        dye = photo() / 110 * np.array(color)
        picture = np.clip(photo() + opacity * shares[..., None] * (dye - photo()), 0, 255).astype(
            np.uint8
        )
        kept, count = remove.remove(picture, None, "artificial", Reader(text))
        assert count == 0
        assert kept is picture


def test_a_pattern_of_the_cloth_is_no_watermark() -> None:
    shares, texts = np.zeros((HEIGHT, WIDTH), np.float32), []
    for left, foot in ((20, 60), (130, 60), (20, 130), (130, 130), (20, 200)):
        one, text = cover("LOVE", left, foot, 20)
        shares, texts = np.maximum(shares, one), [*texts, text]
    picture = np.rint(photo() * (1 - 0.5 * shares[..., None])).astype(np.uint8)  # grey dye
    assert watermark.repeated(texts, picture) is not None
    kept, count = remove.remove(picture, None, "artificial", Reader(*texts))
    assert (count, kept is picture) == (0, True)


@pytest.mark.parametrize(
    ("own", "beside", "gap", "gone"),
    [(0.5, -1, 4, 0), (0.5, -0.2, 4, 1), (1.5, -3, 4, 1), (0.5, -1, 60, 1), (-0.1, 3, 4, 1)],
)
def test_a_line_that_is_hardly_an_overlay_belongs_to_the_print_beside_it(
    monkeypatch: pytest.MonkeyPatch, own: float, beside: float, gap: int, gone: int
) -> None:
    first, one = cover("WATER", 60, 60)
    second, other = cover("BACK", 60, 60 + 31 + gap)
    picture = over(photo(), np.maximum(first, second), WHITE)
    scores = {id(one): own, id(other): beside}
    monkeypatch.setattr(remove, "score", lambda text, *rest: scores[id(text)])
    assert remove.remove(picture, None, "artificial", Reader(one, other))[1] == gone
