"""The tree of categories: what it covers, what its kinds are called, and what is true of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from listings import vocabulary
from listings.recognition import clothing
from listings.vocabulary import tree

# Named before anybody looked whether the tree has them.
COMMON = """
    boots sweater earrings headphones console DVD vinyl LEGO plate suitcase bracelet ring belt heels
    slippers pajamas leggings waistcoat suit tablet smartwatch e-reader turntable amplifier router webcam
    drone camera-lens tripod ink-cartridge charger video-game board-game trading-card action-figure doll
    toy-car model-train CD magazine sheet-music painting picture-frame mirror figurine candlestick curtain
    duvet-cover tablecloth kitchen-knife fork blender kettle air-fryer coffee-grinder stroller car-seat
    high-chair coffee-table nightstand dresser skateboard roller-skates golf-club fishing-rod yoga-mat
    treadmill surfboard saw wrench ladder synthesizer ukulele trumpet fabric yarn stamp coin pet-bed
    dog-collar aquarium hair-straightener electric-shaver electric-toothbrush nail-polish
"""


def test_what_people_sell_has_a_kind_of_its_own() -> None:
    assert {
        name: tree.find(name.replace("-", " ")) for name in COMMON.split() if not _one(name)
    } == {}
    assert len(tree.categories()) >= 1500


def _one(name: str) -> bool:
    return len(tree.find(name.replace("-", " "))) == 1


def test_every_kind_is_whole() -> None:
    kinds = tree.categories()
    sources = tree.sources()
    assert {"google", "shopify", "imagenet"} <= set(sources)
    seen: set[str] = set()
    for key, kind in kinds.items():
        assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", key), key
        assert all((kind.name, kind.plural, kind.group in tree.groups())), key
        assert kind.shape in ("", "plural", "pair", "mass"), key
        assert all(kinds[above].group == kind.group for above in tree.lineage(key)), key
        assert tree.taxonomy_name("google", kind.google), key
        assert tree.taxonomy_name("shopify", kind.shopify), key
        assert set(kind.imagenet) <= set(range(1000)), key
        assert vocabulary.plain(kind.name) not in seen, key
        seen.add(vocabulary.plain(kind.name))
        traits = tree.traits(key)
        assert all((traits.conditions, traits.specifics)), key
    named = tree.names_in("de")
    assert set(named) == set(kinds)
    assert all(named.values())


def test_the_clothing_head_knows_its_kinds() -> None:
    labels = {kind.label for kind in tree.categories().values()} - {""}
    assert labels == set(clothing.head().labels)


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("jeans", "en", ["jeans"]),
        ("Ankle Boots", "en", ["ankle-boots"]),
        ("sneaker", "en", ["trainers"]),
        ("iPad", "en", ["tablet"]),
        ("Stiefel", "de", ["boots"]),
        ("Stiefel", "en", []),
        ("187", "en", ["shoes"]),
        ("aa-1-12-4", "en", ["jeans"]),
        ("gid://shopify/TaxonomyCategory/aa-8-3", "en", ["boots"]),
        ("Apparel & Accessories > Jewelry > Rings", "en", ["ring"]),
        ("Bauchtrainer", "de", ["ab-roller", "ab-wheel"]),
        ("Bauchtrainer (ab-wheel)", "de", ["ab-wheel"]),
        ("spaceship", "en", []),
        (" \u200b!", "en", []),
    ],
)
def test_a_kind_is_found_by_any_of_its_names(text: str, language: str, found: list[str]) -> None:
    assert sorted(tree.find(text, language)) == found


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Nike Air Max sneakers white size 10 with box", "trainers"),
        ("LEGO Star Wars 75192", "building-bricks"),
        ("Sony headphones with case", "headphones"),
        ("Women > Clothing > Jeans", "jeans"),
        ("Apple iPhone 12 64GB", "phone"),
        ("Set of 4 dinner plates", "plate"),
        ("A lovely thing", None),
    ],
)
def test_a_title_names_a_kind(title: str, found: str | None) -> None:
    assert tree.category_in(title) == found


def test_kinds_inherit_what_is_true_of_those_above_them() -> None:
    assert tree.lineage("ankle-boots") == ["ankle-boots", "boots", "shoes"]
    assert tree.traits("ankle-boots").sizes == "shoes"
    assert tree.traits("jeans").measurements == ("waist", "inside leg", "rise", "leg opening")
    assert tree.traits("jeans").specifics == tree.traits("shirt").specifics
    assert {"boots", "sandals"} <= tree.relatives("shoes")
    assert "shoes" in tree.relatives("boots")


def test_names_are_offered_while_a_person_types() -> None:
    assert tree.starting("boo", most=3)[0] in ("book", "boots")
    assert "skateboard" in tree.starting("skateb")
    assert tree.starting("stief", "de")[0] == "boots"
    assert tree.starting("") == []
    assert len(tree.starting("a")) == 20


def test_no_table_of_the_tree_is_large() -> None:
    folder = Path(tree.__file__).parent
    sizes = {path.name: path.stat().st_size for path in folder.glob("*.tsv")}
    assert max(sizes.values()) < 600_000, sizes
