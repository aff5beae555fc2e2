"""Walks over a prompt's terms and notes what they say about the scene.

A colour belongs to the material or noun after it ("white marble", "pink wall") or, after a small
word, to the noun before ("a wall in pink"); a material to the noun beside it in the same way.
Commas and prepositions end that. What a later word says replaces what an earlier one said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from processing.engine.plans.color_names import Color, parse_color
from processing.engine.prompts.lexicon import (
    Hue,
    Mark,
    Material,
    Noun,
    Read,
    Setting,
    Shade,
    Term,
    plain_form,
)

# One of each group can be seen at a time.
_BEHIND = ("wall", "far", "kind")
# Settings that put something into the picture.
_THINGS = frozenset(("far", "behind", "style", "leaves", "bokeh"))


@dataclass(slots=True)
class Draft:
    """A scene as far as the words tell; None (or empty) where they don't. See scene.Scene."""

    kind: str | None = None
    surface: str | None = None
    wall: str | None = None
    far: str | None = None
    ground: str | None = None
    behind: str | None = None
    sky: str | None = None
    style: str | None = None
    window: bool = False
    bokeh: bool = False
    leaves: bool = False
    depth: float | None = None
    brightness: float | None = None
    saturation: float | None = None
    direction: float | None = None
    elevation: float | None = None
    softness: float | None = None
    light: str | None = None
    light_colour: Color | None = None
    surface_colour: Color | None = None
    wall_colour: Color | None = None
    ground_colour: Color | None = None
    backdrop_colour: Color | None = None
    mood: list[Color] = field(default_factory=list)
    colours: list[Color] = field(default_factory=list)

    def apply(self, values: Mapping[str, Any]) -> None:
        """Note values by their names in the vocabulary."""
        for name, value in values.items():
            if name == "palette":
                self.mood = [parse_color(text) for text in value]
            elif name == "wall" and "window" in values:
                # A window needs a wall only where nothing else stands behind.
                self.wall = self.wall or (None if self.far else value)
            else:
                self.put(name, value)

    def put(self, name: str, value: Any) -> None:
        """Note one value, and forget what can't be seen together with it."""
        if name in _BEHIND:
            for other in _BEHIND:
                setattr(self, other, None)
            self.wall_colour = None
        if name == "light":
            self.light_colour = None
        if name == "ground" and value != self.ground:
            self.ground_colour = None
        setattr(self, name, value)

    def take_back(self, values: Mapping[str, Any]) -> None:
        """Forget these values where they hold."""
        fresh = Draft()
        for name, value in values.items():
            if name == "palette":
                gone = {parse_color(text) for text in value}
                self.mood = [colour for colour in self.mood if colour not in gone]
            elif getattr(self, name) == value:
                setattr(self, name, getattr(fresh, name))


@dataclass(slots=True)
class Reader:
    """Reads prompts one after the other into one draft."""

    tones: Mapping[str, Color]
    draft: Draft = field(default_factory=Draft)
    not_understood: dict[str, str] = field(default_factory=dict)
    _colours: list[Color] = field(default_factory=list)
    _shades: list[Shade] = field(default_factory=list)
    _material: tuple[Material, Color | None] | None = None
    _noun: Noun | None = None
    _joined: bool = False
    _within: bool = False
    _fresh_material: bool = False
    _negated: bool = False
    _was_negated: bool = False

    def read(self, terms: Sequence[Read]) -> None:
        """Read a prompt."""
        for index, read in enumerate(terms):
            if self._negated:
                self._read_negated(read)
            elif isinstance(read.term, Shade) and self._shades_next(terms, index):
                self._shades.append(read.term)
            else:
                if not self._read_term(read.term):
                    self._unknown(read)
                self._was_negated = False
            self._fresh_material = isinstance(read.term, Material)
        self._divide()
        self._negated = self._was_negated = False

    def read_preset(self, terms: Sequence[Read]) -> None:
        """Read a ready-made scene. Its free colours give way to any that the prompt names."""
        self.read(terms)
        self.draft.mood = self.draft.colours or self.draft.mood
        self.draft.colours = []

    def leave_out(self, terms: Sequence[Read]) -> None:
        """Read a negative prompt."""
        for read in terms:
            if not self._remove(read.term):
                self._unknown(read)

    def _unknown(self, read: Read) -> None:
        self.not_understood.setdefault(plain_form(read.text), read.text)

    def _read_term(self, term: Term | None) -> bool:
        """Note what a term says; False where it says nothing."""
        match term:
            case Mark():
                return self._read_mark(term)
            case Hue():
                self._read_colour(term.rgb)
            case Material():
                self._read_material(term)
            case Noun():
                self._read_noun(term)
            case Setting():
                self._read_setting(term)
            case Shade():
                return self._read_term(term.otherwise)
            case None:
                return False
        return True

    def _read_mark(self, mark: Mark) -> bool:
        if mark.kind == "negation" or (mark.kind == "also" and self._was_negated):
            self._divide()
            self._negated = True
        elif mark.kind in ("joiner", "within"):
            noun = self._noun
            self._divide()
            self._noun, self._joined = noun, noun is not None
            self._within = mark.kind == "within"
        elif mark.kind == "boundary":
            self._divide()
        return mark.kind != "absent"

    def _divide(self) -> None:
        """What comes next has nothing to do with what came before."""
        self._settle_material()
        self._colours.clear()
        self._shades.clear()
        self._noun, self._joined, self._within = None, False, False

    def _settle_material(self) -> None:
        if self._material is not None:
            material, colour = self._material
            self._material = None
            self._lay(material.place, material.texture, colour)

    def _lay(self, place: str, texture: str, colour: Color | None) -> None:
        self.draft.put(place, texture)
        setattr(self.draft, f"{place}_colour", colour)

    def _read_setting(self, setting: Setting) -> None:
        if not _THINGS.isdisjoint(setting.values):
            # "Green leaves", "a blue sky": the colour is the thing's, and not of what comes after.
            self._colours.clear()
        values = setting.values
        if self._within and self.draft.wall is not None:
            # "A brick wall in a loft" shows bricks; "a brick wall, a loft" shows the loft.
            values = {name: value for name, value in values.items() if name != "far"}
        self.draft.apply(values)

    def _shades_next(self, terms: Sequence[Read], index: int) -> bool:
        """Whether a colour, a material or a bare noun follows that this shade can change."""
        after = next((x.term for x in terms[index + 1 : index + 4] if not _is_shade(x)), None)
        shade = terms[index].term
        if isinstance(after, Noun) and isinstance(shade, Shade):
            return after.kind in ("surface", "wall", "backdrop") and shade.alone is not None
        return isinstance(after, Hue | Material)

    def _read_colour(self, rgb: Color) -> None:
        colour = self._shaded(rgb)
        self._colours.append(colour)
        self.draft.colours.append(colour)
        if self._joined and self._noun is not None:
            self._paint(self._noun, colour)
            if self._noun.kind not in ("backdrop", "points"):
                self._use_up([colour])

    def _shaded(self, rgb: Color) -> Color:
        for shade in reversed(self._shades):
            rgb = mix(rgb, shade.mix, shade.share)
        self._shades.clear()
        return rgb

    def _taken_colour(self) -> Color | None:
        """The first of the colours before this noun or material, or the shade alone. All of them
        are used up: they are no longer the picture's own."""
        colour = self._colours[0] if self._colours else None
        if colour is None and self._shades:
            colour = self._shades[0].alone
        self._use_up(self._colours)
        self._colours.clear()
        self._shades.clear()
        return colour

    def _use_up(self, colours: Sequence[Color]) -> None:
        self.draft.colours = [colour for colour in self.draft.colours if colour not in colours]

    def _read_material(self, material: Material) -> None:
        if self._fresh_material and material.generic:
            return  # "Walnut wood", "velvet cloth": the second word adds nothing.
        self._settle_material()
        if self._shades and material.texture != "plain":
            colour: Color | None = self._shaded(material.tone)
        else:
            colour = self._taken_colour() or material.colour
        if self._joined and self._noun is not None and self._noun.kind in ("surface", "wall"):
            painted = getattr(self.draft, f"{self._noun.kind}_colour")
            self._lay(self._noun.kind, material.texture, colour or painted)
        else:
            self._material = (material, colour)

    def _read_noun(self, noun: Noun) -> None:
        self._noun, self._joined = noun, False
        if noun.kind in ("surface", "wall"):
            self._read_place(noun)
            return
        self._settle_material()
        free = list(self.draft.colours)
        colour = self._taken_colour()
        if noun.kind != "light":
            self.draft.colours = free
        if noun.kind == "points":
            self.draft.bokeh = True
        elif colour is not None:
            self._paint(noun, colour)

    def _read_place(self, noun: Noun) -> None:
        """A table, a floor, a wall: made of the material before it, or of what such things are."""
        colour = self._taken_colour()
        if self._material is not None:
            material, own = self._material
            self._material = None
            self._lay(noun.kind, material.texture, colour or own)
        elif getattr(self.draft, noun.kind) is None:
            texture = "plain" if colour and noun.kind == "surface" else noun.default
            self._lay(noun.kind, texture, colour)
        elif colour is not None:
            self._paint(noun, colour)

    def _paint(self, noun: Noun, colour: Color) -> None:
        if noun.kind == "points":
            return
        if noun.kind == "backdrop":
            if self.draft.far is not None and not self._joined:
                self.draft.put("far", None)
            self.draft.backdrop_colour = colour
        else:
            setattr(self.draft, f"{noun.kind}_colour", colour)

    def _read_negated(self, read: Read) -> None:
        """After "no" and "without" the next term is left out, with the colours and materials
        before it, and those that "or" joins to it."""
        term = read.term
        if isinstance(term, Mark) and term.kind not in ("boundary", "absent"):
            return
        self._was_negated = True
        self._negated = isinstance(term, Hue | Shade | Material)
        if not self._remove(term):
            self._unknown(read)

    def _remove(self, term: Term | None) -> bool:
        """Take out what a term names; False where nobody knows it."""
        draft = self.draft
        match term:
            case None:
                return False
            case Hue():
                self._remove_colour(term.rgb)
            case Material():
                for place in ("surface", "wall", "ground"):
                    if getattr(draft, place) == term.texture:
                        setattr(draft, place, None)
            case Noun():
                self._remove_noun(term)
            case Setting():
                draft.take_back(term.values)
                draft.apply(term.without)
            case Shade():
                if term.otherwise is not None:
                    self._remove(term.otherwise)
        return True

    def _remove_colour(self, rgb: Color) -> None:
        draft = self.draft
        draft.colours = [colour for colour in draft.colours if colour != rgb]
        draft.mood = [colour for colour in draft.mood if colour != rgb]
        for name in ("surface_colour", "wall_colour", "backdrop_colour", "light_colour"):
            if getattr(draft, name) == rgb:
                setattr(draft, name, None)

    def _remove_noun(self, noun: Noun) -> None:
        draft = self.draft
        if noun.kind == "points":
            draft.bokeh = False
        elif noun.kind in ("surface", "wall"):
            setattr(draft, noun.kind, None)
            setattr(draft, f"{noun.kind}_colour", None)


def mix(one: Color, other: Color, share: float) -> Color:
    """Two colours mixed in sRGB, `share` of the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _is_shade(read: Read) -> bool:
    return isinstance(read.term, Shade)
