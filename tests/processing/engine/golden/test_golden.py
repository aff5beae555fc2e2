"""Every look is as somebody accepted it, and every piece of code that draws one is in its version.

How far a picture may be off (`Look.most`, `Look.mean`) lies between two measurements, in levels of 255
at the worst pixel and on average. Without vector instructions (OPENCV_CPU_DISABLE,
NPY_DISABLE_CPU_FEATURES and OPENBLAS_CORETYPE for the oldest processor that they know), without IPP
and on one core no look is off by more than 1 and 0.0011. With 0.20 instead of 0.32 for the thrown part
of a soft shadow, what shows one is off by 9 and 0.39 (lying), 10 and 0.07 (standing).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from processing.engine.shadow import lit_subject
from tests.processing.engine.golden import __main__ as command
from tests.processing.engine.golden import accepted
from tests.processing.engine.golden.looks import LOOKS, counted, shot

SOFT = "shadow-soft-lying"


@pytest.mark.parametrize("name", LOOKS)
def test_the_look_is_the_accepted_one(name: str, tmp_path: Path) -> None:
    now = shot(name).picture
    apart = accepted.difference(accepted.accepted(name), now)
    if not apart.passes(LOOKS[name]):
        accepted.show(tmp_path, name, now)
        pytest.fail(
            f"{name} is off by {apart.most:.0f} levels, {apart.mean:.3f} on average. See {tmp_path} "
            f"for the picture and the difference. Is it as it should be? "
            f'Then accept it: make golden ARGS="{name}"',
            pytrace=False,
        )


@pytest.mark.parametrize("name", LOOKS)
def test_all_code_that_ran_is_in_the_version(name: str) -> None:
    """Otherwise a change of that code would leave old results where new ones belong."""
    ran = shot(name).ran
    assert len(ran) > 5
    assert ran - counted(name) == set()


def test_there_is_a_picture_of_each_look_and_no_other() -> None:
    assert {path.stem for path in accepted.PICTURES.iterdir()} == set(LOOKS)


@pytest.fixture
def lighter(monkeypatch: pytest.MonkeyPatch) -> Image.Image:
    """A soft shadow that is thrown with 0.20 instead of 0.30."""
    styles = {**lit_subject.STYLES, "soft": replace(lit_subject.STYLES["soft"], thrown=0.20)}
    monkeypatch.setattr(lit_subject, "STYLES", styles)
    return shot.__wrapped__(SOFT).picture


def test_a_lighter_soft_shadow_does_not_pass(lighter: Image.Image) -> None:
    assert not accepted.difference(accepted.accepted(SOFT), lighter).passes(LOOKS[SOFT])


def test_a_level_here_and_there_passes() -> None:
    """As another processor may round."""
    pixels = np.array(accepted.accepted(SOFT))
    pixels[::30, ::30] ^= 1
    apart = accepted.difference(accepted.accepted(SOFT), Image.fromarray(pixels))
    assert apart.most == 1
    assert apart.passes(LOOKS[SOFT])


def test_another_size_does_not_pass() -> None:
    picture = accepted.accepted(SOFT)
    apart = accepted.difference(picture, picture.crop((0, 0, 95, 96)))
    assert not apart.passes(LOOKS[SOFT])


def test_what_does_not_pass_is_shown_with_the_difference(
    lighter: Image.Image, tmp_path: Path
) -> None:
    accepted.show(tmp_path, SOFT, lighter)
    with Image.open(tmp_path / f"{SOFT}.png") as shown:
        assert np.array_equal(np.asarray(shown), np.asarray(lighter))
    with Image.open(tmp_path / f"{SOFT}-difference.png") as apart:
        low, high = apart.convert("L").getextrema()
    assert low == 128  # nowhere darker than before
    assert high > 150


def test_accepting_writes_what_does_not_pass_and_leaves_the_rest(
    lighter: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    was, pixels = accepted.accepted(SOFT), np.array(accepted.accepted(SOFT))
    pixels[0, 0] ^= 1
    monkeypatch.setattr(accepted, "PICTURES", tmp_path)
    assert accepted.accept(SOFT, was) == "new"
    assert accepted.accept(SOFT, Image.fromarray(pixels)) == "unchanged"
    assert accepted.difference(accepted.accepted(SOFT), was).most == 0
    assert accepted.accept(SOFT, lighter) == "changed"
    assert accepted.difference(accepted.accepted(SOFT), lighter).most == 0


def test_the_command_accepts_what_is_named_and_clears_away_what_is_no_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(accepted, "PICTURES", tmp_path)
    (tmp_path / "of-old.webp").write_bytes(b"")
    assert command.main(["accept", "outline", "cutout-mask"]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"outline.webp", "cutout-mask.webp"}
    assert capsys.readouterr().out.splitlines() == [
        "outline: new",
        "cutout-mask: new",
        "of-old: removed",
    ]


def test_the_command_refuses_a_look_that_nobody_knows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        command.main(["accept", "outlines"])
    assert "outlines" in capsys.readouterr().err


def test_the_command_draws_a_sheet(tmp_path: Path) -> None:
    assert command.main(["sheet", str(tmp_path / "sheet.png")]) == 0
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > 1000
