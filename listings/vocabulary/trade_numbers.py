"""Numbers of the trade (ISBN, EAN, UPC): which kind one is, and whether its check digit is right."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["isbn", "ean", "upc"]

NAMES: Final[dict[Kind, str]] = {"isbn": "ISBN", "ean": "EAN", "upc": "UPC"}
_BOOKS: Final = re.compile(r"97(?:8|9[1-9])")
# GS1's prefixes that shops number their own goods and coupons with: they name nothing elsewhere.
_IN_SHOPS: Final = re.compile(r"0[245]|2|98[1-4]|99")
_IN_SHOPS_OF_8: Final = re.compile(r"[02]")
_ISBN_10: Final = re.compile(r"\d{9}[\dX]")


@dataclass(frozen=True, slots=True)
class TradeNumber:
    """The digits of a number whose check digit is right, and what the trade calls it."""

    digits: str
    kind: Kind


def parse(text: str) -> TradeNumber:
    """The number that a text is: an ISBN of 10 digits becomes one of 13, spaces and hyphens go.

    Raises ValueError, with a sentence for people, for what names no goods.
    """
    digits = bare(text)
    if _ISBN_10.fullmatch(digits):
        _check(digits, _check_digit_of_10(digits[:-1]))
        stem = f"978{digits[:-1]}"
        return TradeNumber(stem + check_digit(stem), "isbn")
    if not (digits.isascii() and digits.isdigit() and len(digits) in (8, 12, 13)):
        raise ValueError("An ISBN, EAN or UPC has 8, 10, 12 or 13 digits.")
    _check(digits, check_digit(digits[:-1]))
    whole = digits.zfill(13)
    if _IN_SHOPS_OF_8.match(digits) if len(digits) == 8 else _IN_SHOPS.match(whole):
        raise ValueError(
            f"The number {digits} was not used: it is a shop's own, which says nothing elsewhere."
        )
    if len(digits) == 13 and digits[0] == "0":
        digits = digits[1:]  # a UPC, as scanners of EAN tell it
    if _BOOKS.match(whole):
        return TradeNumber(digits, "isbn")
    return TradeNumber(digits, "upc" if len(digits) == 12 else "ean")


def bare(text: str) -> str:
    """A number without what is put between its digits for people."""
    return re.sub(r"[\s\u2010-\u2015-]", "", text).upper()


def check_digit(stem: str) -> str:
    """The last digit that GS1's rule wants behind these (ISO/IEC 15420, ISO 2108)."""
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(stem)))
    return str(-total % 10)


def _check_digit_of_10(stem: str) -> str:
    total = sum(int(digit) * (10 - place) for place, digit in enumerate(stem))
    return "0123456789X"[-total % 11]


def _check(digits: str, wanted: str) -> None:
    if digits[-1] != wanted:
        raise ValueError(
            f"The number {digits} was not used: it ends in {digits[-1]}, but should end in {wanted}. It was "
            "misread, or isn't a real number."
        )
