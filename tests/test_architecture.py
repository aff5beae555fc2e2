"""Rules about the code itself, because written rules alone decay."""

from __future__ import annotations

import ast
import importlib.util
import io
import os
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
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
    # MNN raises nothing narrower where it can't load a file.
    assert found == [
        "processing/engine/networks/runtimes/mnn_network.py",
        "processing/worker/tasks.py",
    ]


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
        "print(*sorted({'MNN', 'onnxruntime', 'rembg', 'rapidocr', 'ncnn', 'numba'} & set(sys.modules)))"
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


def test_modules_named_in_docstrings_and_comments_exist() -> None:
    """A dotted name is a project's, from its root or from a package around; or a library's."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in [*sources(), *sorted((ROOT / "benchmarks").rglob("*.py"))]
        for line, text, known in texts(path)
        for name in DOTTED.findall(text)
        if not (is_no_module(name) or resolves(name, path, known))
    ]
    assert wrong == []


DOTTED = re.compile(r"""(?<![\w./"'-])[a-z_]\w+(?:\.[A-Za-z_]\w*)+(?![\w"'/])""")
# Parts of requests, events and examples.
NO_MODULES = {
    *("layout.margin.top", "report.backgroundId", "project.created", "webhook.test"),
    "result.data",
}
ENDINGS = {"py", "toml", "csv", "npz", "png", "heic", "cpp", "md", "html", "js"}


def is_no_module(name: str) -> bool:
    return name in NO_MODULES or name.rpartition(".")[2] in ENDINGS


def texts(path: Path) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Docstrings and comments with their line, and what names mean there by themselves."""
    source = path.read_text()
    tree = ast.parse(source)
    around = imported(tree) | dict.fromkeys(defined(tree), "")
    for node in ast.walk(tree):
        known = dict(around)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            known |= {one.arg: "" for one in [*node.args.args, *node.args.kwonlyargs]}
        elif isinstance(node, ast.ClassDef):
            known |= dict.fromkeys(defined(node), "")
        elif not isinstance(node, ast.Module):
            continue
        yield getattr(node, "lineno", 1), ast.get_docstring(node) or "", known
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string, around


def imported(tree: ast.Module) -> dict[str, str]:
    """What imports call by which name: the name here, and the dotted one."""
    found = {}
    for one in ast.walk(tree):
        if isinstance(one, ast.Import):
            found |= {alias.asname or alias.name: alias.name for alias in one.names}
        elif isinstance(one, ast.ImportFrom):
            found |= {
                alias.asname or alias.name: f"{one.module}.{alias.name}" for alias in one.names
            }
    return found


def defined(node: ast.Module | ast.ClassDef) -> set[str]:
    found: set[str] = set()
    for one in node.body:
        if isinstance(one, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(one.name)
        elif isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            found.add(one.target.id)
        elif isinstance(one, ast.Assign):
            found |= {target.id for target in one.targets if isinstance(target, ast.Name)}
    return found


def resolves(name: str, path: Path, known: dict[str, str]) -> bool:
    """Whether a dotted name means something in a text of that file."""
    first, _, rest = name.partition(".")
    folders = path.relative_to(ROOT).parent.parts
    above = [".".join([*folders[:depth], name]) for depth in range(len(folders) + 1)]
    meant = [f"{known[first]}.{rest}"] if known.get(first) else []
    if any(exists(one) for one in [*above, *meant]):
        return True
    ours = [one.removesuffix(f".{rest}") for one in [*above, *meant]]
    if any(module(one) is not None for one in ours):
        return False
    return first in known or importlib.util.find_spec(first) is not None


def exists(name: str) -> bool:
    """Whether there is such a module of ours, or such a name in one, or in a class of one."""
    parts = name.split(".")
    for depth in range(len(parts), 0, -1):
        found = module(".".join(parts[:depth]))
        if found is not None:
            rest = parts[depth:]
            return not rest or (rest[0] in found and set(rest[1:2]) <= found[rest[0]])
    return False


@cache
def module(name: str) -> dict[str, set[str]] | None:
    """What a module of ours defines, and what the classes among that do; None for no module."""
    path = ROOT.joinpath(*name.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not file.is_file():
        return None
    tree = ast.parse(file.read_text())
    found = {one: set[str]() for one in defined(tree) | imported(tree).keys()}
    return found | {one.name: defined(one) for one in tree.body if isinstance(one, ast.ClassDef)}
