"""Brands in what was read off an item, told from nonsense that only resembles one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise, permutations
from pathlib import Path

from listings import vocabulary
from listings.recognition.reading import Line

CATALOGUE = Path(__file__).resolve().parents[1] / "vocabulary/brands.toml"

# Letters that are taken for each other when they are read off cloth: half a mistake each.
_ALIKE = frozenset(
    pair
    for group in ("o0qdc", "il1jt", "s5", "b83", "z2", "g69", "uv", "ef", "vy", "nh", "a4", "mn")
    for pair in permutations(group, 2)
)
# How many letters a name needs before so many mistakes may be in it. Shorter names must be right.
_MISTAKES = ((12, 1.5), (8, 1.0), (6, 0.5))
# Names of up to so many letters, like everyday words, must have a line of their own.
_SHORT, _SURE_OF_SHORT = 3, 0.85
_SURE = 0.6
_MAX_WORDS = 5


@dataclass(frozen=True, slots=True)
class Brand:
    """A name as brands.toml spells it, the line it was read from, and how sure that is, 0 to 1; `is_word`
    where the same letters are an everyday word, which may stand there for itself."""

    name: str
    line: Line
    confidence: float
    is_word: bool


@dataclass(frozen=True, slots=True)
class _Known:
    name: str
    letters: str
    mask: int
    alone: bool
    """Whether it must have a line of its own."""
    is_word: bool


def find(lines: Sequence[Line]) -> Brand | None:
    """The brand that the lines of one photo, from top to bottom, name most surely."""
    found = [brand for line in lines for brand in _in(line)]
    for upper, lower in pairwise(lines):
        found += _over_two(upper, lower)
    return max(
        found,
        key=lambda brand: (not brand.is_word, brand.confidence, len(brand.name)),
        default=None,
    )


def _in(line: Line) -> Iterator[Brand]:
    if line.score < _SURE:
        return
    words = vocabulary.words(line.words).split()
    for length in range(1, min(_MAX_WORDS, len(words)) + 1):
        for start in range(len(words) - length + 1):
            said = "".join(words[start : start + length])
            yield from _called(said, line, alone=length == len(words))


def _over_two(upper: Line, lower: Line) -> Iterator[Brand]:
    """A name of several words whose words stand below each other."""
    above, below = (vocabulary.words(line.words).split() for line in (upper, lower))
    weaker = min(upper, lower, key=lambda line: line.score)
    if weaker.score < _SURE or not above or not below or len(above) + len(below) > _MAX_WORDS:
        return
    for brand in _called("".join(above + below), weaker, alone=True):
        if len(vocabulary.words(brand.name).split()) > 1:
            yield brand


def _called(said: str, line: Line, *, alone: bool) -> Iterator[Brand]:
    """The brands that these letters may be."""
    allowed = next((mistakes for least, mistakes in _MISTAKES if len(said) >= least), 0.0)
    mask = _mask(said)
    reach = int(allowed)
    lengths = range(len(said) - reach, len(said) + reach + 1)
    for known in chain.from_iterable(_known().get(length, ()) for length in lengths):
        if known.alone and not (alone and line.score >= _SURE_OF_SHORT):
            continue
        # A short or everyday word with a mistake in it is a different word.
        budget = 0.0 if known.alone else allowed
        # Each mistake changes at most two of the letters that occur at all.
        if (known.mask ^ mask).bit_count() > 4 * budget:
            continue
        mistakes = _mistakes(said, known.letters, budget)
        if mistakes <= budget:
            yield Brand(
                known.name, line, round(line.score * (1 - 0.12 * mistakes), 3), known.is_word
            )


def _mistakes(said: str, meant: str, most: float) -> float:
    """Compute the edit distance, where taking one letter for one that looks like it counts half; a
    value above `most` once it is known to be."""
    if said == meant:
        return 0.0
    row = [float(index) for index in range(len(meant) + 1)]
    for place, letter in enumerate(said, 1):
        above, row = row, [float(place)]
        for index, other in enumerate(meant, 1):
            # Levenshtein's distance (1966), one row of the table at a time.
            swapped = 0.0 if letter == other else 0.5 if (letter, other) in _ALIKE else 1.0
            row.append(min(above[index] + 1, row[index - 1] + 1, above[index - 1] + swapped))
        # No row has a smaller least than the one before: it can only get worse.
        if min(row) > most:
            break
    return min(row) if min(row) > most else row[-1]


@cache
def _known() -> dict[int, list[_Known]]:
    """All spellings of all brands, by their number of letters."""
    with CATALOGUE.open("rb") as file:
        table = tomllib.load(file)
    everyday = {vocabulary.plain(word) for word in table["ordinary"]["words"]}
    spellings = {name: name for names in table["tiers"].values() for name in names}
    found: dict[int, list[_Known]] = {}
    for spelling, name in (spellings | table["aliases"]).items():
        letters = vocabulary.plain(spelling)
        is_word = letters in everyday
        alone = is_word or len(letters) <= _SHORT
        known = _Known(name, letters, _mask(letters), alone, is_word)
        found.setdefault(len(letters), []).append(known)
    return found


def _mask(letters: str) -> int:
    mask = 0
    for letter in letters:
        mask |= 1 << (ord(letter) % 64)
    return mask
