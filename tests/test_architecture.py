"""Rules about the code itself, because written rules alone decay."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROOMS = ("config", "accounts", "media_library", "processing", "listings")


def sources() -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_imports_go_the_right_way() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_no_file_is_over_400_lines() -> None:
    assert [str(p) for p in sources() if len(p.read_text().splitlines()) > 400] == []


def test_no_function_is_over_60_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in sources()
        for node in functions(path)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > 60
    ]
    assert long == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.read_text().strip() and ast.get_docstring(ast.parse(path.read_text())) is None
    ]
    assert silent == []


def test_broad_excepts_stand_at_the_named_boundaries_only() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException"))
    ]
    assert found == ["processing/worker/tasks.py"]


# What starts a process prepares it; the last teaches Pillow a format where pictures are opened.
DO_SOMETHING = {
    *("config/settings.py", "config/settings_test.py", "config/urls.py"),
    *("config/asgi.py", "config/wsgi.py", "config/worker.py", "config/launch/web.py"),
    "processing/engine/files/opening.py",
}


def test_modules_only_define_what_they_have() -> None:
    """A table that a module fills in another one is empty wherever nobody happens to import it.

    Apps enter what they have by calls in `ready()`.
    """
    assert {
        str(path.relative_to(ROOT))
        for path in sources()
        for node in ast.parse(path.read_text()).body
        if does_something(node)
    } == DO_SOMETHING


def does_something(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Subscript | ast.Attribute) for target in node.targets)
    if isinstance(node, ast.If):
        only_for = ("TYPE_CHECKING", "__name__ == '__main__'")
        return ast.unparse(node.test) not in only_for
    defines = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return not isinstance(node, (*defines, ast.AnnAssign))


def test_a_web_process_loads_nothing_that_only_workers_need() -> None:
    """Networks' libraries cost each process tens of megabytes, and half a second each."""
    code = (
        "import sys, django; django.setup(); import config.urls; "
        "print(*sorted({'onnxruntime', 'rembg', 'rapidocr', 'ncnn', 'numba'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings_test"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []
