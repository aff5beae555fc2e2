"""Brand, size and material out of lines of text, and nothing out of nonsense."""

from __future__ import annotations

import pytest

from listings.recognition import brands, labels
from listings.recognition.reading import Line


def line(words: str, score: float = 0.95) -> Line:
    return Line(words, score, 0)


def brand(*lines: str, score: float = 0.95) -> str | None:
    found = brands.find([line(words, score) for words in lines])
    return found and found.name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("LEVI'S", "Levi's"),
        ("LEVI STRAUSS & CO", "Levi's"),
        ("Adldas", "Adidas"),
        ("T0MMY HILF1GER", "Tommy Hilfiger"),
        ("zara BASIC", "Zara"),
        ("H&M", "H&M"),
        ("THE NORTHFACE", "The North Face"),
        ("MANGO", "Mango"),
    ],
)
def test_brands_are_found_as_they_are_read(words: str, name: str) -> None:
    assert brand(words) == name


@pytest.mark.parametrize(
    "words",
    [
        "N1KE",
        "harbour",
        "xq7zzk",
        "next door",
        "George Michael",
        "only you",
        "button",
        "patag0nia",
        "EST 1985",
    ],
)
def test_what_only_resembles_a_brand_is_none(words: str) -> None:
    assert brand(words) is None


def test_a_brand_may_stand_on_two_lines() -> None:
    assert brand("CALVIN", "KLEIN") == "Calvin Klein"
    assert brand("CALVIN", "size M", "KLEIN") is None


def test_an_everyday_word_must_be_read_clearly() -> None:
    assert brand("GAP", score=0.9) == "Gap"
    assert brand("GAP", score=0.7) is None


def test_a_misread_brand_counts_for_less() -> None:
    right, wrong = (brands.find([line(words)]) for words in ("ADIDAS", "ADLDAS"))
    assert right is not None
    assert wrong is not None
    assert (right.confidence, wrong.confidence) == (0.95, 0.893)


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("W32 L34", "W32 L34"),
        ("w32l34", "W32 L34"),
        ("SIZE M", "M"),
        ("Gr. 38", "38"),
        ("EUR 38", "EU 38"),
        ("US 8,5", "US 8.5"),
        ("2XL", "2XL"),
        ("S/M", "S/M"),
        ("98/104 cm", "98/104 cm"),
        ("6-9 months", "6-9 months"),
        ("501", None),
        ("it 5", None),
        ("EST 1985", None),
        ("MADE IN ITALY 40", None),
    ],
)
def test_sizes_are_those_that_labels_print(words: str, size: str | None) -> None:
    found = labels.size([line(words)])
    assert (found and found.value) == size


def test_a_single_letter_must_be_read_clearly() -> None:
    assert labels.size([line("M", 0.8)]) is None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("20% Polyester 80% Baumwolle", ["cotton", "polyester"]),
        ("cotton 95% elastane 5%", ["cotton", "elastane"]),
        ("100% PURE NEW WOOL", ["wool"]),
        ("coton / cotton", ["cotton"]),
        ("button down", []),
        ("900% cotton", []),
    ],
)
def test_materials_come_by_their_share(words: str, found: list[str]) -> None:
    assert [read.value for read in labels.materials([line(words)])] == found


def test_what_may_be_something_else_is_not_sure() -> None:
    """A letter in a logo, an everyday word on a box, a motto: all three are only suggested."""
    logo, label = labels.size([line("S")]), labels.size([line("S"), line("100% cotton")])
    assert (logo and logo.is_sure, label and label.is_sure) == (False, True)
    said = labels.size([line("SIZE M")])
    assert said is not None
    assert said.is_sure
    apple, nike = brands.find([line("APPLE"), line("juice")]), brands.find([line("NIKE")])
    assert (apple and apple.is_word, nike and nike.is_word) == (True, False)
    both = brands.find([line("APPLE", 0.99), line("NIKE", 0.9)])
    assert both is not None
    assert both.name == "Nike"
    assert [one.is_sure for one in labels.materials([line("LEATHER FOREVER")])] == [False]


def test_a_label_in_japanese_says_what_it_says() -> None:
    lines = [
        line(words)
        for words in ("品質表示", "綿 60% ポリエステル 40%", "サイズ M", "株式会社アルファ")
    ]
    assert [(one.value, one.is_sure) for one in labels.materials(lines)] == [
        ("cotton", True),
        ("polyester", True),
    ]
    size = labels.size(lines)
    assert (size and size.value, brands.find(lines)) == ("M", None)


def test_a_share_overrules_a_motto() -> None:
    lines = [line("LEATHER FOREVER"), line("100% cotton")]
    assert [read.value for read in labels.materials(lines)] == ["cotton"]
