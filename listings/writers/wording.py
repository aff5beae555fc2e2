"""English around an item's noun: articles, plurals, lists, capitals."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence

from listings import vocabulary
from listings.writers.base import English, Facts
from listings.writers.languages import american, table

_SMALL = frozenset(("and", "of", "in", "by", "with", "for", "or", "the", "a", "an", "on", "from"))
# Materials that stand before a noun as they are.
_TEXTILES = (
    "cotton wool silk linen leather denim polyester cashmere velvet suede viscose nylon satin fleece "
    "corduroy mohair merino lycra acrylic hemp tweed"
)
_HARD = "wood oak pine glass ceramic porcelain steel brass copper gold silver plastic rattan bamboo"
TEXTILES = frozenset(_TEXTILES.split())
# Sizes that say themselves that they are sizes: W32 L34, EU 42, 30 x 40 cm, One Size.
_SAYS_SIZE = re.compile(
    r"(?i)\b(?:w\d|l\d|eu|uk|us|it|fr|de|size|one|gr\.|größe|taille|talla|taglia)"
    r"|\d\s*(?:cm|mm|m|in|inch|ml|l|gb|tb|kg|g)\b|\d\s*[\"”″]"
)
_UNBRANDED = frozenset(
    ("unbranded", "nobrand", "ohnemarke", "markenlos", "sansmarque", "sinmarca", "senzamarca")
)
_ADJECTIVES = TEXTILES | frozenset(_HARD.split())


def noun(facts: Facts, english: English) -> str:
    """What the item is called, in lower case: "T-shirt", "jeans", "sneakers"."""
    if facts.category is None:
        return ""
    key = facts.category.key
    if english == "us" and key in vocabulary.american():
        return vocabulary.american()[key]
    return facts.category.name


def described(facts: Facts, english: English) -> str:
    """The noun with what is known before it: "men's blue and white patterned cotton shirt"."""
    called = noun(facts, english)
    parts = [
        text_of_department(facts),
        *(colors(facts), pattern(facts), adjective_material(facts)),
        model(facts),
        "" if is_said_by_model(facts, called) else called,
    ]
    said: list[str] = []
    for part in filter(None, parts):
        if part not in said:
            said.append(part)
    return spelt(" ".join(said), english)


def colors(facts: Facts) -> str:
    """The main colors in a row."""
    return listed([mid_sentence(name) for name in color_names(facts)])


def color_names(facts: Facts) -> list[str]:
    """The main colors; nothing where there are so many that they are a pattern."""
    if pattern(facts) == "multicoloured":
        return []
    most = 2 if facts.pattern == "patterned" else 3
    return list(facts.colors[:most])


def pattern(facts: Facts) -> str:
    """A word for the pattern, unless a few colors say it better."""
    if facts.pattern == "multicoloured":
        return "" if facts.colors and len(facts.colors) < 3 else "multicoloured"
    return "patterned" if facts.pattern == "patterned" else ""


def adjective_material(facts: Facts) -> str:
    """The material, where there is one alone and English puts it before the noun."""
    if len(facts.materials) != 1:
        return ""
    name = mid_sentence(facts.materials[0])
    called = facts.category.name if facts.category else ""
    return name if name in _ADJECTIVES and name not in called else ""


def text_of_department(facts: Facts) -> str:
    return str(table("en")["department"][facts.department]) if facts.department else ""


def model(facts: Facts) -> str:
    """The model, without the brand where that is said before it."""
    text = facts.model or ""
    brand = facts.brand or ""
    if brand and text.casefold().startswith(f"{brand.casefold()} "):
        return text[len(brand) + 1 :]
    return text


def is_said_by_model(facts: Facts, noun: str) -> bool:
    """Whether the model's name ends with what the item is: "Trucker Jacket"."""
    said = vocabulary.words(facts.model or "").split()
    last = vocabulary.words(noun).split()
    return bool(last) and said[-len(last) :] == last


def is_unbranded(brand: str | None) -> bool:
    """Whether the seller says that there is no brand."""
    return brand is not None and vocabulary.plain(brand) in _UNBRANDED


def says_size(size: str) -> bool:
    """Whether a size says itself that it is one."""
    return bool(_SAYS_SIZE.search(size))


def spelt(text: str, english: English) -> str:
    return american(text) if english == "us" else text


def listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def words_for(facts: Facts, english: English) -> dict[str, str]:
    """What phrases may hold besides the facts, agreeing with the noun in number."""
    phrase, shape = described(facts, english), _shape(facts)
    plural = shape in ("plural", "pair")
    with_article = {
        "pair": f"a pair of {phrase}",
        "plural": phrase,
        "mass": phrase,
        "singular": f"{_article(phrase)} {phrase}",
    }[shape]
    return {
        "np": phrase,
        "a_np": with_article,
        "this_np": f"{'these' if plural else 'this'} {phrase}",
        "be": "are" if shape == "plural" else "is",
        "are": "are" if plural else "is",
        "they": "they" if plural else "it",
        "their": "their" if plural else "its",
        "theyre": "they're" if plural else "it's",
    }


def sentence(text: str) -> str:
    """With a capital at its beginning, unless that is a name with a spelling of its own."""
    first = text.split(" ", 1)[0]
    return text if any(letter.isupper() for letter in first) else text[:1].upper() + text[1:]


def headline(text: str, *, keep: Sequence[str]) -> str:
    """Every Word With a Capital, but for `keep`, which are spelt as their owners spell them."""
    if not keep:
        return _capitals(text)
    names = "|".join(re.escape(name) for name in sorted(keep, key=len, reverse=True))
    pieces = re.split(rf"(?<!\w)({names})(?!\w)", text)
    return "".join(
        piece if place % 2 else _capitals(piece, is_start=place == 0)
        for place, piece in enumerate(pieces)
    )


def cut(text: str, most: int) -> str:
    """At most so many characters, ending with a whole word."""
    if len(text) <= most:
        return text
    shorter = text[: most + 1].rsplit(" ", 1)[0] if " " in text[: most + 1] else text[:most]
    return shorter[:most].rstrip(" ,;:-")


def _capitals(text: str, *, is_start: bool = True) -> str:
    def capital(found: re.Match[str]) -> str:
        word, is_first = found[0], is_start and found.start() == 0
        return word if word in _SMALL and not is_first else word[:1].upper() + word[1:]

    return re.sub(r"[^\s\-/]+", capital, text)


def _article(phrase: str) -> str:
    return "an" if phrase[:1].lower() in "aeiou" else "a"


def _shape(facts: Facts) -> str:
    key = facts.category.key if facts.category else ""
    grammar = _grammar()
    return next(
        (shape for shape in ("pair", "plural", "mass") if key in grammar[shape]), "singular"
    )


@functools.cache
def _grammar() -> Mapping[str, frozenset[str]]:
    return {shape: frozenset(keys) for shape, keys in vocabulary.grammar().items()}


def mid_sentence(name: str) -> str:
    """Without a capital that only stood at a beginning."""
    return name[:1].lower() + name[1:] if name[1:].islower() or len(name) == 1 else name
