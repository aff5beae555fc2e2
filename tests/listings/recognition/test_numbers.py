"""ISBN, EAN and UPC: read off bars and print, checked, and what they say of the item."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import zxingcpp

from listings.recognition import barcodes, numbers
from listings.recognition.choosing import Choice
from listings.recognition.reading import Line
from listings.recognition.result import SeenNumber
from listings.vocabulary import trade_numbers
from processing.engine.arrays import U8
from tests.listings.recognition.bars import ean, laid

ISBN, WRONG, EAN = "9783161484100", "9783161484101", "4006381333931"


def ground() -> U8:
    """Something uneven, as large as a phone's photo is when it is looked at."""
    noise = np.random.default_rng(1).normal(150, 12, (120, 160, 3))
    return np.asarray(cv2.resize(noise, (1600, 1200)).clip(0, 255), np.uint8)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("978-3-16-148410-0", ("9783161484100", "isbn")),
        ("3-16-148410-X", ("9783161484100", "isbn")),
        ("9790060115615", ("9790060115615", "ean")),
        (EAN, (EAN, "ean")),
        ("0036000291452", ("036000291452", "upc")),
        ("036000291452", ("036000291452", "upc")),
        ("96385074", ("96385074", "ean")),
        (WRONG, "ends in 1, but should end in 0"),
        ("3-16-148410-1", "ends in 1, but should end in X"),
        ("2012345678903", "a shop's own"),
        ("123", "8, 10, 12 or 13 digits"),
        ("40063813339", "8, 10, 12 or 13 digits"),
        ("\u0664006381333931", "8, 10, 12 or 13 digits"),
    ],
)
def test_a_number_is_what_its_digits_say(text: str, found: tuple[str, str] | str) -> None:
    if isinstance(found, str):
        with pytest.raises(ValueError, match=found):
            trade_numbers.parse(text)
    else:
        number = trade_numbers.parse(text)
        assert (number.digits, number.kind) == found


@pytest.mark.parametrize(
    ("module", "angle"), [(3, 0), (3, 90), (2.5, 37), (4, 205), (2, 3), (9, 135)]
)
def test_bars_are_read_small_large_and_askew(module: float, angle: float) -> None:
    photo = laid(ground(), ean(ISBN), middle=(800, 600), module=module, angle=angle)
    assert barcodes.read(photo, photo, 2) == [SeenNumber(ISBN, "isbn", None, "barcode", 2)]


def test_bars_that_are_too_small_on_the_copy_are_read_on_the_whole() -> None:
    photo = np.asarray(cv2.resize(ground(), (3200, 2400)), np.uint8)
    photo = laid(photo, ean(ISBN), middle=(2000, 900), module=2, angle=20)
    view = np.asarray(cv2.resize(photo, (1600, 1200), interpolation=cv2.INTER_AREA), np.uint8)
    assert barcodes.read(view, view, 0) == []
    assert [code.digits for code in barcodes.read(photo, view, 0)] == [ISBN]


def test_what_is_no_number_of_the_trade_is_not_read() -> None:
    code = zxingcpp.create_barcode("https://example.com/pay", zxingcpp.BarcodeFormat.QRCode)
    square = np.array(code.to_image(scale=1))
    photo = laid(ground(), square, middle=(800, 600), module=9)
    assert barcodes.read(photo, photo, 0) == []
    stripes = ground()
    stripes[:, np.arange(1600) % 16 < 8] //= 2
    assert barcodes.read(stripes, stripes, 0) == []


def test_a_wrong_check_digit_is_said_and_two_codes_are_nobodys() -> None:
    photo = laid(ground(), ean(WRONG), middle=(800, 600), angle=10)
    [wrong] = read = barcodes.read(photo, photo, 0)
    assert (wrong.digits, wrong.kind) == (WRONG, None)
    assert numbers.of_item(read) is None
    assert numbers.doubts(read) == [
        f"Photo 1: The number {WRONG} was not used: it ends in 1, but should end in 0. It was misread, "
        "or isn't a real number."
    ]
    photo = laid(photo, ean(EAN), middle=(400, 250))
    [found] = read = barcodes.read(photo, photo, 0)
    assert (found.digits, numbers.of_item(read), numbers.doubts(read)) == (EAN, found, [])
    photo = laid(photo, ean(ISBN), middle=(1200, 950))
    # A book's second code is the shops'; its ISBN says more.
    assert numbers.of_item(barcodes.read(photo, photo, 0)) == numbers.seen(ISBN, "barcode", 0)
    other = numbers.seen("5901234123457", "barcode", 1)
    assert numbers.of_item([found, other]) is None
    assert numbers.doubts([found, other]) == [
        f"The photos show different numbers ({EAN}, 5901234123457), so none of them was used."
    ]


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("ISBN 978-3-16-148410-0", [ISBN]),
        ("isbn: 3-16-148410-X  EUR 12,00", [ISBN]),
        ("ISBN-13: 978 3 16 148410 1", ["9783161484101"]),
        ("9783161484100", []),
        ("ISBN to follow", []),
    ],
)
def test_an_isbn_in_print_is_read_too(words: str, digits: list[str]) -> None:
    found = numbers.printed([Line(words, 0.95, 0)])
    assert [number.digits for number in found] == digits
    assert numbers.printed([Line(words, 0.7, 0)]) == []


def test_an_isbn_makes_it_a_book_and_an_ean_says_nothing_of_the_kind() -> None:
    seen = Choice("mug", 0.8, (("mug", 0.8), ("vase", 0.1)), (0,))
    named = numbers.named(numbers.seen(ISBN, "barcode", 0), seen)
    assert (named.key, named.confidence) == ("book", 0.95)
    assert named.candidates == (("book", 0.95), ("mug", 0.04), ("vase", 0.005))
    assert numbers.named(numbers.seen(EAN, "barcode", 0), seen) == seen
    comic = Choice("comic", 0.9, (), (0,))
    assert numbers.named(numbers.seen(ISBN, "barcode", 0), comic) == comic
