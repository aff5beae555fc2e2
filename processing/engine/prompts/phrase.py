"""The grammar of one noun phrase: which color and which material belong to which noun.

A color belongs to the material or noun after it ("white marble", "pink wall") or, after a small
word, to the noun before ("a wall in pink"); a material to the noun beside it in the same way.
"""

from dataclasses import dataclass, field

from processing.engine.plans.color_names import Color
from processing.engine.prompts.lexicon import Material, Noun, Shade
from processing.engine.prompts.notes import Notes

# Nouns with a texture; what is said of the others is a color only.
_PLACES = ("surface", "wall")


@dataclass(slots=True)
class Phrase:
    """What the words since the last comma or preposition have said, as long as it is undecided.

    - `colors`, `shades`: not yet taken by a noun or material.
    - `material`: waits for a surface or a wall; when none comes, it goes to its usual place.
    - `noun`: the last one; `joined` where a small word ("in", "with") lets later words refer to it,
      `within` where that word was "in" or its like.
    """

    notes: Notes
    colors: list[Color] = field(default_factory=list)
    shades: list[Shade] = field(default_factory=list)
    material: tuple[Material, Color | None] | None = None
    noun: Noun | None = None
    joined: bool = False
    within: bool = False

    def end(self) -> None:
        """End the phrase: what comes next has nothing to do with what came before."""
        self._settle_material()
        self.colors.clear()
        self.shades.clear()
        self.noun, self.joined, self.within = None, False, False

    def join(self, *, within: bool) -> None:
        """Read a small word: what comes next may belong to the noun before it."""
        noun = self.noun
        self.end()
        self.noun, self.joined, self.within = noun, noun is not None, within

    def read_color(self, color: Color) -> None:
        """Read a color: that of the noun before a small word, else of what comes after."""
        color = self._shaded(color)
        self.colors.append(color)
        self.notes.colors.append(color)
        if self.joined and self.noun is not None:
            self._paint(self.noun, color)
            if self.noun.kind not in ("backdrop", "points"):
                self.notes.use_up([color])

    def read_material(self, material: Material) -> None:
        """Read a material: that of the noun before a small word, else it waits for one."""
        self._settle_material()
        # "Dark wood": the shade changes the wood's own tone. Plain things have none, so there it is
        # a color by itself.
        if self.shades and material.texture != "plain":
            color: Color | None = self._shaded(material.tone)
        else:
            color = self._take_color() or material.color
        if self.joined and self.noun is not None and self.noun.kind in _PLACES:
            kind = self.noun.kind
            self.notes.lay(kind, material.texture, color or self.notes.painted.get(kind))
        else:
            self.material = (material, color)

    def read_noun(self, noun: Noun) -> None:
        """Read a noun: it takes the color and the material before it."""
        self.noun, self.joined = noun, False
        if noun.kind in _PLACES:
            self._read_place(noun)
            return
        self._settle_material()
        free = list(self.notes.colors)
        color = self._take_color()
        # "Blue light" colors the light alone. A backdrop's color, or that of points of light, also
        # stays in the picture's palette.
        if noun.kind != "light":
            self.notes.colors = free
        if noun.kind == "points":
            self.notes.bokeh = True
        elif color is not None:
            self._paint(noun, color)

    def _read_place(self, noun: Noun) -> None:
        """Read a table, a floor or a wall: of the material before it, or of what such things are."""
        color = self._take_color()
        if self.material is not None:
            material, own = self.material
            self.material = None
            self.notes.lay(noun.kind, material.texture, color or own)
        elif self.notes.texture_of(noun.kind) is None:
            # "A white table" is painted; a bare one is of what tables are made of.
            texture = "plain" if color and noun.kind == "surface" else noun.default
            self.notes.lay(noun.kind, texture, color)
        elif color is not None:
            self._paint(noun, color)

    def drop(self) -> Color | None:
        """Answer the color before a thing that is no place: its colors and materials are its own, and the
        scene's no more."""
        color = self._take_color()
        if self.material is not None:
            color = color or self.material[1]
            self.material = None
        return color

    def _settle_material(self) -> None:
        if self.material is not None:
            material, color = self.material
            self.material = None
            self.notes.lay(material.place, material.texture, color)

    def _paint(self, noun: Noun, color: Color) -> None:
        if noun.kind == "points":
            return
        # "A blue background" hides a view that was named before it; "a background in blue" does
        # not.
        if noun.kind == "backdrop" and self.notes.far is not None and not self.joined:
            self.notes.put("far", None)
        self.notes.paint(noun.kind, color)

    def _shaded(self, color: Color) -> Color:
        for shade in reversed(self.shades):
            color = mix(color, shade.mix, shade.share)
        self.shades.clear()
        return color

    def _take_color(self) -> Color | None:
        """Answer the first of the colors before this noun or material, or the shade alone. All of
        them are used up: they are no longer the picture's own."""
        color = self.colors[0] if self.colors else None
        if color is None and self.shades:
            color = self.shades[0].alone
        self.notes.use_up(self.colors)
        self.colors.clear()
        self.shades.clear()
        return color


def mix(one: Color, other: Color, share: float) -> Color:
    """Mix two colors in sRGB, `share` of the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
