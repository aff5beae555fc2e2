"""`python -m benchmarks` as far as it measures nothing."""

from __future__ import annotations

import importlib
import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from benchmarks.__main__ import ON_REQUEST, PARTS
from benchmarks.figures import table
from benchmarks.figures.rows import Row
from benchmarks.graded import grades
from benchmarks.looks import comparing, measures, sheets
from processing.engine.errors import NothingFound
from processing.engine.networks.registry import Registry
from processing.engine.plans.cutout import CutoutPlan
from tests.tables import in_turn


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it with the standard library alone: without site-packages (-S)."""
    return subprocess.run(
        [sys.executable, "-S", "-m", "benchmarks", *arguments],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_help_lists_every_part_and_needs_no_package() -> None:
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    listed = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")]
    assert listed == [*PARTS, *ON_REQUEST]
    assert "  engine       Engine time by stage, without HTTP, queue or database\n" in done.stdout


def test_an_unknown_part_is_told_from_the_known() -> None:
    done = run("nothing")
    assert done.returncode == 1
    assert "There is no part 'nothing'." in done.stderr
    assert "  fairness " in done.stderr


def test_a_missing_package_is_named() -> None:
    done = run("sheet")
    assert done.returncode == 1
    assert done.stderr == "cv2 is missing: `pip install -r requirements-dev.txt`.\n"


@in_turn("module", [*PARTS.values(), *ON_REQUEST.values()])
def test_every_part_can_be_called(module: str) -> None:
    assert callable(importlib.import_module(module).main)


FASTER = Row("a photo", "rembg", 1500.4, 500, "ms", 3.0008, 2.1, 2.5)
SMALLER = Row("a worker", "before", 686, 300, "MB", 0.4373, 0.5, 0.4, is_limit=True)


def test_figures_are_written_between_two_marks() -> None:
    before = f"# Figures\n\n{table.BEGIN}\n\nold\n\n{table.END}\n\nMore.\n"
    after = table.inserted(before, table.written([FASTER, SMALLER], ["Machine: one."]))
    assert (
        after
        == f"""# Figures

{table.BEGIN}

| work | against | theirs | Packshot | ratio | at least | aim |
|---|---|---|---|---|---|---|
| a photo | rembg | 1,500 ms | 500 ms | **3.00** | 2.1 | 2.5 |
| a worker | before | 686 MB | 300 MB | **0.44** | at most 0.5 | at most 0.4 |

- Machine: one.

{table.END}

More.
"""
    )
    with pytest.raises(ValueError, match="lacks its marks"):
        table.inserted("# Figures\n", "text")
    assert table.inserted(table.DOCUMENT.read_text(), "text") != table.DOCUMENT.read_text()


@pytest.mark.parametrize(
    ("row", "ratio", "verdict"),
    [
        (FASTER, 2.5, "reaches the aim"),
        (FASTER, 2.49, "passes"),
        (FASTER, 2.09, "MISSES"),
        (SMALLER, 0.4, "reaches the aim"),
        (SMALLER, 0.41, "passes"),
        (SMALLER, 0.51, "MISSES"),
    ],
)
def test_a_figure_is_judged(row: Row, ratio: float, verdict: str) -> None:
    assert replace(row, ratio=ratio).verdict == verdict


def test_photos_are_chosen_evenly_and_pairs_shown_either_way_as_often(tmp_path: Path) -> None:
    for number in range(136):
        (tmp_path / f"{number:03}.jpg").touch()
    (tmp_path / "notes.txt").touch()
    found = [int(path.stem) for path in comparing.chosen(tmp_path, 24)]
    assert (len(found), found[:4], found[-1]) == (24, [0, 5, 11, 17], 130)
    assert len(comparing.chosen(tmp_path, 200)) == 136
    left = Counter(left for left, _ in comparing.sides(24, random.Random(7)))
    assert left == {comparing.BEFORE: 12, comparing.NOW: 12}


def test_a_look_is_measured_beside_the_product_alone() -> None:
    matte = np.zeros((1000, 1000), np.uint8)
    matte[300:700, 300:700] = 255
    product = np.full((1000, 1000, 3), 120, np.uint8)
    bare = np.where(matte[..., None] > 0, product, 255).astype(np.uint8)
    assert measures.measured(bare, bare, product, matte) == measures.Measured(0, 0, 0, 0, 0)
    shaded = bare.copy()
    shaded[:300] = 119  # L* 49.9 instead of 100 above it, and below it for half of the strip
    shaded[700:705] = 119
    shaded[300:500] = 255
    found = measures.measured(shaded, bare, product, matte)
    assert found.halo == pytest.approx(50.1, abs=0.1)
    assert found.contact == pytest.approx(25.1, abs=0.1)
    assert found.clipped == pytest.approx(0.5)
    assert found.color_most == pytest.approx(2 * found.color)
    clear = np.zeros_like(matte)
    with pytest.raises(ValueError, match="Nothing of the product is opaque"):
        measures.measured(bare, bare, product, clear)


def test_sheets_hold_all_pictures_and_pairs_six_a_sheet() -> None:
    cell = sheets.cell(np.zeros((30, 60, 3), np.uint8), np.full((30, 60), 0, np.uint8))
    assert cell.shape == (480, 480, 3)
    assert {tuple(color) for color in cell.reshape(-1, 3).tolist()} == {
        (214, 214, 214),
        (235, 235, 235),
        (255, 255, 255),
    }
    assert sheets.sheet([cell] * 8).shape == (2 * 506 + 8, 6 * 488 - 8, 3)
    assert [page.shape[0] for page in sheets.of_pairs([(cell, None)] * 8)] == [1534, 506]


def test_the_graded_photos_are_all_there() -> None:
    graded = grades.read()
    assert len({one.photo for one in graded}) == len({one.sha256 for one in graded}) == 136
    assert Counter(one.grade for one in graded) == {"good": 82, "flawed": 42, "unusable": 12}
    assert all((one.wrong == "") is (one.grade == "good") for one in graded)
    assert {one.subject.shape for one in graded} == {(64, 64)}


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((16, 16, 48, 48), 0.0),
        ((16, 16, 32, 48), 0.5),  # half of it is lost
        ((16, 16, 48, 64), 0.5),  # half as much again is kept
        ((18, 16, 48, 48), 0.0),  # a rim of two places is an edge
        ((0, 0, 0, 0), 1.0),
    ],
)
def test_what_is_wrong_with_a_cutout(box: tuple[int, int, int, int], expected: float) -> None:
    subject, alpha = np.zeros((64, 64), np.float32), np.zeros((128, 256), np.uint8)
    subject[16:48, 16:48] = 1
    left, top, right, bottom = box
    alpha[2 * top : 2 * bottom, 4 * left : 4 * right] = 255
    assert grades.wrong(alpha, subject) == expected


def test_the_time_of_a_photo_in_which_nothing_was_found_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def find_nothing(*_: object) -> None:
        raise NothingFound

    clock = iter([1.0, 3.5])
    monkeypatch.setattr("benchmarks.graded.grades.time.process_time", lambda: next(clock))
    monkeypatch.setattr("benchmarks.graded.grades.render", find_nothing)
    one, tally = grades.read()[0], grades.Tally()
    grades._cut_out(one, b"", CutoutPlan(), Registry(Path("unused")), tally)
    assert (tally.seconds, tally.unusable) == (2.5, [one.photo])
