"""Equal work has one spelling, whichever door it came through."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from config.errors import AppError
from processing.commands import RemoveBackground, canonical_json, command_hash, from_row
from processing.engine.plans.cutout import CleanUp, CutoutPlan

ROW = {
    **{"operation": "remove-background", "watermark": False, "model": "auto", "edge": "standard"},
    **{"output": "cutout", "format": "png", "bgColor": "#ffffff", "crop": False},
    **{"size": "original", "despill": False, "keepExistingAlpha": False},
    **{"box": None, "point": None, "mask": None},
    "cleanUp": {
        "islands": True,
        "pinholes": True,
        "holes": True,
        "shadow": True,
        "keepHanger": True,
    },
}


def cut_out(**options: Any) -> RemoveBackground:
    return RemoveBackground(plan=CutoutPlan(**options))


def test_canonical_json_and_hash_do_not_depend_on_spelling() -> None:
    one = cut_out(bg_color="white", model="auto")
    other = cut_out(bg_color="FFF")
    assert canonical_json(one) == (
        '{"bgColor":"#ffffff","box":null,"cleanUp":{"holes":true,"islands":true,"keepHanger":true,"pinholes":true,'
        '"shadow":true},"crop":false,"despill":false,"edge":"standard","format":"png",'
        '"keepExistingAlpha":false,"mask":null,"model":"auto","operation":"remove-background",'
        '"output":"cutout","point":null,"size":"original","watermark":false}'
    )
    assert command_hash(one) == command_hash(other)
    assert command_hash(other) == command_hash(cut_out(bg_color="#fff", edge=50))
    assert command_hash(one) != command_hash(cut_out(bg_color="#fffffe"))
    assert '"edge":75.0' in canonical_json(cut_out(edge=75))


def test_rows_hold_the_options_beside_the_operation() -> None:
    assert cut_out(bg_color="white").stored() == ROW
    assert from_row(ROW) == cut_out(bg_color="white")


def test_what_an_older_row_does_not_say_is_the_default() -> None:
    row = {"operation": "remove-background", "model": "high", "edge": 12, "crop": True}
    assert from_row(row) == cut_out(model="high", edge=12, crop=True)


def test_survives_the_way_through_the_database() -> None:
    plan = CutoutPlan(
        **{"edge": "fine", "format": "jpg", "crop": True, "size": "hd", "despill": True},
        clean_up=CleanUp(keep_hanger=False),
    )
    command = RemoveBackground(plan=plan, watermark=True)
    assert from_row(command.stored()) == command


@pytest.mark.parametrize(
    "wrong",
    [
        {"edge": "soft"},
        {"edge": 101},
        {"edge": True},
        {"output": "mask", "bgColor": "red"},
        {"bgColor": "nope"},
        {"bgColor": 5},
        {"cleanUp": {"dust": True}},
        {"cleanUp": None},
        {"crop": "true"},
        {"format": "gif"},
        {"size": "huge"},
        {"bg_color": "red"},
        {"dust": True},
    ],
)
def test_nothing_wrong_can_be_built(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RemoveBackground.load({"operation": "remove-background", **wrong})
    with pytest.raises(AppError) as refused:
        from_row({"operation": "remove-background", **wrong})
    assert refused.value.code == "COMMAND_OUTDATED"
