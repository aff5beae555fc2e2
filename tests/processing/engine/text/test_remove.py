"""Text is found, told apart by kind, and gone afterwards; all else stays."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from processing.engine.errors import ModelNotInstalled
from processing.engine.files import decode
from processing.engine.plans.edit import TextRemovalMode
from processing.engine.text import detect, inpaint, remove
from processing.engine.text.detect import Text, TextFinder
from processing.engine.text.kind import evidence, kind
from processing.engine.text.plate import plate
from processing.engine.text.strokes import strokes

WORDS = "SALE 50 OFF"
HEIGHT, WIDTH = 220, 320
WHITE, BLACK = (255, 255, 255), (0, 0, 0)


@pytest.fixture(scope="module")
def finder() -> TextFinder:
    return TextFinder(threads=2)


class Reader:
    """Reads what it is told to, one list for each time it looks."""

    def __init__(self, *answers: list[Text]) -> None:
        self._answers = list(answers)
        self.seen: list[np.ndarray] = []
        self.parts: list[tuple[int, int, int, int] | None] = []

    def find(self, rgb: np.ndarray, part: tuple[int, int, int, int] | None = None) -> list[Text]:
        self.seen.append(rgb)
        self.parts.append(part)
        return self._answers.pop(0) if self._answers else []


def fabric(level: int = 110, noise: float = 8) -> np.ndarray:
    """Grey cloth with grain and a soft fold, always the same."""
    grain = np.random.default_rng(7).normal(0, noise, (HEIGHT, WIDTH, 1))
    fold = 12 * np.sin(np.arange(WIDTH) / 40)[None, :, None]
    return np.clip(level + fold + cv2.blur(grain, (2, 2))[..., None], 0, 255).repeat(3, axis=2)


def ink(words: str = WORDS, at: tuple[int, int] = (30, 90)) -> np.ndarray:
    """How much of each pixel is letters, 0 to 1."""
    drawn = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.putText(drawn, words, at, cv2.FONT_HERSHEY_DUPLEX, 1.2, 255, 2, cv2.LINE_AA)
    return drawn[..., None] / 255


def caption(color: tuple[int, int, int] = WHITE, **options: float) -> np.ndarray:
    cover = ink()
    return (fabric(**options) * (1 - cover) + cover * np.array(color)).astype(np.uint8)


def print_on_cloth() -> np.ndarray:
    """The same letters as dye: turned, blurred, with the cloth's own grain and folds."""
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), -5, 1)
    cover = cv2.GaussianBlur(cv2.warpAffine(ink(), turn, (WIDTH, HEIGHT)), (0, 0), 1)[..., None]
    dye = fabric(noise=16) / 110 * np.array([170, 60, 60])
    return np.clip(fabric(noise=16) * (1 - cover) + cover * dye, 0, 255).astype(np.uint8)


def line(
    left: int = 22, top: int = 52, right: int = 262, bottom: int = 100, turn: float = 0
) -> Text:
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), turn, 1)
    return Text(cv2.transform(corners[None], matrix)[0].astype(np.float32), WORDS, 0.99)


def letters(texts: list[Text]) -> str:
    return "".join(found.words for found in texts).replace(" ", "")


def test_words_and_places_are_found(finder: TextFinder) -> None:
    (found,) = finder.find(caption())
    assert letters([found]) == "SALE50OFF"
    assert found.score > 0.9
    assert np.abs(found.quad - line().quad).max() < 16
    assert found.quad.dtype == np.float32


@pytest.mark.parametrize("shape", [(1, 1), (3, 40), (400, 3), (40, 40)])
def test_pictures_without_text(finder: TextFinder, shape: tuple[int, int]) -> None:
    assert finder.find(np.full((*shape, 3), 128, np.uint8)) == []


def test_a_garment_is_no_letter(finder: TextFinder, photo: Callable[[str], bytes]) -> None:
    rgb = decode.decode(photo("denim-shorts"), max_pixels=10**6).rgb
    assert finder.find(rgb) == []


@pytest.mark.parametrize(
    ("words", "score", "height", "is_text"),
    [
        ("reima", 0.6, 40, True),
        ("reima", 0.4, 40, False),
        ("ab", 0.65, 10, False),
        ("A", 0.95, 10, True),
        ("A", 0.85, 10, False),
        ("A", 0.99, 170, False),
        ("* -", 0.99, 10, False),
    ],
)
def test_what_counts_as_text(
    monkeypatch: pytest.MonkeyPatch, words: str, score: float, height: int, is_text: bool
) -> None:
    class Answer:
        boxes = np.array([[[0, 0], [200, 0], [200, height], [0, height]]])
        txts, scores = (words,), (score,)

    monkeypatch.setattr(detect, "_load", lambda threads: lambda picture: Answer)
    assert bool(TextFinder().find(np.zeros((800, 800, 3), np.uint8))) is is_text


def test_networks_that_nobody_used_are_let_go_and_loaded_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Answer:
        boxes = None

    loads: list[int] = []

    def load(threads: int) -> Callable[[np.ndarray], type[Answer]]:
        loads.append(threads)
        return lambda picture: Answer

    monkeypatch.setattr(detect, "_load", load)
    reading, picture = TextFinder(threads=3), np.zeros((80, 80, 3), np.uint8)
    assert reading.let_go(0) == []
    assert reading.find(picture) == []
    assert reading.let_go(3600) == []
    assert reading.let_go(0) == ["rapidocr"]
    assert reading.let_go(0) == []
    assert reading.find(picture) == []
    assert loads == [3, 3]


def test_without_weights_nothing_is_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(detect._WEIGHTS, "Rec", "nowhere.onnx")
    with pytest.raises(ModelNotInstalled, match=r"missing at .*nowhere\.onnx"):
        TextFinder().find(caption())


def test_without_rapidocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detect.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelNotInstalled, match="pip install rapidocr"):
        TextFinder().find(caption())


@pytest.mark.parametrize("color", [WHITE, BLACK, (230, 20, 30)])
def test_strokes_are_the_letters_and_not_the_gaps(color: tuple[int, int, int]) -> None:
    found = strokes(line(), caption(color))
    left, top, right, bottom = found.box
    drawn = ink()[top:bottom, left:right, 0]
    assert found.separable
    assert found.touched[drawn > 0.7].mean() > 0.97
    assert found.touched[found.line & (drawn == 0)].mean() < 0.2
    assert (drawn[found.ink & found.line] > 0.3).mean() > 0.95


def test_letters_among_stripes_like_them_cannot_be_told() -> None:
    across = np.arange(WIDTH) // 4 % 2 * 255
    striped = np.broadcast_to(across[None, :, None], (HEIGHT, WIDTH, 3))
    assert not strokes(line(), np.where(ink() > 0.5, 255, striped).astype(np.uint8)).separable


def test_an_overlay_is_artificial_and_a_print_natural() -> None:
    assert kind(line(), caption(), None) == "artificial"
    assert kind(line(turn=-5), print_on_cloth(), None) == "natural"


def test_what_speaks_for_an_overlay() -> None:
    overlay, printed = (
        evidence(line(), caption(), None),
        evidence(line(turn=-5), print_on_cloth(), None),
    )
    assert (overlay.tilt, printed.tilt) == (0, 1)
    assert overlay.level > 0.8 > printed.level
    assert overlay.evenness > 0.9 > 0.7 > printed.evenness
    assert overlay.extreme > 0.9 > printed.extreme
    assert overlay.outside == overlay.stamp == 0


@pytest.mark.parametrize(("subject", "outside"), [(0, 1), (1, 0)])
def test_off_the_subject_text_is_more_likely_an_overlay(subject: int, outside: int) -> None:
    matte = np.full((32, 32), subject, np.float32)
    assert evidence(line(), caption(), matte).outside == outside


@pytest.mark.parametrize(
    ("words", "stamp"),
    [("www.shop.example", 1), ("@anna", 1), ("2020/08/08 08:47", 1), ("NEW YORK 1987", 0)],
)
def test_addresses_and_dates_with_times_are_stamps(words: str, stamp: int) -> None:
    assert evidence(Text(line().quad, words, 1.0), caption(), None).stamp == stamp


def test_a_caption_goes_and_the_rest_stays(finder: TextFinder) -> None:
    before = caption()
    picture, found = remove.remove(before, None, "all", finder)
    assert found == 1
    assert finder.find(picture) == []
    far = cv2.dilate((ink() > 0).astype(np.uint8), np.ones((25, 25))) == 0
    assert np.array_equal(picture[far], before[far])
    assert np.abs(picture.astype(int) - fabric()).mean() < 4


def test_the_plate_goes_with_its_caption() -> None:
    with_plate = fabric().astype(np.uint8)
    cv2.rectangle(with_plate, (14, 44), (270, 108), (200, 20, 40), -1)
    cover = ink()
    with_plate = (with_plate * (1 - cover) + cover * 255).astype(np.uint8)
    found = plate(line(), strokes(line(), with_plate), with_plate)
    assert found is not None
    left, top, width, height = cv2.boundingRect(found.mask)
    box = (found.box[0] + left, found.box[1] + top, width, height)
    assert np.abs(np.subtract(box, (14, 44, 257, 65))).max() <= 3
    picture, _ = remove.remove(with_plate, None, "artificial", Reader([line()]))
    assert np.abs(picture.astype(int) - fabric()).max() < 80


def test_a_wall_is_no_plate() -> None:
    wall = (np.full((HEIGHT, WIDTH, 3), 180) * (1 - ink())).astype(np.uint8)
    assert plate(line(), strokes(line(), wall), wall) is None


@pytest.mark.parametrize("mode", ["artificial", "natural", "all"])
def test_without_text_the_same_array_comes_back(mode: TextRemovalMode) -> None:
    picture = fabric().astype(np.uint8)
    kept, found = remove.remove(picture, None, mode, Reader())
    assert kept is picture
    assert found == 0


@pytest.mark.parametrize(
    ("mode", "overlay_stays", "print_stays"),
    [("artificial", False, True), ("natural", True, False), ("all", False, False)],
)
def test_only_the_chosen_kind_goes(
    mode: TextRemovalMode, overlay_stays: bool, print_stays: bool
) -> None:
    both = np.vstack([caption(), print_on_cloth()])
    below = Text(line(turn=-5).quad + np.float32([0, HEIGHT]), WORDS, 0.9)
    picture, found = remove.remove(both, None, mode, Reader([line(), below]))
    same = (picture == both).all(axis=2)
    assert found == 2 - overlay_stays - print_stays
    assert same[:HEIGHT].all() == overlay_stays
    assert same[HEIGHT:].all() == print_stays


def test_what_can_still_be_read_is_filled_again_as_a_whole() -> None:
    reader = Reader([line()], [line()])
    before = caption()
    picture, found = remove.remove(before, None, "all", reader)
    assert (found, len(reader.seen)) == (1, 3)
    first, second = ((step != before).any(axis=2).sum() for step in reader.seen[1:])
    assert second > 1.5 * first
    assert np.array_equal(picture, reader.seen[-1])


def test_it_gives_up_after_three_passes() -> None:
    reader = Reader(*([line()] for _ in range(9)))
    assert remove.remove(caption(), None, "all", reader)[1] == 0
    assert len(reader.seen) == 4


def test_small_print_that_shows_up_later_goes_too() -> None:
    later = line(10, 110, 120, 130)
    reader = Reader([line()], [later])
    remove.remove(caption(), None, "all", reader)
    changed = (reader.seen[2] != reader.seen[1]).any(axis=2)
    assert changed[112:128, 14:116].any()
    assert not changed[:100].any()


def test_a_print_on_the_subject_is_replaced_from_the_subject(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    avoided = []
    monkeypatch.setattr(
        inpaint, "fill", lambda rgb, mask, *, avoid: avoided.append(avoid > 0) or rgb.copy()
    )
    matte = np.zeros((2 * HEIGHT, WIDTH), np.float32)
    matte[: HEIGHT + 120] = 1
    overlay, printed = line(), Text(line(turn=-5).quad + np.float32([0, HEIGHT]), WORDS, 0.9)
    both = np.vstack([caption(), print_on_cloth()])
    remove.remove(both, matte, "all", Reader([overlay, printed]))
    from_subject, from_anywhere = avoided
    assert np.array_equal(from_subject, matte <= 0.5)
    assert not from_anywhere.any()


def test_small_print_that_shows_up_later_is_counted() -> None:
    reader = Reader([line()], [line(10, 110, 120, 130)])
    assert remove.remove(caption(), None, "all", reader)[1] == 2


def test_only_the_places_of_the_text_are_read_again() -> None:
    tall = np.vstack([caption(), fabric().astype(np.uint8), caption()])
    below = Text(line().quad + np.float32([0, 2 * HEIGHT]), WORDS, 0.9)
    beside = line(40, 104, 200, 140)
    reader = Reader([line(), beside, below])
    remove.remove(tall, None, "all", reader)
    assert reader.parts[0] is None
    first, second = sorted(reader.parts[1:], key=lambda part: part[1])
    assert first == (0, 0, 320, 213)  # two lines near each other are read together
    assert second[1] == 52 + 2 * HEIGHT - 96
    assert second[3] == 100 + 2 * HEIGHT + 96 + 1


def test_a_part_is_read_where_it_is(finder: TextFinder) -> None:
    tall = np.vstack([fabric().astype(np.uint8), caption()])
    (found,) = finder.find(tall, (0, HEIGHT, WIDTH, 2 * HEIGHT))
    assert letters([found]) == "SALE50OFF"
    assert np.abs(found.quad - line().quad - np.float32([0, HEIGHT])).max() < 16
    assert finder.find(tall, (0, 0, WIDTH, HEIGHT)) == []


def test_text_beyond_the_rim_is_filled_to_the_rim() -> None:
    shifted = np.roll(caption(), -50, axis=0)
    over = line(-8, 2, WIDTH + 9, 50)
    picture, found = remove.remove(shifted, None, "all", Reader([over]))
    assert found == 1
    assert (picture[5:45] < 200).all()


def test_a_picture_that_is_nothing_but_text_stays() -> None:
    striped = np.full((40, 90, 3), 255, np.uint8)
    striped[:, ::2] = 0
    whole = line(-20, -20, 110, 60)
    picture, found = remove.remove(striped, None, "all", Reader(*([whole] for _ in range(9))))
    assert found == 0
    assert np.array_equal(picture, striped)


def test_a_large_plate_stays_without_its_text() -> None:
    large = np.full((HEIGHT, WIDTH, 3), (200, 20, 40), np.uint8)
    large[:4] = large[-4:] = fabric()[:4]
    cover = ink()
    large = (large * (1 - cover) + cover * 255).astype(np.uint8)
    assert plate(line(), strokes(line(), large), large) is None


def test_the_same_bytes_every_time() -> None:
    once, again = (remove.remove(caption(), None, "all", Reader([line()]))[0] for _ in range(2))
    assert np.array_equal(once, again)
