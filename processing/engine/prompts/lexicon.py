"""The vocabulary of generated backgrounds, and reading a prompt into its terms.

Words are data (the scene_*.toml files). A prompt is cut into words of any script, and at each word
the longest known phrase is taken, so reading is linear in the prompt's length.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from PIL import ImageColor

from processing.engine.plans.color_names import Color, parse_color

NounKind = Literal["surface", "wall", "backdrop", "light", "points"]
MarkKind = Literal["stop", "boundary", "joiner", "within", "negation", "also", "absent", "goods"]
Phrase = tuple[str, ...]
Settings = Mapping[str, Any]

FILES = tuple(
    Path(__file__).with_name(f"scene_{name}.toml")
    for name in ("things", "words", "views", "props", "german", "presets")
)
_SEPARATORS = frozenset(".,;:!?()[]|/\n\r\uff0c\u3001\u3002\u060c")
_HEX = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?![0-9a-zA-Z])")
# So much of a word that nobody knows is told.
MAX_SHOWN = 40
_NO_VALUES = frozenset(("words", "without", "sold"))
# Beside letters and digits, marks make words (many scripts write vowels with them).
_APOSTROPHES = "'\u2019"
# Joiners and variation selectors choose between drawings of one character.
_INVISIBLE = dict.fromkeys((0x200C, 0x200D, 0xFE0E, 0xFE0F))


@dataclass(frozen=True, slots=True)
class Mark:
    """A small word, by what it does to its neighbours."""

    kind: MarkKind


@dataclass(frozen=True, slots=True)
class Hue:
    """A color."""

    rgb: Color


@dataclass(frozen=True, slots=True)
class Material:
    """A texture; `place` is where it goes when no noun says otherwise, `color` that of a variant
    (None: the texture's own), `tone` its usual color for shades to work on. A `generic` word
    means the material before it where there is one."""

    texture: str
    place: str
    tone: Color
    color: Color | None
    generic: bool = False


@dataclass(frozen=True, slots=True)
class Noun:
    """Something that a material or color can belong to; `default` is its material otherwise."""

    kind: NounKind
    default: str


@dataclass(frozen=True, slots=True)
class Setting:
    """Values for the scene, and what holds (`without`) when the word is negated. `sold` are props that people
    also sell, and that are goods where a prompt begins with them."""

    values: Settings
    without: Settings
    sold: bool = False


@dataclass(frozen=True, slots=True)
class Shade:
    """Mixes `share` of `mix` into the color or material that follows. `alone` is its color before
    a bare noun, `otherwise` what the word means before anything else."""

    mix: Color
    share: float
    alone: Color | None
    otherwise: "Noun | Setting | None"


Term = Mark | Hue | Material | Noun | Setting | Shade


@dataclass(frozen=True, slots=True)
class ReadTerm:
    """A phrase as it stood in the prompt, and its term, or None where nobody knows it."""

    text: str
    term: Term | None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All phrases with their terms, and the presets: name to (description, prompt). `longest` is
    the number of words in the longest phrase that begins with a word. `german` has the English words for
    German ones."""

    terms: Mapping[Phrase, Term]
    longest: Mapping[str, int]
    german: Mapping[Phrase, Phrase]
    presets: Mapping[str, tuple[str, str]]
    tones: Mapping[str, Color]

    def read(self, prompt: str) -> list[ReadTerm]:
        """The prompt's terms in order; what is unknown comes word by word."""
        words = list(self._english(list(_words(prompt))))
        found: list[ReadTerm] = []
        at = 0
        while at < len(words):
            term, length = self._longest_at(words, at)
            text = " ".join(original for original, _ in words[at : at + length])
            found.append(ReadTerm(text[:MAX_SHOWN], term))
            at += length
        return found

    def _english(self, words: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """The words with English for German ones, which stay as they were written. What is English as it
        stands is left alone."""
        at = 0
        while at < len(words):
            pair = tuple(plain for _, plain in words[at : at + 2])
            if len(pair) == 2 and (phrase := self.german.get(pair)):
                taken = 2
            else:
                taken = 1
                known = pair[0] == "" or self._longest_at(words, at)[0] is not None
                phrase = None if known else self._german(pair[0])
            if phrase is None:
                yield words[at]
            else:
                text = " ".join(original for original, _ in words[at : at + taken])
                yield from ((text, plain) for plain in phrase)
            at += taken

    def _german(self, word: str) -> Phrase | None:
        """English for a German word in any of its forms."""
        for ending in ("", "e", "n", "en", "em", "er", "es", "s"):
            stem = word.removesuffix(ending)
            if (stem != word or not ending) and (phrase := self.german.get((stem,))):
                return phrase
        return None

    def _longest_at(self, words: list[tuple[str, str]], at: int) -> tuple[Term | None, int]:
        """The term of the longest known phrase from word `at`, and how many words that takes."""
        if words[at][1] in ("", "#"):
            return _special(words[at]), 1
        most = self.longest.get(words[at][1], 1)
        for length in range(min(most, len(words) - at), 0, -1):
            phrase = tuple(plain for _, plain in words[at : at + length])
            if term := self._term(phrase):
                return term, length
        return None, 1

    def _term(self, phrase: Phrase) -> Term | None:
        if term := self.terms.get(phrase):
            return term
        *head, last = phrase
        for singular in _singulars(last):
            term = self.terms.get((*head, singular))
            # "lemons" are fruit, not a color.
            if term is not None and not isinstance(term, Hue):
                return term
        for stem in _stems_of_ish(last):
            term = self.terms.get((*head, stem))
            if isinstance(term, Hue):
                return term
        return None


@cache
def lexicon() -> Lexicon:
    """The vocabulary of the scene_*.toml files, read once."""
    data: dict[str, Any] = {}
    for path in FILES:
        with path.open("rb") as file:
            _add(data, tomllib.load(file))
    terms: dict[Phrase, Term] = {}
    for name in ImageColor.colormap:
        terms[(name,)] = Hue(parse_color(name))
    for phrase, term in _entries(data):
        terms[tuple(_plain_word(word) for word in phrase.split())] = term
    for phrase, shade in data["shades"].items():
        terms[(phrase,)] = _shade(shade, terms.get((phrase,)))
    return Lexicon(
        terms=terms,
        longest=_longest(terms),
        german={
            tuple(_plain_word(word) for word in german.split()): tuple(english.split())
            for german, english in data["german"].items()
        },
        presets={name: (x["about"], x["words"]) for name, x in data["presets"].items()},
        tones={name: parse_color(x["tone"]) for name, x in data["materials"].items()},
    )


def _add(data: dict[str, Any], more: dict[str, Any]) -> None:
    """Add a file's tables: small words and settings stand in several."""
    for name, entries in more.items():
        if isinstance(entries, list):
            data[name] = data.get(name, []) + entries
        else:
            data[name] = data.get(name, {}) | entries


def _longest(phrases: Iterable[Phrase]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for phrase in phrases:
        longest[phrase[0]] = max(len(phrase), longest.get(phrase[0], 1))
    return longest


def plain_form(text: str) -> str:
    """Lower case, without accents on Latin letters: how the vocabulary spells words."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    return bare if bare.isascii() else unicodedata.normalize("NFKC", text.casefold())


def _entries(data: dict[str, Any]) -> Iterator[tuple[str, Term]]:
    """Every phrase of the files but the shades; a later one replaces an earlier one."""
    for name, value in data["colours"].items():
        yield name, Hue(parse_color(value))
    yield from _materials(data["materials"], generic=data["generic"])
    for entry in data["noun"]:
        for word in entry["words"]:
            yield word, Noun(entry["is"], entry["default"])
    for entry in data["set"]:
        values = {key: value for key, value in entry.items() if key not in _NO_VALUES}
        for word in entry["words"]:
            yield word, Setting(values, entry.get("without", {}), entry.get("sold", False))
    for kind, words in data["small"].items():
        for word in words:
            yield word, Mark(kind)


def _materials(entries: dict[str, Any], *, generic: list[str]) -> Iterator[tuple[str, Term]]:
    for texture, entry in entries.items():
        tone, place = parse_color(entry["tone"]), entry["place"]
        for word in entry["words"]:
            yield word, Material(texture, place, tone, None, word in generic)
        for word, value in entry.get("variants", {}).items():
            color = parse_color(value)
            yield word, Material(texture, place, color, color)


def _shade(entry: dict[str, Any], otherwise: Term | None) -> Shade:
    return Shade(
        mix=parse_color(entry["mix"]),
        share=entry["share"],
        alone=parse_color(entry["alone"]) if "alone" in entry else None,
        otherwise=otherwise if isinstance(otherwise, Noun | Setting) else None,
    )


def _words(prompt: str) -> Iterator[tuple[str, str]]:
    """Each word as (as written, plain form); punctuation that divides as (",", "") and hex colors
    as ("#ffcc00", "#")."""
    text = unicodedata.normalize("NFC", prompt).translate(_INVISIBLE)
    at = 0
    while at < len(text):
        char = text[at]
        end = _end_of_word(text, at)
        if end > at:
            if word := text[at:end].strip(_APOSTROPHES):
                yield word, _plain_word(word)
        elif char == "#" and (match := _HEX.match(text, at)):
            yield match[0], "#"
            end = match.end()
        elif char in _SEPARATORS:
            yield char, ""
        elif unicodedata.category(char) == "So":
            yield char, char
        at = max(end, at + 1)


def _end_of_word(text: str, at: int) -> int:
    while at < len(text) and (text[at].isalnum() or _goes_on(text[at])):
        at += 1
    return at


def _goes_on(char: str) -> bool:
    return char in _APOSTROPHES or unicodedata.category(char)[0] == "M"


def _plain_word(word: str) -> str:
    plain = plain_form(word).replace("\u2019", "'")
    return plain.removesuffix("'s") if len(plain) > 3 else plain


def _special(word: tuple[str, str]) -> Term:
    text, kind = word
    return Hue(parse_color(text)) if kind == "#" else Mark("boundary")


def _singulars(word: str) -> Iterator[str]:
    if word.endswith("s") and len(word) > 3:
        yield word[:-1]
        if word.endswith("es"):
            yield word[:-2]
        if word.endswith("ies"):
            yield word[:-3] + "y"


def _stems_of_ish(word: str) -> Iterator[str]:
    """Whitish, reddish, bluish: the color they come from."""
    if word.endswith("ish") and len(word) > 5:
        stem = word[:-3]
        yield from (stem, stem + "e", stem[:-1])
