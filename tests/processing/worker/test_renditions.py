"""What is found again, and what is made anew because other code or another network would make it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from media_library.models import Image
from processing import engine
from processing.commands import Edit
from processing.engine import versions
from processing.engine.plans.edit import Background, EditPlan, Generated
from processing.engine.source_tree import SourceTree
from processing.models import Job
from processing.worker import renditions, runtime
from tests.stand_ins import MiddleModel, Seller

CUTOUT: dict[str, Any] = {}
SHADOW = {"shadow": {"mode": "soft"}, "layout": {"size": "64x64"}}
WHITE = {"background": {"color": "white"}, "layout": {"size": "64x64"}}
NO_TEXT = {"cutting": None, "textRemoval": "all"}
LARGE = {"cutting": None, "upscale": {"mode": "fast"}}
WORDS = {"background": {"generated": {"prompt": "marble", "seed": 1}}, "layout": {"size": "64x64"}}
EDITS = {
    "shadow": SHADOW,
    "white": WHITE,
    "no text": NO_TEXT,
    "large": LARGE,
    "words": WORDS,
}
EVERYTHING = {"cutout", *EDITS}
WITH_SUBJECT = EVERYTHING - {"no text", "large"}


class NoText:
    def find(self, rgb: Any, part: Any = None) -> list[Any]:
        return []


class Twice:
    def version(self, upscale: Any) -> str:
        return "twice 1"

    def check(self, width: int, height: int, upscale: Any) -> None:
        return None

    def upscale(self, rgb: Any, alpha: Any, upscale: Any) -> Any:
        return rgb.repeat(2, 0).repeat(2, 1), alpha


@pytest.fixture
def made_anew(
    owner: Seller,
    image: Image,
    middle_model: None,
    quick_queue: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], set[str]]:
    """Asks for everything, once before the test begins and again at each call: what of it was not
    found again?"""
    monkeypatch.setattr(runtime, "text_finder", NoText)
    monkeypatch.setattr(runtime, "upscaler", Twice)

    def ask() -> set[str]:
        return {name for name in EVERYTHING if not found_again(owner, image, name)}

    assert ask() == EVERYTHING
    return ask


def found_again(seller: Seller, image: Image, name: str) -> bool:
    body: dict[str, Any] = {"imageId": image.public_id, "display": "url"}
    if name == "cutout":
        answer = seller.client.post("/api/v1/images/tools/remove-background", body, format="json")
    else:
        body["edit"] = EDITS[name]
        answer = seller.client.post("/api/v1/images/tools/edit", body, format="json")
    assert answer.status_code == 200, answer.json()
    return "foundAgain" in Job.objects.order_by("created_at").last().report  # type: ignore[union-attr]


@pytest.fixture
def change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], None]:
    """Puts another text into a file of the engine, as its versions see it."""
    folder = Path(engine.__file__).parent
    ignored = shutil.ignore_patterns("__pycache__")
    copy = shutil.copytree(folder, tmp_path / "engine", ignore=ignored, copy_function=os.symlink)

    def changed(file: str, old: str, new: str) -> None:
        text = (copy / file).read_text()
        assert old in text
        (copy / file).unlink()  # a link to the original
        (copy / file).write_text(text.replace(old, new))
        tree = SourceTree({"processing.engine": copy}, without_effect=versions.WITHOUT_EFFECT)
        monkeypatch.setattr(versions, "ENGINE", tree)

    return changed


def test_nothing_is_made_anew_while_nothing_changes(made_anew: Any) -> None:
    assert made_anew() == set()


def test_other_shadows_make_pictures_with_a_shadow_anew(made_anew: Any, change: Any) -> None:
    change("shadow/styles.py", "thrown=0.3,", "thrown=0.2,")
    assert made_anew() == {"shadow"}
    assert made_anew() == set()


def test_another_text_detector_makes_removed_text_anew(made_anew: Any, change: Any) -> None:
    change("text/detect.py", "_SURE = 0.5", "_SURE = 0.6")
    assert made_anew() == {"no text"}


def test_another_way_of_cutting_out_makes_all_subjects_anew(made_anew: Any, change: Any) -> None:
    change("cutout/edges.py", "def cut_out(", "def cut_out_otherwise(")
    assert made_anew() == WITH_SUBJECT


def test_another_vocabulary_makes_backgrounds_from_words_anew(made_anew: Any, change: Any) -> None:
    change("prompts/scene_words.toml", "\n", "\n# \n")
    assert made_anew() == {"words"}


def test_another_encoder_makes_everything_anew(made_anew: Any, change: Any) -> None:
    change("files/png.py", "def ", "def other_")
    assert made_anew() == EVERYTHING


def test_another_network_makes_what_it_saw_anew(
    made_anew: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MiddleModel, "version", lambda self, name: "middle 2")
    assert made_anew() == WITH_SUBJECT


def test_another_upscaling_network_makes_enlarged_pictures_anew(
    made_anew: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Twice, "version", lambda self, upscale: "twice 2")
    assert made_anew() == {"large"}


@pytest.fixture
def marble(middle_model: None, settings: Any) -> Callable[[], dict[str, list[str]]]:
    """Who makes marble by another server: alone, and with the studio to stand in."""
    settings.OPENAI_IMAGES_URL = "http://pictures.example"

    def makers() -> dict[str, list[str]]:
        found = {}
        for name, fallback in (("alone", False), ("helped", True)):
            generated = Generated("marble", provider="openai", fallback=fallback)
            command = Edit(plan=EditPlan(background=Background(generated=generated)))
            found[name] = renditions.makers_for(command) or []
        return found

    return makers


def renewed(before: dict[str, list[str]], after: dict[str, list[str]]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def test_the_studio_counts_for_another_server_only_where_it_may_stand_in(
    marble: Any, change: Any
) -> None:
    before = marble()
    change("backdrops/render.py", "def render(", "def render_otherwise(")
    assert renewed(before, marble()) == {"helped"}


def test_the_model_of_another_server_counts(marble: Any, settings: Any) -> None:
    before = marble()
    settings.OPENAI_IMAGES_MODEL = "another"
    assert renewed(before, marble()) == {"alone", "helped"}


@pytest.mark.parametrize(
    ("file", "counts"), [("openai.py", True), ("http.py", True), ("automatic1111.py", False)]
)
def test_how_another_server_is_asked_counts(
    marble: Any, settings: Any, tmp_path: Path, file: str, counts: bool
) -> None:
    before = marble()
    copy = tmp_path / "processing/providers"
    shutil.copytree(settings.BASE_DIR / "processing/providers", copy)
    (copy / file).write_text((copy / file).read_text() + "\nCHANGED = 1\n")
    settings.BASE_DIR = tmp_path
    runtime.providers_code.cache_clear()
    try:
        assert renewed(before, marble()) == ({"alone", "helped"} if counts else set())
    finally:
        runtime.providers_code.cache_clear()
