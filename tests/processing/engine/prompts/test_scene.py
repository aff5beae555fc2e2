"""Words become scenes; what means nothing is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from processing.engine.errors import InvalidPlan
from processing.engine.light.scene_light import SceneLight
from processing.engine.prompts import scene
from processing.engine.prompts.lexicon import Material, Noun, Setting, lexicon
from processing.engine.prompts.scene import Scene, parse, presets
from tests.tables import in_turn

TEXTURES = {
    "marble", "oak", "walnut", "pine", "concrete", "linen", "sand", "plaster", "brick", "tile",
    "stone", "terrazzo", "velvet", "paper", "leather", "grass", "water", "snow", "metal", "plain",
}  # fmt: skip
ENVIRONMENTS = {
    "apartment", "bridge", "city", "dawn", "esplanade", "forest", "hall", "lab", "lobby", "night",
    "park", "sky", "studio", "sunrise", "sunset", "venice", "warehouse", "workshop",
}  # fmt: skip


def shown(value: Any) -> Any:
    """Colors as hex, so that expectations read like prompts."""
    if isinstance(value, tuple) and len(value) == 3 and all(isinstance(x, int) for x in value):
        return "#{:02x}{:02x}{:02x}".format(*value)
    return [shown(part) for part in value] if isinstance(value, tuple) else value


def check(prompt: str, expected: dict[str, Any], **options: Any) -> None:
    parsed = parse(prompt, **options)
    assert parsed.not_understood == ()
    light = {"direction", "elevation", "softness"}
    found = {
        name: shown(getattr(parsed.scene.light if name in light else parsed.scene, name))
        for name in expected
    }
    assert found == expected


@in_turn(
    ("prompt", "expected"),
    [
        # What stands where
        ("marble", {"kind": "tabletop", "surface": "marble", "wall": "plain", "far": None}),
        ("A marble table", {"kind": "tabletop", "surface": "marble"}),
        ("wooden tables", {"surface": "oak"}),
        ("desk", {"surface": "oak"}),
        ("kitchen counter", {"surface": "stone"}),
        ("marble countertop in a kitchen", {"surface": "marble", "far": "apartment"}),
        ("brick", {"kind": "wall", "wall": "brick", "surface": None}),
        ("a wall of brick", {"kind": "wall", "wall": "brick"}),
        ("a wall made of reclaimed wood", {"wall": "oak", "wall_color": "#8d7358"}),
        ("concrete wall and oak floor", {"wall": "concrete", "surface": "oak"}),
        ("oak table against a brick wall", {"surface": "oak", "wall": "brick"}),
        ("walnut wood", {"surface": "walnut"}),
        ("velvet cloth", {"surface": "velvet"}),
        ("dark wood", {"surface": "walnut"}),
        ("subway tiles", {"kind": "wall", "wall": "tile"}),
        ("brick wall in a loft", {"kind": "wall", "wall": "brick", "far": None}),
        ("forest", {"kind": "far", "far": "forest", "surface": None, "wall": None, "depth": 0.75}),
        ("wooden table in the woods", {"kind": "tabletop", "surface": "oak", "far": "forest"}),
        ("beach", {"kind": "far", "far": "sky", "surface": "sand"}),
        ("table on the beach", {"kind": "tabletop", "surface": "oak", "far": "sky"}),
        ("meadow", {"far": "park"}),
        ("office", {"far": "lobby"}),
        ("cityscape", {"far": "city", "surface": "concrete"}),
        ("desert dunes", {"far": "dawn", "surface": "sand"}),
        ("grass", {"kind": "far", "surface": "grass", "far": "park"}),
        ("snow", {"kind": "far", "surface": "snow", "far": "sky"}),
        ("sand", {"kind": "tabletop", "surface": "sand", "wall": "plain"}),
        ("stone podium with water ripples", {"surface": "stone", "far": "sky"}),
        ("studio", {"kind": "sweep", "surface": None, "wall": None}),
        ("marble podium in a studio", {"kind": "tabletop", "surface": "marble", "wall": "plain"}),
        # Colors, and what they belong to
        ("white", {"kind": "sweep", "palette": ["#ffffff"]}),
        ("pink background", {"kind": "sweep", "palette": ["#f0b9c5"]}),
        ("background: off-white", {"kind": "sweep", "palette": ["#f5f1e8"]}),
        ("#ffcc00 backdrop", {"palette": ["#ffcc00"]}),
        ("#FC0 backdrop", {"palette": ["#ffcc00"]}),
        ("navy and dusty pink", {"palette": ["#1f2a4d", "#d8a7a7"]}),
        ("peachpuff", {"palette": ["#ffdab9"]}),
        ("black marble", {"surface_color": "#161617", "palette": ["#161617"]}),
        ("marble", {"surface_color": None, "palette": ["#e9e7e4"]}),
        ("marble, pink wall", {"surface_color": None, "wall_color": "#f0b9c5"}),
        ("white marble, pink background", {"surface_color": "#ffffff", "wall_color": "#f0b9c5"}),
        ("a table in black", {"surface": "oak", "surface_color": "#161617"}),
        ("walls painted sage green", {"wall": "plaster", "wall_color": "#b2bda0"}),
        ("pink table", {"surface": "plain", "surface_color": "#f0b9c5"}),
        ("pale blue wall", {"wall_color": "#c0cfe9"}),
        ("reddish wall", {"wall_color": "#c0362f"}),
        ("dark marble", {"surface_color": "#747472"}),
        ("dark background", {"palette": ["#29282b"]}),
        ("white sand", {"surface": "sand", "surface_color": "#efe6d3"}),
        ("green forest background", {"kind": "far", "far": "forest"}),
        ("green, forest, white background", {"kind": "sweep", "far": None}),
        ("beach background in blue", {"kind": "far", "far": "sky"}),
        ("luxury, pink marble, red light", {"palette": ["#2b2629", "#c9a468", "#efe6d8"]}),
        ("luxury, walls painted pink", {"palette": ["#2b2629", "#c9a468", "#efe6d8"]}),
        (
            "red, pink, navy, gold, white, black",
            {"palette": ["#c0362f", "#f0b9c5", "#1f2a4d", "#d4ad55", "#ffffff"]},
        ),
        ("grey wall", {"wall_color": "#9c9b99"}),
        ("gray wall", {"wall_color": "#9c9b99"}),
        # Light
        ("light from the left", {"direction": 285.0, "elevation": 38.0}),
        ("lit from the right", {"direction": 75.0}),
        ("backlit", {"direction": 180.0}),
        ("overhead light", {"elevation": 75.0}),
        ("soft light", {"softness": 0.85}),
        ("harsh sunlight", {"softness": 0.12}),
        ("golden hour", {"elevation": 17.0, "kind": "sweep"}),
        ("window light", {"window": True, "wall": "plaster"}),
        ("night", {"far": "night", "brightness": 0.55}),
        ("bright", {"brightness": 1.2, "light_named": False}),
        ("moody", {"brightness": 0.65, "palette": ["#3a393c"], "light_named": True}),
        ("sunset", {"kind": "far", "far": "sunset", "elevation": 12.0}),
        ("beach at sunset", {"far": "sunset", "surface": "sand", "shore": True}),
        ("fine sand by the ocean", {"surface": "sand", "shore": True}),
        ("the open sea", {"surface": "water", "shore": True}),
        ("desert at sunset", {"surface": "sand", "shore": False}),
        ("beach, forest", {"far": "forest", "shore": False}),
        ("marble table by the sea", {"surface": "marble", "shore": False}),
        ("pastel pink studio", {"kind": "sweep", "palette": ["#f6d5dc"]}),
        ("forest at sunset", {"far": "forest", "elevation": 12.0}),
        # Mood, season, focus, style
        ("Christmas", {"bokeh": True, "palette": ["#b3202c", "#1f6b43", "#e8b85a"]}),
        ("christmas in blue and silver", {"bokeh": True, "palette": ["#4a76c0", "#c0c0c0"]}),
        ("Valentine's Day", {"bokeh": True}),
        ("🎄", {"bokeh": True}),
        ("red fairy lights", {"bokeh": True, "palette": ["#c0362f"], "depth": 0.85}),
        ("autumn", {"leaves": True, "far": "sunrise"}),
        ("winter", {"surface": "snow", "far": "sky"}),
        ("green leaves in soft focus", {"leaves": True, "depth": 0.9}),
        # Props, and what they are made of
        ("marble with lemons", {"surface": "marble", "props": [["lemons", None]]}),
        ("oak table, white roses", {"surface_color": None, "props": [["roses", "#ffffff"]]}),
        ("a linen napkin on oak", {"surface": "oak", "props": []}),
        ("oak, a linen napkin", {"surface": "oak", "props": [["towels", None]]}),
        ("oak, books, vase, eggs, no books", {"props": [["eggs", None], ["vase", None]]}),
        ("brick wall with candles", {"kind": "tabletop", "surface": "plain", "wall": "brick"}),
        # Goods are the photo's
        ("my white candle on marble", {"surface": "marble", "surface_color": None, "props": []}),
        ("black leather handbag on oak", {"surface": "oak", "surface_color": None}),
        # Light through something
        ("palm leaf shadow on a beige wall", {"window": True, "pattern": "palm", "leaves": False}),
        ("venetian blinds", {"window": True, "pattern": "blinds"}),
        ("glossy black table", {"glossy": True, "surface_color": "#161617"}),
        # German
        (
            "Weißer Marmor mit Eukalyptuszweigen, Licht von links",
            {"surface": "marble", "surface_color": "#ffffff", "direction": 285.0},
        ),
        ("auf einem alten Holzbrett am Strand", {"surface": "oak", "far": "sky"}),
        ("sharp background", {"depth": 0.1}),
        ("blurred café", {"far": "esplanade", "depth": 0.9}),
        ("cosy room", {"far": "apartment", "softness": 0.65}),
        ("cozy room", {"far": "apartment", "softness": 0.65}),
        ("monochrome", {"saturation": 0.0}),
        ("abstract pastel shapes", {"kind": "abstract", "style": "abstract", "brightness": 1.1}),
        ("watercolour forest", {"style": "artistic", "kind": "far"}),
        ("pink and blue gradient", {"kind": "abstract", "style": "gradient"}),
        ("gradient sweep", {"kind": "sweep", "style": "gradient"}),
        ("pink gradient", {"palette": ["#f0b9c5", "#f9e3e8"]}),
        ("white gradient", {"palette": ["#ffffff", "#dfdfde"]}),
        ("marble table, pink gradient", {"kind": "tabletop", "style": "gradient", "wall": "plain"}),
        ("ｍａｒｂｌｅ", {"surface": "marble"}),
        ("MARBLE!!!", {"surface": "marble"}),
        # The last word wins
        ("marble table, oak table", {"surface": "oak"}),
        ("forest, brick wall", {"wall": "brick", "far": None, "kind": "wall"}),
        ("brick wall, forest", {"wall": None, "far": "forest", "kind": "far"}),
        ("soft light, hard light", {"softness": 0.08}),
        ("dark, bright", {"brightness": 1.2}),
        # What is not wanted
        ("autumn without leaves", {"leaves": False, "far": "sunrise"}),
        (
            "spring, no dark pink leaves, white background",
            {"leaves": False, "palette": ["#ffffff"]},
        ),
        ("christmas, no bokeh or shadows", {"bokeh": False, "softness": 1.0}),
        ("marble, no people, no text", {"surface": "marble"}),
    ],
)
def test_prompts(prompt: str, expected: dict[str, Any]) -> None:
    check(prompt, expected)


@in_turn(
    ("word", "texture"),
    [
        ("carrara", "marble"),
        ("onyx", "marble"),
        ("timber", "oak"),
        ("driftwood", "oak"),
        ("mahogany", "walnut"),
        ("bamboo", "pine"),
        ("floorboards", "pine"),
        ("cement", "concrete"),
        ("hessian", "linen"),
        ("tablecloth", "linen"),
        ("slate", "stone"),
        ("pebbles", "stone"),
        ("terrazzo", "terrazzo"),
        ("suede", "velvet"),
        ("cardboard", "paper"),
        ("leather", "leather"),
        ("moss", "grass"),
        ("puddles", "water"),
        ("frosty", "snow"),
        ("stainless steel", "metal"),
        ("brass", "metal"),
    ],
)
@in_turn("prompt", ["{}", "{} surface", "a floor of {}", "on {}, soft light"])
def test_materials_lie_under_the_product(prompt: str, word: str, texture: str) -> None:
    check(prompt.format(word), {"surface": texture})


@in_turn(
    ("word", "texture"),
    [("stucco", "plaster"), ("exposed brick", "brick"), ("mosaic", "tile"), ("clay", "plaster")],
)
@in_turn("prompt", ["{}", "{} wall", "wall in {}", "{} background"])
def test_some_materials_make_walls(prompt: str, word: str, texture: str) -> None:
    check(prompt.format(word), {"kind": "wall", "wall": texture})


@pytest.mark.parametrize("prompt", ["marble wall", "wall of marble", "a wall made from marble"])
def test_a_noun_beside_a_material_decides_where_it_goes(prompt: str) -> None:
    check(prompt, {"kind": "wall", "wall": "marble", "surface": None})


@in_turn(
    ("words", "far"),
    [
        ("living room", "apartment"),
        ("airport", "bridge"),
        ("urban street", "city"),
        ("mountains", "dawn"),
        ("restaurant", "esplanade"),
        ("jungle", "forest"),
        ("ballroom", "hall"),
        ("laboratory", "lab"),
        ("museum", "lobby"),
        ("starry night", "night"),
        ("garden", "park"),
        ("clouds", "sky"),
        ("photo studio", "studio"),
        ("misty sunrise", "sunrise"),
        ("dusk", "sunset"),
        ("harbor", "venice"),
        ("garage", "warehouse"),
        ("factory", "workshop"),
    ],
)
def test_places_are_far_views(words: str, far: str) -> None:
    check(words, {"kind": "far", "far": far})
    check(f"oak table, {words}", {"kind": "tabletop", "surface": "oak", "far": far})


@pytest.mark.parametrize(
    ("prompt", "surface", "wall"),
    [
        # A comma or a preposition parts a color from what comes after ...
        ("pink, marble table", None, None),
        ("pink flowers on marble", None, None),
        ("green leaves marble", None, None),
        # ... small words and other adjectives do not.
        ("pink marble", "#f0b9c5", None),
        ("a very pink and bright marble table", "#f0b9c5", None),
        ("white and gold marble", "#ffffff", None),
        ("marble table and a pink wall", None, "#f0b9c5"),
        ("pink wall of marble, oak table", None, "#f0b9c5"),
        ("marble table, wall in pink", None, "#f0b9c5"),
        ("marble table, the wall is pink", None, "#f0b9c5"),
        ("plain pink wall, marble", None, "#f0b9c5"),
        ("marble, pink light", None, None),
    ],
)
def test_a_color_belongs_to_its_neighbour(
    prompt: str, surface: str | None, wall: str | None
) -> None:
    found = parse(prompt).scene
    assert (shown(found.surface_color), shown(found.wall_color)) == (surface, wall)


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("a unicorn on a marble table with my perfume bottle", ("unicorn",)),
        ("unicorn unicorns Unicorn", ("unicorn", "unicorns")),
        ("a person holding flowers", ("person", "holding")),
        ("eine Frau mit Hut vor Backsteinen von Nike", ("Frau", "Hut", "Backsteinen", "Nike")),
        ("marble, books, candles, eggs, roses", ("books",)),
        ("abstract pink with candles", ("candles",)),
        ("?!... --- ***", ("?!... --- ***",)),
        ("!" * 100, ("!" * 40,)),
        ("marble !!!", ()),
        ("in an apple store, apples on oak", ("apple store",)),
        ("خلفية رخام, marble", ("خلفية", "رخام")),
        ("大理石 हिन्दी", ("大理石", "हिन्दी")),
        ("🦄 and 🎄", ("🦄",)),
        ("marble " + "y" * 100, ("y" * 40,)),
        ("\u202emarble\u202c \u0301 ###", ()),
        ("", ()),
    ],
)
def test_what_is_not_understood_is_listed_once_in_order(
    prompt: str, words: tuple[str, ...]
) -> None:
    assert parse(prompt).not_understood == words


def test_a_prompt_without_a_known_word_gives_a_plain_scene_and_all_its_words() -> None:
    parsed = parse("flibber gibbet")
    assert parsed.not_understood == ("flibber", "gibbet")
    assert parsed.scene == Scene(
        kind="sweep",
        surface=None,
        wall=None,
        far=None,
        light=SceneLight(),
        window=False,
        palette=(scene.NEUTRAL,),
        depth=0.0,
        bokeh=False,
        leaves=False,
        style="realistic",
    )


@pytest.mark.parametrize(
    ("prompt", "negative", "expected"),
    [
        ("leaves", "leaves", {"leaves": False}),
        ("autumn forest", "foliage, people", {"leaves": False, "far": "forest"}),
        ("marble table", "shadows", {"softness": 1.0, "surface": "marble"}),
        ("marble table", "harsh light", {"softness": 0.85}),
        ("marble table, brick wall", "bricks", {"wall": "plain", "surface": "marble"}),
        ("marble table, brick wall", "table", {"kind": "wall", "surface": None}),
        ("pink and blue", "pink", {"palette": ["#4a76c0"]}),
        ("pink wall", "pink", {"wall_color": None}),
        ("christmas", "red, lights", {"bokeh": False}),
        ("dark forest", "dark", {"brightness": 1.05, "far": "forest"}),
        ("forest", "forest", {"kind": "sweep", "far": None}),
        ("watercolour", "watercolour", {"style": "realistic"}),
        ("marble", "blurry, low quality, watermark, text, ugly", {"depth": 0.15}),
        ("marble", "pale colours", {"surface": "marble"}),
    ],
)
def test_a_negative_prompt_takes_out_what_it_names(
    prompt: str, negative: str, expected: dict[str, Any]
) -> None:
    check(prompt, expected, negative=negative)


def test_unknown_words_of_a_negative_prompt_come_last() -> None:
    assert parse("zork", negative="blah zork").not_understood == ("zork", "blah")


@pytest.mark.parametrize(
    ("prompt", "style", "expected"),
    [
        ("", "marble", {"surface": "marble", "wall": "plaster", "wall_color": "#f7efe3"}),
        ("", "gradient-sweep", {"palette": ["#d8a7a7", "#f6ecd6"]}),
        ("", "Oak Table", {"surface": "oak", "far": "apartment"}),
        ("brick wall", "marble", {"surface": "marble", "wall": "brick", "wall_color": None}),
        ("beach", "marble", {"surface": "marble", "far": "sky", "wall": None}),
        ("blue and white", "gradient_sweep", {"palette": ["#4a76c0", "#ffffff"]}),
        ("", "festive-bokeh", {"bokeh": True, "wall_color": "#29282b"}),
        ("forest", "artistic", {"style": "artistic", "kind": "far"}),
        ("marble", "abstract", {"style": "abstract", "kind": "abstract", "surface": None}),
        ("watercolour", "realistic", {"style": "realistic"}),
        ("", "gradient", {"style": "gradient", "kind": "abstract"}),
    ],
)
def test_a_style_is_a_preset_that_the_prompt_changes_or_a_way_of_drawing(
    prompt: str, style: str, expected: dict[str, Any]
) -> None:
    check(prompt, expected, style=style)


@pytest.mark.parametrize("style", ["baroque", "", "marble table", "x" * 5000, "\u202e"])
def test_an_unknown_style_is_refused_with_all_names(style: str) -> None:
    with pytest.raises(InvalidPlan) as caught:
        parse("marble", style=style)
    for name in (*scene.STYLES, *presets()):
        assert f" {name}" in caught.value.message
    assert len(caught.value.message) < 700


@in_turn("name", list(presets()))
def test_every_preset_is_a_scene_of_its_own_without_an_unknown_word(name: str) -> None:
    about, words = lexicon().presets[name]
    assert presets()[name] == about
    assert 20 <= len(about) <= 70
    assert parse(words).not_understood == ()
    found = parse("", style=name)
    assert found.not_understood == ()
    others = [parse("", style=other).scene for other in presets() if other != name]
    assert found.scene not in others


def test_there_are_presets_for_what_sellers_ask_for() -> None:
    assert len(presets()) >= 16
    assert {
        "marble", "oak-table", "walnut-desk", "concrete", "linen", "sand", "plaster-window",
        "gradient-sweep", "leaves", "festive-bokeh", "brick-wall", "terrazzo", "studio-white",
        "dark-velvet", "beach", "forest", "city-night", "snow", "kitchen-tiles", "workshop",
    } <= set(presets())  # fmt: skip


@pytest.mark.parametrize(
    ("style", "words"),
    [
        ("marble", "White marble top before a pale wall, soft daylight"),
        ("realistic", "In a realistic style"),
        ("ABSTRACT", "In an abstract style"),
    ],
)
def test_a_style_can_be_said_in_words(style: str, words: str) -> None:
    assert scene.style_in_words(style) == words


def test_the_vocabulary_names_only_what_a_renderer_has() -> None:
    terms = lexicon().terms.values()
    settings = [term.values for term in terms if isinstance(term, Setting)]
    materials = {term.texture for term in terms if isinstance(term, Material)}
    nouns = {term.default for term in terms if isinstance(term, Noun)}
    grounds = {values[name] for values in settings for name in ("wall", "ground") if name in values}
    views = {values[x] for values in settings for x in ("far", "behind", "sky") if x in values}
    assert materials == TEXTURES
    assert nouns - {""} <= TEXTURES
    assert grounds <= TEXTURES
    assert views == ENVIRONMENTS
    assert len(terms) > 1000


@in_turn("phrase", [" ".join(phrase) for phrase in lexicon().terms][::9])
def test_any_phrase_alone_and_negated_gives_a_whole_scene(phrase: str) -> None:
    for prompt in (phrase, f"no {phrase}", f"marble table in {phrase} light"):
        found = parse(prompt, negative=phrase).scene
        assert found.palette
        assert found.kind != "tabletop" or (found.surface and (found.wall or found.far))


@pytest.mark.parametrize(
    "prompt",
    [
        "light " * 333,
        "no " * 666,
        "a wall of " * 200,
        "dark pale " * 200,
        "\u0301" * 2000,
        "\ufdfa" * 2000,
        "🏳️‍🌈" * 400,
        "'" * 2000,
        "#" * 2000,
        "\x00\ud800\uffff" * 600,
        "אבג, " * 400,
    ],
)
def test_hostile_prompts_do_no_harm(prompt: str) -> None:
    assert parse(prompt, negative=prompt) == parse(prompt, negative=prompt)


def test_light_has_a_mean_of_one_and_a_named_color_shows() -> None:
    red, green, blue = parse("blue light").scene.light.color
    assert red < green < blue
    assert (red + green + blue) / 3 == pytest.approx(1, abs=1e-3)
    assert parse("white light").scene.light.color == (1.0, 1.0, 1.0)
    warm = parse("warm light").scene.light.color
    assert warm[0] > warm[1] > warm[2]
    assert parse("black light").scene.light.color == pytest.approx((1, 1, 1), abs=0.05)


def test_the_words_are_written_down_in_files_of_readable_length() -> None:
    engine = Path(scene.__file__).parent
    assert all(len(x.read_text().splitlines()) <= 400 for x in engine.glob("scene_*.toml"))
