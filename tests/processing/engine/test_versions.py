"""What gives a plan's results a new version, and what doesn't."""

from __future__ import annotations

import ast
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from processing import engine
from processing.engine import libraries, versions
from processing.engine.libraries import LIBRARIES
from processing.engine.plans.color_reference import ColorReference
from processing.engine.plans.edit import (
    Background,
    Blur,
    EditPlan,
    Generated,
    Light,
    Outline,
    Shadow,
    Upscale,
)
from processing.engine.plans.frame import Frame
from processing.engine.plans.overlay import Overlay
from processing.engine.plans.placed import PlacedPlan
from processing.engine.plans.room import RoomPlan
from processing.engine.source_tree import SourceTree

FOLDER = Path(engine.__file__).parent
PACKAGE = "processing.engine"
PLANS = {
    "photo": EditPlan(cutting=None),
    "photo without text": EditPlan(cutting=None, text_removal="all"),
    "photo enlarged": EditPlan(cutting=None, upscale=Upscale()),
    "subject": EditPlan(),
    "subject on white": EditPlan(background=Background(color="white")),
    "soft shadow": EditPlan(shadow=Shadow()),
    "light": EditPlan(light=Light()),
    "outline": EditPlan(outline=Outline()),
    "overlay": EditPlan(overlay=Overlay("logo")),
    "colors": EditPlan(color_reference=ColorReference("look")),
    "blur": EditPlan(background=Background(blur=Blur())),
    "detail": EditPlan(frame=Frame(detail=True)),
    "words": EditPlan(background=Background(generated=Generated("marble"))),
}
CUTOUTS = {"cutout", "marked cutout"}
PLACED = {"placed", "placed with a shadow"}
CUT = CUTOUTS | PLACED | PLANS.keys() - {"photo", "photo without text", "photo enlarged"}
ROOMS = {
    *("room", "room made upright", "room without faces", "room enlarged"),
    *("another sky", "views", "brackets"),
}
PICTURES = CUTOUTS | PLACED | PLANS.keys() | ROOMS | {"copy"}
ALL = PICTURES | {"studio"}

Change = Callable[[str, str, str], set[str]]


def current() -> dict[str, str]:
    return {
        "cutout": versions.of_cutout(watermark=False),
        "marked cutout": versions.of_cutout(watermark=True),
        "placed": versions.of_placed(PlacedPlan(), watermark=False),
        "placed with a shadow": versions.of_placed(PlacedPlan(shadow=Shadow()), watermark=False),
        "studio": versions.of_studio(),
        "copy": versions.of_copy(watermark=False),
        "room": versions.of_room(RoomPlan(), watermark=False),
        "views": versions.of_room(
            RoomPlan(look=None, straighten=False, window_pull="ONLY_WINDOWS"), watermark=False
        ),
        "another sky": versions.of_room(
            RoomPlan(look=None, straighten=False, sky="CLEAR"), watermark=False
        ),
        "brackets": versions.of_hdr(RoomPlan(look=None), watermark=False),
        "room made upright": versions.of_room(RoomPlan(look=None, lens=False), watermark=False),
        "room without faces": versions.of_room(
            RoomPlan(look=None, straighten=False, privacy=True), watermark=False
        ),
        "room enlarged": versions.of_room(
            RoomPlan(look=None, straighten=False, upscale=True), watermark=False
        ),
        **{name: versions.of_edit(plan, watermark=False) for name, plan in PLANS.items()},
    }


def renewed(before: dict[str, str]) -> set[str]:
    return {name for name, version in current().items() if version != before[name]}


def copied(folder: Path) -> Path:
    """The engine's files in another folder, as links to them."""
    ignored = shutil.ignore_patterns("__pycache__")
    return shutil.copytree(FOLDER, folder / "engine", ignore=ignored, copy_function=os.symlink)


def use(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    tree = SourceTree({PACKAGE: folder}, without_effect=versions.WITHOUT_EFFECT)
    monkeypatch.setattr(versions, "ENGINE", tree)


@pytest.fixture
def change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Change:
    """Changes the text of a file in a copy of the engine, and tells what got a new version."""
    copy = copied(tmp_path)
    before = current()

    def changed(file: str, old: str, new: str) -> set[str]:
        path = copy / file
        text = path.read_bytes()
        assert old.encode() in text
        path.unlink()  # a link to the original
        path.write_bytes(text.replace(old.encode(), new.encode()) if old else text + new.encode())
        use(monkeypatch, copy)
        return renewed(before)

    return changed


def test_a_copy_of_the_engine_has_the_same_versions(change: Change) -> None:
    assert change("shadow/cast.py", "", "\n") == set()


def test_plans_of_the_same_steps_have_the_same_version() -> None:
    same = {name for name, version in current().items() if version == current()["subject"]}
    assert same == {"subject", "subject on white"}


def test_a_lighter_soft_shadow_is_a_new_version_of_pictures_with_a_shadow(change: Change) -> None:
    assert change("shadow/styles.py", "thrown=0.3,", "thrown=0.2,") == {
        "soft shadow",
        "placed with a shadow",
    }


@pytest.mark.parametrize(
    ("file", "affected"),
    [
        ("shadow/soften.py", {"soft shadow", "placed with a shadow"}),
        ("text/detect.py", {"photo without text", "room without faces", "detail"}),
        ("looking/detail.py", {"detail"}),
        ("text/number_plates.py", {"room without faces"}),
        ("text/inpaint.py", {"photo without text"}),
        ("networks/upscaler.py", {"photo enlarged", "room enlarged"}),
        ("light/correct.py", {"light", "words"}),
        ("canvas/outline.py", {"outline"}),
        ("canvas/overlay.py", {"overlay"}),
        ("light/match.py", {"colors"}),
        ("canvas/defocus.py", {"blur"}),
        ("canvas/watermark.py", {"marked cutout"}),
        ("room/tone.py", ROOMS - {"room made upright"}),
        ("room/lens/lines.py", ROOMS - {"room made upright"}),
        ("room/verticals.py", ROOMS - {"room without faces", "room enlarged"}),
        ("room/hiding.py", {"room without faces"}),
        ("networks/faces.py", {"room without faces"}),
        ("room/sky/clouds.py", {"another sky", "views"}),
        ("room/windows.py", {"another sky", "views"}),
        ("room/outside.py", {"another sky", "views"}),
        ("render_room.py", ROOMS),
        ("render_copy.py", {"copy"}),
        ("render_hdr.py", {"brackets"}),
        ("room/hdr/fuse.py", {"brackets"}),
        ("canvas/fills.py", PLACED | PLANS.keys()),
        ("cutout/spill.py", CUT),
        ("networks/registry.py", CUT),
        ("render_cutout.py", CUTOUTS),
        ("render_edit.py", PLANS.keys()),
        ("composing.py", PLACED | PLANS.keys()),
        ("render_placed.py", PLACED),
        ("canvas/placing.py", PLACED),
        ("files/layers_zip.py", PLACED),
        ("cutout/kept_matte.py", CUT),
        ("files/png.py", PICTURES),
        ("backdrops/surfaces/mineral.py", {"studio"}),
        ("backdrops/__init__.py", {"studio", *PLACED, *PLANS}),  # its own text, not what it imports
        ("light/scene_light.py", {"studio", *PLACED, *PLANS}),
        ("arrays.py", ALL),
        ("__init__.py", ALL),
        ("errors.py", set()),
        ("networks/weights.py", set()),
        ("versions.py", set()),
    ],
)
def test_code_counts_where_it_runs(change: Change, file: str, affected: set[str]) -> None:
    assert change(file, "", "\nCHANGED = 1\n") == affected


@pytest.mark.parametrize(
    ("file", "affected"),
    [
        ("prompts/scene_words.toml", {"studio"}),
        ("environments/city.webp", {"studio"}),
        ("environments/LICENSE.txt", set()),
        ("networks/weights.toml", set()),  # its part is in the model's own version
    ],
)
def test_data_counts_where_it_is_used(change: Change, file: str, affected: set[str]) -> None:
    assert change(file, "", "\n# more\n") == affected


def test_a_new_file_of_data_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = current()
    copy = copied(tmp_path)
    shutil.copy(copy / "environments/city.webp", copy / "environments/town.webp")
    use(monkeypatch, copy)
    assert renewed(before) == {"studio"}


def test_comments_docstrings_and_layout_count_nothing(change: Change) -> None:
    assert change("shadow/cast.py", "_DARKEST = 0.95", "# Why.\n_DARKEST  =  0.95 # So.") == set()
    assert change("shadow/styles.py", '"""What a mode means.', '"""What modes mean.') == set()
    assert change("plans/cutout.py", "Trim the result to", "Crop the result to") == set()
    assert change("text/detect.py", '"""Where text is', '"""Here text is') == set()


def test_no_comment_docstring_or_layout_counts_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = current()
    copy = copied(tmp_path)
    for path in copy.rglob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                if ast.get_docstring(node) is None:
                    node.body.insert(0, ast.Expr(ast.Constant("Told.")))
                else:
                    node.body[0] = ast.Expr(ast.Constant("Told otherwise."))
        path.unlink()
        path.write_text(ast.unparse(ast.fix_missing_locations(tree)))
    use(monkeypatch, copy)
    assert renewed(before) == set()


@pytest.mark.parametrize(
    ("package", "affected"),
    [
        ("numpy", ALL),
        ("opencv-python-headless", ALL),
        ("pillow", ALL),
        ("pillow-heif", PICTURES),
        ("onnxruntime", CUT | {"photo without text", "room without faces"}),
        ("rembg", CUT),
        ("MNN", CUT),
        ("rapidocr", {"photo without text", "room without faces", "detail"}),
        ("ncnn", {"photo enlarged", "room enlarged"}),
        ("httpx", set()),
    ],
)
def test_libraries_count_where_they_are_used(
    monkeypatch: pytest.MonkeyPatch, package: str, affected: set[str]
) -> None:
    before, installed = current(), libraries.version_of
    monkeypatch.setattr(
        libraries, "version_of", lambda name: "99" if name == package else installed(name)
    )
    use(monkeypatch, FOLDER)
    assert renewed(before) == affected


def test_a_relative_import_is_refused(change: Change) -> None:
    with pytest.raises(ValueError, match="Relative imports"):
        change("shadow/cast.py", "", "\nfrom . import footing\n")


def in_package(names: set[str]) -> set[str]:
    return {name.removeprefix(f"{PACKAGE}.") for name in names if name.startswith(f"{PACKAGE}.")}


def test_every_module_counts_for_something() -> None:
    """What no version has in it can change pictures unseen: it is found by no import, or it is new."""
    counted = versions.ENGINE.modules(f"{PACKAGE}.backdrops.studio")
    counted |= versions.modules_of("render_cutout", set(versions.STEPS))
    counted |= versions.modules_of("render_edit", set(versions.STEPS))
    counted |= versions.modules_of("render_mask", set(versions.STEPS))
    counted |= versions.modules_of("render_placed", set(versions.STEPS))
    counted |= versions.modules_of("render_room", set(versions.STEPS))
    counted |= versions.modules_of("render_copy", set(versions.STEPS))
    counted |= versions.modules_of("render_hdr", set(versions.STEPS))
    assert in_package(set(versions.ENGINE.imports()) - counted) == {
        "bracket_groups",  # tells what belongs together, and makes nothing
        "errors",
        "files.bare",  # looks at files, and makes none
        "files.isolated",  # so do these
        "files.sandbox",
        "libraries",
        "networks.npm",
        "networks.room",  # says which weights are fetched
        "networks.runtimes.choice",  # what it chooses is part of a model's version
        "networks.runtimes.converter",  # how it converts is told there, too: weights.toml and MNN
        "networks.runtimes.converting",
        "networks.runtimes.records",
        "networks.runtimes.self_check",  # runs networks, and makes nothing that stays
        "networks.sources",
        "networks.weights",
        "render_preview",  # what it makes is not kept
        "render_room_preview",
        "room.hdr.grouping",
        "source_tree",
        "versions",
    }


def test_every_file_of_data_counts_for_something() -> None:
    data = {path for path in FOLDER.rglob("*.*") if path.is_file()}
    data -= {path for path in data if path.suffix in (".py", ".pyc")}
    counted = set(versions.ENGINE.data(versions.ENGINE.imports()))
    assert {path.name for path in data - counted} == {"LICENSE.txt", "weights.toml"}


def test_what_is_said_to_have_no_effect_knows_no_pictures() -> None:
    modules = [name for name in versions.WITHOUT_EFFECT if name.startswith(PACKAGE)]
    assert len(modules) == 7
    assert versions.ENGINE.libraries(modules) == []


def test_every_library_is_known() -> None:
    imported = {
        one.partition(".")[0] for names in versions.ENGINE.imports().values() for one in names
    }
    others = imported - sys.stdlib_module_names - {"processing"}
    # httpx and certifi fetch weights, whose hashes are known; _tools is MNN's converter.
    assert others == {*LIBRARIES, "httpx", "certifi", "_tools"}


def test_the_table_of_steps_knows_what_the_pipelines_import() -> None:
    """Whoever gives a pipeline a new room has to say here whether every plan runs it."""
    rooms = {room for rooms in versions.STEPS.values() for room in rooms}
    always, imported = set(), set()
    for roots in versions.PIPELINES.values():
        imports = (versions.ENGINE.imports()[f"{PACKAGE}.{root}"] for root in roots)
        imported |= in_package(set().union(*imports))
    for name in imported:
        if not any(f"{name}.".startswith(f"{room}.") for room in rooms):
            always.add(name)
    assert {
        room for room in rooms if not any(f"{name}.".startswith(f"{room}.") for name in imported)
    } == set()
    modules = {one for one in versions.ENGINE.imports() if one.startswith(f"{PACKAGE}.")}
    assert {
        name if f"{PACKAGE}.{name}" in modules else name.rpartition(".")[0] for name in always
    } == {
        "arrays",
        "backdrops.provider",
        "canvas.blend",
        "canvas.compose",
        "canvas.contact",
        "canvas.fills",
        "canvas.layout",
        "canvas.placing",
        "canvas.resample",
        "composing",
        "cutout.result",
        "cutout.strokes",
        "errors",
        "files.decode",
        "files.encode",
        "files.gpano",
        "files.layers_zip",
        "files.metadata",
        "files.shooting",
        "files.sniff",
        "light.scene_light",
        "plans.color_names",
        "plans.cutout",
        "plans.edit",
        "plans.placed",
        "networks.auto",
        "poses",
        "plans.copy",
        "plans.room",
        "plans.touch_up",
        "render_room",
        "rendered",
        "room.hdr.merge",
        "room.looks",
        "room.measuring",
        "room.panorama",
        "room.resampling",
        "room.viewing",
        "shadow.setting",
        "photo_cache",
    }
