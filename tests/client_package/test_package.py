"""The package as it would be published: what it holds, needs, and is called."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import packshot

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "client"
PROJECT = tomllib.loads((CLIENT / "pyproject.toml").read_text())["project"]


def modules() -> list[Path]:
    return sorted((CLIENT / "packshot").rglob("*.py"))


def test_a_wheel_is_built_and_holds_the_package(tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    done = subprocess.run(
        [uv, "build", "--offline", "--out-dir", tmp_path, CLIENT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    [wheel] = tmp_path.glob("packshot-*-py3-none-any.whl")
    assert len(list(tmp_path.glob("packshot-*.tar.gz"))) == 1
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {str(path.relative_to(CLIENT)) for path in modules()} <= names
    assert "packshot/py.typed" in names
    assert packshot.__version__ == PROJECT["version"]


def test_the_client_is_tested_with_what_it_asks_for() -> None:
    """Its ranges are the project's own, so the lock has a version within each."""
    extras = PROJECT.get("optional-dependencies", {}).values()
    asked = [*PROJECT["dependencies"], *(one for extra in extras for one in extra)]
    known = {
        canonicalize_name(one.name): one.specifier
        for name in ("requirements.txt", "requirements-dev.txt")
        for line in (ROOT / name).read_text().splitlines()
        if (text := line.partition("#")[0].strip()) and not text.startswith("-r")
        for one in [Requirement(text)]
    }
    for requirement in map(Requirement, asked):
        assert known[canonicalize_name(requirement.name)] == requirement.specifier, requirement


def test_modules_are_small_say_what_they_are_and_know_no_site() -> None:
    sites = {"config", "accounts", "media_library", "listings", "django", "rest_framework"}
    for path in modules():
        source = path.read_text()
        tree = ast.parse(source)
        assert ast.get_docstring(tree), path
        assert len(source.splitlines()) <= 400, path
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 60, f"{path}: {node.name}"
            if isinstance(node, ast.Import | ast.ImportFrom):
                named = [alias.name for alias in node.names]
                name = node.module or "" if isinstance(node, ast.ImportFrom) else named[0]
                assert not re.match(rf"({'|'.join(sites)})(\.|$)", name), f"{path}: {name}"
