"""Words become a scene: what a generated background shows, as plain data for a renderer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

from processing.engine.errors import InvalidPlan
from processing.engine.light.scene_light import SceneLight
from processing.engine.plans.color_names import Color, parse_color
from processing.engine.poses import View
from processing.engine.prompts.lexicon import MAX_SHOWN, Mark, lexicon, plain_form
from processing.engine.prompts.notes import Notes
from processing.engine.prompts.phrase import mix
from processing.engine.prompts.reader import Reader

Kind = Literal["tabletop", "wall", "sweep", "far", "abstract"]
Style = Literal["realistic", "artistic", "abstract", "gradient"]
Pattern = Literal["blinds", "leaves", "palm"]
Prop = tuple[str, Color | None]

STYLES: tuple[Style, ...] = get_args(Style)
NEUTRAL: Color = (236, 234, 230)
DARK: Color = (58, 57, 60)
_DARK_FROM = 0.7
_WHITE: Color = (255, 255, 255)
_GREY: Color = (176, 174, 172)
_MAX_COLORS = 5
# More of them would crowd the product.
MAX_PROPS = 3
# Open views whose sky is another one at another time of day.
_OPEN_SKIES = frozenset(("sky", "dawn", "sunrise", "sunset", "night"))
# Ground that runs on into a view, rather than ending like a table; and the views that belong to
# those that are never seen in front of a wall.
_GROUNDS = frozenset(("grass", "sand", "snow", "water"))
_OWN_VIEW = {"grass": "park", "snow": "sky", "water": "sky"}
_USUAL_DEPTH: dict[str, float] = {"far": 0.75, "tabletop": 0.4, "wall": 0.1}


@dataclass(frozen=True, slots=True)
class Scene:
    """What stands where, and how it is lit.

    - `kind`: `tabletop` is a surface with a wall or a far view behind it; `wall` a wall alone;
      `sweep` a seamless studio backdrop; `far` a landscape or room, `surface` being its ground;
      `abstract` no place at all.
    - `surface`, `wall`: names of textures; `far`: name of an environment. Where a kind needs one,
      it is there: a tabletop always has a surface and either a wall or a far view.
    - `light`: direction, elevation, color and softness; `window` throws a window's bright panes
      and shadows over the wall.
    - `palette`: one to five colors, the most important first; sweeps, gradients, abstract pictures
      and points of light take their colors from it.
    - `depth`: how far out of focus the far part is, 0 (sharp) to 1.
    - `bokeh`: points of light behind; `leaves`: leaves in soft focus at the edges.
    - `surface_color`, `wall_color`: colors asked for, or None for the material's own.
    - `light_named`: whether words told how it is lit; otherwise a far view's own sun may decide.
    - `pattern`: what the window's light comes through instead of panes.
    - `shore`: whether sand ends at the sea, as a beach's does and a desert's doesn't, or the sea at sand.
    - `glossy`: whether the surface mirrors what is behind it.
    - `props`: what lies or stands around the product, the last named first, with colors where they were
      named.
    - `view`: how words ask for it to be seen, None where they don't.
    - `brightness`: exposure, 1 is normal (0.4 to 1.3). `saturation`: 0 is grey, 1 is as it comes.
    """

    kind: Kind
    surface: str | None
    wall: str | None
    far: str | None
    light: SceneLight
    window: bool
    palette: tuple[Color, ...]
    depth: float
    bokeh: bool
    leaves: bool
    style: Style
    surface_color: Color | None = None
    wall_color: Color | None = None
    light_named: bool = False
    brightness: float = 1.0
    saturation: float = 1.0
    pattern: Pattern | None = None
    glossy: bool = False
    props: tuple[Prop, ...] = ()
    view: View | None = None
    shore: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """A scene, and the words that changed nothing in it, each once, in their order; last those for props that
    found no place in it: there are at most three, and none in a scene without a ground. `prop_words` are those
    for the props it has."""

    scene: Scene
    not_understood: tuple[str, ...]
    prop_words: tuple[str, ...] = ()

    def without_effect(self, view: View | None) -> tuple[str, ...]:
        """The words that change nothing where the scene is seen so: nothing stands or lies on a wall."""
        return (*self.not_understood, *(self.prop_words if view == "wall" else ()))


def presets() -> dict[str, str]:
    """The names of the ready-made scenes, each with a one-line description."""
    return {name: about for name, (about, _) in lexicon().presets.items()}


def parse(prompt: str, style: str | None = None, negative: str | None = None) -> Parsed:
    """Read a scene from words.

    `style` is a preset's name, whose scene the prompt then changes, or one of realistic, artistic,
    abstract and gradient. `negative` takes out what it names. Where words contradict each other the
    last one wins: "marble table, oak table" is oak. A prompt without a known word gives a plain
    studio sweep.

    Takes time linear in the prompt's length. Raises InvalidPlan for an unknown style.
    """
    vocabulary = lexicon()
    reader = Reader(vocabulary.tones)
    name = "" if style is None else _style_name(style)
    if name in vocabulary.presets:
        reader.read_preset(vocabulary.read(vocabulary.presets[name][1]))
    reader.read(vocabulary.read(prompt))
    if negative:
        reader.leave_out(vocabulary.read(negative))
    notes = reader.notes
    if name in STYLES:
        notes.style = name
    scene = _Settling(notes, reader.tones).scene()
    placed = dict(scene.props)
    without_place = [notes.prop_words[prop] for prop in notes.props if prop not in placed]
    with_place = tuple(notes.prop_words[prop] for prop in notes.props if prop in placed)
    unread = tuple(reader.not_understood.values()) or _marks_alone(prompt, style)
    return Parsed(scene, (*unread, *without_place), with_place)


def _marks_alone(prompt: str, style: str | None) -> tuple[str, ...]:
    """A prompt that holds nothing to read, as it was written; nothing where a style says what is to be seen."""
    read = any(one.text and one.term != Mark("boundary") for one in lexicon().read(prompt))
    text = " ".join(prompt.split())[:MAX_SHOWN]
    return () if read or style or not text else (text,)


def style_in_words(style: str) -> str:
    """A preset or style as a sentence, for those who read prose. Raises InvalidPlan."""
    name = _style_name(style)
    return presets().get(name) or f"In {'an' if name[0] == 'a' else 'a'} {name} style"


def _style_name(text: str) -> str:
    """A preset's or style's name as we write it. Raises InvalidPlan."""
    name = "-".join(plain_form(text).replace("_", " ").replace("-", " ").split())
    known = (*STYLES, *lexicon().presets)
    if name not in known:
        raise InvalidPlan.of(
            "stylePreset", f"must be one of {', '.join(known)}, not '{text[:40]}'."
        )
    return name


class _Settling:
    """Makes a whole scene of notes: fills in what nobody named, drops what can't be seen."""

    def __init__(self, notes: Notes, tones: Mapping[str, Color]) -> None:
        self.notes = notes
        self.tones = tones
        self.style = cast(Style, notes.style or "realistic")
        self.far = self._far()
        # Props stand on something, and a wall alone has nothing to stand on.
        stands = "plain" if notes.props and notes.wall and notes.wall != "plain" else None
        self.surface = notes.surface or notes.ground or stands
        self.kind = self._kind()
        self.dark = notes.brightness is not None and notes.brightness <= _DARK_FROM

    def scene(self) -> Scene:
        notes = self.notes
        surface, wall, far = self._places()
        brightness = 1.0 if notes.brightness is None else notes.brightness
        saturation = 1.0 if notes.saturation is None else notes.saturation
        return Scene(
            kind=self.kind,
            surface=surface,
            wall=wall,
            far=far,
            light=self._light(),
            window=notes.window,
            palette=self._palette(),
            depth=self._depth(),
            bokeh=notes.bokeh,
            leaves=notes.leaves,
            style=self.style,
            surface_color=self._surface_color() if surface else None,
            wall_color=self._wall_color() if wall else None,
            light_named=self._light_named(),
            brightness=brightness,
            saturation=saturation,
            pattern=cast(Pattern | None, notes.pattern if notes.window else None),
            glossy=notes.glossy,
            props=() if self.kind == "abstract" else tuple(notes.props.items())[-MAX_PROPS:][::-1],
            view=cast(View | None, notes.view),
            shore=notes.shore and surface in ("sand", "water") and far in _OPEN_SKIES,
        )

    def _far(self) -> str | None:
        notes = self.notes
        if notes.far is not None:
            return notes.sky if notes.sky and notes.far in _OPEN_SKIES else notes.far
        taken = notes.wall or notes.kind or notes.painted.get("backdrop")
        if taken or self.style in ("abstract", "gradient"):
            return None
        return notes.behind or _OWN_VIEW.get(notes.ground or notes.surface or "")

    def _kind(self) -> Kind:
        notes = self.notes
        if self.style == "abstract":
            return "abstract"
        if self.far and (notes.surface is None or notes.surface in _GROUNDS):
            return "far"
        if self.surface:
            return "tabletop"
        if notes.wall and notes.wall != "plain" and not notes.props:
            return "wall"
        return "abstract" if self.style == "gradient" and notes.kind is None else "sweep"

    def _places(self) -> tuple[str | None, str | None, str | None]:
        """Surface, wall and far view of this kind of scene."""
        match self.kind:
            case "tabletop" if self.far is None:
                return self.surface, self.notes.wall or "plain", None
            case "tabletop" | "far":
                return self.surface, None, self.far
            case "wall":
                return None, self.notes.wall, None
            case _:
                return None, None, None

    def _surface_color(self) -> Color | None:
        notes = self.notes
        return notes.painted.get("surface") if notes.surface else notes.painted.get("ground")

    def _wall_color(self) -> Color | None:
        notes = self.notes
        color = notes.painted.get("wall") or notes.painted.get("backdrop")
        if color is None and self.dark and notes.wall in (None, "plain"):
            return DARK
        return color

    def _palette(self) -> tuple[Color, ...]:
        notes = self.notes
        colors = list(notes.colors or notes.mood)
        if self.kind in ("sweep", "abstract"):
            # Nothing else shows these.
            behind = notes.painted.get("backdrop") or notes.painted.get("wall")
            colors = [x for x in (behind, *colors, self._surface_color()) if x]
        if not colors:
            behind = self._wall_color() or self.tones.get(notes.wall or "")
            below = self._surface_color() or self.tones.get(self.surface or "")
            colors = [color for color in (behind, below) if color] or [NEUTRAL]
        if self.style in ("abstract", "gradient") and len(set(colors)) == 1:
            # One color alone fades towards white, or where it is nearly that, away from it.
            [one] = set(colors)
            colors.append(mix(one, _WHITE, 0.6) if sum(one) < 690 else mix(one, _GREY, 0.4))
        return tuple(dict.fromkeys(colors))[:_MAX_COLORS]

    def _depth(self) -> float:
        if self.notes.depth is not None:
            return self.notes.depth
        usual = 0.75 if self.far else _USUAL_DEPTH.get(self.kind, 0.0)
        return max(usual, 0.85) if self.notes.bokeh else usual

    def _light_named(self) -> bool:
        notes = self.notes
        named = (
            notes.direction,
            notes.elevation,
            notes.softness,
            notes.light,
            notes.painted.get("light"),
        )
        return any(value is not None for value in named)

    def _light(self) -> SceneLight:
        notes, usual = self.notes, SceneLight()
        color = parse_color(notes.light) if notes.light else _WHITE
        if (named := notes.painted.get("light")) is not None:
            # Lamps called blue or pink are still mostly white, or nothing else had a color.
            color = mix(named, _WHITE, 0.5)
        return SceneLight(
            direction=usual.direction if notes.direction is None else float(notes.direction),
            elevation=usual.elevation if notes.elevation is None else float(notes.elevation),
            color=_linear_of_mean_one(color),
            softness=usual.softness if notes.softness is None else float(notes.softness),
        )


def _linear_of_mean_one(color: Color) -> tuple[float, float, float]:
    """sRGB to linear light (IEC 61966-2-1), scaled to a mean of 1."""
    linear = [_linear(value / 255) for value in color]
    mean = sum(linear) / 3
    red, green, blue = (round(value / mean, 4) for value in linear)
    return red, green, blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
