"""Walks over a prompt's terms, sends each where it belongs, and remembers what nobody understood.

`phrase` knows which word belongs to which, `notes` what has been said. What a later word says
replaces what an earlier one said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from processing.engine.plans.color_names import Color
from processing.engine.prompts.lexicon import (
    Hue,
    Mark,
    Material,
    Noun,
    ReadTerm,
    Setting,
    Shade,
    Term,
    plain_form,
)
from processing.engine.prompts.notes import Notes
from processing.engine.prompts.phrase import Phrase

# Settings that put something into the picture.
_THINGS = frozenset(("far", "behind", "style", "leaves", "bokeh"))
# After these words comes where goods are placed.
_PLACED = frozenset(("on", "onto", "in", "at", "against", "before", "auf", "vor"))
# Settings that tell of light.
_OF_LIGHT = frozenset(("direction", "softness", "light", "window"))


class Reader:
    """Reads prompts one after the other into the same notes."""

    def __init__(self, tones: Mapping[str, Color]) -> None:
        self.tones = tones
        self.notes = Notes()
        self.not_understood: dict[str, str] = {}
        self._phrase = Phrase(self.notes)
        self._negation = _Negation()
        self._before: Term | None = None

    def read(self, terms: Sequence[ReadTerm]) -> None:
        """Read a prompt."""
        sold = _sold_at(terms)
        for index, read in enumerate(terms):
            if index == sold:
                self._phrase.drop()
                continue
            if self._negation.begun:
                self._read_negated(read)
            elif isinstance(read.term, Shade) and _shades_next(terms, index):
                self._phrase.shades.append(read.term)
            else:
                if not self._read_term(read.term, read.text):
                    self._unknown(read)
                self._negation.just_ended = False
            self._before = read.term
        self._phrase.end()
        self._negation = _Negation()

    def read_preset(self, terms: Sequence[ReadTerm]) -> None:
        """Read a ready-made scene. Its free colors give way to any that the prompt names."""
        self.read(terms)
        self.notes.mood = self.notes.colors or self.notes.mood
        self.notes.colors = []

    def leave_out(self, terms: Sequence[ReadTerm]) -> None:
        """Read a negative prompt."""
        for read in terms:
            if not _remove(self.notes, read.term):
                self._unknown(read)

    def _unknown(self, read: ReadTerm) -> None:
        self.not_understood.setdefault(plain_form(read.text), read.text)

    def _read_term(self, term: Term | None, text: str) -> bool:
        """Note what a term says; False where it says nothing."""
        match term:
            case Mark():
                return self._read_mark(term)
            case Hue():
                self._phrase.read_color(term.rgb)
            case Material():
                # "Walnut wood", "velvet cloth": the second word adds nothing.
                if not (isinstance(self._before, Material) and term.generic):
                    self._phrase.read_material(term)
            case Noun():
                self._phrase.read_noun(term)
            case Setting():
                self._read_setting(term, text)
            case Shade():
                return self._read_term(term.otherwise, text)
            case None:
                return False
        return True

    def _read_mark(self, mark: Mark) -> bool:
        if mark.kind == "negation" or (mark.kind == "also" and self._negation.just_ended):
            self._phrase.end()
            self._negation.begun = True
        elif mark.kind in ("joiner", "within"):
            self._phrase.join(within=mark.kind == "within")
        elif mark.kind == "boundary":
            self._phrase.end()
        elif mark.kind in ("goods", "absent"):
            self._phrase.drop()
        return mark.kind != "absent"

    def _read_setting(self, setting: Setting, text: str) -> None:
        if (prop := setting.values.get("prop")) is not None:
            color = self._phrase.drop()
            self.notes.props[prop] = color or self.notes.props.get(prop)
            self.notes.prop_words[prop] = text
        elif not _THINGS.isdisjoint(setting.values):
            # "Green leaves", "a blue sky": the color is the thing's, and not of what comes after.
            self._phrase.colors.clear()
        values = setting.values
        if "view" in values and "elevation" in values:
            # "Light from above" is a lamp on the ceiling; "a table from above" is seen from there.
            left_out = "view" if _is_light(self._before) else "elevation"
            values = {name: value for name, value in values.items() if name != left_out}
        if self._phrase.within and self.notes.wall is not None:
            # "A brick wall in a loft" shows bricks; "a brick wall, a loft" shows the loft.
            values = {name: value for name, value in values.items() if name != "far"}
        self.notes.apply(values)

    def _read_negated(self, read: ReadTerm) -> None:
        """Read on after "no" and "without": the next term is left out, with the colors and
        materials before it, and those that "or" joins to it."""
        term = read.term
        if isinstance(term, Mark) and term.kind not in ("boundary", "absent"):
            return
        self._negation.just_ended = True
        self._negation.begun = isinstance(term, Hue | Shade | Material)
        if not _remove(self.notes, term):
            self._unknown(read)


@dataclass(slots=True)
class _Negation:
    """Whether the next word is to be left out; `just_ended` lets "or" go on with that."""

    begun: bool = False
    just_ended: bool = False


def _is_light(term: Term | None) -> bool:
    match term:
        case Noun():
            return term.kind == "light"
        case Setting():
            return not _OF_LIGHT.isdisjoint(term.values)
        case _:
            return False


def _shades_next(terms: Sequence[ReadTerm], index: int) -> bool:
    """Whether a color, a material or a bare noun follows that this shade can change."""
    following = (read.term for read in terms[index + 1 : index + 4])
    after = next((term for term in following if not isinstance(term, Shade)), None)
    shade = terms[index].term
    if isinstance(after, Noun) and isinstance(shade, Shade):
        return after.kind in ("surface", "wall", "backdrop") and shade.alone is not None
    return isinstance(after, Hue | Material)


def _sold_at(terms: Sequence[ReadTerm]) -> int | None:
    """Where a prompt begins with goods that could be a prop as well: "my white candle on marble"."""
    for index, read in enumerate(terms[:-1]):
        term, after = read.term, terms[index + 1].term
        if isinstance(term, Setting) and term.sold:
            is_placed = isinstance(after, Mark) and terms[index + 1].text.casefold() in _PLACED
            return index if is_placed else None
        if not isinstance(term, Hue | Shade | Material) and term != Mark("stop"):
            return None
    return None


def _remove(notes: Notes, term: Term | None) -> bool:
    """Take out what a term names; False where nobody knows it."""
    match term:
        case None:
            return False
        case Hue():
            notes.forget_color(term.rgb)
        case Material():
            notes.forget_texture(term.texture)
        case Noun():
            if term.kind == "points":
                notes.bokeh = False
            elif term.kind in ("surface", "wall"):
                notes.forget_place(term.kind)
        case Setting():
            notes.take_back(term.values)
            notes.apply(term.without)
        case Shade():
            if term.otherwise is not None:
                _remove(notes, term.otherwise)
    return True
