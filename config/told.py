"""What domain code says in English, told in the language of whoever reads a page.

The engine, checks and refusals speak English: programs read it, and rows keep it. The catalogues hold
the same sentences under a context of their own, with places for what differs from case to case ("The
file is larger than {max_bytes} MB."), which are found in the code (tests/texts/told.py); by these a
sentence is known again. Templates load the filter as ``told``.
"""

from __future__ import annotations

import gettext
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.template import Library
from django.utils.formats import number_format
from django.utils.translation import get_language

CONTEXT: Final = "told"
# What sentences are made of, and those that no file holds as a whole.
WORDS: Final = (
    "The cover",
    "The photo",
    "Photo {number}",
    "longest",
    "shortest",
    "title",
    "description",
    "category",
    "condition",
    "price",
    "brand",
    "size",
    "not white",
    "transparent",
    "top",
    "bottom",
    "left",
    "right",
    "on {day}",
    "between {since} and {until}",
    "{one}, {other}",
    "is not allowed",
    "tells buyers nothing",
    "draft",
    "ready",
    "listed",
    "sold",
    "archived",
    "{one} or {other}",
    "{one} and {other}",
    "no",
    "a link",
    "a phone number",
    "an e-mail address",
    "a way around the platform",
    "New",
    "New without tags or box",
    "New with defects",
    "Used, like new",
    "Used, good",
    "Used, fair",
    "For parts or repair",
    "a title",
    "a picture",
    "a price",
    "pending",
    "processing",
    "completed",
    "failed",
    "cancelled",
    "retried",
    "renamed",
    "deleted",
    "Background",
    "Batch",
    "Bucket",
    "Delivery",
    "Export",
    "File",
    "Image",
    "Import",
    "Job",
    "Link",
    "Listing",
    "Look",
    "Mask",
    "Page",
    "Picture",
    "Preset",
    "Project",
    "Sample",
    "Session",
    "Suggestion",
    "Try-out",
    "Webhook",
    "Work",
    "The file is not an image in a supported format: {kinds}",
    "send JPEG, PNG, WebP, HEIC, AVIF, TIFF, BMP or GIF.",
)
_PLACE: Final = re.compile(r"\{(\w+)\}")
_QUOTED: Final = re.compile(r"'\{(\w+)\}'")
_NUMBER: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+")
_AS_WRITTEN: Final = re.compile(r"(“.+?”)", re.S)
_INVERTED: Final = re.compile(r"(?<!\w)'(.+?)'(?!\w)", re.S)
_NEXT_SENTENCE: Final = re.compile(r"(?<=[.!?]) (?=[A-Z“'])")
_REMEMBERED: Final = 2000

register: Final = Library()


@dataclass(frozen=True, slots=True)
class _Sentence:
    """``quoted`` are the places of what somebody wrote, which is told as it is."""

    pattern: re.Pattern[str]
    translation: str
    quoted: frozenset[str]
    is_whole: bool
    """Whether it ends as sentences do; words and lists never stand for several sentences."""


@register.filter
def told(sentence: str) -> str:
    """The sentence as the reader's language has it; as it is where the catalogue doesn't know it."""
    language = (get_language() or settings.LANGUAGE_CODE).partition("-")[0]
    if language == settings.LANGUAGE_CODE:
        return _typeset(str(sentence))
    return _told(str(sentence), language)


def _typeset(sentence: str) -> str:
    """Give a sentence the quotation marks and apostrophes of pages: what programs read keeps to ASCII."""
    parts = _AS_WRITTEN.split(_INVERTED.sub(r"“\1”", sentence))
    # Each second part is quoted: what somebody wrote is told as they wrote it.
    return "".join(part if at % 2 else part.replace("'", "’") for at, part in enumerate(parts))


@lru_cache(maxsize=_REMEMBERED)
def _told(text: str, language: str) -> str:
    known = _known(text, language)
    if known is not None:
        return known
    sentences = _NEXT_SENTENCE.split(text)
    if len(sentences) == 1:
        return text
    # As many of the first sentences as are known as one text: those that belong together stand together.
    for end in range(len(sentences) - 1, 0, -1):
        head = " ".join(sentences[:end])
        known = _known(head, language)
        if known is not None or end == 1:
            return f"{known or head} {_told(' '.join(sentences[end:]), language)}"
    return text


def _known(text: str, language: str) -> str | None:
    several = _NEXT_SENTENCE.search(text) is not None
    for sentence in _sentences(language):
        if several and not sentence.is_whole:
            continue
        found = sentence.pattern.fullmatch(text)
        if found is not None:
            return sentence.translation.format(
                **{
                    name: value if name in sentence.quoted else _value(value, language)
                    for name, value in found.groupdict().items()
                }
            )
    return None


def _value(text: str, language: str) -> str:
    """What stands in a place: words, a number, or something of the seller's own."""
    if _NUMBER.fullmatch(text):
        plain = Decimal(text.replace(",", ""))
        return number_format(plain, force_grouping="," in text)
    return _told(text, language)


@cache
def _sentences(language: str) -> list[_Sentence]:
    """What a language's catalogue knows, the most definite first."""
    path = gettext.find("django", str(settings.LOCALE_PATHS[0]), [language])
    if path is None:
        return []
    with Path(path).open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    mark = f"{CONTEXT}\x04"
    # There is no public way to list what a catalogue holds.
    entries = catalogue._catalog.items()  # type: ignore[attr-defined]
    marked = {
        key.removeprefix(mark): str(said)
        for key, said in entries
        if isinstance(key, str) and key.startswith(mark)
    }
    by_length = sorted(marked, key=lambda text: len(_PLACE.sub("", text)), reverse=True)
    return [
        _Sentence(
            _pattern(text),
            marked[text],
            frozenset(_QUOTED.findall(text)),
            is_whole=text.endswith((".", "!", "?")),
        )
        for text in by_length
    ]


def _pattern(text: str) -> re.Pattern[str]:
    """A place holds one character at least, and as few as it can."""
    parts = _PLACE.split(text)
    places = (f"(?P<{part}>.+?)" if n % 2 else re.escape(part) for n, part in enumerate(parts))
    return re.compile("".join(places), re.S)
