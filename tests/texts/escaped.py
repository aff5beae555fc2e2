"""Texts that people would read in English whatever their language: not marked for translation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from tests.texts.marked import ROOT

# Where Python says something to people who look at pages.
PAGES = (
    "*/pages/*.py",
    "*/forms.py",
    "*/forms/*.py",
    "*/selectors.py",
    "accounts/access/pages.py",
    "accounts/access/scopes.py",
)
_SPOKEN = {"alt", "aria-label", "aria-description", "aria-roledescription", "aria-valuetext"}
_SPOKEN |= {"title", "placeholder", "hx-confirm", "label", "content"}
# Names are the same in every language, and so are examples of what is typed.
NAMES = re.compile(
    r"\b(Packshot|API|URL|ID|CSV|ZIP|PDF|JSON|PNG|JPE?G|WebP|GIF|AVIF|HEIC|TIFF|MB|ms|px|Python|JavaScript|curl"
    r"|Deutsch|English|Ctrl|Esc|Redoc|Swagger|MIT|eBay|Etsy|Amazon|Vinted|Shopify|Depop|Poshmark|Google|Meta)\b"
)
_BLOCK = re.compile(
    r"\{%-?\s*blocktrans(?:late)?\b.*?%\}.*?\{%-?\s*endblocktrans(?:late)?\s*-?%\}", re.S
)
_NOTE = re.compile(
    r"\{#.*?#\}|\{%\s*comment\b.*?\{%\s*endcomment\s*%\}|\{%\s*verbatim\b.*?endverbatim\s*%\}", re.S
)
# Blocks that fill an attribute of the frame.
_QUIET_BLOCK = re.compile(
    r"\{% block (?:main_class|body_attributes|body_class|frame|posted) %\}.*?\{% endblock %\}", re.S
)
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.S)
_LITERAL = re.compile(r'(?<![\w(])"([^"]*)"|(?<![\w(])\'([^\']*)\'')
_SENTENCE = re.compile(r"^[A-Z][a-z]+(?:[ ,.…:’'].*|)$", re.S)


def of_template(path: Path) -> list[str]:
    source = path.read_text()
    for unwanted in (_NOTE, _BLOCK, _QUIET_BLOCK):
        source = unwanted.sub(" ", source)
    found = [text for tag in _TAG.findall(source) for text in _said_in_tag(tag)]
    if path.suffix == ".txt":
        return found + _words(_TAG.sub(" ", source))
    reader = _Reader()
    reader.feed(_TAG.sub("\x00", source))
    reader.close()
    return found + reader.found


def _said_in_tag(tag: str) -> Iterator[str]:
    """Texts that a tag hands on, as in {% include "x.html" with text="Sign out" %}."""
    name = tag.strip("{}% \n").split(maxsplit=1)[0]
    if name in ("translate", "trans", "load", "extends", "url", "static", "now"):
        return
    tag = re.sub(r"\|(?:date|time):\"[^\"]*\"", "", tag)
    tag = re.sub(r"_\((\"[^\"]*\"|'[^']*')\)", "", tag)
    for pair in _LITERAL.findall(tag):
        for text in (pair[0] or pair[1]).split(","):
            if _SENTENCE.match(text):
                yield from _words(text)


def _words(text: str) -> list[str]:
    said = " ".join(text.replace("\x00", " ").split())
    rest = NAMES.sub(" ", said)
    return [said] if re.search(r"[^\W\d_]{2}", rest) else []


class _Reader(HTMLParser):
    """Collects what is shown and what is read aloud."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Code is the same in every language; a meta's content is read only where it describes.
        self._silent += tag in ("script", "style", "svg", "code", "pre", "kbd")
        described = tag != "meta" or ("name", "description") in attrs
        for name, value in attrs:
            if value and (name in _SPOKEN or name.startswith("data-text")) and described:
                self.found += _words(value)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style", "svg", "code", "pre", "kbd")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found += _words(data)


def of_python(path: Path) -> list[str]:
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    marked = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and re.search(r"gettext|^_$", _name(node.func))
        for part in ast.walk(node)
    }
    labels = {  # one word may be what a control is called
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in ("label", "title", "help_text", "heading")
    }
    return [
        text
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings | marked
        and _SENTENCE.match(node.value.strip())
        and (" " in node.value.strip() or id(node) in labels)
        for text in _words(node.value)
    ]


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def of_script(path: Path) -> list[str]:
    """Sentences in a page's script: they belong into its template, as data-text-… attributes."""
    source = re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.M)
    strings = re.findall(r'"((?:[^"\\\n]|\\.)*)"|`([^`]*)`', source)
    return [one for pair in strings for one in pair if re.match(r"[A-Z][a-z]+(?:[ ,.…]\S*)+", one)]


def page_modules() -> list[Path]:
    return sorted({path for pattern in PAGES for path in ROOT.glob(pattern)})


def scripts() -> list[Path]:
    return sorted((ROOT / "static/js").rglob("*.js"))
