"""The version of a piece of code, derived from what it is made of and raised by nobody.

It is a hash of the sources that the code runs through (found by following the imports as they are
written, nothing is imported here), of the data that lies beside them, and of the versions of the
libraries that they use. Comments, docstrings, layout and descriptions of options are no part of it:
what can't change what the code does gives no new version.
"""

import ast
import hashlib
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from processing.engine.libraries import LIBRARIES, installed

# Imports by a name that is written down: importlib.import_module("rembg.sessions").
_IMPORTERS = ("import_module", "find_spec")
_WITH_DOCSTRINGS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_NOT_DATA = ("LICENSE", "README")
# In two threads at once, Python 3.11 parses one text and raises SystemError for the other.
_parsing = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Code:
    """What a module's text says: a hash of what it does, what it imports, and the names in it."""

    digest: str
    imports: frozenset[str]
    words: frozenset[str]


class SourceTree:
    """The packages in which imports are followed: their names, and the folders they lie in.

    All sources are read at once (1 ms for the engine), so that a process answers for the code that it
    runs even if newer files are put in their place; they are parsed when they are first asked for.
    What `without_effect` names (modules, or data files by their path in the package) is left out.
    """

    def __init__(
        self, folders: Mapping[str, Path], *, without_effect: Collection[str] = ()
    ) -> None:
        self.folders = dict(folders)
        self.without_effect = frozenset(without_effect)
        self._paths = {
            _module_name(package, folder, path): path
            for package, folder in folders.items()
            for path in sorted(folder.rglob("*.py"))
        }
        self._texts = {name: path.read_bytes() for name, path in self._paths.items()}
        self._hashed: dict[Path, str] = {}
        self._versions: dict[tuple[frozenset[str], frozenset[str]], str] = {}

    def version(self, *roots: str, without: Collection[str] = ()) -> str:
        """A hash that changes with anything that may decide about what the roots do.

        `without` names modules and packages that the roots import, but that don't run this time.
        """
        key = (frozenset(roots), frozenset(without))
        if key not in self._versions:
            modules = self.modules(*roots, without=without)
            lines = [f"{name} {self._code(name).digest}" for name in sorted(modules)]
            lines += [f"{path.name} {self._hash(path)}" for path in self.data(modules)]
            lines += [installed(library) for library in self.libraries(modules)]
            self._versions[key] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        return self._versions[key]

    def modules(self, *roots: str, without: Collection[str] = ()) -> frozenset[str]:
        """The roots and all that they import, directly or not.

        A package that is only passed through (`canvas` for `canvas.layout`) counts with its own text,
        not with what that imports.
        """
        found: set[str] = set()
        ahead = list(roots)
        while ahead:
            name = ahead.pop()
            if name in found or name in self.without_effect:
                continue
            found.add(name)
            unused = without if name in roots else ()
            ahead += [one for one in self._imports(name) if not _is_in(one, unused)]
        passed = {above for name in found for above in _above(name) if above in self._paths}
        return frozenset((found | passed) - self.without_effect)

    def data(self, modules: Collection[str]) -> list[Path]:
        """The files that are no Python: those in a module's own folder, and in the folders without any
        Python whose names it has in quotes."""
        folders = {self._paths[name].parent for name in modules}
        words = {word for name in modules for word in self._code(name).words}
        folders |= {folder for folder in self._data_folders if folder.name in words}
        return sorted(path for folder in folders for path in self._data_in(folder))

    def libraries(self, modules: Collection[str]) -> list[str]:
        """Those that change pictures; see LIBRARIES."""
        imported = {one.partition(".")[0] for name in modules for one in self._code(name).imports}
        return sorted(imported & LIBRARIES.keys())

    def imports(self) -> dict[str, frozenset[str]]:
        """All that each module of the packages imports, by its name."""
        return {name: self._code(name).imports for name in self._paths}

    def _imports(self, name: str) -> Iterator[str]:
        """The modules of these packages that a module imports."""
        for imported in self._code(name).imports:
            # `from a.b import c` imports the module a.b.c, or something that a.b defines.
            for one in (imported, imported.rpartition(".")[0]):
                if one in self._paths:
                    yield one
                    break

    def _code(self, name: str) -> _Code:
        return _read(self._texts[name])

    @cached_property
    def _data_folders(self) -> list[Path]:
        code = {path.parent for path in self._paths.values()}
        return [
            path
            for folder in self.folders.values()
            for path in folder.rglob("*")
            if path.is_dir() and path.name != "__pycache__" and path not in code
        ]

    def _data_in(self, folder: Path) -> Iterator[Path]:
        left_out = {above / one for above in self.folders.values() for one in self.without_effect}
        for path in folder.iterdir():
            is_data = path.is_file() and path.suffix not in (".py", ".pyc")
            if is_data and path.stem not in _NOT_DATA and path not in left_out:
                yield path

    def _hash(self, path: Path) -> str:
        if path not in self._hashed:
            self._hashed[path] = hashlib.sha256(path.read_bytes()).hexdigest()
        return self._hashed[path]


def _module_name(package: str, folder: Path, path: Path) -> str:
    parts = path.relative_to(folder).with_suffix("").parts
    return ".".join((package, *(parts[:-1] if parts[-1] == "__init__" else parts)))


def _is_in(name: str, packages: Collection[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def _above(name: str) -> Iterator[str]:
    while name := name.rpartition(".")[0]:
        yield name


@cache
def _read(text: bytes) -> _Code:
    with _parsing:
        tree = ast.parse(text)
    reader = _Reader()
    reader.read(tree)
    digest = hashlib.sha256("".join(reader.pieces).encode()).hexdigest()
    return _Code(digest, frozenset(reader.imports), frozenset(reader.words))


class _Reader:
    """Spells a syntax tree out, without places, comments, docstrings and the descriptions in
    `Annotated`, and notes what is in it.

    Empty fields are left out, so that a Python that knows more of them spells old code the same.
    """

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.imports: set[str] = set()
        self.words: set[str] = set()

    def read(self, node: ast.AST) -> None:
        node = _undescribed(node)
        self._note(node)
        self.pieces.append(f"({type(node).__name__}")
        for name in node._fields:
            value = getattr(node, name, None)
            parts = value if isinstance(value, list) else [] if value is None else [value]
            if name == "body" and _has_docstring(node):
                parts = parts[1:]
            if not parts:
                continue
            self.pieces.append(f" {name}=")
            for part in parts:
                if isinstance(part, ast.AST):
                    self.read(part)
                else:
                    self.pieces.append(f" {part!r}")
        self.pieces.append(")")

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self.words.add(node.value)
        elif isinstance(node, ast.Import):
            self.imports |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            if node.level or node.module is None:
                raise ValueError("Relative imports can't be followed: name the module in full.")
            self.imports |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            named = node.args[0] if called in _IMPORTERS and node.args else None
            if isinstance(named, ast.Constant):
                self.imports.add(str(named.value))


def _undescribed(node: ast.AST) -> ast.AST:
    """The type alone of `Annotated[type, ...]`; any other node as it is."""
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Annotated"
        and isinstance(node.slice, ast.Tuple)
    ):
        return node.slice.elts[0]
    return node


def _has_docstring(node: ast.AST) -> bool:
    if not isinstance(node, _WITH_DOCSTRINGS) or not node.body:
        return False
    first = node.body[0]
    return (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
