"""`packshot cutout --local`: the engine in the command's own process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image as Picture

from packshot import cli
from packshot.engine import Engine, Unmakeable
from tests.client_package.test_package import PROJECT, ROOT

PHOTO = ROOT / "tests/photos/wool-hat.jpg"
# What the command and its extra `local` don't bring, of what the site has.
OTHERS = (
    "django",
    "rest_framework",
    "ncnn",
    "rapidocr",
    "lensfunpy",
    "rembg",
    "structlog",
    "redis",
)
ALONE = f"""
import sys
sys.modules |= dict.fromkeys({OTHERS!r})
from packshot import cli
sys.exit(cli.run(sys.argv[1:]))
"""


def test_it_needs_no_more_than_its_extra_and_photos_fail_alone(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    (tmp_path / "cut.jpg").write_bytes(PHOTO.read_bytes()[:9000])
    photos = [PHOTO, tmp_path / "text.jpg", tmp_path / "cut.jpg"]
    options = ["--model", "fast", "--crop", "--json", "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-c", ALONE, "cutout", "--local", *map(str, photos), *options],
        env=os.environ | {"PYTHONPATH": str(ROOT / "client")},
        capture_output=True,
        text=True,
        check=False,
    )
    told = {Path(one["photo"]).name: one for one in map(json.loads, done.stdout.splitlines()[:-1])}
    assert done.returncode == 1, done.stderr
    assert {name: one.get("code") for name, one in told.items()} == {
        "wool-hat.jpg": None,
        "text.jpg": "UNSUPPORTED_FORMAT",
        "cut.jpg": "BROKEN_IMAGE",
    }
    with Picture.open(tmp_path / "out/wool-hat.png") as made, Picture.open(PHOTO) as photo:
        assert made.mode == "RGBA"
        assert made.height < photo.height
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        ".packshot",
        "wool-hat.png",
    ]


def test_without_the_engine_it_says_where_that_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PACKSHOT_HOME", str(tmp_path))
    assert cli.run(["cutout", "--local", str(PHOTO), "--out", str(tmp_path / "out")]) == 5
    assert "PACKSHOT_HOME" in capsys.readouterr().err
    monkeypatch.delenv("PACKSHOT_HOME")
    for wrong, said in (("--model", "There is no model"), ("--color", "is not a color")):
        options = [wrong, "octarine", "--out", str(tmp_path / "out")]
        assert cli.run(["cutout", "--local", str(PHOTO), *options]) == 1
        assert said in " ".join(capsys.readouterr().err.split())
    assert cli.run(["cutout", str(PHOTO), "--threads", "2"]) == 2
    monkeypatch.setitem(sys.modules, "rembg", None)  # the extra brings none of its models
    options = ["--model", "octarine", "--out", str(tmp_path / "out")]
    assert cli.run(["cutout", "--local", str(PHOTO), *options]) == 1
    assert "There is no model 'octarine' here" in " ".join(capsys.readouterr().err.split())
    engine, photo = Engine(threads=1, report=print), PHOTO.read_bytes()
    for layout in (3, None):
        with pytest.raises(Unmakeable) as wrong_plan:
            engine.edit(photo, {"layout": layout})
        assert wrong_plan.value.code == "VALIDATION_ERROR"


def test_the_extra_brings_what_the_engine_is_run_by() -> None:
    named = {one.partition(">")[0] for one in PROJECT["optional-dependencies"]["local"]}
    assert named >= {"numpy", "opencv-python-headless", "pillow", "onnxruntime", "MNN"}
    assert not named & {"django", "rembg"}


def test_what_it_writes_arrives_while_standard_output_is_pointed_elsewhere() -> None:
    """As it is for a moment while a network is loaded."""
    code = (
        "import os\nfrom packshot.cli import local\n"
        "with local.own_output():\n"
        "    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)\n"
        "    print('it arrives')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT / "client")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "it arrives\n"
