"""What the words of a prompt say about a scene, noted as they are read.

Nothing here knows grammar: the reader decides what a word refers to and writes it down here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from processing.engine.plans.color_names import Color, parse_color

# One of each group can be seen at a time.
_BEHIND = ("wall", "far", "kind")
# What a color can belong to, and what has a texture.
PAINTABLE = ("surface", "wall", "ground", "backdrop", "light")
TEXTURED = ("surface", "wall", "ground")


@dataclass(slots=True)
class Notes:
    """A scene as far as the words tell; None (or empty) where they don't. See scene.Scene.

    - `surface`, `wall`, `ground`: textures; `painted` has the colors of places (`PAINTABLE`).
    - `colors`: named ones that belong to nothing in particular; `mood`: those of a mood's palette.
    - `props`: those that were named, in their order, with a color where one was said;
      `prop_words`: how they were called.
    """

    kind: str | None = None
    surface: str | None = None
    wall: str | None = None
    far: str | None = None
    ground: str | None = None
    behind: str | None = None
    sky: str | None = None
    style: str | None = None
    view: str | None = None
    window: bool = False
    bokeh: bool = False
    leaves: bool = False
    shore: bool = False
    pattern: str | None = None
    glossy: bool = False
    depth: float | None = None
    brightness: float | None = None
    saturation: float | None = None
    direction: float | None = None
    elevation: float | None = None
    softness: float | None = None
    light: str | None = None
    painted: dict[str, Color] = field(default_factory=dict)
    mood: list[Color] = field(default_factory=list)
    colors: list[Color] = field(default_factory=list)
    props: dict[str, Color | None] = field(default_factory=dict)
    prop_words: dict[str, str] = field(default_factory=dict)

    def texture_of(self, place: str) -> str | None:
        """The texture noted for a place of TEXTURED."""
        texture: str | None = getattr(self, place)
        return texture

    def apply(self, values: Mapping[str, Any]) -> None:
        """Note values by their names in the vocabulary."""
        for name, value in values.items():
            if name == "palette":
                self.mood = [parse_color(text) for text in value]
            elif name == "prop":
                self.props.setdefault(value, None)
            elif name == "ground" and "shore" in values and self.ground == "sand":
                # "Sand by the sea" ends there.
                continue
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
            self.paint("wall", None)
        if name == "light" or (name == "ground" and value != self.ground):
            self.paint(name, None)
        setattr(self, name, value)

    def lay(self, place: str, texture: str, color: Color | None) -> None:
        """Note what a surface, a wall or the ground is made of."""
        self.put(place, texture)
        self.paint(place, color)

    def paint(self, place: str, color: Color | None) -> None:
        """Note the color of a place; None forgets it."""
        if color is None:
            self.painted.pop(place, None)
        else:
            self.painted[place] = color

    def take_back(self, values: Mapping[str, Any]) -> None:
        """Forget these values where they hold."""
        fresh = Notes()
        for name, value in values.items():
            if name == "palette":
                gone = {parse_color(text) for text in value}
                self.mood = [color for color in self.mood if color not in gone]
            elif name == "prop":
                self.props.pop(value, None)
            elif getattr(self, name) == value:
                setattr(self, name, getattr(fresh, name))

    def forget_texture(self, texture: str) -> None:
        """Forget it wherever it is noted."""
        for place in TEXTURED:
            if getattr(self, place) == texture:
                setattr(self, place, None)

    def forget_place(self, place: str) -> None:
        """Forget a surface or a wall with its color."""
        setattr(self, place, None)
        self.paint(place, None)

    def forget_color(self, color: Color) -> None:
        """Forget it wherever it is noted, but on the ground, which only settings name."""
        self.colors = [one for one in self.colors if one != color]
        self.mood = [one for one in self.mood if one != color]
        for place in PAINTABLE:
            if place != "ground" and self.painted.get(place) == color:
                self.paint(place, None)

    def use_up(self, colors: list[Color]) -> None:
        """Take colors that belong to a thing from those that belong to nothing in particular."""
        self.colors = [color for color in self.colors if color not in colors]
