"""All texts that are marked for translation: in templates and in Python, by the site's own source.

Without GNU gettext, which neither users nor their CI need to have.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

from config.told import CONTEXT, WORDS
from listings import marketplaces
from listings.models import Platform
from listings.pricing import priors
from listings.vocabulary import tree
from processing.services.backgrounds import builtin_backgrounds
from tests.texts import told

ROOT = Path(settings.BASE_DIR)
ROOMS = ("accounts", "config", "listings", "media_library", "processing")
TEMPLATES = ROOT / "templates"
# What marks a text, and at which arguments context, singular and plural stand.
_MARKS = {
    "gettext": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
_MARKS |= {f"{name}_lazy": places for name, places in _MARKS.items()}
_MARKS |= {f"{name}_noop": places for name, places in _MARKS.items()}
_MARKS["_"] = _MARKS["gettext"]
_IN_TEMPLATES = re.compile(r"\b(n?p?gettext|_)\(")


@dataclass(frozen=True, order=True)
class Text:
    """A text as the catalogue names it."""

    singular: str
    plural: str = ""
    context: str = ""


def texts() -> dict[Text, str]:
    """Every marked text with the file that it stands in (the first by name)."""
    found: dict[Text, str] = {}
    for path in [*python_files(), *template_files()]:
        for text in of_python(path) if path.suffix == ".py" else of_template(path):
            found.setdefault(text, str(path.relative_to(ROOT)))
    return found | dict(of_data())


def of_data() -> Iterator[tuple[Text, str]]:
    """Names in data files that pages show by ``pgettext``, and sentences that pages tell (config/told.py)."""
    for group in tree.groups():
        yield Text(group, context="group of categories"), "listings/vocabulary/groups.toml"
    for one in builtin_backgrounds.builtins().values():
        path = "processing/services/backgrounds/builtin_backgrounds.toml"
        yield Text(one.english, context="background"), path
    for words in WORDS:
        yield Text(words, context=CONTEXT), "config/told.py"
    for platform in Platform.values:
        for rule in marketplaces.unchecked(platform):
            yield Text(rule.value, context=CONTEXT), "listings/marketplaces.toml"
    for words in marketplaces.nameless_sources():
        yield Text(words, context=CONTEXT), "listings/marketplaces.toml"
    yield Text(priors.about(), context=CONTEXT), "listings/pricing/priors.toml"
    for pattern in told.SOURCES:
        for source in sorted(ROOT.glob(pattern)):
            for sentence in told.of_python(source):
                yield Text(sentence, context=CONTEXT), str(source.relative_to(ROOT))


def python_files() -> Iterator[Path]:
    for room in ROOMS:
        yield from (p for p in sorted((ROOT / room).rglob("*.py")) if "migrations" not in p.parts)


def template_files() -> list[Path]:
    found = (p for p in TEMPLATES.rglob("*") if p.suffix in (".html", ".txt"))
    return sorted(
        p for p in found if not {"quickstart", "icons"} & set(p.parts)
    )  # programs, drawings


def of_python(path: Path) -> Iterator[Text]:
    source = path.read_text()
    if "gettext" in source:
        yield from _calls(ast.parse(source))


def of_template(path: Path) -> Iterator[Text]:
    """Read what Django's own extraction makes of a template: calls among placeholders."""
    code = templatize(path.read_text(), origin=str(path))
    for found in _IN_TEMPLATES.finditer(code):
        yield from _calls(ast.parse(_whole_call(code, found.start())))


def _whole_call(code: str, start: int) -> str:
    for end in (match.end() for match in re.compile(r"\)").finditer(code, start)):
        try:
            ast.parse(code[start:end].replace("\n", " "))
        except SyntaxError:
            continue
        return code[start:end].replace("\n", " ")
    raise AssertionError(f"no end of {code[start : start + 60]}")


def _calls(tree: ast.AST) -> Iterator[Text]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        if name not in _MARKS:
            continue
        given = [one.value if isinstance(one, ast.Constant) else None for one in node.args]
        context, singular, plural = _MARKS[name]
        if len(given) > singular and isinstance(given[singular], str) and given[singular]:
            yield Text(
                given[singular],
                "" if plural is None else str(given[plural]),
                "" if context is None else str(given[context]),
            )
