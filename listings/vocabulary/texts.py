"""Sellers' words, fit to be kept: any script and emoji, but nothing unseen that misleads."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

# Unseen, but part of how emoji and several scripts are written: joiners, direction marks, selectors.
_KEPT: Final = frozenset("\u200c\u200d\u200e\u200f\ufe0e\ufe0f") | {
    chr(tag) for tag in range(0xE0020, 0xE0080)
}


def one_line(text: str) -> str:
    """NFC, one space between words, without control characters and overrides of the direction."""
    return " ".join(_visible(" ".join(text.split())).split())


def lines(text: str) -> str:
    """The same for several lines, of which at most one in a row is empty."""
    kept: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        tidy = one_line(line)
        if tidy or (kept and kept[-1]):
            kept.append(tidy)
    return "\n".join(kept).strip("\n")


def distinct(texts: Iterable[str]) -> list[str]:
    """Each text once, in order, whatever its case; without empty ones."""
    found: dict[str, str] = {}
    for text in texts:
        tidy = one_line(text)
        if tidy:
            found.setdefault(tidy.casefold(), tidy)
    return list(found.values())


def is_address(url: str) -> bool:
    """Whether it is the http or https address of a page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url


def _visible(text: str) -> str:
    normal = unicodedata.normalize("NFC", text)
    return "".join(c for c in normal if c in _KEPT or unicodedata.category(c)[0] != "C")
