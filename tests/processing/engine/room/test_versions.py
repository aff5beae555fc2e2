"""Versions of rooms' looks: what was released stays as it is."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from processing.engine.errors import InvalidPlan
from processing.engine.plans import room_versions
from processing.engine.plans.room import RoomPlan
from processing.engine.room.enhance import enhance
from processing.engine.room.looks import Amounts, amounts
from tests.processing.engine.room.drawn import room

# Never change a line: a version is a promise. Add one for each that is new.
PINNED = {
    "3.0": "0713504b3d70a4a5",
    "3.1": "0713504b3d70a4a5",
    "3.2": "0713504b3d70a4a5",
    "3.3": "ebf6fae53484c915",
    "3.4": "ebf6fae53484c915",
    "3.5": "16be493308a19dcb",
    "4.0": "ec22e43455211afb",
    "4.1": "ec22e43455211afb",
    "4.2": "ec22e43455211afb",
    "4.3": "8d2169a83c9d1ee2",
    "4.4": "8d2169a83c9d1ee2",
    "4.5": "8d2169a83c9d1ee2",
    "4.7": "14f967c90a8a88e9",
    "5.0": "bfee9e1db720ea29",
}


def pin(version: str) -> str:
    """What a version comes to, with the amounts that the file leaves to their defaults."""
    looks = {look: repr(amounts(version, look)) for look in room_versions.looks_of(version)}
    return hashlib.sha256(json.dumps(looks, sort_keys=True).encode()).hexdigest()[:16]


def test_no_version_has_changed() -> None:
    assert {version: pin(version) for version in room_versions.VERSIONS} == PINNED


@pytest.mark.parametrize(
    ("word", "version"),
    [("3.x", "3.5"), ("4.x", "4.7"), ("5.x", "5.0"), ("latest", "5.0"), ("4.2", "4.2")],
)
def test_a_word_becomes_the_version_that_it_means(word: str, version: str) -> None:
    plan = RoomPlan(look="authentic", version=word)
    assert plan.version == version
    assert plan == RoomPlan(look="authentic", version=version)


@pytest.mark.parametrize("word", ["", "4", "4.6", "6.0", "LATEST", "4.X", "5.0 "])
def test_a_version_that_there_is_not(word: str) -> None:
    with pytest.raises(InvalidPlan) as caught:
        RoomPlan(version=word)
    assert caught.value.field == "version"


def test_a_look_that_a_version_has_not() -> None:
    with pytest.raises(InvalidPlan, match=r"property, property_usa, authentic in version 3\.5"):
        RoomPlan(look="neutral", version="3.x")
    with pytest.raises(InvalidPlan) as caught:
        RoomPlan(look="property", version="4.x")
    assert caught.value.field == "look"


def test_the_newest_is_what_is_done_by_itself() -> None:
    assert RoomPlan().version == room_versions.NEWEST
    assert amounts(room_versions.NEWEST, "neutral") == Amounts()


def test_sets_differ_in_their_pictures() -> None:
    dark = (room((300, 200)) * 0.4).astype(np.uint8)
    made = [enhance(dark, amounts(version, "neutral")).rgb for version in ("4.0", "4.3", "4.7")]
    assert not np.array_equal(made[0], made[1])
    assert not np.array_equal(made[1], made[2])
