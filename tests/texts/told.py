"""Sentences of domain code and the engine that pages tell in their readers' language (config/told.py)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

# What sellers meet: refusals, failures, and what checks of marketplaces find.
SOURCES = (
    *(f"processing/engine/{name}.py" for name in ("errors", "memory")),
    *(f"processing/engine/canvas/{name}.py" for name in ("layout", "turning")),
    *("processing/engine/cutout/given.py", "processing/engine/text/inpaint.py"),
    *("processing/engine/backdrops/studio.py", "processing/engine/networks/upscaler.py"),
    "processing/engine/files/*.py",
    "processing/engine/files/formats/*.py",
    *(f"processing/engine/plans/{name}.py" for name in ("color_names", "cutout", "edit", "room")),
    "processing/engine/room/panorama.py",
    "processing/engine/plans/touch_up.py",
    *(f"processing/worker/making/{name}.py" for name in ("masks", "previews")),
    *(f"processing/worker/{name}.py" for name in ("runner", "transitions")),
    *("processing/services/**/*.py", "processing/delivery/attempts.py"),
    "media_library/*.py",
    "media_library/lifecycle/*.py",
    *("media_library/intake/*.py", "media_library/files/content.py"),
    "listings/checks/*.py",
    "listings/services/*.py",
    "listings/generation/*.py",
    "listings/exports/*.py",
    "listings/pictures.py",
    *(f"listings/pricing/{name}.py" for name in ("comparables", "estimate", "sheets", "tables")),
    *("listings/pricing/priors.py", "listings/recognition/quality.py"),
    *(f"listings/writers/{name}.py" for name in ("facts", "notes", "questions", "rules")),
    *("listings/recognition/numbers.py", "listings/vocabulary/trade_numbers.py"),
    "accounts/services.py",
    *("config/errors.py", "config/outbound/__init__.py", "config/failures/outages.py"),
    *("config/web/addresses.py", "config/web/bodies.py"),
)
# What only operators and programs read.
_NOT_FOR_SELLERS = re.compile(
    r"`(make|pip) |img_|/images/|[Ww]orker|JFIF|[Ss]andbox|dialect|JSON|nextCursor|on Linux|hints\.|bgColor"
    r"|background\.color|listingIds|HTTP|field is required|has no result|generated background"
)
_SENTENCE = re.compile(r"^[A-Z{'“].* .*([.!?]|: \{\w+\})$", re.S)


def of_python(path: Path) -> Iterator[str]:
    """Sentences within functions, with places for what is put into them."""
    tree = ast.parse(path.read_text())
    passed = _marked(tree) | _docstrings(tree)
    for node in _within_functions(tree):
        if id(node) in passed:
            continue
        if isinstance(node, ast.JoinedStr):
            passed |= {id(part) for part in ast.walk(node)}
        text = _text(node).strip()
        if text and _SENTENCE.match(text) and not _NOT_FOR_SELLERS.search(text):
            yield text


def _within_functions(tree: ast.Module) -> Iterator[ast.AST]:
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            yield from ast.walk(node)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield from ast.walk(node)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    text, used = "", set[str]()
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            name = _name(part.value)
            while name in used:
                name += "_"
            used.add(name)
            text += f"{{{name}}}"
        else:
            text += _text(part)
    return text


def _name(value: ast.expr) -> str:
    """The last name in an expression says best what it is."""
    if isinstance(value, ast.IfExp):
        return "which"
    if isinstance(value, ast.BinOp):
        return _name(value.left)
    if isinstance(value, ast.Subscript):
        return _name(value.value)
    if isinstance(value, ast.Call):
        return _name(value.args[0] if value.args else value.func)
    found = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "part")
    return str(found).strip("_").lower()


def _docstrings(tree: ast.Module) -> set[int]:
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }


def _marked(tree: ast.Module) -> set[int]:
    return {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and re.search("gettext|^_$", getattr(node.func, "attr", getattr(node.func, "id", "")))
        for part in ast.walk(node)
    }
