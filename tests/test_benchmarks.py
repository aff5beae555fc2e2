"""`python -m benchmarks` as far as it measures nothing."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest
from django.conf import settings

from benchmarks.__main__ import ON_REQUEST, PARTS


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


@pytest.mark.parametrize("module", [*PARTS.values(), *ON_REQUEST.values()])
def test_every_part_can_be_called(module: str) -> None:
    assert callable(importlib.import_module(module).main)
