"""Equal work has one spelling, whichever door it came through."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from processing.commands import RemoveBackground, canonical_json, command_hash, from_json


def test_canonical_json_and_hash_do_not_depend_on_spelling() -> None:
    one = RemoveBackground(bg_color="white", model="fast")
    other = RemoveBackground(bg_color="FFF")
    assert canonical_json(one) == (
        '{"bgColor":"#ffffff","cleanUp":{"islands":true,"keepHanger":true,"pinholes":true,'
        '"shadow":true},"crop":false,"despill":false,"edge":"standard","format":"png",'
        '"keepExistingAlpha":false,"model":"fast","operation":"remove-background",'
        '"output":"cutout","size":"original","watermark":false}'
    )
    assert command_hash(one) == command_hash(other)
    assert command_hash(other) == command_hash(RemoveBackground(bg_color="#fff", edge=50))
    assert command_hash(one) != command_hash(RemoveBackground(bg_color="#fffffe"))


def test_survives_the_way_through_the_database() -> None:
    command = RemoveBackground(edge="fine", format="jpg", crop=True)
    assert from_json(command.kept()) == command


@pytest.mark.parametrize(
    "wrong",
    [
        {"edge": "soft"},
        {"edge": 101},
        {"edge": True},
        {"output": "mask", "bg_color": "red"},
        {"bg_color": "nope"},
        {"crop": "true"},
        {"format": "gif"},
        {"size": "huge"},
    ],
)
def test_nothing_wrong_can_be_built(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RemoveBackground.model_validate(wrong)
